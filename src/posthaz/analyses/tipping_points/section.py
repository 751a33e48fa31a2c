"""Section on how far each choice must go to change the conclusion."""

import numpy as np
import pandas as pd

from posthaz.analyses.tipping_points.answer import (
    TippingPoints,
    tipping_points,
)
from posthaz.analyses.tipping_points.words import (
    censoring_sentence,
    confounder_sentence,
    evidence_sentence,
    patients_sentence,
    prior_sentence,
    removal_sentences,
    sceptic_sentence,
)
from posthaz.answers import answer_frame
from posthaz.figures import draw_influence, draw_prior_map
from posthaz.report.blocks import Block, FigureBlock, Note, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.horizon import restriction
from posthaz.report.missing import MissingPart, guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, term_label
from posthaz.report.sections.picture import picture
from posthaz.report.sections.question import gain_noun
from posthaz.report.sections.wording import interval_name, percent, ratio, with_interval
from posthaz.spec import PriorChange


def tipping_answers(found: TippingPoints) -> pd.DataFrame:
    """Rows of tipping points as answers.

    Returns
    -------
    DataFrame
        Columns `posthaz.answers.COLUMNS`: the hazard ratio under each confounder, without the
        patients of each smallest set, and the posterior probability under each named prior.
    """
    common: dict[str, object] = {
        **{"analysis": "tipping_points", "method": "posterior", "model": found.model},
        **{"term": found.effect.term, "quantity": "hazard_ratio"},
    }
    rows: list[dict[str, object]] = [
        common | {"level": f"prior: {row['prior']}", "statement": "< 1",
                  "probability": row["probability"]}
        for row in found.named.to_dict("records")
    ]  # fmt: skip
    for row in found.confounders.to_dict("records"):
        label = (f"confounder of HR {row['confounder_hr']:g} in {row['prevalence_treated']:g} v "
                 f"{row['prevalence_reference']:g}")  # fmt: skip
        limits = {name: row[name] for name in ("lower", "upper")}
        rows.append(common | {"level": label, "value": row["hr"]} | limits)
    for row in found.removal.to_dict("records"):
        if np.isfinite(row["patients"]):
            limits = {name: row[name] for name in ("lower", "upper")}
            label = f"without the smallest set that flips the {row['conclusion']}"
            rows.append(common | {"level": label, "value": row["hr"]} | limits)
    return answer_frame(rows)


_NAME = "tipping_points"
_WORDS = {"confounders": "table of unmeasured confounders", "removal": "smallest set of patients",
          "influence": "influence of each patient",
          "censoring": "table of what censoring may hide"}  # fmt: skip


def _answer(given: Given) -> TippingPoints:
    analysis = given.analysis
    varied = analysis.sensitivity.axes if analysis.sensitivity else ()
    changes = [(one.label, one.change) for axis in varied for one in axis.alternatives]
    return tipping_points(
        next(iter(given.fits.values())),
        given.cohort,
        analysis.clinical[_NAME],
        named=[
            (label, change.prior)
            for label, change in changes
            if isinstance(change, PriorChange) and change.key == given.cohort.treatment
        ],
        thresholds=analysis.estimands.thresholds or (0.8,),
        level=analysis.estimands.interval,
        horizon=None if given.cohort.recurrent else restriction(analysis, given.cohort),
        sampling=analysis.sampling,
        progress=lambda done, total: given.progress("tipping points", done, total),
    )


def _missing(answer: TippingPoints) -> tuple[MissingPart, ...]:
    return tuple(MissingPart(_WORDS[name], reason) for name, reason in answer.lost)


def _section(results: Results, answer: TippingPoints) -> Section:
    level = results.analysis.estimands.interval
    blocks: list[Block] = [
        Paragraph(prior_sentence(answer)),
        Paragraph(sceptic_sentence(answer, level)),
        *(Paragraph(one) for one in (patients_sentence(answer),) if one),
        Paragraph(confounder_sentence(answer)),
        *(Paragraph(one) for one in (censoring_sentence(answer),) if one),
        Paragraph(evidence_sentence(answer)),
        *_unreached(answer),
        _map(results, answer),
        _named(answer),
    ]
    if len(answer.influence):
        blocks.append(_influence(results, answer))
    if len(answer.confounders):
        blocks.append(_confounders(results, answer))
    if len(answer.censoring):
        blocks.append(_censoring(results, answer))
    return Section("Tipping points", "tipping-points", tuple(blocks))


def _unreached(answer: TippingPoints) -> tuple[Note, ...]:
    lost = float(answer.priors["probability"].isna().mean())
    if not lost:
        return ()
    text = (
        f"{percent(lost)} of the map is blank: no fit reaches priors so far from the data, and "
        "only the closed form is drawn there."
    )
    return (Note("warning", text),)


