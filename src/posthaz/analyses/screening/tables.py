"""Tables of a screening."""

import numpy as np
import pandas as pd

from posthaz.analyses.screening.answer import Screening
from posthaz.cohort import Cohort
from posthaz.report.blocks import Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.curve_rows import curve_rows
from posthaz.report.sections.naming import term_label, variable_label
from posthaz.report.sections.wording import (
    count_text,
    interval_name,
    number_text,
    p_value,
    percent,
    plain,
    share,
    with_interval,
)


def candidate_label(cohort: Cohort, term: str) -> str:
    """Label of a candidate: its covariate's, or the term as written."""
    return variable_label(cohort, term)


def scaled_estimates(cohort: Cohort, estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimates per named step or standard deviation of a number, with labels that say so.

    Parameters
    ----------
    cohort : Cohort
        The cohort, whose columns may have steps.
    estimates : DataFrame
        Estimates of a screening, per unit.

    Returns
    -------
    DataFrame
        The same rows with ``label``, and ``hr, lower, upper`` on the scale it says; indicators
        stay as they are.
    """
    scaled = estimates.copy()
    labels = []
    for place, row in estimates.iterrows():
        factor, label = _scale(cohort, row)
        labels.append(label)
        bounds = sorted(np.power(row[["lower", "upper"]].to_numpy(dtype=float), factor))
        scaled.loc[place, ["hr", "lower", "upper"]] = [row["hr"] ** factor, *bounds]  # type: ignore[call-overload]
    return scaled.assign(label=labels)


def _scale(cohort: Cohort, row: pd.Series) -> tuple[float, str]:
    term = str(row["term"])
    if not np.isfinite(row["sd"]):
        return 1.0, term_label(cohort, term)
    column = cohort.columns.get(term)
    if column is not None and isinstance(column.step, int | float):
        unit = f" {column.unit}" if column.unit else ""
        return float(
            column.step
        ), f"{column.label or term}, per {number_text(float(column.step))}{unit}"
    name = variable_label(cohort, term)
    return float(row["sd"]), f"{name}, per SD ({plain(row['sd'])})"


SOURCES = {
    "univariable": "Cox, univariable",
    "bayes_univariable": "Bayes, univariable",
    "multivariable": "Cox, those kept",
    "bayes_multivariable": "Bayes, those kept",
    "bayes_shrunken": "Bayes, all at once",
}
"""Name of each analysis."""


@guarded_block
def verdicts_table(results: Results, answer: Screening) -> Table:
    """Each candidate by itself, and what the rule says of it."""
    rows = [
        {
            "candidate": candidate_label(results.cohort, row["candidate"]),
            "n": count_text(row["n"]),
            "events": count_text(row["events"]),
            "p": p_value(row["p"]),
            "logrank": p_value(row["logrank_p"]),
            "kept": row["note"] or ("yes" if row["kept"] else "no"),
            "model": MISSING
            if row["note"]
            else (f"Firth: {row['penalised']}" if row["penalised"] else "Cox"),
        }
        for _, row in answer.candidates.iterrows()
    ]
    return Table(
        pd.DataFrame(rows),
        "Candidates one by one; P of the likelihood-ratio test of all levels, which the rule uses",
        {"candidate": "Candidate", "n": "Patients", "events": "Events", "p": "P",
         "logrank": "P, log-rank", "kept": "Kept", "model": "Model"},
        source="screening.csv",
    )  # fmt: skip


@guarded_block
def survival_table(results: Results, answer: Screening) -> Table:
    """Medians and rates by the levels of every factor."""
    frame, heads = curve_rows(
        answer.survival, ("candidate", "level"), results.cohort.unit, results.horizon
    )
    levels = zip(frame["candidate"], frame["level"], frame["words"], strict=True)
    frame["level"] = [f"{_level_label(results, *named)}, {words}" for *named, words in levels]
    frame["candidate"] = [candidate_label(results.cohort, term) for term in frame["candidate"]]
    return Table(
        frame,
        "Survival by the levels of each factor",
        {"level": "Level", "n": "Patients", "events": "Events", **heads},
        group="candidate",
        source="screening_survival.csv",
        notes=(
            "NR: not reached. Bayes: the factor alone, with the primary model’s hazard; hazards of "
            "its levels are taken as proportional.",
        ),
    )


def _level_label(results: Results, name: str, level: str) -> str:
    column = results.cohort.columns.get(name.strip("`"))
    return column.level_label(level) if column else level


@guarded_block
def estimates_table(results: Results, answer: Screening) -> Table:
    """Hazard ratios of every term, one column a model."""
    table = scaled_estimates(results.cohort, answer.estimates)
    rows = []
    for label, found in table.groupby("label", sort=False):
        by_analysis = found.set_index("analysis")
        row = {"term": str(label)}
        for key in SOURCES:
            row[key] = MISSING
            if key in by_analysis.index:
                one = found[found["analysis"] == key].iloc[0]
                row[key] = with_interval(one["hr"], one["lower"], one["upper"])
                row[f"p_{key}"] = p_value(one["p"])
        rows.append(row)
    frame = pd.DataFrame(rows)
    heads = {"term": "Term"}
    for key, name in SOURCES.items():
        if key in frame and (frame[key] != MISSING).any():
            heads[key] = name
            if not key.startswith("bayes") and f"p_{key}" in frame:
                frame[f"p_{key}"] = frame[f"p_{key}"].fillna(MISSING)
                heads[f"p_{key}"] = "P"
    level = interval_name(results.analysis.estimands.interval)
    return Table(
        frame,
        f"Hazard ratios of the candidates ({level} intervals)",
        heads,
        source="screening_estimates.csv",
        notes=(
            "Ratios of numbers are per standard deviation unless a step is named; P of the "
            "coefficient (Wald; likelihood ratio under Firth’s penalty). A dash: not kept.",
        ),
    )


@guarded_block
def relevance_table(results: Results, answer: Screening) -> Table:
    """How much each candidate matters in the model of all of them."""
    rows = [
        {
            "candidate": candidate_label(results.cohort, row["candidate"]),
            "relevant": percent(row["p_relevant"]),
            "sign": percent(row["p_sign"]),
            "share": share(max(row["relevance"], 0.0)),
            "rank": str(int(row["rank"])),
            "reached": share(row["reached"]),
        }
        for _, row in answer.relevance.sort_values("rank").iterrows()
    ]
    return Table(
        pd.DataFrame(rows),
        "Candidates in the model of all of them, those that predict most first",
        {
            "candidate": "Candidate",
            "rank": "Order",
            "reached": "Share with those above",
            "share": "Share that only it carries",
            "relevant": "P(matters)",
            "sign": "P(sign)",
        },
        source="screening_relevance.csv",
        notes=(
            "Share with those above: of the variation of the predicted log hazard, what this "
            "candidate and those above it reproduce, with the terms always kept. P(matters): see "
            "above. P(sign): posterior probability that the effect has the sign of its median; "
            "none for several levels.",
        ),
    )
