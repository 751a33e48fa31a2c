"""How far prior, patients and an unmeasured confounder must go to change the conclusion."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from posthaz.analyses.tipping_points.censoring import CENSORING_COLUMNS, censoring_deltas
from posthaz.analyses.tipping_points.confounder import (
    CONFOUNDER_COLUMNS,
    confounder_effects,
    confounder_grid,
)
from posthaz.analyses.tipping_points.evidence import (
    EVIDENCE_COLUMNS,
    SCEPTICISM_COLUMNS,
    evidence_of_effect,
    scepticism,
)
from posthaz.analyses.tipping_points.pool import (
    MOST_KHAT,
    Pool,
    TreatmentEffect,
    closed_probability,
    grown_pool,
    treatment_effect,
)
from posthaz.analyses.tipping_points.removal import (
    REMOVAL_COLUMNS,
    Refits,
    patient_likelihoods,
    smallest_sets,
)
from posthaz.analyses.tipping_points.spec import TippingPointsSpec
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import PosthazError
from posthaz.estimands import Population, arm_populations, difference, restricted_mean
from posthaz.inference import Fit, fit_many, smoothed_weights
from posthaz.inference.patients import fitted_rows
from posthaz.priors import Prior
from posthaz.sensitivity.e_value import e_value, e_value_of_interval, has_common_outcome
from posthaz.spec import PriorChange, Sampling
from posthaz.spec.sensitivity import with_prior

INFLUENCE_COLUMNS = (
    "time", "event", "arm", "log_hr_change", "hr_without", "sd_moved",
    "rmst_time", "rmst_change", "khat", "method",
)  # fmt: skip
_WEIGHTS, _REFIT = "weights", "refit"


def patient_influence(
    fit: Fit, cohort: Cohort, sampling: Sampling, horizon: float | None = None
) -> pd.DataFrame:
    """Change of the log hazard ratio and of the difference in restricted mean without each patient.

    Each patient's likelihood is divided out of the posterior by importance weights, smoothed;
    where their Pareto k-hat is 0.7 or more, the model is fitted again without the patient. The
    restricted means stay averaged over the whole cohort.

    Parameters
    ----------
    fit : Fit
        A fit with the pointwise log-likelihood.
    cohort : Cohort
        Its cohort.
    sampling : Sampling
        How to refit.
    horizon : float, optional
        Horizon of the restricted means; none are given without it.

    Returns
    -------
    DataFrame
        Columns `INFLUENCE_COLUMNS`, one row a patient, those who move the log hazard ratio most
        first and nobody named: ``log_hr_change`` is the mean without the patient less that with
        all, ``sd_moved`` the same in posterior standard deviations.
    """
    effect = treatment_effect(fit)
    pointwise, members = patient_likelihoods(fit)
    firsts = fit.draws["constant_data"].to_dataset()
    populations = arm_populations(fit) if horizon is not None else []
    gains = _gains(fit, horizon, populations)
    rows = []
    for k in range(len(members)):
        log_weights, khat = smoothed_weights(-pointwise[:, k])
        weights = np.exp(log_weights)
        rows.append((
            float(weights @ effect.draws - effect.draws.mean()),
            float(weights @ gains - gains.mean()), khat, _WEIGHTS,
        ))  # fmt: skip
    table = pd.DataFrame(rows, columns=["log_hr_change", "rmst_change", "khat", "method"])
    table = _refitted(table, Refits(fit, cohort, sampling, members), horizon, populations)
    arms = cohort.where(cohort.first)
    of = dict(zip(arms.subject.tolist(), arms.arm.tolist(), strict=True))
    middle = float(np.median(effect.draws))
    table = table.assign(
        time=fit.draws["observed_data"]["time"].to_numpy(),
        event=firsts["time"].to_numpy() > 0,
        arm=[of[one] for one in members.tolist()],
        hr_without=np.exp(middle + table["log_hr_change"]),
        sd_moved=table["log_hr_change"] / effect.draws.std(ddof=1),
        rmst_time=np.nan if horizon is None else horizon,
    )[list(INFLUENCE_COLUMNS)]
    order = table["log_hr_change"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _gains(fit: Fit, horizon: float | None, populations: Sequence[Population]) -> np.ndarray:
    """Difference in restricted mean by draw; missing where none is asked for."""
    total = len(treatment_effect(fit).draws)
    if horizon is None:
        return np.full(total, np.nan)
    reference, arm = (population.label for population in populations)
    means = restricted_mean(fit, [horizon], populations).isel(time=0)
    gains = difference(means, arm, reference)
    flat = gains.transpose("chain", "draw").to_numpy().ravel()
    if len(flat) != total:
        raise PosthazError(f"model '{fit.spec.name}': restricted means are of {len(flat)} draws")
    return flat


def _refitted(
    table: pd.DataFrame, refits: Refits, horizon: float | None, populations: Sequence[Population]
) -> pd.DataFrame:
    """The table with refits in place of weights that can't be trusted."""
    lost = np.flatnonzero(~(table["khat"] < MOST_KHAT))
    if not len(lost):
        return table
    whole, *without = refits.fits([(), *((int(k),) for k in lost)])
    assert whole is not None
    table = table.copy()
    own = _means(whole, horizon, populations)
    for k, one in zip(lost, without, strict=True):
        found = np.nan if one is None else _means(one, horizon, populations) - own
        table.loc[k, ["log_hr_change", "rmst_change"]] = found
        table.loc[k, "method"] = _REFIT
    return table


