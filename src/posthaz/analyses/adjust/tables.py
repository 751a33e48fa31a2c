"""Tables of the section on adjustment by the propensity score."""

import re

import numpy as np
import pandas as pd

from posthaz.adjust import BEFORE, SCORE, Matched, Weighted
from posthaz.analyses.adjust.answer import AdjustedAnswers
from posthaz.report.blocks import Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import MissingPart, guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, variable_label
from posthaz.report.sections.wording import (
    SPACE,
    signed,
)

CRUDE_LABEL = "All patients"
_JOINER = "\u2060"
_NAMES = {"matched": "Matched", "weighted": "Weighted", "overlap": "Overlap weights"}


def sample_labels(answers: AdjustedAnswers) -> dict[str, str]:
    """Name to show for each sample, all patients first."""
    named = {name: f"{_NAMES[name]} ({one.target})" for name, one in answers.samples.items()}
    return {BEFORE: CRUDE_LABEL, **named}


@guarded_block
def size_table(results: Results, answers: AdjustedAnswers) -> Table:
    """Patients, events and effective sizes of each sample."""
    labels, samples = arm_labels(results), sample_labels(answers)
    rows = [
        {
            "sample": samples[row["sample"]],
            "arm": labels[str(row["arm"])],
            "n": row["n"],
            "left_out": row["left_out"],
            "events": row["events"],
            "effective": f"{row['effective']:.1f}",
            "largest": f"{100 * row['largest_share']:.1f}{SPACE}%",
        }
        for row in answers.sizes.to_dict("records")
    ]
    heads = {"arm": "Arm", "n": "Patients", "left_out": "Left out", "events": "Events"}
    heads |= {"effective": "Effective size", "largest": "Largest weight"}
    return Table(
        pd.DataFrame(rows),
        "Patients in each sample",
        heads,
        group="sample",
        source="adjust_sizes.csv",
        notes=(
            "Effective size: number of equally weighted patients that would know as much (Kish). "
            "Largest weight: share of the arm’s weight that one patient has.",
        ),
    )


@guarded_block
def overlap_block(results: Results, answers: AdjustedAnswers) -> Table:
    """Scores of each arm, and patients without a counterpart."""
    labels = arm_labels(results)
    rows = [
        {
            "arm": labels[str(row["arm"])],
            "range": f"{row['minimum']:.3f} to {row['maximum']:.3f}",
            "median": f"{row['median']:.3f} ({row['q1']:.3f}–{row['q3']:.3f})",
            "outside": f"{row['outside']} of {row['n']}",
        }
        for row in answers.overlap.to_dict("records")
    ]
    heads = {"arm": "Arm", "range": "Range", "median": "Median (quartiles)"}
    heads["outside"] = "Beyond the other arm’s range"
    return Table(pd.DataFrame(rows), "Propensity scores by arm", heads, source="adjust_overlap.csv")


def balance_rows(results: Results, answers: AdjustedAnswers) -> pd.DataFrame:
    """Rows of ``adjust_balance.csv`` with labels, covariates that differed most first."""
    frame = answers.balance.copy()
    frame["label"] = [
        _label(results, variable, level)
        for variable, level in zip(frame["variable"], frame["level"], strict=True)
    ]
    frame["difference"] = frame["smd_pooled_sd"]
    first = frame[frame["sample"] == BEFORE].set_index("label")["difference"].abs()
    order = first.fillna(0.0).sort_values(ascending=False, kind="stable").index
    place = {label: number for number, label in enumerate(order)}
    return frame.sort_values("label", key=lambda labels: labels.map(place), kind="stable")


