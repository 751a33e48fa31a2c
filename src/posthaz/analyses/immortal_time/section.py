"""Immortal time in the report."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.analyses.immortal_time.answer import (
    COX,
    POSTERIOR,
    ImmortalTime,
    answer_rows,
    immortal_time,
)
from posthaz.analyses.immortal_time.bound import Delay, delay_to_explain
from posthaz.analyses.immortal_time.spec import immortal_time_faults
from posthaz.analyses.immortal_time.words import (
    comparison_label,
    delay_words,
    gain_words,
    immortal_lead,
    immortal_methods,
    person_words,
    weight_words,
)
from posthaz.arms.departures import departures
from posthaz.figures import draw_hazard_ratios, draw_person_time
from posthaz.report.blocks import Block, Bullets, FigureBlock, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.horizon import restriction
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels
from posthaz.report.sections.picture import picture
from posthaz.report.sections.question import of_treatment
from posthaz.report.sections.wording import (
    SPACE,
    change,
    interval_name,
    moment,
    percent,
    with_interval,
)
from posthaz.spec import clinical_covariates

_NAME = "immortal_time"
Answer = ImmortalTime | Delay | None
_SOURCES = {COX: "Cox", POSTERIOR: "Bayesian"}


def _answer(given: Given) -> Answer:
    analysis, whole = given.analysis, given.cohort.uncut
    asked = analysis.clinical[_NAME]
    # a file that didn't ask for the audit isn't refused, it has none
    if any(immortal_time_faults(replace(asked, stated=True), whole or given.cohort)):
        return None
    if whole is None:
        asked_arm = analysis.favours if analysis.favours in given.cohort.arms else ""
        return delay_to_explain(given.cohort, asked_arm)
    whole = whole.complete(clinical_covariates(analysis)) if whole.drop_missing else whole
    return immortal_time(
        whole,
        analysis.starts,
        analysis.primary,
        asked,
        analysis.sampling,
        horizon=restriction(analysis, whole),
        interval=analysis.estimands.interval,
        progress=given.progress,
    )


def _tables(answer: Answer) -> dict[str, pd.DataFrame]:
    if answer is None:
        return {}
    if isinstance(answer, Delay):
        rows = {"mean_delay": answer.mean, "longest": answer.longest, "treated": answer.treated}
        return {"immortal_time_bound": pd.DataFrame([rows])}
    return {
        _NAME: answer.effects,
        "immortal_time_weights": answer.weights,
        "immortal_time_trials": answer.trials,
        "immortal_time_follow_up": answer.person_time,
    }


def _section(results: Results, answer: Answer) -> Section | None:
    if answer is None:
        return None
    title, anchor = "Immortal time", "immortal-time"
    if isinstance(answer, Delay):
        return Section(title, anchor, (Paragraph(delay_words(results, answer)),))
    blocks: list[Block] = [
        Paragraph(text)
        for text in (
            immortal_lead(results, answer),
            gain_words(results, answer),
            person_words(results, answer),
            " ".join(departures(results.posterior.primary.spec)),
        )
        if text
    ]
    blocks += [_forest(results, answer), _table(results, answer), _picture(results, answer)]
    if text := weight_words(answer):
        blocks.append(Paragraph(text))
    notes = [
        f"{comparison_label(row, results.cohort.unit)}, {_SOURCES[row['method']]}: {row['note']}."
        for _, row in answer.effects.iterrows()
        if row["note"]
    ]
    if notes:
        blocks += [Paragraph("What can’t be given, or has a remark:"), Bullets(tuple(notes))]
    return Section(title, anchor, tuple(blocks))


@guarded_block
def _forest(results: Results, answer: ImmortalTime) -> FigureBlock:
    rows = answer.effects.assign(
        label=[comparison_label(row, results.cohort.unit) for _, row in answer.effects.iterrows()],
        source=answer.effects["method"].map(_SOURCES),
    )
    rows = rows.assign(term=rows["label"])
    reference, treated = arm_labels(results).values()
    figure = draw_hazard_ratios(
        rows,
        favours=(treated, reference),
        treatment=of_treatment(results),
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    known = rows[np.isfinite(rows["hr"].astype(float))]
    parts = [
        f"{row['label']}, {row['source']}: {with_interval(row['hr'], row['lower'], row['upper'])}"
        for _, row in known.iterrows()
    ]
    alt = f"Forest of hazard ratios, {treated} v {reference}. {'; '.join(parts)}."
    caption = f"Hazard ratio, {treated} v {reference}, by the use of time before treatment"
    return picture(results, figure, _NAME, alt, caption, "immortal_time.csv")


@guarded_block
def _table(results: Results, answer: ImmortalTime) -> Table:
    unit, level = results.cohort.unit, interval_name(results.analysis.estimands.interval)
    rows = []
    for (_, _), pair in answer.effects.groupby(
        ["comparison", answer.effects["time"].fillna(-1.0)], sort=False
    ):
        by = {row["method"]: row for _, row in pair.iterrows()}
        cox, bayes = by[COX], by[POSTERIOR]
        known = np.isfinite(float(bayes["rmst_difference"]))
        rows.append(
            {
                "label": comparison_label(cox, unit),
                "size": MISSING if pd.isna(cox["patients"])
                else f"{cox['patients']:.0f} / {cox['events']:.0f}",
                "cox": _ratio(cox),
                "bayes": _ratio(bayes),
                "below": percent(float(bayes["p_below_1"])),
                "gain": f"{change(bayes['rmst_difference'], unit)} "
                f"({change(bayes['rmst_lower'], unit)} to {change(bayes['rmst_upper'], unit)})"
                if known else MISSING,
            }
        )  # fmt: skip
    horizon = answer.effects["horizon"].dropna()
    to = f" to {moment(float(horizon.iloc[0]))}" if len(horizon) else ""
    heads = {
        "label": "Comparison", "size": "Patients / events", "cox": f"Cox HR ({level}{SPACE}CI)",
        "bayes": f"Bayes HR ({level}{SPACE}CrI)", "below": "P(HR < 1)",
        "gain": f"Gain in restricted mean{to} ({unit})",
    }  # fmt: skip
    notes = (
        "Events of clones and of trials count as often as they are compared. Landmarks and trials "
        "are about those still at risk then; restricted means count from the start of the time "
        "scale of each comparison.",
    )
    return Table(pd.DataFrame(rows), "The effect by the use of time before treatment", heads,
                 source="immortal_time.csv", notes=notes)  # fmt: skip


def _ratio(row: pd.Series) -> str:
    if not np.isfinite(float(row["hr"])):
        return MISSING
    return with_interval(row["hr"], row["lower"], row["upper"])


@guarded_block
def _picture(results: Results, answer: ImmortalTime) -> FigureBlock:
    labels, frame = arm_labels(results), answer.person_time
    figure = draw_person_time(
        frame, labels=labels, unit=results.cohort.unit, simulated=results.simulated
    )
    alt = (
        f"One bar a patient, coloured from the start of treatment. {person_words(results, answer)}"
    )
    caption = "Follow-up of each patient: waiting, treated, and the event"
    return picture(results, figure, "immortal_time_follow_up", alt, caption,
                   "immortal_time_follow_up.csv")  # fmt: skip


def _lead(results: Results, answer: Answer) -> str:
    return immortal_lead(results, answer) if isinstance(answer, ImmortalTime) else ""


PART = ClinicalPart(
    _NAME, _answer, _tables, _section, methods=immortal_methods, lead=_lead, rows=answer_rows
)
