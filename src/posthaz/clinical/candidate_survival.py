"""Candidates by themselves: Bayesian models, and survival by the levels of factors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from posthaz.baselines import Candidate
from posthaz.clinical.arm_model import ArmTask, Quick, complete_in, without_empty_arms
from posthaz.clinical.sparse_baseline import sparse_model
from posthaz.clinical.subset_rows import LOGRANK, frequentist_rows, posterior_rows
from posthaz.cohort import Cohort, restricted
from posthaz.design import quoted
from posthaz.inference import Fit
from posthaz.spec import ModelSpec, Sampling

COLUMNS = (
    *("candidate", "level", "quantity", "time", "source", "value", "lower", "upper"),
    *("p", "n", "events", "note"),
)


@dataclass(frozen=True)
class CurvesAsked:
    """Which numbers of the curves are wanted.

    Parameters
    ----------
    times : tuple of float
        Times of survival.
    transform : {"log-log", "log", "plain"}
        Scale of the Kaplan-Meier confidence limits.
    interval : float
        Probability of the intervals.
    """

    times: tuple[float, ...] = ()
    transform: str = "log-log"
    interval: float = 0.95


def fit_alone(
    cohort: Cohort,
    model: ModelSpec,
    members: Sequence[Candidate],
    sampling: Sampling,
    notes: list[str],
) -> dict[str, Fit]:
    """Bayesian model of each candidate alone, on the rows complete in it.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    model : ModelSpec
        Baseline hazard and priors.
    members : sequence of Candidate
        Candidates that can be analysed.
    sampling : Sampling
        Draws and seed.
    notes : list of str
        Where it is said what could not be given.

    Returns
    -------
    dict of str to Fit
        By term.
    """
    if not cohort.event.any() or not members:
        return {}
    base = replace(sparse_model(model, cohort.exit[cohort.event]), shrinkage=None)
    tasks = [ArmTask(_by_levels(cohort, one.term), one.term) for one in members]
    found: dict[str, Fit] = {}
    for one, made in zip(members, Quick(base, sampling).fit_all(tasks), strict=True):
        if isinstance(made, Fit):
            found[one.term] = made
        else:
            notes.append(f"There is no Bayesian model of {one.term} alone: {made}.")
    return found


def level_survival(
    cohort: Cohort, members: Sequence[Candidate], fits: Mapping[str, Fit], asked: CurvesAsked
) -> pd.DataFrame:
    """Medians and rates by the levels of each factor, and its log-rank test.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    members : sequence of Candidate
        Candidates that can be analysed; those that are numbers have no rows.
    fits : mapping of str to Fit
        Result of `fit_alone`.
    asked : CurvesAsked
        Which numbers.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; ``quantity`` is ``"median"``, ``"survival"`` or ``"test"``.
    """
    parts = []
    for one in members:
        part = _by_levels(cohort, one.term)
        if not part.treatment:
            continue
        rows = frequentist_rows(part, asked.times, asked.transform, asked.interval)
        if not np.all(part.weight == 1):
            rows = rows[rows["source"] != LOGRANK]
        if one.term in fits:
            bayes = posterior_rows(fits[one.term], asked.times, asked.interval)
            rows = pd.concat([rows, bayes[bayes["quantity"] != "hazard_ratio"]])
        parts.append(rows.rename(columns={"arm": "level"}).assign(candidate=one.term))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return frame.reindex(columns=list(COLUMNS))


def _by_levels(cohort: Cohort, term: str) -> Cohort:
    """Rows complete in a term; where it is a factor, its levels take the place of the arms."""
    part = restricted(cohort, complete_in(cohort, [term]))
    names = (str(name) for name in part.covariates)
    name = next((name for name in names if term in (name, quoted(name))), "")
    if not name or not hasattr(part.covariates[name], "cat"):
        return replace(part, treatment="")
    return without_empty_arms(replace(part, treatment=name))