@guarded_block
def balance_block(results: Results, answers: AdjustedAnswers) -> Table:
    """Standardised differences before and in each sample, side by side."""
    frame, samples = balance_rows(results, answers), sample_labels(answers)
    wide = pd.DataFrame({"label": list(dict.fromkeys(frame["label"]))})
    heads = {"label": "Covariate"}
    for name, shown in samples.items():
        mine = frame[frame["sample"] == name].set_index("label")
        texts = {
            label: MISSING if np.isnan(value) else signed(f"{value:.2f}")
            for label, value in mine["difference"].items()
        }
        wide[name] = [texts.get(label, MISSING) for label in wide["label"]]
        heads[name] = shown
    return Table(
        wide,
        "Standardised differences before and after",
        heads,
        source="adjust_balance.csv",
        notes=(
            "Differences of means (shares for levels), arm minus reference, over the standard "
            "deviation pooled over the arms of all patients, so that columns compare; over that "
            "of the treated arm, and with variance ratios, in the CSV.",
        ),
    )


def table_one_blocks(results: Results, answers: AdjustedAnswers) -> list[Table | MissingPart]:
    """Table 1 of all patients beside that of each sample, one table a sample."""
    if answers.table_one.empty:
        return []
    return [_before_and_after(results, answers, name) for name in answers.samples]


@guarded_block
def _before_and_after(results: Results, answers: AdjustedAnswers, name: str) -> Table:
    frame, samples = answers.table_one, sample_labels(answers)
    before = frame[frame["sample"] == BEFORE].reset_index(drop=True)
    shown = before[["label", "level_label", "kind"]]
    heads = {"level": "Characteristic"}
    for number, sample in enumerate((BEFORE, name)):
        mine = frame[frame["sample"] == sample].reset_index(drop=True)
        for arm, label in arm_labels(results).items():
            shown = shown.assign(**{f"{number} {arm}": [_unbroken(text) for text in mine[arm]]})
            heads[f"{number} {arm}"] = f"{label}, {'before' if sample == BEFORE else 'after'}"
        texts = ["" if np.isnan(value) else signed(f"{value:.2f}") for value in mine["smd"]]
        shown = shown.assign(**{f"{number} smd": texts})
        heads[f"{number} smd"] = f"SMD, {'before' if sample == BEFORE else 'after'}"
    shown["level"] = shown["level_label"].where(shown["kind"] != "numeric", "Median (quartiles)")
    return Table(
        shown,
        f"Characteristics of all patients and after: {samples[name]}",
        heads,
        group="label",
        source="adjust_table_one.csv",
        notes=(_counted(answers.samples[name]),),
        wraps=True,
    )


def _unbroken(text: str) -> str:
    """A cell of Table 1 that breaks before its bracket and nowhere else."""
    number, _, rest = str(text).replace("%", f"{SPACE}%").partition(" ")
    inside = re.sub(r"(?<=\d)-(?=\d)", f"–{_JOINER}", rest).replace(" ", SPACE)
    return f"{number} {inside}".rstrip()


def _counted(sample: Matched | Weighted) -> str:
    used = sample.weight[sample.weight > 0]
    how = "Each patient counts once. "
    if np.any(used != 1):
        how = "Counts are sums of weights; percentages, medians and quartiles are weighted. "
    return (
        f"{how}SMD: difference over the standard deviation of all patients, the same before and "
        "after; one a level, and of the second level only where there are two."
    )


def patient_table(answers: AdjustedAnswers) -> pd.DataFrame:
    """Score, set and weights of every patient, for ``adjust_patients.csv``."""
    score = answers.score
    if score is None:
        return pd.DataFrame()
    cohort = score.cohort
    frame = pd.DataFrame({"row": cohort.row_number, "arm": cohort.arm, "score": score.probability})
    for name, sample in answers.samples.items():
        if isinstance(sample, Matched):
            frame["matched_set"] = np.where(sample.matched_set < 0, np.nan, sample.matched_set + 1)
        frame[f"weight_{name}"] = _weight(sample)
    return frame


def _weight(sample: Matched | Weighted) -> np.ndarray:
    return sample.weight


def _label(results: Results, variable: str, level: str) -> str:
    if variable == SCORE:
        return "Propensity score (logit)"
    label = variable_label(results.cohort, variable)
    column = results.cohort.columns.get(variable)
    return f"{label}: {column.level_label(level) if column else level}" if level else label
