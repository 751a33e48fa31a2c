"""What stands beside a number printed for a named subset."""

from posthaz.analyses.subsets.answer import SubsetSurvival
from posthaz.analyses.subsets.tables import subset_rows
from posthaz.arms.survival_rows import (
    COX,
    FIRTH,
    KAPLAN_MEIER,
    LOGRANK,
    POSTERIOR,
)
from posthaz.cohort import restricted, rows_where
from posthaz.report.counterpart import (
    TESTS,
    Counterpart,
    Number,
    all_arms,
    curve_number,
    number_of_test,
    only,
)
from posthaz.report.results import Results
from posthaz.spec import Published


def printed_in_subset(
    results: Results, answer: tuple[SubsetSurvival, ...], one: Published
) -> Counterpart | None:
    """Medians, rates, ratios and tests in a named subset."""
    part = next((s for s in answer if s.name == one.within.subset), None)
    if not one.within.subset or part is None or part.answers.empty:
        return None
    if one.quantity in TESTS:
        return number_of_test(only(subset_rows(part, "test", LOGRANK)), one, "value")
    if one.quantity != "hazard_ratio" and not one.arm and part.fit is not None:
        where = {s.name: s.where for s in results.analysis.clinical["subsets"].subsets}
        inside = restricted(results.cohort, rows_where(results.cohort, where[part.name]))
        return all_arms(results.analysis, inside, part.fit, one)
    wanted: dict[str, object] = {"arm": one.arm or results.cohort.arms[-1]}
    wanted |= {} if one.time is None else {"time": one.time}
    ours, bayes = (
        only(subset_rows(part, one.quantity, *sources), **wanted)
        for sources in ((KAPLAN_MEIER, COX, FIRTH), (POSTERIOR,))
    )
    return Counterpart(curve_number(ours, one), Number.of(bayes))
