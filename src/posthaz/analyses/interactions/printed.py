"""What stands beside a number printed for a level of an interaction."""

from posthaz.analyses.interactions.answer import InteractionEffects
from posthaz.report.counterpart import (
    TESTS,
    Counterpart,
    Number,
    number_of_test,
    only,
)
from posthaz.report.results import Results
from posthaz.spec import Published


def printed_at_level(
    results: Results, answer: tuple[InteractionEffects, ...], one: Published
) -> Counterpart | None:
    """Hazard ratio or log-rank test at a level of the other covariate of an interaction."""
    for effect in answer:
        if effect.asked.by != one.within.column:
            continue
        rows = effect.levels
        rows = rows[rows["level"].astype(str) == one.arm] if one.arm else rows
        row = only(rows, by_level=one.within.level)
        if row is not None and one.quantity in TESTS:
            return number_of_test(row, one, "logrank_chisq", "logrank_p")
        if row is not None and one.quantity == "hazard_ratio":
            return Counterpart(Number.of(row, "cox_hr", "cox_"), Number.of(row, "hr"))
    return None
