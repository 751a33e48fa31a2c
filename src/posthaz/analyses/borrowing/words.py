"""What a section on borrowing says in words."""

from typing import Any

import pandas as pd

from posthaz.analyses.borrowing.answer import FULL, NONE, Borrowing
from posthaz.report.results import Results
from posthaz.report.sections.naming import capitalised
from posthaz.report.sections.wording import (
    interval_name,
    listed,
    p_sentence,
    with_interval,
)

ROBUST = "robust meta-analytic prior"
_CONFLICT = 0.05

MISLEADING = (
    "No borrowing: wastes what is known where the history does apply. It is the primary model’s "
    "answer, under that model’s own prior of the effect, from which every other prior here starts.",
    "Power prior with a fixed discount: the discount is an opinion, whatever the data say. Where "
    "the history is large, even a few per cent of it outweigh the cohort, agreeing or not.",
    "Normalised power prior: the discount is learnt, but one study says little about it, so its "
    "posterior stays wide and near its prior; a large history is then used at about a half even "
    "against the data.",
    "Commensurate prior: rests on how near effects count as near (the spike) and on the "
    "probability stated beforehand that they are; conflict short of the width of the cohort’s own "
    "interval goes unseen.",
    "Robust meta-analytic prior: with one or two histories the heterogeneity is nearly all prior; "
    "it protects against conflict that the cohort can show, not against conflict hidden by few "
    "events.",
    "Full borrowing: counts the history as patients of this cohort. Any difference in patients, "
    "treatment or confounding becomes bias that no interval shows.",
)


def prior_label(name: str) -> str:
    """Name of a prior as shown, such as "No borrowing"."""
    return "No borrowing" if name == NONE else capitalised(name)


def answer_sentence(rows: pd.DataFrame, interval: float) -> str:
    """The answer alone, with the history, and whether the two agree.

    Parameters
    ----------
    rows : DataFrame
        Table of `Borrowing`, indexed by ``prior``.
    interval : float
        Probability of the intervals.

    Returns
    -------
    str
        A paragraph.
    """

    def said(name: str) -> str:
        row: Any = rows.loc[name]
        return with_interval(row["hr"], row["lower"], row["upper"])

    full: Any = rows.loc[FULL]
    robust: Any = rows.loc[ROBUST]
    conflict = float(full["conflict"])
    agree = (
        "which this cohort contradicts: if the history applied, so different an estimate would be "
        f"rare ({p_sentence(conflict)}), and the priors that take it in full are not to be used"
        if conflict < _CONFLICT
        else "with which this cohort is compatible "
        f"({p_sentence(conflict)}); a small cohort is compatible with much, so that is no proof "
        "that the history applies"
    )
    return (
        f"Without history the hazard ratio is {said(NONE)} "
        f"({interval_name(interval)} credible interval). The history says "
        f"{with_interval(full['prior_hr'], full['prior_lower'], full['prior_upper'])}, {agree}. "
        f"Borrowing in full gives {said(FULL)}, nearly all of it history where the history is "
        f"worth more events than the cohort has. The robust meta-analytic prior, which may turn "
        f"the history down, gives {said(ROBUST)}, with probability {robust['borrowed']:.2f} that "
        "the history applies."
    )


_CONFLICT = 0.05


def borrowing_lead(results: Results, answer: Borrowing) -> str:
    """What was borrowed, and what it did to the hazard ratio."""
    rows = answer.table.set_index("prior")

    def said(name: str) -> str:
        row: Any = rows.loc[name]
        return with_interval(row["hr"], row["lower"], row["upper"])

    full: Any = rows.loc[FULL]
    robust: Any = rows.loc[ROBUST]
    history = listed([str(name) for name in answer.histories["history"]])
    conflict = float(full["conflict"])
    agree = (
        f"which this cohort contradicts ({p_sentence(conflict)}), so that it should not be "
        "borrowed in full"
        if conflict < _CONFLICT
        else f"with which this cohort is compatible ({p_sentence(conflict)})"
    )
    printed = with_interval(full["prior_hr"], full["prior_lower"], full["prior_upper"])
    return (
        f"**Borrowed: {history}**, hazard ratio {printed}, {agree}. Without it the hazard ratio is "
        f"{said(NONE)}, with the robust meta-analytic prior **{said(ROBUST)}** (probability that "
        f"the history applies {robust['borrowed']:.2f}), and with all of it {said(FULL)}."
    )
