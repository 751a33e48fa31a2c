"""What stands beside a printed share of patients with a toxicity, or its test."""

from posthaz.analyses.toxicity.answer import ToxicityAnswer
from posthaz.report.counterpart import (
    Counterpart,
    Number,
    number_of_test,
    only,
)
from posthaz.report.results import Results
from posthaz.spec import Published


def printed_of_toxicity(
    results: Results, answer: ToxicityAnswer, one: Published
) -> Counterpart | None:
    """Share of an arm's patients with a toxicity, or the chi-square test between arms."""
    wanted: dict[str, object] = {"toxicity": one.covariate, "grade": one.grade}
    if one.quantity == "p_value" and one.covariate:
        return number_of_test(only(answer.tests, **wanted, test="chi_square"), one, "statistic")
    if one.quantity != "share":
        return None
    arms = results.cohort.arms
    arm = one.arm or arms[-1]
    prefix = "reference_" if arm == arms[0] else ""
    rows = answer.risks[answer.risks["arm"] == (arms[-1] if prefix else arm)]
    row = only(rows, **wanted, source="separate")
    if row is None or not row[f"{prefix}patients"] > 0:
        return None
    share = Number(float(row[f"{prefix}events"] / row[f"{prefix}patients"]))
    return Counterpart(share, Number.of(row, f"{prefix}risk", f"{prefix}risk_"))
