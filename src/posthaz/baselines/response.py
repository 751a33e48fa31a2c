"""A cohort as the response that greenwood takes."""

from collections.abc import Iterator

import greenwood as gw
import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, joined
from posthaz.errors import CohortError, Finding

_ROWS_NAMED = 5


def response(cohort: Cohort) -> gw.Surv:
    """Follow-up as exact or right-censored times, with delayed entry.

    Parameters
    ----------
    cohort : Cohort
        A cohort.

    Returns
    -------
    greenwood.Surv
        One element a row; causes other than the first are censored.

    Raises
    ------
    CohortError
        When rows are interval-censored, which these answers can't use.
    """
    unusable = np.flatnonzero(cohort.interval_censored)
    if unusable.size:
        numbers = [str(cohort.row_number[row]) for row in unusable[:_ROWS_NAMED]]
        more = f" and {unusable.size - _ROWS_NAMED} more" if unusable.size > _ROWS_NAMED else ""
        finding = Finding(
            f"{cohort.source.name}, row {', '.join(numbers)}{more}",
            "the event is only known to lie in an interval, and Kaplan-Meier, log-rank and Cox "
            "need exact or right-censored times",
            "ask for no [baselines] (kaplan_meier = false, logrank = false, cox = [])",
        )
        raise CohortError.from_findings("The frequentist answers can't be given.", (finding,))
    if np.any(cohort.entry > 0):
        return gw.Surv(cohort.entry, cohort.exit, cohort.event)
    return gw.Surv(cohort.exit, cohort.event)


def refuse_recurrent(cohort: Cohort, what: str) -> None:
    """Refuse an answer that has no meaning where a patient may have several events.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    what : str
        The answer asked for.

    Raises
    ------
    CohortError
        When every event of a subject counts.
    """
    if cohort.recurrent:
        raise CohortError(
            f"{cohort.source.name}: events are recurrent: a patient goes on after an event, "
            f"so there is no {what}",
            fix=(
                "ask for mean_cumulative_count(cohort), or read the cohort with recurrent = "
                '"first" for the time to the first event'
            ),
        )


def by_arm(cohort: Cohort) -> Iterator[tuple[str, Cohort]]:
    """Each arm that has rows, reference first, with its rows; ``"all"`` for a single-arm cohort.

    Parameters
    ----------
    cohort : Cohort
        A cohort.

    Yields
    ------
    tuple of str and Cohort
        The arm and its rows, those of a patient that follow each other being one; covariates
        are those of its first.
    """
    arm = cohort.arm
    for name in cohort.arms or ("all",):
        inside = arm == name
        if inside.any():
            # pieces of one patient's follow-up are no patients censored
            yield name, joined(cohort.where(inside), ())


def whole_weights(cohort: Cohort) -> bool:
    """Whether every case weight is a whole number, so that a row stands for so many rows."""
    return cohort.weights_count


def subjects(cohort: Cohort) -> float:
    """Number of subjects, each counted with the weight of its first row."""
    return float(pd.Series(cohort.weight).groupby(cohort.subject).first().sum())


def events(cohort: Cohort) -> float:
    """Number of events of interest, weighted."""
    return float(cohort.weight[cohort.event | cohort.interval_censored].sum())
