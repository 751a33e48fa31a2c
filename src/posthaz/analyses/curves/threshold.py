"""Where a cut would lie, if there were one: a change-point model, what a cut and choosing cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import logsumexp

from posthaz.analyses.curves.spec import CurveSpec
from posthaz.answers import median_and_limits
from posthaz.arms.along_model import along_model
from posthaz.baselines.selected_cut import (
    SelectedCut,
    cut_places,
    logrank_scores,
    one_step_ratio,
    selected_cut,
    standardised_sums,
)
from posthaz.checks import leave_one_out
from posthaz.cohort import Cohort
from posthaz.design import quoted
from posthaz.errors import CohortError, PosthazError
from posthaz.errors.lost import Lost
from posthaz.estimands import effect_of_values
from posthaz.inference import Fit, fit, fit_many, flat_draws, hazard_of
from posthaz.model.likelihood import follow_up_data, log_likelihood
from posthaz.simulate import simulate_times
from posthaz.spec import ModelSpec, Sampling, coefficient_name
from posthaz.spec.along import formula_with

CUT_COLUMNS = (
    *("cut", "previous", "below", "prior", "posterior", "hr_median", "hr_lower", "hr_upper"),
)
_MOST_CUTS = 80
_DRAWS = 1000
_PROPOSED, _MORE = 4000, 4
ONE_CUT, PUBLISHED_CUT = "one cut, wherever it lies", "the published cut"


@dataclass(frozen=True, eq=False)
class Threshold:
    """A change-point model beside a curve.

    Parameters
    ----------
    cuts : DataFrame
        Columns `CUT_COLUMNS`, one row a cut that was tried: the value at which the upper group
        begins, the next lower value that was tried, patients below, prior and posterior
        probability, hazard ratio of the upper against the lower group.
    cut : dict of str to float
        ``mode, median, lower, upper`` of the cut.
    hr : dict of str to float
        ``median, lower, upper`` of the hazard ratio, averaged over where the cut may lie.
    elpd : DataFrame
        Columns ``model, elpd_difference, difference_se``: what each way of cutting predicts, minus
        the curve; negative where the curve predicts better.
    selected : SelectedCut or None
        The maximally selected log-rank test.
    optimism : dict of str to float
        In cohorts simulated from the curve, whose best cut is chosen: ``apparent`` and ``fresh``,
        the geometric mean of the hazard ratio at that cut in them and in new patients; ``lower``
        and ``upper``, between which 90 % of the chosen cuts lie; ``cohorts``.
    kept : float
        Share of the variance of the log hazard along the curve that a cut at `judged` keeps.
    within : tuple of (float, float, float)
        The curve's hazard ratio between two values that `judged` puts into one group: the value,
        the other, the ratio.
    across : tuple of (float, float, float)
        The same of two values close to the cut on either side of it.
    judged : float
        The published cut where one is stated, else the most probable one.
    published : bool
        Whether it is the published one.
    notes : tuple of Lost
        What can't be given.
    """

    cuts: pd.DataFrame
    cut: dict[str, float]
    hr: dict[str, float]
    elpd: pd.DataFrame
    selected: SelectedCut | None
    optimism: dict[str, float]
    kept: float
    within: tuple[float, float, float]
    across: tuple[float, float, float]
    judged: float
    published: bool = False
    notes: tuple[Lost, ...] = ()

    @property
    def better(self) -> bool:
        """Whether some cut predicts better than the curve, by more than two standard errors."""
        gap = self.elpd["elpd_difference"] - 2.0 * self.elpd["difference_se"]
        return bool((gap > 0).any())


def change_point(
    cohort: Cohort,
    model: ModelSpec,
    asked: CurveSpec,
    replaced: Sequence[str],
    curve: Fit,
    sampling: Sampling,
    interval: float = 0.95,
) -> Threshold:
    """A model with one cut of a number, averaged over where it may lie.

    Every cut that leaves a tenth of the patients on either side is as probable beforehand as the
    patients between it and the next lower one; each is a model of its own, and the evidence of
    these models (marginal likelihood by importance sampling) makes the posterior of the cut.

    Parameters
    ----------
    cohort : Cohort
        One row a patient, complete.
    model : ModelSpec
        The primary model.
    asked : CurveSpec
        The curve beside; names the number and a published cut.
    replaced : sequence of str
        Terms of the formula that the cut replaces.
    curve : Fit
        The fit of the curve, which it is compared with and from which cohorts are simulated.
    sampling : Sampling
        Seed.
    interval : float, optional
        Probability of the intervals.

    Returns
    -------
    Threshold
        The posterior of the cut, and what a cut costs.

    Raises
    ------
    PosthazError
        When no cut leaves a tenth on both sides.
    """
    values = cohort.covariates[asked.column].to_numpy(float)
    cuts = cut_grid(values)
    spec = cut_models(model, cohort, asked.column, replaced)
    fits = cut_fits([spec(cut) for cut in cuts["cut"]], cohort, sampling)
    notes: list[Lost] = []
    cuts, where = posterior_of_cut(cuts, fits, interval)
    weight = cuts["posterior"].to_numpy()
    draws = [_effect(one) for one in fits]
    bounds = np.exp([median_and_limits(one, interval) for one in draws])
    cuts = cuts.assign(**dict(zip(
        ("hr_median", "hr_lower", "hr_upper"), bounds.T, strict=True)))  # fmt: skip
    pooled = _pooled(fits, weight, sampling.seed)
    hr = np.exp(median_and_limits(np.concatenate([draws[k][own] for k, own in pooled]), interval))
    judged = where["mode"] if asked.cut is None else asked.cut
    kept, within, across = _cost(curve, asked.column, values, judged)
    selected = None
    try:
        selected = selected_cut(cohort, values, sampling.seed)
    except PosthazError as error:
        notes.append(Lost("maximally selected log-rank test", error.reason))
    searched = _searched(curve, cohort, values, sampling.seed, notes)
    return Threshold(
        cuts=cuts[list(CUT_COLUMNS)],
        cut=where,
        hr=dict(zip(("median", "lower", "upper"), hr.tolist(), strict=True)),
        elpd=_elpd(
            cohort, fits, pooled, curve, None if asked.cut is None else spec(asked.cut), sampling
        ),
        selected=selected,
        optimism=searched,
        kept=kept,
        within=within,
        across=across,
        judged=float(judged),
        published=asked.cut is not None,
        notes=tuple(notes),
    )


def _searched(
    curve: Fit, cohort: Cohort, values: np.ndarray, seed: int, notes: list[Lost]
) -> dict[str, float]:
    """How much better a chosen cut looks than it is; not a number where that can't be told."""
    try:
        return optimism(curve, cohort, values, seed)
    except PosthazError as error:
        notes.append(Lost("optimism of a chosen cut", error.reason))
        return dict.fromkeys(("apparent", "fresh", "lower", "upper", "cohorts"), float("nan"))


