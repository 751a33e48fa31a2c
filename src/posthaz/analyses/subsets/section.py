"""Named subsets in the report."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.analyses.subsets.answer import SubsetSurvival, survival_in_subsets
from posthaz.analyses.subsets.tables import (
    Answer,
    comparison_table,
    rates_table,
    subset_rows,
)
from posthaz.answers import View, one_answer
from posthaz.arms.departures import departures
from posthaz.arms.survival_rows import (
    COX,
    FIRTH,
    KAPLAN_MEIER,
    LOGRANK,
    POSTERIOR,
)
from posthaz.cohort import restricted, rows_where
from posthaz.figures import draw_subsets, panel_ticks
from posthaz.report.blocks import Block, Bullets, FigureBlock, Paragraph, Section
from posthaz.report.clinical import ClinicalPart, Given, convergence_notes
from posthaz.report.counterpart import (
    TESTS,
    Counterpart,
    Number,
    all_arms,
    curve_number,
    number_of_test,
)
from posthaz.report.missing import guarded_block, lost_parts
from posthaz.report.results import Results
from posthaz.report.sections.curve_rows import median_text
from posthaz.report.sections.naming import arm_labels, lowered
from posthaz.report.sections.picture import picture
from posthaz.report.sections.question import which_ratio
from posthaz.report.sections.wording import (
    listed,
    p_sentence,
    with_interval,
)
from posthaz.spec import Published

_NAME = "subsets"


def subsets_lead(results: Results, answer: Sequence[SubsetSurvival]) -> str:
    """Hazard ratio in each subset."""
    labels, parts = arm_labels(results), []
    for one in answer[1:]:
        rows = subset_rows(one, "hazard_ratio", POSTERIOR)
        for _, row in rows[np.isfinite(rows["value"].astype(float))].iterrows():
            arm = f" ({labels.get(str(row['arm']), row['arm'])})" if len(labels) > 2 else ""
            numbers = with_interval(row["value"], row["lower"], row["upper"])
            parts.append(f"{numbers} in “{one.label}”{arm}")
    which = which_ratio(results)
    said = f"In subsets, each by itself, the hazard ratio{which} is {listed(parts)}."
    return said if parts else ""


def subset_methods(results: Results, answer: object) -> str:
    """Which subsets were analysed."""
    labels = [lowered(one.shown) for one in results.analysis.clinical["subsets"].subsets]
    return (
        f"The primary model, Kaplan–Meier and Cox were repeated in {listed(labels)}, as named in "
        "the analysis file."
    )


def printed_in_subset(
    results: Results, answer: tuple[SubsetSurvival, ...], one: Published
) -> Counterpart | None:
    """Medians, rates, ratios and tests in a named subset."""
    part = next((s for s in answer if s.name == one.within.subset), None)
    if not one.within.subset or part is None or part.answers.empty:
        return None
    if one.quantity in TESTS:
        return number_of_test(one_answer(subset_rows(part, "test", LOGRANK)), one, "value")
    if one.quantity != "hazard_ratio" and not one.arm and part.fit is not None:
        where = {s.name: s.where for s in results.analysis.clinical["subsets"].subsets}
        inside = restricted(results.cohort, rows_where(results.cohort, where[part.name]))
        return all_arms(results.analysis, inside, part.fit, one)
    wanted: dict[str, object] = {"arm": one.arm or results.cohort.arms[-1]}
    wanted |= {} if one.time is None else {"time": one.time}
    ours, bayes = (
        one_answer(subset_rows(part, one.quantity, *sources), **wanted)
        for sources in ((KAPLAN_MEIER, COX, FIRTH), (POSTERIOR,))
    )
    return Counterpart(curve_number(ours, one), Number.of(bayes))


def _answer(given: Given) -> Answer:
    analysis = given.analysis
    return survival_in_subsets(
        given.cohort,
        analysis.primary,
        analysis.clinical[_NAME],
        analysis.estimands.survival_at,
        analysis.sampling,
        whole=next(iter(given.fits.values())),
        ticks=panel_ticks(
            float(given.cohort.exit.max()), given.cohort.unit, given.cohort.origin
        ).tolist(),
        transform=analysis.baselines.confidence_transform,
        interval=analysis.estimands.interval,
        progress=given.progress,
    )


def _tables(answer: Answer) -> dict[str, pd.DataFrame]:
    tables = {}
    for name, attribute in (
        ("subsets", "answers"), ("subsets_kaplan_meier", "steps"), ("subsets_curves", "curves")
    ):  # fmt: skip
        parts = [_with_subset(one, getattr(one, attribute)) for one in answer]
        parts = [part for part in parts if len(part)]
        if parts:
            tables[name] = pd.concat(parts, ignore_index=True)
    return tables


def _with_subset(one: SubsetSurvival, frame: pd.DataFrame) -> pd.DataFrame:
    named = frame.copy()
    named.insert(0, "subset", one.name)
    return named


def _failures(answer: Answer) -> tuple[str, ...]:
    return tuple(text for one in answer for text in one.failures)


def _section(results: Results, answer: Answer) -> Section:
    text = (
        "The whole cohort and each subset named in the analysis file, each by itself. The "
        "Bayesian answer is the primary model refitted to the subset, with its priors. "
        + "".join(f"{said} " for said in _departures(results))
        + "Intervals that differ between subsets don’t show that the effect does: that is a "
        "question about an interaction."
    )
    blocks: list[Block] = [Paragraph(text)]
    if any(len(one.steps) for one in answer):
        blocks.append(_figure(results, answer))
    for table in (rates_table(results, answer), comparison_table(results, answer)):
        if table is not None:
            blocks.append(table)
    said = tuple(f"{one.label}: {note.rstrip('.')}." for one in answer for note in one.notes)
    if said:
        blocks += [Paragraph("What a reader must know of the subsets:"), Bullets(said)]
    blocks += convergence_notes(_failures(answer))
    return Section("Subsets", _NAME, tuple(blocks))


def _departures(results: Results) -> list[str]:
    model = results.posterior.primary.spec
    return departures(model, keeps_form=True, keeps_frailty=True)


@guarded_block
def _figure(results: Results, answer: Answer) -> FigureBlock:
    shown = [one for one in answer if len(one.steps)]
    panels = []
    for one in shown:
        p = subset_rows(one, "test", LOGRANK)["p"]
        said = f"\nlog-rank {p_sentence(float(p.iloc[0]))}" if len(p) and np.isfinite(
            p.iloc[0]) else ""  # fmt: skip
        panels.append((f"{one.label}, n = {_patients(one)}{said}", one.steps, one.curves))
    figure = draw_subsets(
        panels,
        labels=arm_labels(results),
        unit=results.cohort.unit,
        horizon=results.horizon,
        start=results.cohort.origin,
        endpoint=results.analysis.endpoint,
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
        at_risk=[one.at_risk for one in shown],
    )
    parts = []
    for one in shown:
        medians = subset_rows(one, "median", KAPLAN_MEIER)
        labels = arm_labels(results)
        said = [
            f"{labels.get(str(row['arm']), row['arm'])} {median_text(row, results.cohort.unit)}"
            for _, row in medians.iterrows()
        ]
        parts.append(f"{one.label}: {', '.join(said)}")
    alt = f"Survival in {len(shown)} panels. Kaplan–Meier medians: {'; '.join(parts)}."
    caption = (
        "Survival by arm in the whole cohort and each subset, with the number at risk in the "
        "colour of the arm"
    )
    return picture(results, figure, "subsets", alt, caption, "subsets_kaplan_meier.csv")


def _patients(one: SubsetSurvival) -> int:
    return int(one.steps.groupby("arm")["at_risk"].first().sum())


PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    failures=_failures,
    printed=printed_in_subset,
    methods=subset_methods,
    missing=lambda answer: tuple(p for one in answer for p in lost_parts(one.notes, one.label)),
    lead=subsets_lead,
    views=(
        View(
            "subsets",
            "population=subset quantity arm time method=source value lower upper p n events note",
        ),
    ),
)
