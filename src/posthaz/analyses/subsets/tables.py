"""Tables of named subsets."""

import numpy as np
import pandas as pd

from posthaz.analyses.subsets.answer import SubsetSurvival
from posthaz.arms.survival_rows import (
    COX,
    FIRTH,
    KAPLAN_MEIER,
    LOGRANK,
    POSTERIOR,
)
from posthaz.report.blocks import Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.curve_rows import median_text
from posthaz.report.sections.naming import arm_labels
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    count_text,
    interval_name,
    p_value,
    share_interval,
    with_interval,
)

Answer = tuple[SubsetSurvival, ...]


@guarded_block
def rates_table(results: Results, answer: Answer) -> Table | None:
    """Patients, events, medians and rates by arm; Kaplan-Meier over Bayes."""
    times, unit = results.analysis.estimands.survival_at, results.cohort.unit
    rows = []
    for one in answer:
        for arm, label in arm_labels(results).items():
            for source, words in ((KAPLAN_MEIER, "Kaplan–Meier"), (POSTERIOR, "Bayes")):
                median = _of_arm(subset_rows(one, "median", source), arm)
                if median is None:
                    continue
                row = {
                    "subset": one.label,
                    "arm": f"{label}, {words}",
                    "size": f"{count_text(median['n'])} / {count_text(median['events'])}"
                    if source == KAPLAN_MEIER
                    else "",
                    "median": median_text(median, unit, True, results.horizon),
                }
                rates = subset_rows(one, "survival", source)
                for time in times:
                    rate = _of_arm(rates[np.isclose(rates["time"].astype(float), time)], arm)
                    row[f"at_{time:g}"] = MISSING if rate is None else share_interval(
                        rate["value"], rate["lower"], rate["upper"])  # fmt: skip
                rows.append(row)
    if not rows:
        return None
    level = interval_name(results.analysis.estimands.interval)
    heads = {"arm": "Arm", "size": "Patients / events", "median": f"Median ({unit})"}
    heads |= {f"at_{time:g}": f"At {at_time(round(time, 1), unit)}" for time in times}
    return Table(
        pd.DataFrame(rows),
        f"Medians and survival rates in each subset ({level} intervals)",
        heads,
        group="subset",
        source="subsets.csv",
        notes=("NR: not reached. Bayes: standardised over the subset’s patients.",),
    )


@guarded_block
def comparison_table(results: Results, answer: Answer) -> Table | None:
    """Log-rank P and hazard ratios of each subset; None for a single arm."""
    rows = []
    for one in answer:
        test = subset_rows(one, "test", LOGRANK)
        ratios = subset_rows(one, "hazard_ratio", POSTERIOR)
        cox = subset_rows(one, "hazard_ratio", COX, FIRTH)
        for arm, label in list(arm_labels(results).items())[1:]:
            bayes, theirs = _of_arm(ratios, arm), _of_arm(cox, arm)
            penalised = theirs is not None and theirs["source"] == FIRTH
            rows.append(
                {
                    "subset": one.label,
                    "arm": label,
                    "p": p_value(float(test["p"].iloc[0])) if len(test) else MISSING,
                    "cox": _ratio(theirs) + (" (Firth)" if penalised else ""),
                    "bayes": _ratio(bayes),
                }
            )
    if not rows:
        return None
    level = interval_name(results.analysis.estimands.interval)
    heads = {"subset": "Subset", "p": "Log-rank P", "cox": f"Cox HR ({level}{SPACE}CI)",
             "bayes": f"Bayes HR ({level}{SPACE}CrI)"}  # fmt: skip
    reference, *others = arm_labels(results).values()
    several = len(others) > 1
    return Table(
        pd.DataFrame(rows),
        f"Comparison with {reference} in each subset",
        {"subset": heads.pop("subset"), **({"arm": "Arm"} if several else {}), **heads},
        source="subsets.csv",
        notes=(
            "Hazard ratios are of the primary model’s formula. The Cox model is Firth’s penalised "
            "one where there are fewer than 10 events a coefficient, or no events on one side.",
        ),
    )


def subset_rows(one: SubsetSurvival, quantity: str, *sources: str) -> pd.DataFrame:
    """Rows of one quantity by some sources; none for a subset without patients."""
    table = one.answers
    if table.empty:
        return pd.DataFrame(columns=["arm", "time", "value", "lower", "upper", "p"])
    return table[(table["quantity"] == quantity) & table["source"].isin(sources)]


def _of_arm(rows: pd.DataFrame, arm: str) -> pd.Series | None:
    found = rows[rows["arm"].astype(str) == arm]
    return found.iloc[0] if len(found) else None


def _ratio(row: pd.Series | None) -> str:
    return MISSING if row is None else with_interval(row["value"], row["lower"], row["upper"])