def cut_grid(values: np.ndarray, most: int = _MOST_CUTS) -> pd.DataFrame:
    """Cuts to be tried, each with the patients it stands for.

    Parameters
    ----------
    values : ndarray of float, shape (patient,)
        The number.
    most : int, optional
        Largest number of cuts; among more, those at even ranks.

    Returns
    -------
    DataFrame
        Columns ``cut, previous, below, prior``.
    """
    places, starts = cut_places(values)
    ordered = np.sort(values)
    chosen = np.unique(np.linspace(0, len(places) - 1, min(most, len(places))).round().astype(int))
    places, starts = places[chosen], starts[chosen]
    before = np.concatenate([[ordered[places[0] - 1]], starts[:-1]])
    first = np.searchsorted(ordered, ordered[places[0] - 1])
    held = np.diff(places, prepend=first).astype(float)
    return pd.DataFrame(
        {"cut": starts, "previous": before, "below": places, "prior": held / held.sum()}
    )


def cut_models(
    model: ModelSpec, cohort: Cohort, column: str, replaced: Sequence[str]
) -> Callable[[float], ModelSpec]:
    """What makes the model with one cut."""
    first = float(np.median(cohort.covariates[column]))

    def term(cut: float) -> str:
        return f"I({quoted(column)} >= {float(cut)!r})"

    base = along_model(model, cohort, (term(first),), None, replaced, "cut")

    def made(cut: float) -> ModelSpec:
        return replace(base, formula=formula_with(model.formula, replaced, (term(cut),)))

    return made


def _effect(one: Fit) -> np.ndarray:
    """Draws of the log hazard ratio of the cut, which is the last column of its design."""
    draws = one.draws["posterior"].to_dataset()[coefficient_name(one.spec)]
    column = max(k for k, term in enumerate(one.design.terms) if term.startswith("I("))
    return draws.isel(covariate=column).transpose("chain", "draw").to_numpy().ravel()


def cut_fits(models: Sequence[ModelSpec], cohort: Cohort, sampling: Sampling) -> list[Fit]:
    """A fit of each model with its marginal likelihood; the unsure ones again with more draws."""
    # one chain: draws are independent, and what they must be worth grows with the chains
    quick = replace(sampling, method="laplace", chains=1, draws=_PROPOSED)
    fits = fit_many([(one, cohort) for one in models], quick)
    unsure = [k for k, one in enumerate(fits) if one.provenance.log_evidence is None]
    if unsure:
        more = replace(quick, draws=_MORE * _PROPOSED, seed=quick.seed + 1)
        again = fit_many([(models[k], cohort) for k in unsure], more)
        for k, one in zip(unsure, again, strict=True):
            fits[k] = one
    return fits