@guarded_block
def _map(results: Results, answer: TippingPoints) -> FigureBlock:
    levels = sorted(set(answer.critical["level"]))
    figure = draw_prior_map(answer.priors, answer.named, levels=levels, simulated=results.simulated)
    alt = (
        f"Contour map of the posterior probability of {gain_noun(results)} over the prior’s median "
        f"and standard deviation. {prior_sentence(answer)}"
    ).replace("**", "")
    made = "one fit" if answer.fits == 1 else f"{answer.fits} fits"
    caption = (
        f"Probability of {gain_noun(results)}, {term_label(results.cohort, answer.effect.term)}, "
        f"under every "
        f"normal prior: draws of {made} reweighted (solid), and the closed form from a normal "
        "likelihood (dashed); circles are the priors of the analysis"
    )
    return picture(results, figure, _NAME, alt, caption, "tipping_points_priors.csv")


@guarded_block
def _influence(results: Results, answer: TippingPoints) -> FigureBlock:
    figure = draw_influence(
        answer.influence,
        unit=results.cohort.unit,
        labels=arm_labels(results),
        simulated=results.simulated,
    )
    alt = f"Influence of each patient against time. {patients_sentence(answer)}".replace("**", "")
    refits = int((answer.influence["method"] == "refit").sum())
    how = f"; {refits} refitted, their weights not being trusted" if refits else ""
    caption = (
        f"Change of the log hazard ratio without each patient, by importance weights{how}; filled "
        "marks are events"
    )
    return picture(results, figure, "influence", alt, caption, "tipping_points_influence.csv")


@guarded_block
def _named(answer: TippingPoints) -> Table:
    rows = [
        {
            "prior": row["prior"],
            "family": row["family"],
            "median": ratio(row["prior_hr"]),
            "sd": MISSING if pd.isna(row["prior_sd"]) else f"{row['prior_sd']:.2f}",
            "below": percent(row["probability"]),
            "closed": percent(row["closed_form"]),
        }
        for row in answer.named.to_dict("records")
    ]
    heads = {"prior": "Prior", "family": "Family", "median": "Median HR", "sd": "SD of log HR"}
    heads |= {"below": "P(HR < 1)", "closed": "Closed form"}
    return Table(
        pd.DataFrame(rows),
        "The priors that the analysis states",
        heads,
        source="tipping_points_named.csv",
    )


@guarded_block
def _confounders(results: Results, answer: TippingPoints) -> Table:
    name = interval_name(results.analysis.estimands.interval)
    rows = [
        {
            "hr": f"{row['confounder_hr']:g}",
            "treated": percent(row["prevalence_treated"]),
            "reference": percent(row["prevalence_reference"]),
            "left": with_interval(row["hr"], row["lower"], row["upper"]),
            "below": percent(row["p_hr_below_1"]),
        }
        for row in answer.confounders.to_dict("records")
    ]
    heads = {"hr": "Its HR", "treated": "In the treated", "reference": "In the others"}
    heads |= {"left": f"HR of treatment ({name} interval)", "below": "P(HR < 1)"}
    return Table(
        pd.DataFrame(rows),
        "What would be left were a binary confounder known",
        heads,
        source="tipping_points_confounders.csv",
        notes=(
            "Each patient’s likelihood is a mixture over having the confounder or not, in the "
            "shares of their arm at the start; the posterior is reweighted to it.",
        ),
    )


@guarded_block
def _censoring(results: Results, answer: TippingPoints) -> Table:
    name = interval_name(results.analysis.estimands.interval)
    rows = [
        {
            "delta": f"{row['delta']:g}",
            "events": f"{row['events_imputed']:.1f} of {row['censored']}",
            "hr": with_interval(row["hr"], row["lower"], row["upper"]),
            "below": percent(row["p_hr_below_1"]),
            "changes": row["changes"] or "nothing",
        }
        for row in answer.censoring.to_dict("records")
    ]
    heads = {"delta": "Hazard after censoring", "events": "Events drawn"}
    heads |= {"hr": f"HR of treatment ({name} interval)", "below": "P(HR < 1)"}
    heads |= {"changes": "What changes"}
    return Table(
        pd.DataFrame(rows),
        "Were the censored of the arm that fares better worse off than those still followed",
        heads,
        source="tipping_points_censoring.csv",
        notes=(
            "Times after censoring are drawn from the model, up to the longest follow-up, with the "
            "hazard multiplied as stated; the model is fitted to each completed cohort and the "
            "posteriors are pooled. With a ratio of 1 censoring tells nothing.",
        ),
    )


def _lead(results: Results, answer: TippingPoints) -> str:
    return " ".join([*removal_sentences(answer)[-1:], confounder_sentence(answer)])


PART = ClinicalPart(
    _NAME,
    _answer,
    lambda answer: answer.tables,
    _section,
    missing=_missing,
    rows=tipping_answers,
    lead=_lead,
)
