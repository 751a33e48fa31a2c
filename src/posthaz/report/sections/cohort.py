"""Who was studied: flow, event codes, follow-up and Table 1."""

import numpy as np
import pandas as pd

from posthaz.adjust.balance import arm_head
from posthaz.report.blocks import Block, Bullets, Paragraph, Section, Table
from posthaz.report.inline import sentence
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.beside import grouped
from posthaz.report.sections.naming import arm_labels, linked, lowered, model_labels, variable_label
from posthaz.report.sections.rows import follow_up_row, patients_and_rows
from posthaz.report.sections.time_scale import delayed_entry_sentence, few_followed
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    count_text,
    counted,
    duration,
    interval_name,
    lasting,
    listed,
    recorded_in_steps,
    signed,
    with_interval,
)
from posthaz.spec import Analysis
from posthaz.spec.patients_lost import patients_of

_BALANCED = 0.1
_ROWS_NAMED = 12
_THOUSANDS = r"(?<![\d.])(\d{1,3})(?=\d{3}(?:\D|$))"


def cohort_section(results: Results) -> Section:
    """Flow, event codes, follow-up and the patients' characteristics.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section
        Anchor ``cohort``.
    """
    blocks: list[Block] = []
    if results.analysis.column_map is not None:
        blocks.append(Paragraph(own_patients_words(results.analysis)))
    elif results.analysis.population:
        source = f" Source: {linked(results.analysis.source)}." if results.analysis.source else ""
        start = "Simulated patients, in place of " if results.simulated else ""
        blocks.append(Paragraph(f"{start}{sentence(results.analysis.population)}{source}"))
    blocks.append(Bullets(tuple(_flow(results))))
    if results.cohort.event_coding:
        blocks.append(Paragraph(results.cohort.event_coding))
    if results.cohort.resolution:
        steps = recorded_in_steps(results.cohort.resolution, results.cohort.unit)
        blocks.append(Paragraph(f"{steps} (stated in `resolution`)."))
    blocks.append(Paragraph(_follow_up_sentence(results)))
    if entry := delayed_entry_sentence(results):
        blocks.append(Paragraph(entry))
    if not grouped(results.cohort):
        blocks.append(_follow_up_table(results))
    if len(results.frequentist.table_one):
        blocks.append(_table_one(results))
        if len(results.cohort.arms) > 1:
            blocks.append(Paragraph(_balance_sentence(results)))
    return Section("Cohort", "cohort", tuple(blocks))


def own_patients_words(analysis: Analysis) -> str:
    """Whose patients these are, where an analysis made for others is run on them."""
    mapped = analysis.column_map
    assert mapped is not None and analysis.table is not None
    whose = sentence(mapped.population) + " " if mapped.population else ""
    came = f" Source: {linked(mapped.source)}." if mapped.source else ""
    asked = f", made for {linked(analysis.source)}" if analysis.source else ""
    return (
        f"{whose}**These patients are those of `{analysis.table.name}`**, read by `{mapped.name}`, "
        f"and not those that the analysis file was written for.{came} Question, models and "
        f"priors are the file’s{asked}; numbers that are called printed are of the patients there."
    )


def _flow(results: Results) -> list[str]:
    cohort, table = results.cohort, results.frequentist.follow_up
    origin = " (simulated)" if results.simulated else ""
    origin += f", made from {cohort.source.origin}" if cohort.source.origin else ""
    source = f"`{cohort.source.name}`{origin}"
    lines = [f"{counted(cohort.source.rows, 'row')} read from {source}"]
    if not cohort.dropped:
        lines.append("No row left out")
    for dropped in cohort.dropped:
        shown = ", ".join(str(row) for row in dropped.rows[:_ROWS_NAMED])
        more = ", ..." if len(dropped.rows) > _ROWS_NAMED else ""
        word = "row" if len(dropped.rows) == 1 else "rows"
        named = f" ({word} {shown}{more})" if shown else ""
        lines.append(f"{counted(dropped.count, 'row')} left out, {dropped.reason}{named}")
    if results.analysis.landmark is not None:
        lines.append(
            "Times count from the landmark at "
            f"{at_time(results.analysis.landmark, cohort.unit)}, when "
            "all who are analysed were at risk"
        )
    whole, labels = follow_up_row(results), arm_labels(results)
    rows = f" ({counted(len(cohort), 'row')})" if len(cohort) != whole["n"] else ""
    by_arm = table.set_index(table["arm"].astype(str))

    def split(column: str) -> str:
        if len(labels) == 1:
            return ""
        counts = by_arm[column].to_dict()
        parts = [f"{label} {count_text(counts[arm])}" for arm, label in labels.items()]
        return f": {listed(parts)}"

    patients, more = patients_and_rows(results, whole["n"])
    lines.append(f"{counted(patients, 'patient')}{more} analysed{rows}{split('n')}")
    lines.append(f"{counted(whole['events'], 'event')}{split('events')}")
    names = model_labels(results)
    for model in results.analysis.models:
        patients, lacking = patients_of(model, cohort)
        if (cohort.drop_missing and len(results.posterior.fits) > 1) or lacking:
            without = f"; left out, missing {lacking}" if lacking else ""
            lines.append(f"Model “{names[model.name]}”: {counted(patients, 'patient')}{without}")
    return lines


