"""Survival by the levels of candidates that are factors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.arms.arm_model import complete_in, without_empty_arms
from posthaz.arms.survival_rows import LOGRANK, frequentist_rows, posterior_curves
from posthaz.baselines import Candidate
from posthaz.cohort import Cohort, restricted
from posthaz.design import quoted
from posthaz.inference import Fit

COLUMNS = (
    *("candidate", "level", "quantity", "time", "source", "value", "lower", "upper"),
    *("p", "n", "events", "note"),
)


def level_survival(
    cohort: Cohort,
    members: Sequence[Candidate],
    fits: Mapping[str, Fit],
    times: Sequence[float],
    transform: str,
    interval: float,
) -> pd.DataFrame:
    """Medians and rates by the levels of each factor, and its log-rank test.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    members : sequence of Candidate
        Candidates that can be analysed; those that are numbers have no rows.
    fits : mapping of str to Fit
        Model of each candidate alone, by term.
    times : sequence of float
        Times of survival.
    transform : {"log-log", "log", "plain"}
        Scale of the Kaplan-Meier confidence limits.
    interval : float
        Probability of the intervals.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; ``quantity`` is ``"median"``, ``"survival"`` or ``"test"``.
    """
    parts = []
    for one in members:
        part = by_levels(cohort, one.term)
        if not part.treatment:
            continue
        rows = frequentist_rows(part, times, transform, interval)
        if not np.all(part.weight == 1):
            rows = rows[rows["source"] != LOGRANK]
        if one.term in fits:
            rows = pd.concat([rows, posterior_curves(fits[one.term], times, interval)])
        parts.append(rows.rename(columns={"arm": "level"}).assign(candidate=one.term))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return frame.reindex(columns=list(COLUMNS))


def by_levels(cohort: Cohort, term: str) -> Cohort:
    """Rows complete in a term; where it is a factor, its levels take the place of the arms."""
    part = restricted(cohort, complete_in(cohort, [term]))
    names = (str(name) for name in part.covariates)
    name = next((name for name in names if term in (name, quoted(name))), "")
    if not name or not hasattr(part.covariates[name], "cat"):
        return replace(part, treatment="")
    return without_empty_arms(replace(part, treatment=name))
