"""Treatment that begins during follow-up: time before it belongs to the reference arm."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.patients import without
from posthaz.cohort.rows import shown_rows
from posthaz.cohort.ties import at_times_of
from posthaz.errors import AdjustmentError, Finding, Findings, nearest


@checks_arguments
def split_at_treatment(cohort: Cohort, starts: str) -> Cohort:
    """Cut the follow-up of each treated patient where treatment began.

    Who is treated later had to survive until then: counting that time as treated (immortal time)
    makes treatment look good whatever it does. The rows before belong to the reference arm.

    Parameters
    ----------
    cohort : Cohort
        A cohort with a treatment; its arm is the one that a patient came to be in.
    starts : str
        Covariate with the time at which treatment began, in ``cohort.unit``; missing for
        patients of the reference arm.

    Returns
    -------
    Cohort
        One row more for each patient treated after the start of follow-up; `starts` is no
        covariate of it, since it tells the future.

    Raises
    ------
    AdjustmentError
        When a start is missing, negative, or given for a patient of the reference arm; and for
        interval-censored events.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [9.0, 5.0, 8.0], "event": [1, 1, 0], "arm": ["T", "C", "T"],
    ...                       "start": [4.0, None, 0.0]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> split = split_at_treatment(cohort, "start")
    >>> [(a, float(b), float(c)) for a, b, c in zip(split.arm, split.entry, split.exit)]
    [('C', 0.0, 4.0), ('T', 4.0, 9.0), ('C', 0.0, 5.0), ('T', 0.0, 8.0)]
    """
    begin = treatment_starts(cohort, starts)
    reference = cohort.arms[0]
    before = np.isfinite(begin) & (begin > cohort.entry)
    spans = before & (begin < cohort.exit)
    never = before & (begin >= cohort.exit)
    end = pd.Series(cohort.exit).groupby(cohort.subject).transform("max").to_numpy()
    rows = np.repeat(np.arange(len(cohort)), np.where(spans, 2, 1))
    first = np.append(True, rows[1:] != rows[:-1])
    early = first & spans[rows]
    late = ~first
    values = cohort.covariates[cohort.treatment].iloc[rows].reset_index(drop=True)
    pieces = without(cohort, starts).at(rows)
    arm = values.where(~(early | never[rows]), reference)
    _check_arms(cohort, arm)
    return replace(
        pieces,
        entry=np.where(late, begin[rows], pieces.entry),
        lower=np.where(early, begin[rows], pieces.lower),
        upper=np.where(early, np.inf, pieces.upper),
        cause=np.where(early, 0, pieces.cause),
        covariates=pieces.covariates.assign(**{cohort.treatment: arm}),
        notices=(*cohort.notices, *_notices(cohort, starts, never & (begin >= end))),
    )


def _check_arms(cohort: Cohort, arm: pd.Series) -> None:
    """Refuse where treatment began in nobody of an arm before follow-up ended."""
    emptied = [
        name for name in cohort.arms if (cohort.arm == name).any() and not (arm == name).any()
    ]
    findings = Findings()
    for name in emptied:
        findings.add(
            f"{cohort.source.name}, column '{cohort.treatment}'",
            f"nobody is left in arm {name}: treatment began when follow-up ended, or after it",
            "see whether the times at which treatment began are right",
        )
    findings.raise_if_any(AdjustmentError, _TITLE)


def treatment_starts(cohort: Cohort, starts: str) -> np.ndarray:
    """Time at which each row's treatment began; infinite in the reference arm, shape (row,).

    Parameters
    ----------
    cohort : Cohort
        A cohort with a treatment.
    starts : str
        Covariate with the times.

    Returns
    -------
    ndarray of float, shape (row,)
        The times.

    Raises
    ------
    AdjustmentError
        See `split_at_treatment`.
    """
    name = cohort.source.name
    if not cohort.arms:
        raise AdjustmentError(f"{name}: there is no treatment", fix="name its column")
    if starts not in cohort.covariates:
        known = [str(column) for column in cohort.covariates]
        raise AdjustmentError(
            f"{name}: there is no column '{starts}' ({nearest(starts, known)})",
            fix="name the column with the times at which treatment began",
        )
    given = pd.Series(cohort.covariates[starts])
    findings = Findings()
    if not pd.api.types.is_numeric_dtype(given):
        findings.add(f"{name}, column '{starts}'", "text among the times", "give numbers")
        findings.raise_if_any(AdjustmentError, _TITLE)
    times, treated = at_times_of(cohort, given.to_numpy(dtype=float)), cohort.arm != cohort.arms[0]
    faults = (
        (treated & ~np.isfinite(times), "treated, and no start is given", "give the time"),
        (times < 0, "the start is below 0", "count it from the start of follow-up"),
        (
            ~treated & np.isfinite(times),
            f"a start is given for a patient of the reference arm '{cohort.arms[0]}'",
            "empty it, or give the arm the patient came to be in",
        ),
        (
            treated & cohort.interval_censored & (times > cohort.lower),
            "the event lies in an interval in which treatment began",
            "give exact times",
        ),
    )
    for wrong, what, fix in faults:
        if wrong.any():
            findings.add(f"{name}, {shown_rows(map(int, cohort.row_number[wrong]))}", what, fix)
    findings.raise_if_any(AdjustmentError, _TITLE)
    return np.where(treated, times, np.inf)


_TITLE = "The times at which treatment began can't be used:"


def _notices(cohort: Cohort, starts: str, never: np.ndarray) -> tuple[Finding, ...]:
    changing = Finding(
        f"{cohort.source.name}, column '{starts}'",
        "treatment begins during follow-up: the time before it counts in the reference arm. "
        "Kaplan-Meier curves by arm compare those who are in each arm at each time, and Table 1 "
        "describes the arms at the start",
        "read an arm's standardised survival as that of patients treated from the start",
    )
    if not never.any():
        return (changing,)
    late = Finding(
        f"{cohort.source.name}, {shown_rows(map(int, cohort.row_number[never]))}",
        "treatment began when follow-up ended, or after it: the patient counts in the reference "
        "arm throughout",
        f"see whether '{starts}' is right",
    )
    return (changing, late)
