"""Section on what a history adds to the cohort."""

from functools import partial
from typing import Any

import pandas as pd

from posthaz.analyses.borrowing.answer import FULL, NONE, Borrowing, borrowing_answers
from posthaz.answers import View
from posthaz.figures import draw_borrowing, draw_hazard_ratios
from posthaz.report.blocks import Block, Bullets, FigureBlock, Note, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.clinical import ClinicalPart, Given, convergence_notes
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, capitalised
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    SPACE,
    count_text,
    interval_name,
    listed,
    p_sentence,
    p_value,
    percent,
    signed,
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
    said = partial(_ratio, rows)
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


def _ratio(rows: pd.DataFrame, prior: str) -> str:
    """Hazard ratio under a prior."""
    row: Any = rows.loc[prior]
    return with_interval(row["hr"], row["lower"], row["upper"])


def borrowing_lead(results: Results, answer: Borrowing) -> str:
    """What was borrowed, and what it did to the hazard ratio."""
    rows = answer.table.set_index("prior")

    said = partial(_ratio, rows)
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


_NAME = "borrowing"
_RELEVANT = 0.8


def _relevant(thresholds: tuple[float, ...]) -> float:
    """The largest hazard ratio below 1 that the analysis names as a threshold."""
    return max((one for one in thresholds if one < 1), default=_RELEVANT)


def _answer(given: Given) -> Borrowing:
    analysis = given.analysis
    return borrowing_answers(
        given.cohort,
        analysis.primary,
        analysis.clinical[_NAME],
        analysis.sampling,
        analysis.estimands.interval,
        _relevant(analysis.estimands.thresholds),
        lambda done, total: given.progress("borrowing from history", done, total),
        alone=given.fits.get(analysis.primary.name),
    )


def _tables(answer: Borrowing) -> dict[str, pd.DataFrame]:
    return {
        "borrowing": answer.table,
        "borrowing_discounts": answer.discounts,
        "borrowing_histories": answer.histories,
    }


def _failures(answer: Borrowing) -> tuple[str, ...]:
    return tuple(f"a fit behind borrowing: {text}" for text in answer.failures)


def _section(results: Results, answer: Borrowing) -> Section:
    rows = answer.table.set_index("prior")
    blocks: list[Block] = [
        Paragraph(answer_sentence(rows, results.analysis.estimands.interval)),
        _answers_table(results, answer),
        _priors_table(results, answer),
        _forest(results, answer),
        _discounts_figure(results, answer),
        _histories_table(answer),
        Paragraph("When each prior misleads:"),
        Bullets(MISLEADING),
    ]
    blocks += [Note("warning", f"Not to be trusted: {note}.") for note in answer.notes]
    blocks += convergence_notes(_failures(answer))
    return Section("What the history adds", _NAME, tuple(blocks))


@guarded_block
def _answers_table(results: Results, answer: Borrowing) -> Table:
    level = interval_name(results.analysis.estimands.interval)
    threshold = _relevant(results.analysis.estimands.thresholds)
    rows = [
        {
            "prior": prior_label(row["prior"]),
            "hr": with_interval(row["hr"], row["lower"], row["upper"]),
            "below": percent(row["below_1"]),
            "relevant": percent(row["relevant"]),
            "gained": MISSING if row["prior"] == NONE else _whole(row["events_gained"]),
            "borrowed": MISSING if row["prior"] == NONE else f"{row['borrowed']:.2f}",
        }
        for row in answer.table.to_dict("records")
    ]
    heads = {"prior": "Prior", "hr": f"Posterior HR ({level}{SPACE}CrI)", "below": "P(HR < 1)"}
    heads |= {"relevant": f"P(HR < {threshold:g})", "gained": "Events gained"}
    heads["borrowed"] = "Borrowed"
    return Table(
        pd.DataFrame(rows),
        "The answer under each prior",
        heads,
        source="borrowing.csv",
        notes=(
            "Events gained: how many more events of a cohort like this one, which has "
            f"{count_text(_events(results))}, would make it as sure as the history does. "
            "Borrowed: discount "
            "of a power prior, or probability that the history applies.",
        ),
    )


