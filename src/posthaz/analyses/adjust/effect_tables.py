"""Tables of the effect before and after adjustment by the propensity score."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from posthaz.analyses.adjust.answer import AdjustedAnswers
from posthaz.analyses.adjust.effects import COX_ADJUSTED, OF_COVARIATE
from posthaz.analyses.adjust.tables import CRUDE_LABEL, sample_labels
from posthaz.report.blocks import Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.curve_rows import curve_rows
from posthaz.report.sections.naming import (
    arm_labels,
    capitalised,
    lowered,
    term_label,
    variable_label,
)
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    change,
    interval_name,
    listed,
    p_value,
    percent,
    points,
    ratio,
    with_interval,
)


@guarded_block
def ratio_block(results: Results, answers: AdjustedAnswers) -> Table:
    """Hazard ratios of every sample and analysis."""
    chosen = answers.effects[
        answers.effects["quantity"].isin(["hazard_ratio", "marginal_hazard_ratio"])
    ]
    unit = results.cohort.unit
    rows = []
    for row in chosen.to_dict("records"):
        marginal = row["quantity"] == "marginal_hazard_ratio"
        when = f", at {at_time(row['time'], unit, SPACE)}" if marginal else ""
        rows.append(
            {
                "sample": _group(answers, row),
                "analysis": f"{capitalised(row['analysis'])}{when}",
                "hr": with_interval(row["value"], row["lower"], row["upper"], ratio),
                "p": p_value(row["p"]),
                "below": percent(row["p_below_1"]),
            }
        )
    level = interval_name(results.analysis.estimands.interval)
    heads = {"analysis": "Analysis", "hr": f"Hazard ratio ({level})", "p": "P"}
    heads["below"] = "P(HR < 1)"
    return Table(
        pd.DataFrame(rows),
        "Hazard ratio before and after adjustment",
        heads,
        group="sample",
        source="adjust_effects.csv",
        notes=(
            "Confidence intervals for Cox, credible ones for the posterior. P(HR < 1): posterior "
            "probability. Standardised: everybody of the target given one arm and then the "
            "other, under a model with the score’s covariates and a spline of the score; the "
            "ratio of the standardised hazards then changes over time.",
            *_adjusted_note(results),
        ),
    )


def _adjusted_note(results: Results) -> tuple[str, ...]:
    terms = results.analysis.clinical["adjust"].adjusted
    names = [lowered(variable_label(results.cohort, term)) for term in terms]
    return (f"Adjusted: for {listed(names)} besides.",) if names else ()


@guarded_block
def covariate_block(results: Results, answers: AdjustedAnswers) -> Table | None:
    """Hazard ratios of what the adjusted models hold besides the treatment; None for nothing."""
    chosen = answers.effects[answers.effects["quantity"] == OF_COVARIATE]
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for row in chosen.to_dict("records"):
        group, label = _group(answers, row), term_label(results.cohort, row["term"])
        cells = rows.setdefault((group, label), {"sample": group, "term": label})
        numbers = with_interval(row["value"], row["lower"], row["upper"], ratio)
        if row["analysis"] == COX_ADJUSTED:
            cells |= {"cox": numbers, "p": p_value(row["p"])}
        else:
            cells |= {"bayes": numbers, "below": percent(row["p_below_1"])}
    if not rows:
        return None
    level = interval_name(results.analysis.estimands.interval)
    return Table(
        pd.DataFrame(list(rows.values())).fillna(MISSING),
        "Hazard ratios of the covariates in the adjusted models",
        {
            **{"term": "Covariate", "cox": f"Cox ({level})", "p": "P"},
            **{"bayes": f"Bayes ({level})", "below": "P(HR < 1)"},
        },
        group="sample",
        source="adjust_effects.csv",
    )


@guarded_block
def gain_block(results: Results, answers: AdjustedAnswers) -> Table:
    """Differences in survival and in restricted means."""
    chosen = answers.effects[
        answers.effects["quantity"].isin(["survival_difference", "rmst_difference"])
    ]
    unit = results.cohort.unit
    rows: dict[tuple[str, str], dict[str, str]] = {}
    heads = {"analysis": "Analysis"}
    for row in chosen.to_dict("records"):
        group, analysis = _group(answers, row), capitalised(row["analysis"])
        cells = rows.setdefault((group, analysis), {"sample": group, "analysis": analysis})
        numbers = (row["value"], row["lower"], row["upper"])
        if row["quantity"] == "survival_difference":
            column = f"survival {row['time']:g}"
            heads[column] = f"Survival at {at_time(row['time'], unit, SPACE)} (points)"
            cells[column] = with_interval(*numbers, points)
        else:
            column = "rmst"
            heads[column] = f"Mean to {at_time(round(row['time'], 1), unit, SPACE)} ({unit})"
            cells[column] = with_interval(*numbers, lambda value: change(value, unit))
    return Table(
        pd.DataFrame(list(rows.values())).fillna(MISSING),
        "Gain in survival and in restricted mean before and after adjustment",
        heads,
        group="sample",
        source="adjust_effects.csv",
    )


@guarded_block
def rate_block(results: Results, answers: AdjustedAnswers) -> Table:
    """Medians and survival rates of each arm in every sample."""
    chosen = answers.effects[answers.effects["quantity"].isin(["median", "survival"])]
    frame, heads = curve_rows(
        chosen.assign(source=chosen["analysis"]),
        ("sample", "arm"),
        results.cohort.unit,
        results.horizon,
    )
    samples, labels = sample_labels(answers), arm_labels(results)
    arms = zip(frame["arm"], frame["words"], strict=True)
    frame["arm"] = [f"{labels[arm]}, {words}" for arm, words in arms]
    frame["sample"] = [samples.get(name, CRUDE_LABEL) for name in frame["sample"]]
    return Table(
        frame,
        "Medians and survival rates by arm before and after adjustment",
        {"arm": "Arm", **heads},
        group="sample",
        source="adjust_effects.csv",
        notes=("NR: not reached. Bayes: the treatment alone, with the primary model’s hazard.",),
    )


def _group(answers: AdjustedAnswers, row: Mapping[Any, Any] | pd.Series) -> str:
    samples = sample_labels(answers)
    if row["analysis"] == "posterior, standardised":
        return f"Standardised from all patients ({row['target']})"
    return samples.get(row["sample"], CRUDE_LABEL)