def _follow_up_sentence(results: Results) -> str:
    row, unit = follow_up_row(results), results.cohort.unit
    if grouped(results.cohort):
        return (
            "Events are only known to lie between two times, so that follow-up can’t be described "
            f"by reverse Kaplan–Meier; the longest was {lasting(row['max_follow_up'], unit)}."
        )
    if np.isnan(row["median"]):
        start = "The median follow-up by reverse Kaplan–Meier was not reached"
    else:
        start = f"Median follow-up was {lasting(row['median'], unit)} by reverse Kaplan–"
        start += "Meier (how long patients would have been followed had nobody had an event)"
    return (
        f"{start}; the longest was {lasting(row['max_follow_up'], unit)}, and together "
        f"the patients were at risk for {row['person_time']:,.0f} person-{unit}."
        f"{few_followed(results)}"
    )


@guarded_block
def _follow_up_table(results: Results) -> Table:
    frame, unit = results.frequentist.follow_up, results.cohort.unit
    labels = arm_labels(results) | {"overall": "All patients"}
    shown = pd.DataFrame(
        {
            "arm": [labels.get(str(arm), str(arm)) for arm in frame["arm"]],
            "n": [count_text(n) for n in frame["n"]],
            "events": [count_text(n) for n in frame["events"]],
            "person_time": [f"{time:,.0f}" for time in frame["person_time"]],
            "median": [_median(row, unit) for _, row in frame.iterrows()],
            "longest": [duration(time, unit) for time in frame["max_follow_up"]],
        }
    )
    heads = {"arm": "Arm", "n": "Patients", "events": "Events"}
    heads["person_time"] = f"Person-{unit}"
    level = interval_name(0.95)
    heads |= {"median": f"Median follow-up ({level}{SPACE}CI)", "longest": "Longest"}
    return Table(shown, f"Follow-up by arm, times in {unit}", heads, source="follow_up.csv")


def _median(row: pd.Series, unit: str) -> str:
    if np.isnan(row["median"]):
        return "not reached"
    numbers = (row["median"], row["median_lower"], row["median_upper"])
    return with_interval(*numbers, lambda time: duration(time, unit))


@guarded_block
def _table_one(results: Results) -> Table:
    frame = results.frequentist.table_one
    labels = arm_labels(results) if results.cohort.arms else {}
    level = frame["level_label"].where(frame["kind"] != "numeric", "Median (quartiles)")
    shown = pd.DataFrame({"label": frame["label"], "level": level})
    heads = {"level": "Characteristic"}
    for arm, label in (labels | {"overall": "All"}).items():
        texts = frame[arm if arm == "overall" else arm_head(arm)]
        shown[f"arm {arm}"] = [str(text).replace("%", "\u00a0%") for text in texts]
        shown[f"arm {arm}"] = shown[f"arm {arm}"].str.replace(r"(?<=\d)-(?=\d)", "–", regex=True)
        shown[f"arm {arm}"] = shown[f"arm {arm}"].str.replace(_THOUSANDS, r"\1,", regex=True)
        heads[f"arm {arm}"] = label
    notes = ["Counts are with percentages of the patients whose value is known."]
    if labels:
        shown["smd"] = ["" if np.isnan(d) else signed(f"{d:.2f}") for d in frame["smd"]]
        heads["smd"] = "SMD"
        notes.append("SMD: standardised mean difference; tests are in `table_one.csv`.")
    return Table(
        shown,
        "Characteristics of the patients by arm" if labels else "Characteristics of the patients",
        heads,
        group="label",
        source="table_one.csv",
        notes=(" ".join(notes),),
    )


def _balance_sentence(results: Results) -> str:
    frame = results.frequentist.table_one
    far = frame[frame["smd"].abs() > _BALANCED].sort_values("smd", key=abs, ascending=False)
    if far.empty:
        told = " that are told" if results.withheld else ""
        return (
            f"All standardised differences{told} are within {_BALANCED:g}: the arms are balanced "
            "in what was measured."
        )
    names = [lowered(variable_label(results.cohort, name)) for name in far["variable"]]
    parts = [f"{name} ({abs(d):.2f})" for name, d in zip(names, far["smd"], strict=True)]
    return (
        f"The arms differ by more than {_BALANCED:g} standard deviations (the usual mark of "
        f"imbalance) in {listed(parts)}. In a randomised comparison such differences arise by "
        "chance; otherwise what came before treatment calls for adjustment, and what came after "
        "it (such as response or toxicity) must not be adjusted for without further thought."
    )
