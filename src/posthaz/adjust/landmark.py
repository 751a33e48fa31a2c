"""Landmark analysis: only those still event-free and followed at a time, counted from then on."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from posthaz.adjust.episodes import treatment_starts
from posthaz.cohort import Cohort, Dropped, at_time
from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.patients import without
from posthaz.cohort.ties import at_times_of
from posthaz.errors import AdjustmentError, Findings

EVENT, CENSORED, LATER, UNSURE = "event", "censored", "not yet followed", "event perhaps"


@dataclass(frozen=True, eq=False)
class Landmark:
    """A cohort from a landmark on; made by `landmark`.

    Parameters
    ----------
    time : float
        The landmark, in the unit of the cohort before.
    cohort : Cohort
        Those at risk just after the landmark, their times counted from it. Those left out are
        among its ``dropped``.
    excluded : DataFrame
        Columns ``arm, reason, n``: patients left out, by arm. `reason` is ``"event"`` or
        ``"censored"`` (by the landmark), ``"not yet followed"`` (entered after it) or ``"event
        perhaps"`` (known only to lie in an interval that begins before it).
    """

    time: float
    cohort: Cohort
    excluded: pd.DataFrame


@checks_arguments
def landmark(cohort: Cohort, time: float, starts: str = "") -> Landmark:
    """Keep those at risk just after a time, and count their times from it.

    Parameters
    ----------
    cohort : Cohort
        A cohort; rows of a subject that end by the landmark are left out, those that span it cut.
    time : float
        The landmark, in ``cohort.unit``.
    starts : str, optional
        Covariate with the time at which treatment began: the arm is then the one that a patient
        was in at the landmark, whatever came later.

    Returns
    -------
    Landmark
        The cohort from the landmark on, and who was left out.

    Raises
    ------
    AdjustmentError
        When the landmark is not above 0, or no event comes after it.

    Examples
    --------
    >>> import posthaz as ph
    >>> at_six = landmark(ph.simulated_example(), 6.0)
    >>> len(at_six.cohort), at_six.excluded.to_numpy().tolist()
    (91, [['A', 'event', 16], ['B', 'event', 13]])
    """
    if cohort.recurrent:
        raise AdjustmentError(
            f"{cohort.source.name}: a landmark keeps those who are event-free at it, and "
            "recurrent events end nothing",
            fix='leave the landmark out, or give recurrent = "first"',
        )
    if not (np.isfinite(time) and time > 0):
        raise AdjustmentError(
            f"{cohort.source.name}: a landmark of {at_time(time, cohort.unit)} is not a time "
            "above 0",
            fix="give one above 0",
        )
    time = float(at_times_of(cohort, time))
    _check_events(cohort, time)
    if starts:
        cohort = _arm_then(cohort, treatment_starts(cohort, starts), time, starts)
    kept = cohort.exit > time
    reason = _reasons(cohort, time, kept)
    keeps = kept & (reason == "")
    from_then = replace(
        cohort,
        entry=np.maximum(cohort.entry, time) - time,
        lower=cohort.lower - time,
        upper=cohort.upper - time,
        origin=max(cohort.origin - time, 0.0),
        landmark=cohort.landmark + time,
    ).part(keeps)
    excluded = _excluded(cohort, reason)
    _check_arms(cohort, from_then, excluded, time)
    dropped = tuple(_dropped(cohort, reason, excluded, time, why) for why in _found(excluded))
    return Landmark(time, replace(from_then, dropped=(*cohort.dropped, *dropped)), excluded)


def _check_events(cohort: Cohort, time: float) -> None:
    seen = cohort.event | cohort.interval_censored
    times = np.where(cohort.interval_censored, cohort.upper, cohort.exit)[seen]
    last = float(times.max(initial=0.0))
    if last > time:
        return
    followed = len(np.unique(cohort.subject[cohort.exit > time]))
    raise AdjustmentError(
        f"{cohort.source.name}: no event comes after the landmark of "
        f"{at_time(time, cohort.unit)}; the last one is at {at_time(last, cohort.unit)}, and "
        f"{followed} patients are followed beyond the landmark",
        fix=f"set the landmark before {at_time(last, cohort.unit)}",
    )


def _check_arms(cohort: Cohort, left: Cohort, excluded: pd.DataFrame, time: float) -> None:
    findings = Findings()
    for arm in cohort.arms:
        own = cohort.exit[cohort.arm == arm]
        if (left.arm == arm).any():
            continue
        counts = [f"{row['n']} {_COUNTED[row['reason']]}"
                  for row in excluded[excluded["arm"] == arm].to_dict("records")]  # fmt: skip
        earlier = f"set the landmark before {at_time(own.max(), cohort.unit)}" if len(own) else ""
        findings.add(
            f"{cohort.source.name}, column '{cohort.treatment}'",
            f"nobody is left in arm {arm} at the landmark of {at_time(time, cohort.unit)}"
            f" ({', '.join(counts) if counts else 'nobody was in it by then'})",
            f"{earlier or 'set a later landmark'}, or compare without this arm",
        )
    findings.raise_if_any(AdjustmentError, f"{cohort.source.name} can't be studied from then on:")


def _arm_then(cohort: Cohort, starts: np.ndarray, time: float, column: str) -> Cohort:
    """Every patient in the arm of the landmark, or of the end of follow-up before it."""
    values = cohort.covariates[cohort.treatment]
    begun = starts <= np.minimum(time, cohort.exit)
    arm = values.where(begun, cohort.arms[0])
    covariates = cohort.covariates.assign(**{cohort.treatment: arm})
    return without(replace(cohort, covariates=covariates), column)


def _reasons(cohort: Cohort, time: float, kept: np.ndarray) -> np.ndarray:
    """Why each subject is left out, told on the subject's last row; empty text otherwise."""
    reason = np.full(len(cohort), "", dtype=object)
    unsure = cohort.interval_censored & (cohort.lower < time)
    reason[unsure & kept] = UNSURE
    first = pd.Series(cohort.entry).groupby(cohort.subject).transform("min").to_numpy()
    later = kept & (first > time)
    reason[later] = LATER
    goes_on = pd.Series(kept).groupby(cohort.subject).transform("any").to_numpy(dtype=bool)
    over = ~goes_on
    reason[over] = np.where(cohort.cause[over] > 0, EVENT, CENSORED)
    # rows of a subject before the last carry no reason of their own
    reason[over & ~cohort.last] = "earlier row"
    return reason


