"""Curves along numbers in the report."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from posthaz.analyses.curves.answer import Curve, curve
from posthaz.analyses.curves.rows import answer_rows
from posthaz.analyses.curves.threshold import Threshold
from posthaz.analyses.curves.words import (
    comparison_sentence,
    curve_lead,
    curve_methods,
    cut_sentences,
    model_sentence,
    published_marks,
    rmst_sentence,
    statement_sentences,
    tabled,
    turn_sentence,
)
from posthaz.cohort import Column
from posthaz.figures import draw_curve, draw_cut, draw_survival_along, pictured
from posthaz.files import file_name
from posthaz.report.blocks import Block, Bullets, FigureBlock, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.clinical import ClinicalPart, Given, named_answer
from posthaz.report.horizon import restriction
from posthaz.report.missing import MissingPart, guarded_block, lost_parts
from posthaz.report.results import Results
from posthaz.report.sections.naming import amount, column_name, column_of
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    duration,
    interval_name,
    percent,
    share_interval,
    with_interval,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAME = "curves"
_FILE = "curves.csv"
Answer = tuple[Curve, ...]


def plot_curve(
    of: Curve | Results,
    column: Column | None = None,
    ax: "Axes | None" = None,
    *,
    name: str = "",
    interval: float = 0.95,
    simulated: bool = False,
    style: str = "",
    columns: int = 1,
) -> "Axes":
    """Hazard ratio along a number, Cox beside it, and the patients below.

    Parameters
    ----------
    of : Curve or Results
        What `curve` gave, or results of `run_analysis` whose file asks for ``[curves.NAME]``.
    column : Column, optional
        Meaning of the number: its label and unit; results know it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of pyplot without it. The patients share its place.
    name : str, optional
        Which curve of results; the first one when empty.
    interval : float, optional
        Probability of the bands, as `curve` was told; results know it.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says; results know it.
    style : {"", "default", "lancet", "nejm", "jama"}, optional
        The style; the current one of `use_style` when empty.
    columns : {1, 2}, optional
        Columns of the journal that a new figure is to fill.

    Returns
    -------
    matplotlib.axes.Axes
        The axes with the curve; the patients are on the next axes of its figure.

    Raises
    ------
    PosthazError
        When results hold no such curve.

    Examples
    --------
    >>> import posthaz as ph
    >>> asked = ph.CurveSpec("volume", "gtv_cc", "log")
    >>> spec = ph.ModelSpec("m", ph.Weibull(), "arm")
    >>> found = ph.curve(ph.simulated_example(), spec, asked, ph.Sampling(draws=100))
    >>> ph.plot_curve(found, simulated=True).figure.axes[1].get_ylabel()
    'Patients'
    """
    if isinstance(of, Results):
        one = named_answer(of, _NAME, name)
        column, interval = column_of(of, one.asked.column), of.analysis.estimands.interval
        simulated = of.simulated
    else:
        one = of
    draw = partial(curve_figure, one, column, interval=interval, simulated=simulated)
    return pictured(draw, ax, style, columns)[0]


def curve_figure(
    one: Curve, column: Column | None, *, interval: float, simulated: bool
) -> "Figure":
    """Hazard ratio along a number, and the patients below."""
    known = column or Column(one.asked.column)
    return draw_curve(
        one.rows[one.rows["quantity"] == "hazard_ratio"],
        one.values,
        along=known.shown,
        reference=one.reference,
        scale=one.along.scale,
        unit=known.unit,
        interval=interval,
        simulated=simulated,
    )


def _answer(given: Given) -> Answer:
    analysis = given.analysis
    wanted = analysis.estimands
    horizon = restriction(analysis, given.cohort)
    return tuple(
        curve(
            given.cohort,
            analysis.primary,
            replace(
                asked,
                survival_at=asked.survival_at or wanted.survival_at,
                rmst_to=horizon if asked.rmst_to is None else asked.rmst_to,
            ),
            analysis.sampling,
            interval=wanted.interval,
            progress=given.progress,
        )
        for asked in analysis.clinical[_NAME]
    )


def _tables(answer: Answer) -> dict[str, pd.DataFrame]:
    tables = {
        "curves": pd.concat([one.rows for one in answer], ignore_index=True),
        "curve_statements": pd.concat([one.statements for one in answer], ignore_index=True),
    }
    compared = [one.comparison.assign(curve=one.asked.name) for one in answer]
    tables["curve_comparison"] = pd.concat(compared, ignore_index=True)
    cut = [(one.asked.name, one.threshold) for one in answer if one.threshold is not None]
    if cut:
        tables["curve_cuts"] = pd.concat(
            [found.cuts.assign(curve=name) for name, found in cut], ignore_index=True
        )
        tables["curve_thresholds"] = pd.DataFrame([_summary(*pair) for pair in cut])
    return tables


def _summary(name: str, found: Threshold) -> dict[str, object]:
    """A change-point model in one row."""
    selected = found.selected
    return {
        "curve": name,
        **{f"cut_{key}": value for key, value in found.cut.items()},
        **{f"hr_{key}": value for key, value in found.hr.items()},
        **{
            f"{key}_{row['model'].split(',')[0].replace(' ', '_')}": row[key]
            for _, row in found.elpd.iterrows()
            for key in ("elpd_difference", "difference_se")
        },
        "better_than_curve": found.better,
        "selected_cut": selected.cut if selected else np.nan,
        "statistic": selected.statistic if selected else np.nan,
        "p_nominal": selected.p_nominal if selected else np.nan,
        "p_permutation": selected.p_permutation if selected else np.nan,
        "p_lausen_schumacher": selected.p_lausen if selected else np.nan,
        **{f"optimism_{key}": value for key, value in found.optimism.items()},
        "judged": found.judged,
        "variance_kept": found.kept,
    }


def _section(results: Results, answer: Answer) -> Section:
    blocks: list[Block] = []
    for one in answer:
        said = (
            curve_lead(results, one),
            statement_sentences(results, one),
            turn_sentence(results, one),
        )
        blocks.append(Paragraph(" ".join(text for text in said if text)))
        blocks.append(_figure(results, one))
        blocks.append(_table(results, one))
        if one.rows["quantity"].isin(("survival", "rmst")).any():
            blocks.append(_survival(results, one))
        more = (rmst_sentence(results, one), model_sentence(one), comparison_sentence(one))
        blocks.append(Paragraph(" ".join(text for text in more if text)))
        if one.threshold is not None:
            blocks += [Paragraph(text) for text in cut_sentences(results, one, one.threshold)[:2]]
            blocks.append(_cut_figure(results, one, one.threshold))
            blocks += [Paragraph(text) for text in cut_sentences(results, one, one.threshold)[2:]]
        if one.notes:
            blocks.append(Bullets(tuple(str(note) for note in one.notes)))
    return Section("Along a number", _NAME, tuple(blocks))


@guarded_block
def _figure(results: Results, one: Curve) -> FigureBlock:
    column, interval = column_of(results, one.asked.column), results.analysis.estimands.interval
    figure = curve_figure(one, column, interval=interval, simulated=results.simulated)
    rows = tabled(one, "hazard_ratio")
    parts = [
        f"{amount(row['x'], column)}: {with_interval(row['median'], row['lower'], row['upper'])}"
        for _, row in rows.iterrows()
    ]
    name = column_name(column)
    alt = (
        f"Hazard ratio along {name} against {amount(one.reference, column)}, with a histogram of "
        f"the patients below. {'; '.join(parts)}."
    )
    caption = (
        f"Hazard ratio along {name}, against {amount(one.reference, column)}, and the patients "
        "who stand behind it"
    )
    return picture(results, figure, f"curve_{file_name(one.asked.name)}", alt, caption, _FILE)


@guarded_block
def _survival(results: Results, one: Curve) -> FigureBlock:
    column, unit = column_of(results, one.asked.column), results.cohort.unit
    rows = one.rows[one.rows["quantity"] != "hazard_ratio"]
    figure = draw_survival_along(
        rows,
        one.values,
        along=column.shown,
        scale=one.along.scale,
        unit=unit,
        endpoint=results.analysis.endpoint or "survival",
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    parts = [
        f"at {at_time(float(row['time']), unit)}, {amount(row['x'], column)}: "
        f"{share_interval(row['median'], row['lower'], row['upper'])}"
        for _, row in tabled(one, "survival").iterrows()
    ]
    name = column_name(column)
    alt = f"Standardised survival and restricted mean along {name}. {'; '.join(parts)}."
    caption = f"Survival and restricted mean along {name}, standardised over the patients"
    return picture(
        results, figure, f"curve_survival_{file_name(one.asked.name)}", alt, caption, _FILE
    )


@guarded_block
def _cut_figure(results: Results, one: Curve, found: Threshold) -> FigureBlock:
    column = column_of(results, one.asked.column)
    figure = draw_cut(
        found.cuts,
        published_marks(found, column),
        along=column.shown,
        scale=one.along.scale,
        simulated=results.simulated,
    )
    name, cut = column_name(column), found.cut
    alt = (
        f"Posterior probability of where a step of the hazard along {name} would lie: median "
        f"{amount(cut['median'], column)}, {amount(cut['lower'], column)} to "
        f"{amount(cut['upper'], column)}."
    )
    caption = f"Where one cut of {name} would lie, if there were one"
    return picture(
        results, figure, f"curve_cut_{file_name(one.asked.name)}", alt, caption, "curve_cuts.csv"
    )


@guarded_block
def _table(results: Results, one: Curve) -> Table:
    column, unit = column_of(results, one.asked.column), results.cohort.unit
    level = interval_name(results.analysis.estimands.interval)
    rows = tabled(one, "hazard_ratio").sort_values("x")
    columns: dict[str, list[str]] = {
        "x": [amount(x, column) for x in rows["x"]],
        "below": [percent(float(np.average(one.values <= x, weights=one.weight)))
                  for x in rows["x"]],
        "hr": [with_interval(*row) for row in rows[["median", "lower", "upper"]].to_numpy(float)],
        "cox": [with_interval(*row) if np.isfinite(row[0]) else MISSING
                for row in rows[["cox", "cox_lower", "cox_upper"]].to_numpy(float)],
    }  # fmt: skip
    heads = {
        "x": column.label or column.name,
        "below": "Patients up to it",
        "hr": f"HR ({level}{SPACE}CrI)",
        "cox": f"Cox HR ({level}{SPACE}CI)",
    }
    survived = tabled(one, "survival")
    for k, (time, part) in enumerate(survived.groupby("time")):
        own = part.sort_values("x")[["median", "lower", "upper"]].to_numpy(float)
        columns[f"s{k}"] = [share_interval(*row) for row in own]
        heads[f"s{k}"] = f"At {at_time(float(str(time)), unit)}"
    means = tabled(one, "rmst").sort_values("x")
    if len(means):
        columns["rmst"] = [duration(value, unit) for value in means["median"]]
        heads["rmst"] = f"Mean to {at_time(float(means['time'].iloc[0]), unit)} ({unit})"
    notes = (
        f"Hazard ratios are against {amount(one.reference, column)}, in patients alike in all "
        "else; survival and restricted means are standardised over the patients.",
    )
    caption = f"The hazard and survival along {column_name(column)}"
    return Table(pd.DataFrame(columns), caption, heads, source=_FILE, notes=notes)


def _lead(results: Results, answer: Answer) -> str:
    return " ".join(curve_lead(results, one) for one in answer)


def _failures(answer: Answer) -> tuple[str, ...]:
    return tuple(text for one in answer for text in one.failures)


def _missing(answer: Answer) -> tuple[MissingPart, ...]:
    return tuple(
        part for one in answer for part in lost_parts(one.notes, f"curve {one.asked.name}")
    )


PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    failures=_failures,
    missing=_missing,
    methods=curve_methods,
    lead=_lead,
    rows=answer_rows,
)
