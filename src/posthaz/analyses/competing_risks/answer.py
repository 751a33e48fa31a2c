"""Competing risks: one fit a cause, and cumulative incidence by every method, side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from posthaz.analyses.competing_risks.incidence import (
    implied_subdistribution,
    labelled,
    named,
    posterior_incidence,
    posterior_rows,
    without_model,
)
from posthaz.analyses.competing_risks.spec import TABLE, CompetingRisksSpec
from posthaz.arms.arm_model import cox_columns
from posthaz.baselines import cox_model, subdistribution_model
from posthaz.checks import convergence
from posthaz.cohort import Cohort, cause_of, causes_of
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import CohortError
from posthaz.errors.lost import Lost
from posthaz.estimands import coefficient_table, time_in_states
from posthaz.estimands.time_in_states import TIME_COLUMNS
from posthaz.inference import Fit, fit
from posthaz.spec import ModelSpec, Sampling

_CURVE_POINTS = 101
Progress = Callable[[str, int, int], None]
COX = "Cox, cause-specific"
POSTERIOR = "posterior, cause-specific"
FINE_GRAY = "Fine-Gray"
_COLUMNS = [
    *("cause", "term", "source", "hr", "lower", "upper", "p", "p_below_1", "n", "events", "note"),
]


@dataclass(frozen=True, eq=False)
class CompetingRisks:
    """Cumulative incidence of competing causes.

    Parameters
    ----------
    at_times : DataFrame
        Columns ``cause, label, arm, time, source, incidence, lower, upper, at_risk, events``;
        ``source`` is ``1 - Kaplan-Meier``, ``Aalen-Johansen`` or ``posterior``.
    curves : DataFrame
        The same over the whole follow-up, for figures.
    tests : DataFrame
        Result of `gray_test` for each cause, with its label.
    ratios : DataFrame
        Columns ``cause, label, term, source, hr, lower, upper, p, p_below_1, n, events, note``;
        ``source`` is ``Cox, cause-specific``, ``posterior, cause-specific`` or ``Fine-Gray``.
    time_lost : DataFrame
        Columns ``cause, label, arm, reference, horizon, mean, lower, upper, p_above_0``: mean time
        lost to each cause before a horizon, the last of the asked times, and its differences.
    subdistribution : DataFrame
        Result of `implied_subdistribution` at the asked times, with labels.
    counts : DataFrame
        Columns ``cause, label, arm, events``.
    fits : mapping of int to Fit
        Fit of each cause.
    failures : tuple of str
        Failed convergence checks, in words.
    notes : tuple of str
        What could not be given, and why.
    """

    at_times: pd.DataFrame
    curves: pd.DataFrame
    tests: pd.DataFrame
    ratios: pd.DataFrame
    counts: pd.DataFrame
    time_lost: pd.DataFrame = field(default_factory=pd.DataFrame)
    subdistribution: pd.DataFrame = field(default_factory=pd.DataFrame)
    fits: Mapping[int, Fit] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@checks_arguments
def competing_risks(
    cohort: Cohort,
    model: ModelSpec,
    asked: CompetingRisksSpec,
    sampling: Sampling | None = None,
    *,
    interval: float = 0.95,
    progress: Progress = lambda label, done, total: None,
) -> CompetingRisks:
    """Cumulative incidence of every cause, with and without a model.

    Parameters
    ----------
    cohort : Cohort
        A cohort whose causes compete.
    model : ModelSpec
        Model of the cause-specific hazards; each cause is fitted by itself.
    asked : CompetingRisksSpec
        Names of the causes, and times.
    sampling : Sampling, optional
        How to sample.
    interval : float, optional
        Probability of the intervals.
    progress : callable, optional
        Takes a label, draws done and draws in all.

    Returns
    -------
    CompetingRisks
        The answer; a cause without events is left out, and said.

    Raises
    ------
    CohortError
        When events are recurrent or known to lie in intervals, or the model has expected deaths.
    """
    _refuse(cohort, model, asked)
    notes: list[str] = []
    there = causes_of(cohort)
    causes = tuple(cause for cause in {**dict.fromkeys(asked.causes), **dict.fromkeys(there)})
    for cause in causes:
        if cause not in there:
            notes.append(Lost(f"estimate of {asked.label(cause)}", "no event of this cause"))
    fits = cause_fits(cohort, model, there, sampling or Sampling(), progress)
    for cause, one in fits.items():
        notes += fewer_intervals(model, one, asked.label(cause))
    times = asked.times or (float(np.median(cohort.exit)),)
    grid = np.linspace(cohort.origin, float(cohort.exit.max()), _CURVE_POINTS)
    tables, tests = without_model(cohort, there, times, interval, notes)
    posterior = [
        posterior_rows(fits, np.asarray(wanted), interval) if fits else pd.DataFrame()
        for wanted in (times, grid)
    ]
    at_times, curves = (
        labelled(pd.concat([without, with_model], ignore_index=True), asked, cohort.arms)
        for without, with_model in zip(tables, posterior, strict=True)
    )
    return CompetingRisks(
        at_times=at_times,
        curves=curves,
        tests=named(tests, asked),
        ratios=named(cause_ratios(cohort, fits, interval, notes), asked),
        counts=named(_counts(cohort, causes), asked),
        time_lost=named(_time_lost(fits, float(max(times)), interval), asked),
        subdistribution=named(implied_subdistribution(fits, times, interval), asked)
        if fits
        else pd.DataFrame(),
        fits=fits,
        failures=tuple(
            f"{asked.label(cause)}: {text}"
            for cause, one in fits.items()
            for text in convergence(one).failures
        ),
        notes=tuple(notes),
    )


def _refuse(cohort: Cohort, model: ModelSpec, asked: CompetingRisksSpec) -> None:
    """One error with every reason why causes can't be described."""
    named_all = replace(asked, causes={**dict.fromkeys(causes_of(cohort), ""), **asked.causes})
    TABLE.refuse("Causes can't be described:", named_all, cohort, model)


