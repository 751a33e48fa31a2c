"""What tests of interaction say beside partially pooled estimates, in words."""

import numpy as np
import pandas as pd

from posthaz.analyses.subgroups.answer import SubgroupEffects
from posthaz.answers import one_answer
from posthaz.report.counterpart import (
    Counterpart,
    Number,
)
from posthaz.report.results import Results
from posthaz.report.sections.naming import lowered, variable_label
from posthaz.report.sections.question import which_ratio
from posthaz.report.sections.wording import (
    listed,
    p_sentence,
    p_value,
    percent,
    ratio,
)
from posthaz.spec import Published

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


_CONFLICT = 0.05


def subgroups_lead(results: Results, answer: SubgroupEffects) -> str:
    """How far subgroups differ, and the strongest sign that they do."""
    levels = answer.table[answer.table["column"] != "all"] if len(answer.table) else answer.table
    pooled = levels.dropna(subset=["pooled_hr"]) if len(levels) else levels
    if pooled.empty:
        return ""
    text = (
        f"Over {len(pooled)} subgroups the partially pooled hazard ratio{which_ratio(results)} "
        f"runs from {ratio(pooled['pooled_hr'].min())} to {ratio(pooled['pooled_hr'].max())}"
    )
    tests = answer.tests.dropna(subset=["p"])
    if tests.empty:
        return f"{text}."
    row = tests.iloc[int(np.argmin(tests["p"].to_numpy(dtype=float)))]
    of = f", the smallest of {len(tests)}" if len(tests) > 1 else ""
    text += f"; interaction with {lowered(row['label'])} {p_sentence(row['p'])}{of}"
    apart = levels[levels["column"] == row["column"]].dropna(subset=["interaction_hr"])
    if row["p"] * len(tests) >= _CONFLICT or apart.empty:
        return f"{text}."
    parts = [
        f"{one['level_label']} {ratio(one['interaction_hr'])} (pooled {ratio(one['pooled_hr'])})"
        for _, one in apart.iterrows()
    ]
    return f"{text}, by whose model the ratio is {listed(parts)}."


def subgroup_methods(results: Results, answer: SubgroupEffects) -> str:
    """How effects in subgroups were estimated."""
    spec = results.analysis.clinical["subgroups"]
    names = listed([lowered(variable_label(results.cohort, name)) for name in spec.columns])
    return (
        f"Effects in subgroups by {names} were estimated in each alone, by interaction models, "
        "and partially pooled under normal deviations with a standard deviation of each column’s "
        "own [@subgroups]; interactions were tested without adjustment for their number."
    )


def printed_in_subgroup(
    results: Results, answer: SubgroupEffects, one: Published
) -> Counterpart | None:
    """Hazard ratio at a level of a column of subgroups: Cox alone, and partially pooled."""
    if not one.within.column or one.quantity != "hazard_ratio":
        return None
    row = one_answer(answer.table, column=one.within.column, level=one.within.level)
    if row is None:
        return None
    return Counterpart(Number.of(row, "cox_hr", "cox_"), Number.of(row, "pooled_hr", "pooled_"))
