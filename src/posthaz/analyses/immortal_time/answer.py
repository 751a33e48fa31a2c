"""The effect of a treatment by every way of using the time before it, by Cox and by Bayes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.adjust import begun
from posthaz.adjust.patients import written_out
from posthaz.analyses.immortal_time.comparisons import (
    CLONES,
    TIME_DEPENDENT,
    TRIALS,
    Comparison,
    comparisons,
    error_reason,
)
from posthaz.analyses.immortal_time.spec import ImmortalTimeSpec
from posthaz.answers import answer_frame
from posthaz.arms.arm_model import (
    ArmTask,
    Quick,
    cox_summary,
    joined,
    on_hazard,
    ratio_summary,
    sparse_model,
    varying_terms,
)
from posthaz.baselines import cox_model
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.design import formula_variables, learn_design, quoted, written_terms
from posthaz.errors import PosthazError
from posthaz.estimands import restricted_mean, summary
from posthaz.hazards import PiecewiseExponential
from posthaz.inference import Fit
from posthaz.spec import ModelSpec, Sampling

COX, POSTERIOR = "cox", "posterior"
COLUMNS = [
    *("comparison", "time", "method", "patients", "rows", "events", "hr", "lower", "upper"),
    *("p", "p_below_1", "rmst_difference", "rmst_lower", "rmst_upper", "horizon", "note"),
]
_EVENTS_AN_INTERVAL = 3
_MOST_INTERVALS = 25
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class ImmortalTime:
    """What a treatment seems to do, by how the time before it is used.

    Parameters
    ----------
    effects : DataFrame
        Columns ``comparison, time, method, patients, rows, events, hr, lower, upper, p,
        p_below_1, rmst_difference, rmst_lower, rmst_upper, horizon, note``: two rows a way of
        comparing, of Cox (``method`` ``"cox"``) and of the model (``"posterior"``). The gain in
        restricted mean is the model's, to `horizon` from the start of that comparison.
    weights, trials : DataFrame
        Of the clones and of the sequence of trials, as `clone_censor_weight` and
        `sequential_trials` give them.
    person_time : DataFrame
        Columns ``arm, entry, start, exit, event``, one row a patient; `start` is missing where
        treatment never began.
    arms : tuple of str
        The arms, that without treatment first.
    covariates : tuple of str
        Covariates of the censoring weights.
    """

    effects: pd.DataFrame
    weights: pd.DataFrame
    trials: pd.DataFrame
    person_time: pd.DataFrame
    arms: tuple[str, ...]
    covariates: tuple[str, ...] = ()


@checks_arguments
def immortal_time(
    cohort: Cohort,
    starts: str,
    model: ModelSpec,
    asked: ImmortalTimeSpec | None = None,
    sampling: Sampling | None = None,
    *,
    horizon: float | None = None,
    interval: float = 0.95,
    progress: Progress = lambda label, done, total: None,
) -> ImmortalTime:
    """Compare a treatment that begins during follow-up with none, in six ways.

    Ever against never treated (which counts the time before treatment as treated), the same
    without late starters, landmarks, treatment as it changes, an emulated trial of clones, and a
    sequence of trials.

    Parameters
    ----------
    cohort : Cohort
        A cohort of two arms, its arm the one that each patient came to be in.
    starts : str
        Covariate with the time at which treatment began.
    model : ModelSpec
        Baseline hazard, priors and formula; terms that hold the treatment beside other
        covariates, and frailties, are left out.
    asked : ImmortalTimeSpec, optional
        Landmarks, grace period and covariates of the weights.
    sampling : Sampling, optional
        How to sample.
    horizon : float, optional
        Horizon of the restricted mean; the shorter arm's follow-up when not given.
    interval : float, optional
        Probability of the intervals.
    progress : callable, optional
        Takes a label, steps done and steps in all.

    Returns
    -------
    ImmortalTime
        The effects; what can't be given has a note.

    Raises
    ------
    AdjustmentError
        When the times at which treatment began can't be used.
    """
    cohort, asked = written_out(cohort), asked or ImmortalTimeSpec()
    terms = tuple(
        term
        for term in written_terms(model.formula)
        if not {cohort.treatment, starts} & set(formula_variables(term))
    )
    variables = tuple(dict.fromkeys(n for term in terms for n in formula_variables(term)))
    covariates = variables if asked.covariates is None else asked.covariates
    ways = list(comparisons(cohort, starts, asked, covariates))
    until = horizon or min(float(cohort.exit[cohort.arm == arm].max()) for arm in cohort.arms)
    rows: list[dict[str, object]] = []
    for number, one in enumerate(ways):
        progress("immortal time", number, len(ways))
        rows += _effects(one, model, terms, sampling or Sampling(), until, interval)
    progress("immortal time", len(ways), len(ways))
    return ImmortalTime(
        pd.DataFrame(rows).reindex(columns=COLUMNS),
        pd.concat([one.weights for one in ways], ignore_index=True),
        pd.concat([one.trials for one in ways], ignore_index=True),
        person_time(cohort, starts),
        cohort.arms,
        tuple(covariates),
    )


@checks_arguments
def person_time(cohort: Cohort, starts: str) -> pd.DataFrame:
    """Follow-up of each patient: ``arm, entry, start, exit, event``, `start` missing for never."""
    begin = begun(cohort, starts)
    frame = pd.DataFrame(
        {
            "subject": cohort.subject,
            "arm": cohort.arm,
            "entry": cohort.entry,
            "start": np.where(np.isfinite(begin), begin, np.nan),
            "exit": cohort.exit,
            "event": cohort.event,
        }
    )
    how = {"arm": "first", "entry": "min", "start": "first", "exit": "max", "event": "any"}
    return frame.groupby("subject", as_index=False).agg(how).drop(columns="subject")


def _effects(
    one: Comparison,
    model: ModelSpec,
    terms: Sequence[str],
    sampling: Sampling,
    horizon: float,
    interval: float,
) -> list[dict[str, object]]:
    """Rows of one way of comparing, of Cox and of the model."""
    part = one.cohort
    shared: dict[str, object] = {"comparison": one.name, "time": one.time, "note": one.note}
    if part is None:
        return [shared | {"method": COX}, shared | {"method": POSTERIOR}]
    patients = part.subject if not one.clustered or part.cluster is None else part.cluster
    shared |= {
        "patients": len(np.unique(patients)), "rows": len(part), "events": int(part.event.sum()),
    }  # fmt: skip
    formula = joined((quoted(part.treatment), *varying_terms(part, terms)))
    cox, scale = _cox(one, part, formula, interval)
    weighed = replace(part, weight=part.weight * scale)
    try:
        base = _baseline(model, part, one.name in (TIME_DEPENDENT, CLONES, TRIALS))
    except PosthazError as error:
        return [shared | cox, shared | {"method": POSTERIOR, "note": error_reason(error)}]
    return [shared | cox, shared | _posterior(weighed, formula, base, sampling, horizon, interval)]


def _cox(
    one: Comparison, part: Cohort, formula: str, interval: float
) -> tuple[dict[str, object], float]:
    """Cox's hazard ratio, and the variance as if rows were patients over the robust one."""
    try:
        design = learn_design(part.covariates, formula)
        columns = pd.DataFrame(design.matrix(design.frame), columns=list(design.columns))
        plain = part.cluster is None and part.weights_count
        fitted = cox_model(
            part, columns, strata=one.strata, level=interval,
            robust=True if one.clustered else (False if plain else None),
        )  # fmt: skip
        term = f"{part.treatment}[{part.arms[1]}]"
        numbers, note = cox_summary(fitted, term)
        row = fitted.table[fitted.table["term"] == term].to_dict("records")[0]
    except PosthazError as error:
        return {"method": COX, "note": error_reason(error)}, 1.0
    scale = float(row["se"] / row["robust_se"]) ** 2 if one.clustered else 1.0
    return {"method": COX, **numbers, "note": note}, scale if np.isfinite(scale) else 1.0


