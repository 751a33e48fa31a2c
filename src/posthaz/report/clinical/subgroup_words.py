"""What tests of interaction say beside partially pooled estimates, in words."""

import numpy as np
import pandas as pd

from posthaz.clinical.subgroup_effects import SubgroupEffects
from posthaz.report.sections.naming import lowered
from posthaz.report.sections.wording import listed, p_sentence, p_value, percent, ratio

_SMALL = 0.05


def differing(answer: SubgroupEffects) -> pd.DataFrame:
    """Tests of interaction whose P value stays below 0.05 when multiplied by their number."""
    tests = answer.tests.dropna(subset=["p"])
    return tests[tests["p"].astype(float) * len(tests) < _SMALL]


def contradicted(answer: SubgroupEffects) -> str:
    """For which columns the pooled estimates are not to be read alone; empty for none."""
    names = [lowered(label) for label in differing(answer)["label"]]
    if not names:
        return ""
    return (
        f", but for {listed(names)}, where the test of interaction says that subgroups do differ, "
        "beside those of the interaction model, which draws nothing together"
    )


def smallest_test(answer: SubgroupEffects) -> str:
    """The smallest P value of an interaction, and how it goes with the pooled estimates."""
    tests = answer.tests.dropna(subset=["p"])
    if tests.empty:
        return ""
    row = tests.iloc[int(np.argmin(tests["p"].to_numpy(dtype=float)))]
    name = lowered(row["label"])
    if len(tests) == 1:
        text = f" The test of interaction with {name} gives {p_sentence(row['p'])}."
    else:
        text = (
            f" The smallest P value of an interaction is that with {name} "
            f"({p_sentence(row['p'])}), the smallest of {len(tests)}, which by chance alone would "
            f"be below about {p_value(1 - 0.5 ** (1 / len(tests)))} half of the time."
        )
    if row["p"] >= _SMALL:
        return text
    levels = answer.table[answer.table["column"] == row["column"]].dropna(
        subset=["interaction_hr", "pooled_hr"]
    )
    if levels.empty:
        return text
    return f"{text} {_beside(answer, levels, name)}"


def _beside(answer: SubgroupEffects, levels: pd.DataFrame, name: str) -> str:
    """Estimates with and without pooling of the levels that the test says differ."""
    parts = [
        f"{row['level_label']} {ratio(row['interaction_hr'])} ({ratio(row['pooled_hr'])})"
        for _, row in levels.iterrows()
    ]
    text = f"By {name} the interaction model gives, with the pooled estimate in brackets, "
    text += f"{listed(parts)}."
    most = float(levels["p_differs"].max())
    if most >= 0.5:
        return text
    return (
        f"{text} The two ask different questions: the test whether the ratios are exactly "
        f"equal, the probability whether one of these differs from the whole by a factor of "
        f"{answer.differs_by:g} or more (at most {percent(most)})."
    )
