"""Does the answer hang on the analyst's choices: the variants of a sensitivity analysis."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from posthaz.errors import SpecError, nearest
from posthaz.figures import draw_sensitivity, draw_specification_curve
from posthaz.figures.sensitivity import MOST_NAMED
from posthaz.files import file_names
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import MissingPart, guarded_block
from posthaz.report.sections.naming import term_label
from posthaz.report.sections.picture import picture
from posthaz.report.sections.sensitivity_words import (
    Study,
    alternative_label,
    axis_label,
    change_words,
    compared_terms,
    how_sentences,
    range_sentence,
    readable_changes,
)
from posthaz.report.sections.wording import (
    at_time,
    change,
    count_text,
    interval_name,
    percent,
    ratio,
    share,
    signed,
    with_interval,
)
from posthaz.sensitivity import AS_STATED, Sensitivity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_ROWS = 60
_MOST_ALTERNATIVES = 40


def sensitivity_blocks(study: Study, answer: Sensitivity) -> tuple[Block, ...]:
    """The variants: how they were made, a figure, and their numbers.

    Parameters
    ----------
    study : Results, or anything with analysis and cohort
        What was asked, and of whom.
    answer : Sensitivity
        What the variants gave.

    Returns
    -------
    tuple of Block
        A paragraph; for each comparison of arms a figure and a table; then the table by axis.
    """
    table = answer.table
    terms = compared_terms(table)
    blocks: list[Block] = [Paragraph(how_sentences(study, table))]
    names = file_names(terms, word=True)
    for term in terms:
        own = table[table["term"] == term]
        if np.isfinite(own["hr_median"].astype(float)).any():
            name = f"sensitivity_{names[term]}" if len(terms) > 1 else "sensitivity"
            blocks.append(_figure(study, answer, own, term, name))
        if len(own) <= _MOST_ROWS:
            blocks.append(_variants(study, own, term))
    return (
        *blocks,
        *_axes(study, answer.comparison),
        *_variance(study, answer.variance),
        *_alternatives(study),
    )


def specification_figure(
    answer: Sensitivity,
    term: str = "",
    *,
    favours: tuple[str, str] | None = None,
    interval: float = 0.95,
    simulated: bool = False,
) -> "Figure":
    """Every variant in order of its hazard ratio, and the choices behind each."""
    terms = compared_terms(answer.table)
    term = term or next(iter(terms), "")
    if term not in terms:
        raise SpecError(
            f"no variant has a coefficient '{term}' ({nearest(term, terms)})",
            fix=f"name one of {', '.join(terms)}",
        )
    rows = answer.table[answer.table["term"] == term]
    keys = pd.MultiIndex.from_frame(rows[["model", "variant"]])
    drawn = {"probability": rows["p_hr_below_1"], "primary": rows["primary"]}
    drawn |= {new: rows[f"hr_{old}"] for new, old in
              (("hr", "median"), ("lower", "lower"), ("upper", "upper"))}  # fmt: skip
    return draw_specification_curve(
        pd.DataFrame(drawn).reset_index(drop=True),
        answer.chosen.reindex(keys).fillna(AS_STATED).reset_index(drop=True),
        favours=favours,
        interval=interval,
        simulated=simulated,
    )


@guarded_block
def _curve_figure(study: Study, answer: Sensitivity, term: str, name: str) -> FigureBlock:
    titles = {axis: axis_label(study.cohort, str(axis)) for axis in answer.chosen}
    arms = term_label(study.cohort, term).split(" v ")
    figure = specification_figure(
        replace(answer, chosen=answer.chosen.rename(columns=titles)),
        term,
        favours=(arms[0], arms[1]) if len(arms) == 2 else None,
        interval=study.analysis.estimands.interval,
        simulated=study.simulated,
    )
    alt = range_sentence(study, answer.table[answer.table["term"] == term], term)
    caption = (
        f"Specification curve: hazard ratio of {term_label(study.cohort, term)} in every variant, "
        "in order, and below it what each variant has of each choice; the primary model as stated "
        "in colour. The variants are of one set of patients and were chosen by the analyst: the "
        "curve shows what hangs on the choices tried, and no share of it is a probability"
    )
    return picture(study, figure, name, alt.replace("**", ""), caption, "sensitivity.csv")


@guarded_block
def _figure(
    study: Study, answer: Sensitivity, rows: pd.DataFrame, term: str, name: str
) -> FigureBlock | MissingPart:
    asked = study.analysis.sensitivity
    full = asked is not None and asked.combine == "full"
    if len(answer.chosen.columns) and (full or len(rows) > MOST_NAMED):
        return _curve_figure(study, answer, term, name)
    models = len(set(rows["model"]))
    drawn = pd.DataFrame(
        {
            "label": [alternative_label(row, models > 1) for row in rows.to_dict("records")],
            "axis": [axis_label(study.cohort, axis) for axis in rows["axis"]],
            "primary": rows["primary"],
            **{new: rows[f"hr_{old}"] for new, old in
               (("hr", "median"), ("lower", "lower"), ("upper", "upper"))},
        }
    )  # fmt: skip
    arms = term_label(study.cohort, term).split(" v ")
    figure = draw_sensitivity(
        drawn,
        favours=(arms[0], arms[1]) if len(arms) == 2 else None,
        interval=study.analysis.estimands.interval,
        simulated=study.simulated,
    )
    alt = range_sentence(study, rows, term).replace("**", "")
    caption = (
        f"Hazard ratio of {term_label(study.cohort, term)} in every variant; the shaded band is "
        "the interval of the primary model as stated, the dashed line its estimate"
    )
    return picture(study, figure, name, alt, caption, "sensitivity.csv")


@guarded_block
def _variants(study: Study, rows: pd.DataFrame, term: str) -> Table:
    unit = study.cohort.unit
    several = len(set(rows["model"])) > 1
    interval = interval_name(study.analysis.estimands.interval)
    shown = [
        {
            "axis": axis_label(study.cohort, row["axis"]),
            "variant": alternative_label(row, several),
            "hr": with_interval(row["hr_median"], row["hr_lower"], row["hr_upper"]),
            "below": percent(row["p_hr_below_1"]),
            "shift": _shift(row["difference_sd"]),
            "rmst": with_interval(
                row["rmst_difference"], row["rmst_lower"], row["rmst_upper"],
                lambda value: change(value, unit),
            ),
            "patients": f"{count_text(row['patients'])} ({count_text(row['events'])})",
            "method": "Laplace" if row["method"].startswith("Laplace") else "chains",
        }
        for row in rows.to_dict("records")
    ]  # fmt: skip
    columns = {
        "variant": "Variant",
        "hr": f"HR ({interval} interval)",
        "below": "P(HR < 1)",
        "shift": "Shift",
    }
    horizon = rows["rmst_time"].astype(float).max()
    if np.isfinite(horizon):
        columns["rmst"] = f"RMST difference to {at_time(round(horizon, 1), unit)}"
    if len(set(rows["patients"])) > 1:
        columns["patients"] = "Patients (events)"
    columns["method"] = "Sampled by"
    return Table(
        pd.DataFrame(shown),
        f"{term_label(study.cohort, term)} in every variant",
        columns,
        group="axis",
        source="sensitivity.csv",
        notes=(
            "Shift: difference of the posterior mean of the log hazard ratio from the primary "
            "model as stated, in posterior standard deviations of that.",
        ),
    )


def _shift(value: float) -> str:
    return MISSING if np.isnan(value) else signed(f"{value:.2f}")


def _axes(study: Study, comparison: pd.DataFrame) -> tuple[Table, ...]:
    finite = comparison[np.isfinite(comparison["hr_lowest"].astype(float))]
    if len(finite) < 2:
        return ()
    shown = pd.DataFrame(
        {
            "axis": [axis_label(study.cohort, axis) for axis in finite["axis"]],
            "term": [term_label(study.cohort, term) for term in finite["term"]],
            "variants": finite["variants"],
            "hr": [f"{ratio(a)} to {ratio(b)}" for a, b in
                   zip(finite["hr_lowest"], finite["hr_highest"], strict=True)],
            "below": [f"{percent(a)} to {percent(b)}" for a, b in
                      zip(finite["p_lowest"], finite["p_highest"], strict=True)],
            "shift": [_shift(value) for value in finite["largest_difference_sd"]],
            "largest": [readable_changes(study.cohort, one) for one in finite["largest"]],
        }
    )  # fmt: skip
    columns = {
        "axis": "What is varied",
        "variants": "Variants",
        "hr": "HR, lowest to highest",
        "below": "P(HR < 1)",
        "shift": "Largest shift",
        "largest": "by",
    }
    group = "term" if len(set(shown["term"])) > 1 else ""
    caption = "How far each choice moves the answer, the primary model as stated included"
    return (Table(shown, caption, columns, group=group, source="sensitivity_axes.csv"),)


def _variance(study: Study, split: pd.DataFrame) -> tuple[Table, ...]:
    """Whose choice the variants differ by; only where every combination was tried."""
    if split.empty:
        return ()
    names = {
        "log_hazard_ratio": "Log hazard ratio",
        "rmst_difference": "Restricted mean",
        "survival_difference": "Survival",
    }
    shown = pd.DataFrame(
        {
            "of": [f"{names[one]}, {term_label(study.cohort, term)}"
                   for one, term in zip(split["quantity"], split["term"], strict=True)],
            "axis": [axis_label(study.cohort, axis) for axis in split["axis"]],
            "main": [share(value) for value in split["main"]],
            "total": [share(value) for value in split["total"]],
        }
    )  # fmt: skip
    columns = {"axis": "Choice", "main": "By itself", "total": "With its interactions"}
    caption = "Share of the variance of the answer over all variants that each choice explains"
    note = (
        "Every combination counts alike, however probable it is. The shares by itself and that of "
        "the interactions add to 100 %."
    )
    source = "sensitivity_variance.csv"
    return (Table(shown, caption, columns, group="of", source=source, notes=(note,)),)


def _alternatives(study: Study) -> tuple[Table, ...]:
    """What each alternative puts in place of what the model states; names of a grid say it."""
    asked = study.analysis.sensitivity
    assert asked is not None
    rows = [
        {
            "axis": axis_label(study.cohort, axis.title),
            "name": other.label,
            "what": change_words(other.change),
        }
        for axis in asked.axes
        for other in axis.alternatives
    ]
    if len(rows) > _MOST_ALTERNATIVES:
        return ()
    columns = {"name": "Alternative", "what": "In place of what the model states"}
    return (Table(pd.DataFrame(rows), "What was varied", columns, group="axis"),)