def _means(fit: Fit, horizon: float | None, populations: Sequence[Population]) -> np.ndarray:
    """Posterior means of the log hazard ratio and of the difference in restricted mean."""
    gains = _gains(fit, horizon, populations)
    return np.array([treatment_effect(fit).draws.mean(), gains.mean()])


MAP_COLUMNS = (
    "prior_hr", "prior_sd", "threshold", "probability", "closed_form", "khat", "effective",
)  # fmt: skip
CRITICAL_COLUMNS = ("prior_sd", "threshold", "level", "prior_hr", "closed_form")


def map_priors(hrs: Sequence[float], sds: Sequence[float]) -> list[Prior]:
    """A normal prior on the log hazard ratio for every median and standard deviation.

    Examples
    --------
    >>> [str(one) for one in map_priors([1.0], [0.5, 1.0])]
    ['normal(0, 0.5)', 'normal(0, 1)']
    """
    return [Prior("normal", (float(np.log(hr)), float(sd))) for hr in hrs for sd in sds]


def prior_map(
    pool: Pool, hrs: Sequence[float], sds: Sequence[float], thresholds: Sequence[float]
) -> pd.DataFrame:
    """Posterior probability of benefit under every normal prior of a grid.

    Parameters
    ----------
    pool : Pool
        Draws of the treatment's effect.
    hrs, sds : sequence of float
        Median hazard ratios of the prior, and its standard deviations on the log hazard ratio.
    thresholds : sequence of float
        Hazard ratios to stay below.

    Returns
    -------
    DataFrame
        Columns `MAP_COLUMNS`: ``probability`` by reweighted draws (missing where the weights
        can't be trusted), ``closed_form`` from normal likelihood and prior.
    """
    rows = []
    for prior in map_priors(hrs, sds):
        found = pool.under(prior)
        mean, sd = prior.values
        for threshold in thresholds:
            value = float(np.log(threshold))
            share = found.below(value) if found.trusted else np.nan
            closed = closed_probability(pool, mean, sd, value)
            rows.append((np.exp(mean), sd, threshold, share, closed, found.khat, found.effective))
    return pd.DataFrame(rows, columns=list(MAP_COLUMNS))


