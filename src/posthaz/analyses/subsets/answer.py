"""Survival by arm in the whole cohort and in each named subset, with and without a model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from posthaz.analyses.subsets.spec import SubsetsSpec
from posthaz.arms.arm_model import (
    arm_model,
    complete_in,
    joined,
    sparse_model,
    varying_terms,
    without_empty_arms,
)
from posthaz.arms.survival_rows import cox_rows, frequentist_rows, posterior_rows
from posthaz.baselines import at_risk_rows, kaplan_meier
from posthaz.checks import convergence
from posthaz.cohort import Cohort, restricted, rows_where
from posthaz.cohort.argument import checks_arguments
from posthaz.design import formula_bars, written_terms
from posthaz.errors import PosthazError
from posthaz.errors.lost import Lost
from posthaz.estimands import band, survival
from posthaz.inference import Fit, fit
from posthaz.inference.patients import fitted_rows
from posthaz.spec import ModelSpec, Sampling

WHOLE = "all"
_CURVE_POINTS = 101
_LEAST_EVENTS = 5
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class SubsetSurvival:
    """Survival in one subset.

    Parameters
    ----------
    name, label : str
        Of the subset.
    answers : DataFrame
        Columns ``quantity, arm, time, source, value, lower, upper, p, n, events, note``;
        ``quantity`` is ``survival``, ``median``, ``test`` or ``hazard_ratio``. Empty for a
        subset without patients.
    steps, at_risk, curves : DataFrame
        Kaplan-Meier, numbers at risk, and posterior bands (``arm, time, median, lower, upper``),
        for figures.
    fit : Fit or None
        Fit of the primary model in the subset.
    failures : tuple of str
        Failed convergence checks, in words.
    notes : tuple of str
        What could not be given, and why.
    """

    name: str
    label: str
    answers: pd.DataFrame = field(default_factory=pd.DataFrame)
    steps: pd.DataFrame = field(default_factory=pd.DataFrame)
    at_risk: pd.DataFrame = field(default_factory=pd.DataFrame)
    curves: pd.DataFrame = field(default_factory=pd.DataFrame)
    fit: Fit | None = None
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@checks_arguments
def survival_in_subsets(
    cohort: Cohort,
    model: ModelSpec,
    asked: SubsetsSpec,
    times: Sequence[float],
    sampling: Sampling | None = None,
    *,
    whole: Fit | None = None,
    ticks: Sequence[float] | None = None,
    transform: str = "log-log",
    interval: float = 0.95,
    progress: Progress = lambda label, done, total: None,
) -> tuple[SubsetSurvival, ...]:
    """Kaplan-Meier, log-rank, rates and medians in every subset, and the model refitted there.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    model : ModelSpec
        Model refitted in each subset, without terms that are constant there and with as many
        intervals as its events bear.
    asked : SubsetsSpec
        The subsets.
    times : sequence of float
        Times at which survival is reported.
    sampling : Sampling, optional
        How to sample.
    whole : Fit, optional
        Fit of the model to the whole cohort, when there is one.
    ticks : sequence of float, optional
        Times at which those at risk are counted; origin and `times` when not given.
    transform : {"log-log", "log", "plain"}
        Scale of the Kaplan-Meier confidence limits.
    interval : float, optional
        Probability of the intervals.
    progress : callable, optional
        Takes a label, draws done and draws in all.

    Returns
    -------
    tuple of SubsetSurvival
        The whole cohort first, then the subsets in order. A subset without patients or events
        says so and gives what can be given.

    Raises
    ------
    CohortError
        When a subset names a covariate or level that the cohort doesn't have, or rows are
        interval-censored.
    """
    if whole is not None:
        fitted_rows(whole, cohort)
    chosen = [
        (subset.name, subset.shown, restricted(cohort, rows_where(cohort, subset.where)))
        for subset in asked.subsets
    ]
    sampling = sampling or Sampling()
    found = []
    for name, label, part in [(WHOLE, "All patients", cohort), *chosen]:
        notes = _shortcomings(part)
        if not len(part):
            found.append(SubsetSurvival(name, label, notes=tuple(notes)))
            continue
        own = whole if name == WHOLE and whole is not None else None
        own = own or _refitted(part, model, name, sampling, progress, notes)
        failures = convergence(own).failures if own is not None and own is not whole else ()
        found.append(
            SubsetSurvival(
                name,
                label,
                **_answered(part, own, times, ticks, transform, interval),
                fit=own,
                failures=tuple(f"{label}: {text}" for text in failures),
                notes=tuple(notes),
            )
        )
    return tuple(found)


def _shortcomings(part: Cohort) -> list[str]:
    """What a reader must know of a subset's size; events by arm that are none, or few."""
    if not len(part):
        return ["no patients"]
    notes = []
    for arm in part.arms or ():
        here = part.arm == arm
        events = round(part.patients_each[part.event & here].sum())
        if not here.any():
            notes.append(f"no patients in arm {part.arm_label(arm)}")
        elif not events:
            notes.append(f"no events in arm {part.arm_label(arm)}")
    events = part.event_count
    if 0 < events < _LEAST_EVENTS:
        plural = "" if events == 1 else "s"
        notes.append(f"{events} event{plural} only: the posterior leans on its prior")
    return notes


