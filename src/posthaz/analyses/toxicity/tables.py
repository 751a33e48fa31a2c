"""Tables of the section on toxicity."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from posthaz.analyses.toxicity.answer import ToxicityAnswer, grade_words
from posthaz.report.blocks import Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels
from posthaz.report.sections.wording import (
    SPACE,
    interval_name,
    p_value,
    percent,
    points,
    ratio,
    share,
    share_interval,
    with_interval,
)

SOURCES = {"separate": "On its own", "pooled": "All toxicities and grades"}
_TESTS = {"chi_square": "chi", "chi_square_corrected": "yates", "fisher": "fisher"}


@guarded_block
def counts_table(results: Results, answer: ToxicityAnswer) -> Table:
    """Patients with each grade or worse by arm, and the tests."""
    labels, rows = arm_labels(results), []
    grades = results.analysis.clinical["toxicity"].grades
    for counts in answer.counts:
        for grade in grades:
            events = counts.at_least(grade)
            row = {"label": counts.label, "grade": grade_words(grade).capitalize()}
            for a, arm in enumerate(counts.arms):
                row[arm] = _of(None if events is None else int(events[a]), int(counts.totals[a]))
            rows.append(row | _p_values(answer.tests, counts.name, grade))
    arms = list(dict.fromkeys(arm for counts in answer.counts for arm in counts.arms))
    heads = {"grade": "Worst grade", **{arm: labels.get(arm, arm) for arm in arms}}
    if len(arms) > 1:
        heads |= {"chi": "P, chi-square", "yates": "P, Yates", "fisher": "P, Fisher"}
    frame = pd.DataFrame(rows).reindex(columns=["label", *heads])
    caption = "Patients with a toxicity by worst grade"
    caption += ", with P values of three tests" * (len(arms) > 1)
    return Table(frame, caption, heads, group="label", source="toxicity_tests.csv",
                 row_header="grade")  # fmt: skip


def _of(events: int | None, total: int) -> str:
    if events is None or not total:
        return MISSING
    return f"{events}/{total} ({100 * events / total:.1f}{SPACE}%)"


def _p_values(tests: pd.DataFrame, name: str, grade: int) -> dict[str, str]:
    mine = tests[(tests["toxicity"] == name) & (tests["grade"] == grade) & (tests["test"] != "")]
    return {_TESTS[row["test"]]: p_value(row["p"]) for _, row in mine.iterrows()}


@guarded_block
def risks_table(results: Results, answer: ToxicityAnswer) -> Table:
    """Differences, ratios and numbers needed to harm."""
    labels, risks = arm_labels(results), answer.risks
    several = len(labels) > 2
    known = risks[risks["difference"].notna()]
    rows = [
        {
            "label": threshold_label(row, labels, several),
            "source": SOURCES[row["source"]],
            "risk": share_interval(row["risk"], row["risk_lower"], row["risk_upper"]),
            "reference": share_interval(
                row["reference_risk"], row["reference_risk_lower"], row["reference_risk_upper"]
            ),
            "difference": with_interval(
                row["difference"], row["difference_lower"], row["difference_upper"], points
            ),
            "ratio": risk_ratio(row),
            "more": percent(row["probability_more"]),
            "nnh": number_needed(row),
        }
        for _, row in known.iterrows()
    ]
    level = interval_name(results.analysis.estimands.interval)
    reference = next(iter(labels.values()))
    heads = {
        "source": "Estimate",
        "risk": "Risk" if several else f"Risk, {list(labels.values())[-1]}",
        "reference": f"Risk, {reference}",
        "difference": "Difference (percentage points)",
        "ratio": "Risk ratio",
        "more": "P(more)",
        "nnh": "NNH",
    }
    frame = pd.DataFrame(rows, columns=["label", *heads])
    notes = (
        "Posterior medians. NNH: number needed to harm, patients treated for one more with the "
        "toxicity; NNT: number needed to treat for one fewer. P(more): "
        "posterior probability that the risk is higher than in the reference arm.",
        "A ratio to an arm without a single case has no upper limit but that of the prior: only "
        "its lower limit is given.",
    )[: 2 if (known["reference_events"] == 0).any() else 1]
    return Table(frame, f"Risks of a toxicity, with {level} credible intervals", heads,
                 group="label", source="toxicity_risks.csv", notes=notes)  # fmt: skip


def risk_ratio(row: pd.Series) -> str:
    """Ratio of risks with its limits; only the lower one where the reference arm has no case.

    None where no arm has one, since both risks are then the prior's.
    """
    if row["reference_events"] == 0 and row["source"] == "separate":
        return f">{ratio(row['ratio_lower'])}" if row["events"] else MISSING
    return with_interval(row["ratio"], row["ratio_lower"], row["ratio_upper"])


def number_needed(row: pd.Series) -> str:
    """Number needed to harm (or to treat) with its limits, or the two ends of an open one.

    Examples
    --------
    >>> row = pd.Series({"nnh": 7.8, "nnh_lower": 5.6, "nnh_upper": 13.3,
    ...                  "nnt": np.nan, "nnt_lower": np.nan, "nnt_upper": np.nan})
    >>> number_needed(row)
    'NNH 7.8 (5.6 to 13)'
    """
    for name in ("nnh", "nnt"):
        if np.isfinite(row[name]):
            numbers = (_number(row[key]) for key in (name, f"{name}_lower", f"{name}_upper"))
            return "{} {} ({} to {})".format(name.upper(), *numbers)
    return f"NNH {_number(row['nnh_lower'])} to ∞ to NNT {_number(row['nnt_lower'])}"


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


@guarded_block
def odds_table(results: Results, answer: ToxicityAnswer) -> Table:
    """Odds ratios of a worse grade, their mean and their spread."""
    assert answer.odds is not None
    labels, odds = arm_labels(results), answer.odds
    several = len(labels) > 2
    shown = pd.DataFrame(
        {
            "label": [
                row["label"]
                + (f", {labels.get(row['arm'], row['arm'])}" if several and row["arm"] else "")
                for _, row in odds.iterrows()
            ],
            "ratio": [
                with_interval(row["odds_ratio"], row["lower"], row["upper"])
                for _, row in odds.iterrows()
            ],
            "more": [percent(p) for p in odds["probability_more"]],
            "agrees": [share(p) for p in odds["predictive_p"]],
        }
    )
    level = interval_name(results.analysis.estimands.interval)
    heads = {
        "label": "Toxicity",
        "ratio": f"Odds ratio ({level})",
        "more": "P(above 1)",
        "agrees": "Predictive probability",
    }
    caption = "Odds ratio of a worse grade by toxicity, pooled"
    notes = ("The spread is the standard deviation of log odds ratios between toxicities.",)
    if not (odds["toxicity"] == "spread").any():
        notes = ("With one toxicity there is nothing to pool.",)
    return Table(shown, caption, heads, source="toxicity_odds_ratios.csv", notes=notes)


def threshold_label(row: pd.Series, labels: Mapping[str, str], several: bool) -> str:
    """Toxicity and grade of a row, and its arm where there is more than one."""
    text = f"{row['label']}, {grade_words(row['grade'])}"
    return f"{text}, {labels.get(row['arm'], row['arm'])}" if several else text