def _posterior(
    part: Cohort,
    formula: str,
    base: ModelSpec,
    sampling: Sampling,
    horizon: float,
    interval: float,
) -> dict[str, object]:
    try:
        task = ArmTask(part, formula)
        (found,) = Quick(base, sampling).fit_all([task])
    except PosthazError as error:
        found = error_reason(error)
    if isinstance(found, str):
        return {"method": POSTERIOR, "note": found}
    ratios = ratio_summary(task.effect(found), interval)
    return {"method": POSTERIOR, **ratios, **_gain(found, part, horizon, interval)}


def _baseline(model: ModelSpec, part: Cohort, changing: bool) -> ModelSpec:
    """The model's baseline for these events; finer where arms change during follow-up.

    Who waits is at risk early, also within an interval.
    """
    baseline, times = model.baseline, part.exit[part.event]
    plain = replace(on_hazard(model), shrinkage=None)
    if not (changing and isinstance(baseline, PiecewiseExponential) and not baseline.cuts):
        return sparse_model(plain, times)
    most = min(_MOST_INTERVALS, len(np.unique(times)) // _EVENTS_AN_INTERVAL)
    fine = replace(baseline, intervals=max(baseline.intervals, most))
    return sparse_model(replace(plain, baseline=fine), times, _EVENTS_AN_INTERVAL)


def _gain(fit: Fit, part: Cohort, horizon: float, interval: float) -> dict[str, object]:
    """Restricted mean with treatment minus that without, where there are curves."""
    try:
        means = restricted_mean(fit, [horizon]).isel(time=0)
    except PosthazError as error:
        return {"note": error_reason(error)}
    reference, arm = part.arms
    gain: xr.DataArray = means.sel(profile=arm) - means.sel(profile=reference)
    numbers = summary(gain, interval)
    return {
        "rmst_difference": numbers["median"],
        "rmst_lower": numbers["lower"],
        "rmst_upper": numbers["upper"],
        "horizon": horizon,
    }


def answer_rows(answer: object) -> pd.DataFrame:
    """Hazard ratios and gains in restricted mean; none where there was no audit.

    Parameters
    ----------
    answer : ImmortalTime or anything else
        The answer.

    Returns
    -------
    DataFrame
        Columns `posthaz.answers.COLUMNS`; ``population`` is the way of comparing and ``level`` its
        landmark or grace period.
    """
    return answer_frame(_rows(answer) if isinstance(answer, ImmortalTime) else [])


def _rows(answer: ImmortalTime) -> Iterator[dict[str, object]]:
    reference, arm = answer.arms
    for row in answer.effects.to_dict("records"):
        shared = {
            "analysis": "immortal_time",
            "population": row["comparison"],
            "level": f"{row['time']:g}" if np.isfinite(row["time"]) else "",
            "arm": arm,
            "reference": reference,
            "method": row["method"],
            "n": row["patients"],
            "events": row["events"],
            "note": row["note"],
        }
        numbers = {name: row[name] for name in ("lower", "upper")}
        said = {"p": row["p"]} if row["method"] == COX else {
            "statement": "< 1", "probability": row["p_below_1"]}  # fmt: skip
        yield {**shared, "quantity": "hazard_ratio", "value": row["hr"], **numbers, **said}
        if np.isfinite(row["rmst_difference"]):
            yield {
                **shared,
                "quantity": "rmst_difference",
                "time": row["horizon"],
                "value": row["rmst_difference"],
                "lower": row["rmst_lower"],
                "upper": row["rmst_upper"],
            }
