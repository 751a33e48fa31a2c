"""What was found in named subsets, and what was done, in sentences."""

from collections.abc import Sequence

import numpy as np

from posthaz.analyses.subsets.answer import SubsetSurvival
from posthaz.analyses.subsets.tables import subset_rows
from posthaz.arms.survival_rows import POSTERIOR
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, lowered
from posthaz.report.sections.wording import (
    listed,
    with_interval,
)


def subsets_lead(results: Results, answer: Sequence[SubsetSurvival]) -> str:
    """Hazard ratio in each subset."""
    labels, parts = arm_labels(results), []
    for one in answer[1:]:
        rows = subset_rows(one, "hazard_ratio", POSTERIOR)
        for _, row in rows[np.isfinite(rows["value"].astype(float))].iterrows():
            arm = f" ({labels.get(str(row['arm']), row['arm'])})" if len(labels) > 2 else ""
            numbers = with_interval(row["value"], row["lower"], row["upper"])
            parts.append(f"{numbers} in “{one.label}”{arm}")
    return f"In subsets, each by itself, the hazard ratio is {listed(parts)}." if parts else ""


def subset_methods(results: Results, answer: object) -> str:
    """Which subsets were analysed."""
    labels = [lowered(one.shown) for one in results.analysis.clinical["subsets"].subsets]
    return (
        f"The primary model, Kaplan–Meier and Cox were repeated in {listed(labels)}, as named in "
        "the analysis file."
    )