def _excluded(cohort: Cohort, reason: np.ndarray) -> pd.DataFrame:
    rows = [
        {"arm": arm, "reason": why, "n": count}
        for arm in cohort.arms or ("all",)
        for why in (EVENT, CENSORED, LATER, UNSURE)
        if (count := len(np.unique(cohort.subject[(cohort.arm == arm) & (reason == why)])))
    ]
    return pd.DataFrame(rows, columns=["arm", "reason", "n"])


def _found(excluded: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(excluded["reason"]))


_COUNTED = {
    EVENT: "with an event by then",
    CENSORED: "censored by then",
    LATER: "not under observation yet",
    UNSURE: "whose event may have come before",
}
_WORDS = {
    EVENT: "an event by the landmark",
    CENSORED: "censored by the landmark",
    LATER: "not under observation at the landmark",
    UNSURE: "an event known only to lie in an interval that begins before the landmark",
}


def _dropped(
    cohort: Cohort, reason: np.ndarray, excluded: pd.DataFrame, time: float, why: str
) -> Dropped:
    by_arm = excluded[excluded["reason"] == why]
    counts = ", ".join(
        f"{cohort.arm_label(arm)} {n}" for arm, n in zip(by_arm["arm"], by_arm["n"], strict=True)
    )
    shown = f" ({counts})" if cohort.arms else ""
    rows = tuple(int(row) for row in cohort.row_number[reason == why])
    return Dropped(f"{_WORDS[why]} at {at_time(time, cohort.unit)}{shown}", rows)