def critical_priors(table: pd.DataFrame, levels: Sequence[float]) -> pd.DataFrame:
    """For each spread of the prior, its median hazard ratio at which a probability is reached.

    Parameters
    ----------
    table : DataFrame
        Result of `prior_map`.
    levels : sequence of float
        Probabilities.

    Returns
    -------
    DataFrame
        Columns `CRITICAL_COLUMNS`; missing where no median of the map reaches the probability, or
        all do.

    Examples
    --------
    >>> rows = {"prior_hr": [0.5, 2.0], "prior_sd": 1.0, "threshold": 1.0,
    ...         "probability": [0.99, 0.91], "closed_form": [0.98, 0.90]}
    >>> float(critical_priors(pd.DataFrame(rows), [0.95])["prior_hr"].iloc[0].round(3))
    1.0
    """
    rows = []
    for (sd, threshold), own in table.groupby(["prior_sd", "threshold"], sort=False):
        own = own.sort_values("prior_hr")
        for level in levels:
            found = [_crossing(own, name, level) for name in ("probability", "closed_form")]
            rows.append((sd, threshold, level, *found))
    return pd.DataFrame(rows, columns=list(CRITICAL_COLUMNS))


def _crossing(rows: pd.DataFrame, name: str, level: float) -> float:
    """Median hazard ratio at which a probability falls to a level."""
    known = rows[rows[name].notna()]
    share = np.minimum.accumulate(known[name].to_numpy(dtype=float))  # more harm, less benefit
    if not len(share) or not share[-1] <= level <= share[0]:
        return float("nan")
    log_hr = np.log(known["prior_hr"].to_numpy(dtype=float))
    return float(np.exp(np.interp(level, share[::-1], log_hr[::-1])))


E_VALUE_COLUMNS = ("of", "outcome", "hr", "e_value")
NAMED_COLUMNS = ("prior", "family", "prior_hr", "prior_sd", "probability", "closed_form", "khat")
COLUMNS = tuple(
    dict.fromkeys(
        (*MAP_COLUMNS, *CRITICAL_COLUMNS, *NAMED_COLUMNS, *SCEPTICISM_COLUMNS, *E_VALUE_COLUMNS,
         *REMOVAL_COLUMNS, *CONFOUNDER_COLUMNS, *INFLUENCE_COLUMNS, *EVIDENCE_COLUMNS,
         *CENSORING_COLUMNS)
    )
)  # fmt: skip
"""Columns of the files of tipping points."""
_MEDIANS, _SPREADS = 21, 14
_EMPTY = pd.DataFrame()


@dataclass(frozen=True, eq=False)
class TippingPoints:
    """How far each choice must go to change the conclusion.

    Parameters
    ----------
    effect : TreatmentEffect
        The treatment's effect in the primary model.
    priors, critical, named : DataFrame
        As in ``tipping_points_priors.csv``, ``tipping_points_critical.csv`` and
        ``tipping_points_named.csv``: probability of benefit over a grid of priors; the prior
        medians at which it reaches each level; that of the analysis's own priors.
    scepticism, removal, confounders, e_values : DataFrame
        As in ``tipping_points_scepticism.csv``, ``tipping_points_removal.csv``,
        ``tipping_points_confounders.csv`` and ``tipping_points_e_values.csv``.
    evidence, influence, censoring : DataFrame
        As in ``tipping_points_evidence.csv``, ``tipping_points_influence.csv`` and
        ``tipping_points_censoring.csv``.
    fits : int
        Fits that the map of priors rests on.
    model : str
        The primary model's name.
    lost : tuple of (str, str)
        What could not be made, and why.
    """

    effect: TreatmentEffect
    priors: pd.DataFrame
    critical: pd.DataFrame
    named: pd.DataFrame
    scepticism: pd.DataFrame
    e_values: pd.DataFrame
    evidence: pd.DataFrame
    influence: pd.DataFrame = field(default_factory=lambda: _EMPTY)
    removal: pd.DataFrame = field(default_factory=lambda: _EMPTY)
    confounders: pd.DataFrame = field(default_factory=lambda: _EMPTY)
    censoring: pd.DataFrame = field(default_factory=lambda: _EMPTY)
    fits: int = 1
    model: str = ""
    lost: tuple[tuple[str, str], ...] = ()

    @property
    def sentences(self) -> dict[str, str]:
        """Whether the answer hangs on a few patients, and on a confounder, in words."""
        from posthaz.analyses.tipping_points.words import confounder_sentence, patients_sentence

        return {"patients": patients_sentence(self), "confounder": confounder_sentence(self)}

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table under the name of its file, without those that weren't asked for."""
        found = {
            "priors": self.priors,
            "critical": self.critical,
            "named": self.named,
            "scepticism": self.scepticism,
            "e_values": self.e_values,
            "evidence": self.evidence,
            "influence": self.influence,
            "removal": self.removal,
            "confounders": self.confounders,
            "censoring": self.censoring,
        }
        return {f"tipping_points_{name}": one for name, one in found.items() if len(one.columns)}


