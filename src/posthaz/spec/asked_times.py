"""Times that an analysis asks for beyond the follow-up of its cohort."""

from collections.abc import Iterator

import numpy as np

from posthaz.cohort import Cohort, at_time, number_text, with_unit
from posthaz.cohort.ties import at_times_of
from posthaz.errors import Finding
from posthaz.spec.analysis import Analysis


def beyond_follow_up(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """Yield what is asked at times by which nobody was followed, in everybody or in an arm.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    cohort : Cohort
        Its cohort, from the time on at which it is studied.

    Yields
    ------
    Finding
        One a key; an arm in which the last one followed had the event has nothing unknown.
    """
    ends = _ends(cohort)
    wanted = analysis.estimands
    asked = {"survival_at": wanted.survival_at, "rmst_to": (wanted.rmst_to,)}
    for key, times in asked.items():
        given = at_times_of(cohort, np.array([t for t in times if t is not None], dtype=float))
        late = {arm: given[given > end] for arm, end in ends.items()}
        late = {arm: found for arm, found in late.items() if len(found)}
        if not late:
            continue
        found = sorted({float(time) for times in late.values() for time in times})
        shown = ", ".join(map(number_text, found))
        last = ", ".join(_said(cohort, arm, ends[arm]) for arm in late)
        what = "the model's restricted mean" if key == "rmst_to" else "the model's survival"
        yield Finding(
            f"estimands, {key}",
            f"{with_unit(shown, cohort.unit)} lies beyond follow-up ({last}): {what} there is "
            "extrapolated, "
            "and Kaplan-Meier has none",
            f"ask for times up to {at_time(min(ends[arm] for arm in late), cohort.unit)}, or "
            "read the "
            "answers as what the baseline hazard assumes",
        )


def _ends(cohort: Cohort) -> dict[str, float]:
    """Last follow-up of each arm whose survival had not come to 0 by then."""
    ends = {}
    for arm in dict.fromkeys(cohort.arm):
        exit_ = cohort.exit[cohort.arm == arm]
        last = exit_ == exit_.max()
        if not (cohort.cause[cohort.arm == arm][last] > 0).all():
            ends[str(arm)] = float(exit_.max())
    return ends


def _said(cohort: Cohort, arm: str, end: float) -> str:
    whose = f" in {cohort.arm_label(arm)}" if cohort.arms else ""
    return f"which ends at {number_text(end)}{whose}"