@guarded_block
def _priors_table(results: Results, answer: Borrowing) -> Table:
    level = interval_name(results.analysis.estimands.interval)
    rows = [
        {
            "prior": prior_label(row["prior"]),
            "hr": with_interval(row["prior_hr"], row["prior_lower"], row["prior_upper"]),
            "worth": _whole(row["prior_events"]),
            "conflict": MISSING if row["prior"] == NONE else p_value(row["conflict"]),
        }
        for row in answer.table.to_dict("records")
    ]
    heads = {"prior": "Prior", "hr": f"Prior HR ({level}{SPACE}interval)"}
    heads |= {"worth": "Worth in events", "conflict": "Conflict P"}
    return Table(
        pd.DataFrame(rows),
        "What each prior says beforehand",
        heads,
        source="borrowing.csv",
        notes=(
            "Worth in events: size of a trial with equal arms that would know as much as the "
            "prior. Conflict P: probability, if the prior were true, of a cohort as far from it "
            "as this one.",
        ),
    )


def _whole(value: float) -> str:
    return signed(f"{value:,.0f}")


def _events(results: Results) -> float:
    return float(results.cohort.weight[results.cohort.event].sum())


@guarded_block
def _forest(results: Results, answer: Borrowing) -> FigureBlock:
    histories = [
        {"term": f"history {k}", "label": row["history"], "source": "Printed",
         **{name: row[name] for name in ("hr", "lower", "upper")}}
        for k, row in enumerate(answer.histories.to_dict("records"))
    ]  # fmt: skip
    posteriors = [
        {"term": row["prior"], "label": prior_label(row["prior"]), "source": "This cohort",
         **{name: row[name] for name in ("hr", "lower", "upper")}}
        for row in answer.table.to_dict("records")
    ]  # fmt: skip
    reference, other = arm_labels(results).values()
    figure = draw_hazard_ratios(
        pd.DataFrame([*posteriors, *histories]),
        favours=(other, reference),
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    texts = [
        f"{row['label']} {with_interval(row['hr'], row['lower'], row['upper'])}"
        for row in [*posteriors, *histories]
    ]
    alt = f"Forest plot of the hazard ratio under each prior: {'; '.join(texts)}."
    caption = f"Hazard ratio of {other} v {reference} under each prior, and as printed"
    return picture(results, figure, "borrowing_priors", alt, caption, "borrowing.csv")


@guarded_block
def _discounts_figure(results: Results, answer: Borrowing) -> FigureBlock:
    full: Any = answer.table.set_index("prior").loc[FULL]
    figure = draw_borrowing(
        answer.discounts,
        history=(full["prior_hr"], full["prior_lower"], full["prior_upper"]),
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    ends = [answer.discounts.iloc[k] for k in (0, -1)]
    texts = [
        f"{with_interval(row['hr'], row['lower'], row['upper'])} at {percent_used(row['discount'])}"
        for row in ends
    ]
    alt = f"Hazard ratio against the share of the history used: {' and '.join(texts)}."
    caption = "The answer as more of the history is used, from none to all of it"
    return picture(results, figure, _NAME, alt, caption, "borrowing_discounts.csv")


def percent_used(discount: float) -> str:
    """A discount in percent, where 0 and 100 may be."""
    return f"{100 * discount:g}{SPACE}%"


@guarded_block
def _histories_table(answer: Borrowing) -> Table:
    rows = [
        {
            "history": row["history"],
            "hr": with_interval(row["hr"], row["lower"], row["upper"]),
            "level": interval_name(row["level"]),
            "worth": f"{row['events']:,.0f}",
            "where": row["where"] or MISSING,
        }
        for row in answer.histories.to_dict("records")
    ]
    heads = {"history": "History", "hr": "Printed HR (CI)", "level": "Level"}
    heads |= {"worth": "Worth in events", "where": "Printed in"}
    return Table(
        pd.DataFrame(rows), "What is borrowed from", heads, source="borrowing_histories.csv"
    )


_RATIO = {"quantity": "hazard_ratio", "method": "posterior"}

PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    failures=_failures,
    lead=borrowing_lead,
    is_question=True,
    views=(
        View("borrowing", "level=prior value=hr lower upper", _RATIO, ("below_1", "< 1")),
        View(
            "borrowing_discounts",
            "level=discount value=hr lower upper",
            _RATIO | {"model": "power prior"},
            ("below_1", "< 1"),
        ),
    ),
)