@checks_arguments
def tipping_points(
    fit: Fit,
    cohort: Cohort,
    asked: TippingPointsSpec | None = None,
    *,
    named: Sequence[tuple[str, Prior]] = (),
    thresholds: Sequence[float] = (0.8,),
    level: float = 0.95,
    horizon: float | None = None,
    sampling: Sampling | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> TippingPoints:
    """How far prior, patients and an unmeasured confounder must go to change the conclusion.

    Parameters
    ----------
    fit : Fit
        A fit under proportional hazards of a treatment with two arms, by `posthaz.fit`.
    cohort : Cohort
        Its cohort.
    asked : TippingPointsSpec, optional
        What is pushed, and how far.
    named : sequence of (str, Prior), optional
        Priors on the treatment's effect that are marked on the map, besides the fit's own.
    thresholds : sequence of float, optional
        Hazard ratios to stay below, besides 1.
    level : float, optional
        Probability of the intervals.
    horizon : float, optional
        Horizon of the restricted means on which each patient's influence is told.
    sampling : Sampling, optional
        How further fits are sampled; as the fit was by default.
    progress : callable, optional
        Takes parts done and parts in all.

    Returns
    -------
    TippingPoints
        Tables and what could not be made.

    Raises
    ------
    SpecError
        When the model has no single log hazard ratio of the treatment.

    Examples
    --------
    >>> import posthaz as ph
    >>> from posthaz.analyses.tipping_points.spec import TippingPointsSpec
    >>> spec = ph.ModelSpec("m", ph.Exponential(), "arm")
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(spec, cohort, method="laplace", draws=500, seed=1)
    >>> found = ph.tipping_points(fit, cohort, TippingPointsSpec(removed=0, influence=False))
    >>> found.e_values["of"].tolist()
    ['estimate', 'interval']
    """
    fitted_rows(fit, cohort)
    asked = asked or TippingPointsSpec()
    sampling = sampling or _as_sampled(fit)
    cohort = cohort.complete(fit.design.variables) if cohort.drop_missing else cohort
    parts = _parts(fit, cohort, asked, sampling, level, horizon)
    steps = 2 + len(parts)
    say = progress or (lambda done, total: None)
    effect = treatment_effect(fit)
    hrs = np.geomspace(*asked.prior_hr, _MEDIANS).tolist()
    sds = np.geomspace(*asked.prior_sd, _SPREADS).tolist()
    pool = grown_pool(effect, map_priors(hrs, sds), _refit(fit, cohort, sampling))
    say(1, steps)
    values = sorted({1.0, *(one for one in thresholds if one < 1)}, reverse=True)
    table = prior_map(pool, hrs, sds, values)
    found = TippingPoints(
        effect=effect,
        priors=table,
        critical=critical_priors(table, _both_sides(asked.levels, effect)),
        named=_named(pool, [("primary model", effect.prior), *named]),
        scepticism=scepticism(pool, level),
        e_values=_e_values(effect, cohort, level),
        evidence=evidence_of_effect(pool, sds),
        fits=len(pool.fits),
        model=fit.spec.name,
    )
    say(2, steps)
    for done, (name, make) in enumerate(parts.items(), start=3):
        found = _with(found, name, make)
        say(done, steps)
    return found


def _parts(
    fit: Fit,
    cohort: Cohort,
    asked: TippingPointsSpec,
    sampling: Sampling,
    level: float,
    horizon: float | None,
) -> dict[str, Callable[[], pd.DataFrame]]:
    """The tables that a cohort may not allow, by name."""
    found: dict[str, Callable[[], pd.DataFrame]] = {}
    tried = asked.confounder
    if tried is not None:
        grid = confounder_grid(tried.hr, tried.treated, tried.reference)
        found["confounders"] = lambda: confounder_effects(fit, cohort, grid, level)
    if asked.censoring:
        found["censoring"] = lambda: censoring_deltas(
            fit, cohort, sorted(asked.censoring), sampling, imputations=asked.imputations,
            level=level,
        )  # fmt: skip
    if asked.influence:
        found["influence"] = lambda: patient_influence(fit, cohort, sampling, horizon)
    if asked.removed:
        found["removal"] = lambda: smallest_sets(fit, cohort, sampling, level, asked.removed)
    return found


def _with(found: TippingPoints, name: str, make: Callable[[], pd.DataFrame]) -> TippingPoints:
    """The tipping points with one more table, or with the reason why there is none."""
    try:
        return replace(found, **{name: make()})
    except PosthazError as error:
        return replace(found, lost=(*found.lost, (name, str(error))))


def _both_sides(levels: Sequence[float], effect: TreatmentEffect) -> list[float]:
    """The levels, and where the effect is harm their complements: then benefit is improbable."""
    other = [round(1.0 - level, 12) for level in levels] if effect.estimate > 0 else []
    return sorted({*levels, *other})


def _as_sampled(fit: Fit) -> Sampling:
    own = fit.provenance
    return Sampling(seed=own.seed, chains=own.chains, draws=own.draws, tune=own.tune, method="auto")


def _refit(fit: Fit, cohort: Cohort, sampling: Sampling) -> Callable[[Prior], np.ndarray]:
    own = replace(sampling, method="auto") if sampling.method in ("nuts", "pymc") else sampling

    def refit(prior: Prior) -> np.ndarray:
        spec = with_prior(fit.spec, PriorChange(fit.treatment, prior))
        (made,) = fit_many([(spec, cohort)], own)
        return treatment_effect(made).draws

    return refit


def _named(pool: Pool, named: Sequence[tuple[str, Prior]]) -> pd.DataFrame:
    """The probability of benefit under priors that the analysis states."""
    rows = []
    for label, prior in named:
        found = pool.under(prior)
        normal = prior.family == "normal"
        mean, sd = prior.values if normal else (np.nan, np.nan)
        share = found.below(0.0) if found.trusted else np.nan
        closed = closed_probability(pool, mean, sd, 0.0) if normal else np.nan
        rows.append((label, prior.family, np.exp(mean), sd, share, closed, found.khat))
    return pd.DataFrame(rows, columns=list(NAMED_COLUMNS))


def _e_values(effect: TreatmentEffect, cohort: Cohort, level: float) -> pd.DataFrame:
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    lower, middle, upper = (float(one) for one in np.exp(np.quantile(effect.draws, tails)))
    common = has_common_outcome(cohort)
    outcome = "common" if common else "rare"
    nearer = upper if upper < 1 else lower if lower > 1 else 1.0
    rows = [
        ("estimate", outcome, middle, e_value(middle, common=common)),
        ("interval", outcome, nearer, e_value_of_interval(lower, upper, common=common)),
    ]
    return pd.DataFrame(rows, columns=list(E_VALUE_COLUMNS))
