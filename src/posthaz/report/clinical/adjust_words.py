"""Sentences of the section on adjustment: who is compared, and how alike they are."""

import numpy as np
import pandas as pd

from posthaz.adjust import BEFORE, SCORE, Matched
from posthaz.clinical import AdjustedAnswers
from posthaz.report.clinical.adjust_tables import sample_labels
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels
from posthaz.report.sections.wording import counted, listed, ratio

IMBALANCE = 0.1
UNLIKE = 0.25
_TARGETS = {
    "ATE": "all patients",
    "ATT": "patients like those given {treated}",
    "ATC": "patients like those given {reference}",
    "ATO": "patients who could have had either arm",
    "ATM": "patients whom a 1:1 match would find",
}


def left_out_sentence(results: Results, answers: AdjustedAnswers) -> str:
    """Whom each sample is about, how it was made, and who was left out."""
    labels = arm_labels(results)
    parts = []
    for name, shown in list(sample_labels(answers).items())[1:]:
        sample = answers.samples[name]
        sizes = answers.sizes[answers.sizes["sample"] == name]
        out = [
            f"{row['left_out']} of {labels[str(row['arm'])]}"
            for row in sizes.to_dict("records")
            if row["left_out"]
        ]
        how = f" ({how_matched(sample)})" if isinstance(sample, Matched) else ""
        gone = f"left out: {listed(out)}" if out else "nobody was left out"
        parts.append(f"**{shown}**{how} is about {target_words(results, sample.target)}; {gone}.")
    if not parts:
        return "No sample could be made in which the arms are comparable."
    return " ".join(parts)


def target_words(results: Results, target: str) -> str:
    """Patients that an effect is about: "the treated" are those not in the reference arm."""
    reference, *others = arm_labels(results).values()
    return _TARGETS[target].format(treated=listed(others), reference=reference)


def how_matched(sample: Matched) -> str:
    """How a matched sample was made."""
    caliper = "no caliper"
    if np.isfinite(sample.width):
        caliper = f"within {sample.width:.3g} on the logit of the score"
    exact = f", equal in {listed(sample.exact)}" if sample.exact else ""
    again = ", with replacement" if sample.replace else ""
    return f"{sample.ratio}:1, {sample.method}, {caliper}{exact}{again}, {sample.sets} sets"


def balance_sentence(answers: AdjustedAnswers) -> str:
    """How many covariates are out of balance before and in each sample."""
    parts = []
    for name, shown in sample_labels(answers).items():
        mine = _differences(answers, name)
        far = int((mine > IMBALANCE).sum())
        where = "of all patients" if name == BEFORE else f"of “{shown}”"
        parts.append(
            f"{far} of {counted(len(mine), 'row')} {where} (largest {ratio(float(mine.max()))})"
        )
    return (
        f"Standardised differences above {IMBALANCE:g}, the usual mark of imbalance: "
        f"{listed(parts)}."
    )


def unlike_sentence(answers: AdjustedAnswers) -> str:
    """Samples whose arms are still so unlike that their effects are not adjusted, if any."""
    found = {
        shown: float(_differences(answers, name).max())
        for name, shown in sample_labels(answers).items()
        if name != BEFORE
    }
    parts = [
        f"“{shown}” ({ratio(far)})" if np.isfinite(far) else f"“{shown}” (no overlap)"
        for shown, far in found.items()
        if far > UNLIKE
    ]
    if not parts:
        return ""
    return (
        f"The arms are still unlike, by standardised differences above {UNLIKE:g}, in "
        f"{listed(parts)}: the effect there is not an adjusted one."
    )


def _differences(answers: AdjustedAnswers, sample: str) -> pd.Series:
    """Absolute standardised differences of covariates, infinite where the arms share no value."""
    rows = answers.balance[
        (answers.balance["sample"] == sample) & (answers.balance["variable"] != SCORE)
    ]
    apart = rows["smd_pooled_sd"].isna() & (rows["mean_treated"] != rows["mean_reference"])
    apart &= rows["mean_treated"].notna() & rows["mean_reference"].notna()
    return rows["smd_pooled_sd"].abs().mask(apart, np.inf)
