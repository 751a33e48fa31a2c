"""Toxicity by grade: counts, tests, risks one by one and in one model, and benefit against risk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import expit, logit

from posthaz.adjust import GradeCounts, count_grades, grade_table, grade_tests, threshold_remark
from posthaz.analyses.toxicity.benefit_risk import BenefitRisk, benefit_risk
from posthaz.analyses.toxicity.risk import RISK_COLUMNS, contrast_rows, separate_risks
from posthaz.analyses.toxicity.spec import ToxicitySpec
from posthaz.answers import median_and_limits
from posthaz.checks import Convergence, draws_convergence
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.inference import Fit, posterior_draws
from posthaz.inference.patients import fitted_rows
from posthaz.model import build_toxicity_model
from posthaz.priors import Prior
from posthaz.spec import Sampling

_REPLICATES = 1000


@dataclass(frozen=True, eq=False)
class GradeModel:
    """Posterior of the cumulative-logit model of worst grades.

    Parameters
    ----------
    toxicities : tuple of GradeCounts
        Those in the model.
    arms : tuple of tuple of int
        Number of the arm of each row of a toxicity's counts, reference first.
    lowest : tuple of tuple of int
        Lowest grade of each category of a toxicity; grades that nobody had are joined to one
        that somebody had.
    draws : DataTree
        Groups ``posterior`` and ``sample_stats``, among others.
    convergence : Convergence
        Its convergence.
    """

    toxicities: tuple[GradeCounts, ...]
    arms: tuple[tuple[int, ...], ...]
    lowest: tuple[tuple[int, ...], ...]
    draws: xr.DataTree
    convergence: Convergence


def fit_grades(
    toxicities: Sequence[GradeCounts],
    priors: Mapping[str, Prior],
    sampling: Sampling | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> GradeModel | None:
    """Fit one model to the worst grades of several toxicities.

    Parameters
    ----------
    toxicities : sequence of GradeCounts
        Counts. A toxicity that has no patients in the reference arm, in one arm only, or one
        grade only, is left out.
    priors : mapping of str to Prior
        ``log_odds_ratio`` and ``spread``, as `posthaz.model.build_toxicity_model` takes them.
    sampling : Sampling, optional
        How to sample.
    progress : callable, optional
        Called with (draws done, draws in all).

    Returns
    -------
    GradeModel or None
        None when no toxicity is left.
    """
    kept = [(counts, *found) for counts in toxicities if (found := _categories(counts))]
    if not kept:
        return None
    arms = tuple(tuple(rows) for _, rows, _ in kept)
    lowest = tuple(tuple(grades) for _, _, grades in kept)
    tables = [counts.patients[np.ix_(rows, grades)] for counts, rows, grades in kept]
    model = build_toxicity_model(tables, arms, priors)
    families = tuple((name, prior.family) for name, prior in priors.items())
    shape = ("toxicity", arms, tuple(table.shape for table in tables), families)
    draws = posterior_draws(model, shape, sampling or Sampling(), progress)
    checked = draws_convergence("toxicity by grade", draws)
    return GradeModel(tuple(counts for counts, *_ in kept), arms, lowest, draws, checked)


def _categories(counts: GradeCounts) -> tuple[list[int], list[int]] | None:
    """Arms with patients and grades that somebody had; None where there is nothing to model."""
    arms = [a for a, total in enumerate(counts.totals) if total]
    grades = [int(k) for k in np.flatnonzero(counts.patients.sum(axis=0))]
    return (arms, grades) if len(arms) > 1 and arms[0] == 0 and len(grades) > 1 else None


def modelled_survivors(model: GradeModel, number: int) -> np.ndarray:
    """Probability of each category or worse, by arm, for one toxicity of the model.

    Parameters
    ----------
    model : GradeModel
        The model.
    number : int
        Position of the toxicity in ``model.toxicities``.

    Returns
    -------
    ndarray of float, shape (draw, arm, category)
        The first category's is 1.
    """
    posterior = model.draws["posterior"]
    cuts = np.cumsum([0, *(len(grades) - 1 for grades in model.lowest)])
    effects = np.cumsum([0, *(len(arms) - 1 for arms in model.arms)])
    step = posterior["step"].to_numpy()[..., cuts[number] : cuts[number + 1]]
    effect = posterior["log_odds_ratio"].to_numpy()[..., effects[number] : effects[number + 1]]
    step, effect = (array.reshape(-1, array.shape[-1]) for array in (step, effect))
    shift = np.concatenate([np.zeros((len(effect), 1)), effect], axis=1)
    worse = expit(logit(np.cumprod(step, axis=1))[:, None, :] + shift[:, :, None])
    return np.concatenate([np.ones((*worse.shape[:2], 1)), worse], axis=2)


def pooled_risks(
    model: GradeModel, grades: Sequence[int], *, interval: float = 0.95, acceptable: float = 0.1
) -> pd.DataFrame:
    """Risks of a grade or worse by arm, pooled over grades and toxicities.

    Parameters
    ----------
    model : GradeModel
        The model.
    grades : sequence of int
        Grades from which patients are counted.
    interval : float
        Probability of the intervals.
    acceptable : float
        Largest acceptable difference.

    Returns
    -------
    DataFrame
        Columns of `risk.RISK_COLUMNS`; no row for a grade above those seen.
    """
    rows = []
    for number, counts in enumerate(model.toxicities):
        survivors, lowest = modelled_survivors(model, number), np.array(model.lowest[number])
        for grade in grades:
            place = int(np.searchsorted(lowest, grade))
            if counts.at_least(grade) is None or not 0 < place < len(lowest):
                continue
            draws = {arm: survivors[:, row, place] for row, arm in enumerate(model.arms[number])}
            rows += contrast_rows(counts, grade, draws, "pooled", interval, acceptable)
    return pd.DataFrame(rows).reindex(columns=list(RISK_COLUMNS))


def grade_odds_ratios(model: GradeModel, *, interval: float = 0.95, seed: int = 1) -> pd.DataFrame:
    """Odds ratio of a worse grade by toxicity and arm, their mean, and whether the model fits.

    Parameters
    ----------
    model : GradeModel
        The model.
    interval : float
        Probability of the intervals.
    seed : int
        Seed of the replicated counts.

    Returns
    -------
    DataFrame
        Columns ``toxicity, label, arm, odds_ratio, lower, upper, probability_more,
        predictive_p``. The last is the probability that counts drawn from the model lie as far
        from it as those seen (Pearson's chi-square, posterior predictive); small where odds are
        not proportional. A mean over toxicities has ``toxicity`` ``"mean"``, and the spread of
        log odds ratios is a row ``"spread"`` on its own scale.
    """
    posterior = model.draws["posterior"]
    arms = model.toxicities[0].arms
    rows, first = [], 0
    effect = posterior["log_odds_ratio"].to_numpy().reshape(-1, posterior.sizes["effect"])
    for number, counts in enumerate(model.toxicities):
        agreement = _predictive_p(model, number, seed)
        for arm in model.arms[number][1:]:
            ratio = np.exp(effect[:, first])
            rows.append((counts.name, counts.label, counts.arms[arm], *_row(ratio, 1, interval),
                         agreement))  # fmt: skip
            first += 1
    for arm in posterior["arm"].to_numpy():
        mean = posterior["mean_log_odds_ratio"].sel(arm=arm).to_numpy().ravel()
        name = arms[int(arm)] if int(arm) < len(arms) else str(arm)
        rows.append(("mean", "All toxicities", name, *_row(np.exp(mean), 1, interval), np.nan))
    if "spread" in posterior:
        spread = posterior["spread"].to_numpy().ravel()
        rows.append(("spread", "Spread of log odds ratios", "", *_row(spread, np.inf, interval)[:3],
                     np.nan, np.nan))  # fmt: skip
    columns = ["toxicity", "label", "arm", "odds_ratio", "lower", "upper", "probability_more"]
    return pd.DataFrame(rows, columns=[*columns, "predictive_p"])


def _row(draws: np.ndarray, above: float, interval: float) -> tuple[float, float, float, float]:
    median, lower, upper = (float(q) for q in median_and_limits(draws, interval))
    return median, lower, upper, float((draws > above).mean())


def _predictive_p(model: GradeModel, number: int, seed: int) -> float:
    """Probability that replicated counts lie as far from the model as those seen."""
    counts = model.toxicities[number]
    seen = counts.patients[np.ix_(model.arms[number], model.lowest[number])]
    survivors = modelled_survivors(model, number)
    chosen = np.linspace(0, len(survivors) - 1, min(_REPLICATES, len(survivors))).astype(int)
    ends = np.zeros((*survivors.shape[:2], 1))
    share = -np.diff(np.concatenate([survivors, ends], axis=2), axis=2)[chosen]
    random = np.random.default_rng((seed, number))
    totals = seen.sum(axis=1)
    expected = share * totals[:, None]
    replicated = random.multinomial(totals, share / share.sum(axis=2, keepdims=True))

    def distance(table: np.ndarray) -> np.ndarray:
        return ((table - expected) ** 2 / np.maximum(expected, 1e-12)).sum(axis=(1, 2))

    return float((distance(replicated) >= distance(seen)).mean())


@dataclass(frozen=True, eq=False)
class ToxicityAnswer:
    """Toxicity of the arms.

    Parameters
    ----------
    counts : tuple of GradeCounts
        Patients by arm and grade.
    grades, tests, risks : DataFrame
        As of `grade_table`, `grade_tests`, and `separate_risks` with `pooled_risks` below it.
    odds : DataFrame or None
        As of `grade_odds_ratios`; None without the pooled model.
    model : GradeModel or None
        The pooled model.
    benefit : tuple of BenefitRisk
        Gain in survival against the chosen toxicity, one an arm but the reference.
    remarks : tuple of str
        What can't be given, and why.
    """

    counts: tuple[GradeCounts, ...]
    grades: pd.DataFrame
    tests: pd.DataFrame
    risks: pd.DataFrame
    odds: pd.DataFrame | None
    model: GradeModel | None
    benefit: tuple[BenefitRisk, ...]
    remarks: tuple[str, ...]


def toxicity_counts(spec: ToxicitySpec, cohort: Cohort) -> tuple[GradeCounts, ...]:
    """Patients by arm and grade: those of the cohort's columns, then those printed.

    Parameters
    ----------
    spec : ToxicitySpec
        Columns and printed counts.
    cohort : Cohort
        The cohort, whose arms give the order.

    Returns
    -------
    tuple of GradeCounts

    Raises
    ------
    CohortError
        When a column holds something else than grades.
    """
    counted = [
        _cut(one) if one.name in spec.or_higher else one
        for one in count_grades(cohort, spec.columns)
    ]
    printed = []
    for name, arms in spec.counts.items():
        order = [arm for arm in cohort.arms if arm in arms]
        order += [arm for arm in arms if arm not in order]
        patients = np.array([arms[arm] for arm in order], dtype=int)
        label = spec.labels.get(name, name)
        printed.append(GradeCounts(name, label, tuple(order), patients, name in spec.or_higher))
    return (*counted, *printed)


def _cut(counts: GradeCounts) -> GradeCounts:
    """Counts whose highest grade seen stands for itself and all above."""
    seen = np.flatnonzero(counts.patients.sum(axis=0))
    top = max(int(seen.max(initial=1)), 1)
    return replace(counts, patients=counts.patients[:, : top + 1], or_higher=True)


@checks_arguments
def compare_toxicity(
    cohort: Cohort,
    asked: ToxicitySpec,
    *,
    fit: Fit | None = None,
    horizon: float = 0.0,
    sampling: Sampling | None = None,
    interval: float = 0.95,
    progress: Callable[[int, int], None] | None = None,
) -> ToxicityAnswer:
    """Compare the toxicity of the arms.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    asked : ToxicitySpec
        What is asked.
    fit : Fit, optional
        A fit with the treatment in its formula, for benefit against risk.
    horizon : float
        Horizon of the restricted mean.
    sampling : Sampling, optional
        How to sample the pooled model; its seed also seeds the exact draws.
    interval : float
        Probability of the intervals.
    progress : callable, optional
        Called with (draws done, draws in all) of the pooled model.

    Returns
    -------
    ToxicityAnswer
        Counts that allow no comparison are said in `remarks` and the rest is given.

    Raises
    ------
    CohortError
        When a column holds something else than grades.
    """
    if fit is not None:
        fitted_rows(fit, cohort)
    counts, sampling = toxicity_counts(asked, cohort), sampling or Sampling()
    chosen = {"interval": interval, "acceptable": asked.acceptable}
    separate = separate_risks(counts, asked.grades, prior=asked.prior, seed=sampling.seed, **chosen)
    model = fit_grades(counts, asked.priors, sampling, progress) if asked.pooled else None
    tables, odds = [separate], None
    if model is not None:
        tables.append(pooled_risks(model, asked.grades, **chosen))
        odds = grade_odds_ratios(model, interval=interval, seed=sampling.seed)
    benefit, why_not = _benefit(asked, counts, fit, horizon, sampling.seed)
    return ToxicityAnswer(
        counts=counts,
        grades=grade_table(counts),
        tests=grade_tests(counts, asked.grades),
        risks=_side_by_side(tables, counts),
        odds=odds,
        model=model,
        benefit=benefit,
        remarks=(*_remarks(asked, cohort, counts, model), *why_not),
    )


def _benefit(
    spec: ToxicitySpec,
    counts: Sequence[GradeCounts],
    fit: Fit | None,
    horizon: float,
    seed: int,
) -> tuple[tuple[BenefitRisk, ...], tuple[str, ...]]:
    """Benefit against risk of each arm, or why there is none."""
    if fit is None:
        return (), ()
    wanted = spec.benefit_risk or spec.names[0]
    chosen = next(one for one in counts if one.name == wanted)
    start = "Benefit is not set against risk:"
    if not fit.treatment:
        return (), (f"{start} the primary model has no treatment.",)
    events, grade = chosen.at_least(spec.benefit_risk_grade), spec.benefit_risk_grade
    if events is None:
        why = threshold_remark(chosen, grade)
        return (), (f"{start} grade {grade} or worse of {chosen.label.lower()} is {why}.",)
    known = [str(arm) for arm in fit.design.frame[fit.treatment].cat.categories]
    arms = [
        arm
        for a, arm in enumerate(chosen.arms)
        if a and arm in known and chosen.totals[a] and chosen.totals[0]
    ]
    if not arms or chosen.arms[0] not in known:
        return (), (f"{start} {chosen.label.lower()} is not known for two of the model's arms.",)
    pairs = [
        benefit_risk(
            fit, chosen, arm, grade=grade, horizon=horizon, prior=spec.prior,
            acceptable=spec.acceptable, seed=seed,
        )
        for arm in arms
    ]  # fmt: skip
    return tuple(pairs), ()


def _side_by_side(tables: Sequence[pd.DataFrame], counts: Sequence[GradeCounts]) -> pd.DataFrame:
    """One table, the sources of a toxicity, grade and arm below each other."""
    joined = pd.concat([table for table in tables if len(table)], ignore_index=True)
    order = {one.name: number for number, one in enumerate(counts)}
    arms = {arm: number for one in counts for number, arm in enumerate(one.arms)}
    keys = joined.assign(toxicity=joined["toxicity"].map(order), arm=joined["arm"].map(arms))
    rows = keys.sort_values(["toxicity", "grade", "arm"], kind="stable").index
    return joined.loc[rows].reset_index(drop=True)


def _remarks(
    spec: ToxicitySpec,
    cohort: Cohort,
    counts: Sequence[GradeCounts],
    model: GradeModel | None,
) -> tuple[str, ...]:
    names = {arm: cohort.arm_label(arm) for arm in cohort.arms}
    said: dict[tuple[str, str], list[str]] = {}
    for one in counts:
        for grade in spec.grades:
            if remark := threshold_remark(one, grade, names):
                said.setdefault((one.label, remark), []).append(grade_words(grade))
    found = [f"{label}, {'; '.join(grades)}: {why}." for (label, why), grades in said.items()]
    kept = {one.name for one in model.toxicities} if model else set()
    left = [one.label for one in counts if one.name not in kept]
    if spec.pooled and left:
        found.append(
            "Left out of the pooled model, since patients of two arms and two grades are "
            f"needed: {', '.join(left)}."
        )
    return tuple(found)


def grade_words(grade: int) -> str:
    """A threshold in words.

    Examples
    --------
    >>> grade_words(1), grade_words(3)
    ('any grade', 'grade 3 or worse')
    """
    return "any grade" if grade == 1 else f"grade {grade} or worse"