def _refitted(
    part: Cohort,
    model: ModelSpec,
    name: str,
    sampling: Sampling,
    progress: Progress,
    notes: list[str],
) -> Fit | None:
    """The model in a subset; None after saying why there is none."""
    if not part.event.any():
        notes.append("no events, so no model")
        return None
    terms = written_terms(model.formula)
    kept = varying_terms(part, terms)
    left = [term for term in terms if term not in kept]
    if left:
        notes.append(f"the model leaves out {', '.join(left)}, which is constant here")
    rows = complete_in(part, kept)
    if not rows.all():
        notes.append(
            f"the model uses {int(rows.sum()):,} of {len(rows):,} rows, which are complete"
        )
    used = without_empty_arms(restricted(part, rows))
    try:
        plain = replace(model, shrinkage=None, changing=(), crossing=None)
        sparse = sparse_model(plain, used.exit[used.event])
        formula = joined([*kept, *_clusters(model.formula, kept)])
        spec = arm_model(sparse, used, formula, name)
        return fit(spec, used, sampling, lambda done, total: progress(name, done, total))
    except PosthazError as error:
        notes.append(Lost("model of this subset", str(error)))
        return None


def _clusters(formula: str, terms: Sequence[str]) -> list[str]:
    """What a formula lets differ between clusters, of the terms that are left."""
    bars = (bar.among(terms) for bar in formula_bars(formula))
    return [str(bar) for bar in bars if bar is not None]


def _answered(
    part: Cohort,
    found: Fit | None,
    times: Sequence[float],
    ticks: Sequence[float] | None,
    transform: str,
    interval: float,
) -> dict[str, pd.DataFrame]:
    """Tables of one subset: answers, steps, numbers at risk, curves."""
    horizon = float(part.exit.max())
    ticks = [part.origin, *(t for t in times if t <= horizon)] if ticks is None else ticks
    parts = [frequentist_rows(part, times, transform, interval)]
    curves = pd.DataFrame(columns=["arm", "time", "median", "lower", "upper"])
    if found is not None:
        parts += [cox_rows(part, found, interval), posterior_rows(found, times, interval)]
        curves = band(survival(found, np.linspace(part.origin, horizon, _CURVE_POINTS)), interval)
        there = [arm for arm in part.arms if (part.arm == arm).any()]
        if len(there) == 1:  # a model without an arm is then about that one
            parts[-1] = parts[-1].replace({"arm": {WHOLE: there[0]}})
            curves = curves.replace({"arm": {WHOLE: there[0]}})
    return {
        "answers": pd.concat(parts, ignore_index=True),
        "steps": kaplan_meier(part, transform=transform, level=interval),
        "at_risk": at_risk_rows(part, ticks),
        "curves": curves,
    }
