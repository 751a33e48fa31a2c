"""Where times count from, and how long anybody was followed: words for late entry and its like."""

import numpy as np

from posthaz.baselines import numbers_at_risk
from posthaz.cohort import counted
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.report.sections.rows import follow_up_row
from posthaz.report.sections.wording import at_time, lasting, moment
from posthaz.report.small_counts import withholds

_CLOSE = 1e-9
_FEW_AT_RISK = 10


def given_event_free(results: Results) -> str:
    """Of whom curves are told, such as " in those event-free at 60 years"; empty for everybody."""
    cohort = results.cohort
    return f" in those event-free at {at_time(cohort.origin, cohort.unit)}" if cohort.origin else ""


def up_to(results: Results, horizon: float) -> str:
    """Over which times a restricted mean runs: "up to 60 months", "from 60 to 85 years"."""
    origin, unit = results.cohort.origin, results.cohort.unit
    start = f"from {moment(origin)} to" if origin else "up to"
    return f"{start} {at_time(round(horizon, 1), unit)}"


def end_of_follow_up(results: Results) -> str:
    """The last time under observation, which is no follow-up where patients enter late."""
    last = lasting(results.horizon, results.cohort.unit)
    if enters_late(results):
        return f"the end of observation at {last}"
    return f"the longest follow-up, {last}"


def enters_late(results: Results) -> bool:
    """Whether the longest follow-up, from entry, falls short of the last time on the scale."""
    longest = float(follow_up_row(results)["max_follow_up"])
    return longest < results.horizon * (1 - _CLOSE)


def delayed_entry_sentence(results: Results) -> str:
    """How follow-up, risk and curves count where patients enter late; empty where none does."""
    cohort = results.cohort
    if not (cohort.entry > 0).any() or not enters_late(results):
        return ""
    text = (
        "Patients come under observation after time 0 (delayed entry): follow-up counts from "
        "each one’s entry, and a patient is at risk from then on only."
    )
    if cohort.origin:
        text += (
            f" Survival, medians and restricted means are those of patients event-free at "
            f"{at_time(cohort.origin, cohort.unit)}, the time from which the curves are drawn; "
            "the data "
            "do not say how many come to be so. Hazard ratios rest on all follow-up."
        )
    return text


def few_at_risk(results: Results, median: float, which: str = "That median") -> str:
    """That a median of Kaplan-Meier rests on the last few patients; empty for one that doesn't."""
    cohort = results.cohort
    by_steps = beside(cohort).curve_analysis == "kaplan_meier"
    if not np.isfinite(median) or not by_steps or withholds(results.analysis) is not None:
        return ""
    left = float(numbers_at_risk(cohort, [median]).to_numpy().sum())
    if left >= _FEW_AT_RISK:
        return ""
    are = "is" if round(left) == 1 else "are"
    return f" {which} comes when {counted(round(left), 'patient')} {are} at risk."


def few_followed(results: Results) -> str:
    """That the median follow-up rests on the last few patients; empty where it doesn't."""
    if results.cohort.patients.entry.any():
        return ""  # follow-up counts from entry, numbers at risk from the origin
    return few_at_risk(results, float(follow_up_row(results)["median"]), "The median follow-up")