def _time_lost(fits: Mapping[int, Fit], horizon: float, interval: float) -> pd.DataFrame:
    """Mean time lost to each cause before a horizon (Andersen 2013), by arm."""
    if not fits:
        return pd.DataFrame(columns=["cause", *TIME_COLUMNS])
    begin = next(iter(fits.values())).origin
    incidence = posterior_incidence(fits, np.linspace(begin, horizon, _CURVE_POINTS))
    return time_in_states(incidence.sel(cause=list(fits)), horizon, "cause", interval)


def _counts(cohort: Cohort, causes: tuple[int, ...]) -> pd.DataFrame:
    events = cohort.patients_each
    rows = [
        {"cause": cause, "arm": arm, "events": round(events[(cohort.cause == cause) & here].sum())}
        for cause in causes
        for arm in (cohort.arms or ("all",))
        for here in [cohort.arm == arm]
    ]
    return pd.DataFrame(rows)


def cause_ratios(
    cohort: Cohort, fits: Mapping[int, Fit], interval: float, notes: list[str]
) -> pd.DataFrame:
    """Cause-specific and subdistribution hazard ratios of every coefficient of a model.

    Parameters
    ----------
    cohort : Cohort
        The cohort with its causes.
    fits : mapping of int to Fit
        Fit of each cause.
    interval : float
        Probability of the intervals.
    notes : list of str
        Where it is said what could not be given.

    Returns
    -------
    DataFrame
        Columns ``cause, term, source, hr, lower, upper, p, p_below_1, n, events, note``.
    """
    parts = []
    for cause, one in fits.items():
        if not one.design.columns:
            continue
        if one.spec.strata and (said := _one_baseline(one.spec.strata)) not in notes:
            notes.append(said)
        own, columns, strata = cox_columns(one, cohort)
        waited = cause_of(own, cause)
        cox = cox_model(waited, columns, level=interval, strata=strata)
        frequentist = cox.table.assign(source=COX, n=cox.n, events=cox.events)
        found = [frequentist.rename(columns={"hr_lower": "lower", "hr_upper": "upper"})]
        found.append(_posterior(one, interval, cox.n, cox.events))
        try:
            gray = subdistribution_model(own, columns, cause, level=interval)
            gray = gray.rename(columns={"hr_lower": "lower", "hr_upper": "upper"})
            found.append(gray.assign(source=FINE_GRAY))
        except CohortError as error:
            said = Lost("Fine-Gray model", str(error))
            notes.extend([] if said in notes else [said])
        parts += [frame.assign(cause=cause) for frame in found]
    if not parts:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat([part.reindex(columns=_COLUMNS) for part in parts], ignore_index=True)


def _one_baseline(strata: str) -> str:
    return f"Fine-Gray models have one baseline, not one for each level of {strata}"


def _posterior(one: Fit, interval: float, n: float, events: int) -> pd.DataFrame:
    table = coefficient_table(one, interval=interval)
    table = table[table["term"].isin(one.design.columns) & table["hr_median"].notna()]
    return pd.DataFrame(
        {
            "term": table["term"],
            "source": POSTERIOR,
            "hr": table["hr_median"],
            "lower": table["hr_lower"],
            "upper": table["hr_upper"],
            "p": np.nan,
            "p_below_1": table["p_hr_below_1"],
            "n": n,
            "events": events,
            "note": "",
        }
    )


def cause_fits(
    cohort: Cohort,
    model: ModelSpec,
    causes: tuple[int, ...],
    sampling: Sampling,
    progress: Progress = lambda label, done, total: None,
) -> dict[int, Fit]:
    """Fit of each cause-specific hazard: the cause as event, every other one censored.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    model : ModelSpec
        Model of every cause; its intervals are as many as the events of the cause bear.
    causes : tuple of int
        Causes that rows of the cohort have.
    sampling : Sampling
        How to sample; each cause gets a seed of its own.
    progress : callable, optional
        Takes a label, draws done and draws in all.

    Returns
    -------
    dict of int to Fit
        By cause.
    """
    fits = {}
    method = "pymc" if sampling.method == "pymc" else "nuts"
    for cause in causes:
        waited = cause_of(cohort, cause)
        fewer = model.baseline.sparser(waited.exit[waited.event])
        own = replace(model, baseline=fewer, name=f"cause_{cause}")
        # equal seeds would tie the noise of the causes' draws together
        seeded = replace(sampling, seed=sampling.seed + cause, method=method)

        def report(done: int, total: int, name: str = own.name) -> None:
            progress(name, done, total)

        fits[cause] = fit(own, waited, seeded, report)
    return fits


def fewer_intervals(model: ModelSpec, one: Fit, label: str) -> list[str]:
    """What is said of a cause whose events bear fewer intervals than its model asks for."""
    wanted = getattr(model.baseline, "intervals", 0)
    used = getattr(one.spec.baseline, "intervals", 0)
    if used >= wanted or getattr(model.baseline, "cuts", ()):
        return []
    plural = "" if used == 1 else "s"
    return [f"{label}: {used} interval{plural} instead of {wanted}, for want of events."]