def posterior_of_cut(
    cuts: pd.DataFrame, fits: Sequence[Fit], interval: float
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Posterior probability of each cut, and where the cut lies.

    Parameters
    ----------
    cuts : DataFrame
        Result of `cut_grid`.
    fits : sequence of Fit
        A fit of each.
    interval : float
        Probability of the interval.

    Returns
    -------
    DataFrame
        The cuts, with ``posterior``.
    dict of str to float
        ``mode, median, lower, upper``: a cut may lie anywhere between a value and the next lower
        one that was tried.

    Raises
    ------
    PosthazError
        When a model has no marginal likelihood that could be trusted.
    """
    evidence = [one.provenance.log_evidence for one in fits]
    lost = sum(one is None for one in evidence)
    if lost:
        raise PosthazError(
            f"{lost} of {len(fits)} models with a cut have no marginal likelihood that could be "
            "trusted",
            fix="simplify the formula, or remove threshold",
        )
    prior = cuts["prior"].to_numpy()
    log_weight = np.log(np.maximum(prior, 1e-300)) + np.array(evidence, dtype=float)
    weight = np.exp(log_weight - logsumexp(log_weight))
    edges = np.concatenate([[cuts["previous"].iloc[0]], cuts["cut"]])
    below = np.concatenate([[0.0], np.cumsum(weight)])
    tail = (1.0 - interval) / 2.0
    shares = {"median": 0.5, "lower": tail, "upper": 1.0 - tail}
    where = {name: float(np.interp(share, below, edges)) for name, share in shares.items()}
    best = int(np.argmax(weight / np.maximum(prior, 1e-12)))
    return cuts.assign(posterior=weight), {"mode": float(cuts["cut"].iloc[best]), **where}


def _pooled(fits: Sequence[Fit], weight: np.ndarray, seed: int) -> list[tuple[int, np.ndarray]]:
    """Draws of each fit, as many as its cut is probable: a posterior of cut and coefficients."""
    random = np.random.default_rng(seed)
    sizes = random.multinomial(_DRAWS, weight / weight.sum())
    return [
        (k, random.choice(len(_effect(fits[k])), size, replace=size > len(_effect(fits[k]))))
        for k, size in enumerate(sizes)
        if size
    ]


def _elpd(
    cohort: Cohort,
    fits: Sequence[Fit],
    pooled: Sequence[tuple[int, np.ndarray]],
    curve: Fit,
    published: ModelSpec | None,
    sampling: Sampling,
) -> pd.DataFrame:
    """Leave-one-out of the cut that may lie anywhere, and of a published one, minus the curve."""
    parts = [_pointwise(fits[k], cohort, own) for k, own in pooled]
    own = xr.DataArray(np.concatenate(parts)[None], dims=("chain", "draw", "subject"))
    tree = xr.DataTree.from_dict(
        {
            "/posterior": xr.Dataset({"cut": (("chain", "draw"), np.zeros((1, own.shape[1])))}),
            "/log_likelihood": xr.Dataset({"time": own}),
            "/constant_data": curve.draws["constant_data"].to_dataset(),
        }
    )
    against = leave_one_out(curve)
    found = {ONE_CUT: leave_one_out(replace(curve, draws=tree))}
    if published is not None:
        found[PUBLISHED_CUT] = leave_one_out(fit(published, cohort, sampling))
    rows = []
    for name, one in found.items():
        gap = np.asarray(one.elpd_i).ravel() - np.asarray(against.elpd_i).ravel()
        rows.append((name, float(gap.sum()), float(np.sqrt(len(gap)) * gap.std())))
    return pd.DataFrame(rows, columns=["model", "elpd_difference", "difference_se"])


def _pointwise(one: Fit, cohort: Cohort, draws: np.ndarray) -> np.ndarray:
    """Log-likelihood of each patient under some draws, shape (draw, patient)."""
    values = {k: v[draws] for k, v in flat_draws(one.draws["posterior"].to_dataset()).items()}
    frame = cohort.covariates.loc[:, list(one.design.variables)]
    hazard = hazard_of(one.spec, one.design, values, frame.reset_index(drop=True))
    data = {name: array[:, None] for name, array in follow_up_data(cohort).items()}
    return np.asarray(log_likelihood(hazard, data, np))[..., 0]


def _cost(
    curve: Fit, column: str, values: np.ndarray, cut: float
) -> tuple[float, tuple[float, float, float], tuple[float, float, float]]:
    """What a cut keeps of the curve, whom it holds alike, and whom it sets apart."""
    middle = float(np.median(values))
    own = effect_of_values(curve, {column: values}, {column: middle}).mean(("chain", "draw"))
    log_hazard, upper = own.to_numpy(), values >= cut
    total = float(np.var(log_hazard))
    between = sum(
        float(np.mean(side)) * (float(log_hazard[side].mean()) - float(log_hazard.mean())) ** 2
        for side in (upper, ~upper)
        if side.any()
    )
    far = float(np.quantile(values[upper], 0.95)) if upper.any() else cut
    near = [float(side.max() if low else side.min()) if len(side) else cut
            for side, low in ((values[~upper], True), (values[upper], False))]  # fmt: skip
    pairs = [(far, cut), (near[1], near[0])]
    ratios = effect_of_values(
        curve, {column: np.array([a for a, _ in pairs])}, {column: np.array([b for _, b in pairs])}
    )
    found = np.exp(ratios.median(("chain", "draw")).to_numpy())
    within, across = ((a, b, float(r)) for (a, b), r in zip(pairs, found, strict=True))
    return between / total if total > 0 else 1.0, within, across


_SIMULATED = 200


def optimism(
    curve: Fit, cohort: Cohort, values: np.ndarray, seed: int, cohorts: int = _SIMULATED
) -> dict[str, float]:
    """What choosing the best cut does where the truth is the curve.

    Parameters
    ----------
    curve : Fit
        The fit whose draws are taken for the truth, one a simulated cohort.
    cohort : Cohort
        The patients, whose covariates and censoring times the simulated ones have.
    values : ndarray of float, shape (patient,)
        The number.
    seed : int
        Seed.
    cohorts : int, optional
        How many are simulated.

    Returns
    -------
    dict of str to float
        As `Threshold.optimism`.

    Raises
    ------
    CohortError
        When times lie between two, rows have weights, or deaths from other causes are among the
        events: such cohorts are not simulated as they were seen.
    """
    unseen = cohort.interval_censored.any() or np.any(cohort.weight != 1)
    if unseen or curve.spec.background is not None:
        raise CohortError(
            "cohorts are simulated from the curve with exact times, patients of weight 1 and "
            "events of one kind",
            fix="read the posterior of the cut",
        )
    random = np.random.default_rng(seed)
    every = flat_draws(curve.draws["posterior"].to_dataset())
    total = len(next(iter(every.values())))
    drawn = {k: v[random.choice(total, cohorts)] for k, v in every.items()}
    frame = cohort.covariates.loc[:, list(curve.design.variables)].reset_index(drop=True)
    hazard = hazard_of(curve.spec, curve.design, drawn, frame)
    shape = (cohorts, len(cohort), 1)
    first, second = (
        simulate_times(hazard, cohort.entry[:, None], shape, random)[..., 0] for _ in range(2)
    )
    places, starts = cut_places(values)
    order = np.argsort(values, kind="stable")
    apparent, fresh, chosen = [], [], []
    for own, other in zip(first, second, strict=True):
        here, there = (_censored(cohort, times, random) for times in (own, other))
        if here[1].sum() < 2 or there[1].sum() < 2:
            continue
        scores = logrank_scores(cohort.entry, *here)[order][None, :]
        cut = starts[int(np.argmax(np.abs(standardised_sums(scores, places))[0]))]
        upper = values >= cut
        ratios = [one_step_ratio(cohort.entry, *one, upper) for one in (here, there)]
        sign = 1.0 if ratios[0] >= 0 else -1.0
        apparent.append(sign * ratios[0])
        fresh.append(sign * ratios[1])
        chosen.append(float(cut))
    low, high = np.quantile(chosen, [0.05, 0.95])
    return {
        "apparent": float(np.exp(np.mean(apparent))),
        "fresh": float(np.exp(np.mean(fresh))),
        "lower": float(low),
        "upper": float(high),
        "cohorts": float(len(chosen)),
    }


def _censored(
    cohort: Cohort, times: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Times cut off as follow-up was: at a patient's own censoring, or one drawn from the others.

    A patient whose event was seen has a censoring time drawn from those that lie later than it,
    by the reverse Kaplan-Meier curve; the end of all follow-up where there is none.
    """
    exit_, event = cohort.exit, cohort.event
    end = float(exit_.max())
    order = np.argsort(exit_, kind="stable")
    at_risk = np.arange(len(exit_), 0, -1)
    free = np.cumprod(1.0 - (~event[order]) / at_risk)
    here = np.concatenate([[1.0], free])[np.searchsorted(exit_[order], exit_, "right")]
    wanted = random.uniform(size=len(exit_)) * here
    place = len(free) - np.searchsorted(free[::-1], wanted, "right")
    drawn = np.where(place < len(free), exit_[order][np.minimum(place, len(free) - 1)], end)
    limit = np.where(event, np.maximum(drawn, exit_), exit_)
    return np.minimum(times, limit), times <= limit
