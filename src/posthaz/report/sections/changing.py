"""Effects that change with time: hazard ratios by interval, and whether that matters."""

import pandas as pd

from posthaz.baselines.schoenfeld import SMOOTH_DF
from posthaz.figures import draw_hazard_ratio_over_time
from posthaz.inference import Fit
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Section, Table
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.changing_words import (
    change_sentences,
    changed_label,
    interval_text,
)
from posthaz.report.sections.naming import model_labels, term_label
from posthaz.report.sections.picture import picture
from posthaz.report.sections.question import words
from posthaz.report.sections.rows import restriction
from posthaz.report.sections.wording import (
    SPACE,
    count_text,
    duration,
    interval_name,
    listed,
    p_value,
    percent,
    with_interval,
)


def changing_section(results: Results) -> Section | None:
    """Hazard ratios that change with time, beside a Cox model that changes at the same cuts.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section or None
        Anchor ``changing-effects``; None where no model has an effect that changes.
    """
    table = results.posterior.changing
    if table.empty:
        return None
    blocks: list[Block] = []
    for name, rows in table.groupby("model", sort=False):
        fit = results.posterior.fits[str(name)]
        blocks += [Paragraph(text) for text in change_sentences(results, fit)]
        blocks.append(_table(results, fit, rows))
        blocks += [
            _figure(results, fit, str(term), own) for term, own in rows.groupby("term", sort=False)
        ]
    blocks.append(Paragraph(_how_to_read(results)))
    return Section("Effects that change with time", "changing-effects", tuple(blocks))


@guarded_block
def _table(results: Results, fit: Fit, rows: pd.DataFrame) -> Table:
    unit, level = results.cohort.unit, interval_name(results.analysis.estimands.interval)
    shown = pd.DataFrame(
        {
            "label": [
                term_label(results.cohort, str(step or term))
                for term, step in zip(rows["term"], rows["step"], strict=True)
            ],
            "when": [
                interval_text(start, end, unit)
                for start, end in zip(rows["start"], rows["end"], strict=True)
            ],
            "hr": [with_interval(*row) for row in rows[["median", "lower", "upper"]].to_numpy()],
            "below": [percent(p) for p in rows["p_hr_below_1"]],
        }
    )
    heads = {
        "when": "When",
        "hr": f"HR ({level}{SPACE}credible interval)",
        "below": f"P(HR{SPACE}<{SPACE}1)",
    }
    if "cox_hr" in rows and rows["cox_hr"].notna().any():
        shown["events"] = [count_text(n) for n in rows["events"]]
        shown["cox"] = [
            with_interval(*row) for row in rows[["cox_hr", "cox_lower", "cox_upper"]].to_numpy()
        ]
        shown["p"] = [p_value(p) for p in rows["cox_p"]]
        heads |= {"events": "Events", "cox": f"Cox HR ({level}{SPACE}CI)", "p": f"Wald{SPACE}P"}
    caption = f"Hazard ratios that change with time, {model_labels(results)[fit.spec.name]}"
    return Table(shown, caption, heads, group="label", source="changing_effects.csv")


@guarded_block
def _figure(results: Results, fit: Fit, term: str, rows: pd.DataFrame) -> FigureBlock:
    horizon = results.horizon
    course = _of(results.posterior.ratio_curves, fit, term)
    inside = rows[(rows["start"] < horizon) & (rows["start"] < rows["end"])]
    steps = (
        course
        if len(course)
        else pd.DataFrame(
            [
                {"time": time, **{key: row[key] for key in ("median", "lower", "upper")}}
                for row in inside.to_dict("records")
                for time in (row["start"], min(row["end"], horizon))
            ]
        )
    )
    label = changed_label(results, rows)
    points_ = None
    if "cox_hr" in inside and len(inside):
        middle = (inside["start"] + inside["end"].clip(upper=horizon)) / 2.0
        names = {f"cox_{key}": key for key in ("lower", "upper")}
        points_ = inside.rename(columns={"cox_hr": "median", **names}).assign(time=middle)
        points_ = points_.loc[:, ~points_.columns.duplicated(keep="last")]
    figure = draw_hazard_ratio_over_time(
        steps,
        unit=results.cohort.unit,
        horizon=horizon,
        contrast=label,
        points=points_,
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
        start=results.cohort.origin,
        smooth=_of(results.posterior.schoenfeld, fit, term),
    )
    said = [
        f"{with_interval(row['median'], row['lower'], row['upper'])} "
        f"{interval_text(row['start'], row['end'], results.cohort.unit)}"
        for row in rows.to_dict("records")
    ]
    place = 1 + list(dict.fromkeys(results.posterior.changing["term"])).index(term)
    file = f"changing_effect_{fit.spec.name}_{place}"
    alt = f"Hazard ratio of {label} over time with a band: {listed(said)}."
    caption = f"Hazard ratio of {label} over time, {model_labels(results)[fit.spec.name]}"
    return picture(results, figure, file, alt, caption, "changing_effects.csv")


def _of(table: pd.DataFrame, fit: Fit, term: str) -> pd.DataFrame:
    """Rows of a column of a model."""
    return (
        table[(table["model"] == fit.spec.name) & (table["term"] == term)] if len(table) else table
    )


def _how_to_read(results: Results) -> str:
    horizon, table = duration(restriction(results), results.cohort.unit), results.posterior.changing
    stepped, text = (table["start"] < table["end"]).any(), ""
    if stepped:
        text += (
            "The hazard ratio is constant within an interval and holds to its end; after the last "
            "cut it stays what it is there, also beyond follow-up. "
        )
    if (table["start"] == table["end"]).any():
        text += (
            "A ratio from short to long term follows the survival of those compared with: it is "
            "the first one while all of them are event-free and nears the second as the last have "
            "the event, which may lie beyond follow-up (Yang and Prentice 2005). "
        )
    text += (
        "A hazard ratio of a later time compares those who came so far, who need no longer be "
        f"alike: survival and restricted {words(results).time} (here up to {horizon} "
        f"{results.cohort.unit}) compare everybody from the start."
    )
    if stepped:
        text += (
            " Cox ratios are of a model whose effect changes at the same cuts, each by the events "
            "of its interval alone."
        )
    return text + _smoother_text(results)


def _smoother_text(results: Results) -> str:
    if results.posterior.schoenfeld.empty:
        return ""
    return (
        " The dotted curve is that of the scaled Schoenfeld residuals of a Cox model with "
        f"proportional hazards, smoothed by a natural cubic spline with {SMOOTH_DF} degrees of "
        "freedom on the Kaplan–Meier scale of time (Grambsch and Therneau 1994); it has no cuts, "
        "and its pointwise band holds where the ratio changes little."
    )
