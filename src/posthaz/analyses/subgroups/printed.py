"""What stands beside a hazard ratio printed for a subgroup."""

from posthaz.analyses.subgroups.answer import SubgroupEffects
from posthaz.report.counterpart import (
    Counterpart,
    Number,
    only,
)
from posthaz.report.results import Results
from posthaz.spec import Published


def printed_in_subgroup(
    results: Results, answer: SubgroupEffects, one: Published
) -> Counterpart | None:
    """Hazard ratio at a level of a column of subgroups: Cox alone, and partially pooled."""
    if not one.within.column or one.quantity != "hazard_ratio":
        return None
    row = only(answer.table, column=one.within.column, level=one.within.level)
    if row is None:
        return None
    return Counterpart(Number.of(row, "cox_hr", "cox_"), Number.of(row, "pooled_hr", "pooled_"))
