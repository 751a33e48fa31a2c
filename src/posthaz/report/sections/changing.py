"""Effects that change with time: hazard ratios by interval, and whether that matters."""

import numpy as np
import pandas as pd

from posthaz.estimands.changing import MATTERS
from posthaz.figures import draw_hazard_ratio_over_time
from posthaz.inference import Fit
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Section, Table
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.effect import gain_text
from posthaz.report.sections.naming import contrasts, model_labels, reference_arm, term_label
from posthaz.report.sections.picture import picture
from posthaz.report.sections.question import adjusted, words
from posthaz.report.sections.rows import estimand_row, hazard_ratio_row, restriction
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    count_text,
    duration,
    interval_name,
    lasting,
    listed,
    moment,
    p_value,
    percent,
    points,
    ratio,
    with_interval,
)

SURE = 0.95
_MOST_NAMED = 4


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
        blocks += [Paragraph(text) for text in _sentences(results, fit)]
        blocks.append(_table(results, fit, rows))
        blocks += [
            _figure(results, fit, str(term), own) for term, own in rows.groupby("term", sort=False)
        ]
    blocks.append(Paragraph(_how_to_read(results)))
    return Section("Effects that change with time", "changing-effects", tuple(blocks))


def changing_arm(results: Results, fit: Fit, arm: str) -> pd.DataFrame:
    """Intervals of an arm whose effect changes under a model; no row where it doesn't."""
    table = results.posterior.changing
    if table.empty:
        return table
    return table[(table["model"] == fit.spec.name) & (table["term"] == f"{fit.treatment}[{arm}]")]


def changing_sentence(results: Results, fit: Fit, arm: str) -> str:
    """The lead where the effect of an arm changes: time gained, survival, then the ratios."""
    name, against = contrasts(results, fit)[arm]
    level = f"{interval_name(results.analysis.estimands.interval)} credible interval"
    parts = [gain_text(results, arm, name, against, level)]
    if apart := _survival_text(results, arm, name, against):
        parts.append(apart)
    model = model_labels(results)[fit.spec.name]
    given = "; standardised over the covariates" if adjusted(fit) else ""
    text = f"Under the primary model ({model}{given}), {', and '.join(p for p in parts if p)}. "
    row, _ = hazard_ratio_row(results, fit, arm)
    text += (
        f"The hazard ratio of {name} v {against} **changes with time**: "
        f"{_ratios_text(results, fit, arm)}. Averaged over the events it is "
        f"{with_interval(row['median'], row['lower'], row['upper'])}, which is the effect at no "
        "time in particular."
    )
    return f"{text} {_proportional_text(results, fit, arm)}".strip()


def _survival_text(results: Results, arm: str, name: str, against: str) -> str:
    """Differences in survival at the asked times, of the primary model."""
    profile, said = f"{arm} - {reference_arm(results)}", []
    for time in results.analysis.estimands.survival_at:
        row = estimand_row(results, "survival difference", profile, time)
        if np.isfinite(row["median"]):
            median, lower, upper = (row[key] for key in ("median", "lower", "upper"))
            shown = with_interval(median, lower, upper, points)
            said.append(f"{shown} at {at_time(time, results.cohort.unit)}")
    if not said:
        return ""
    return f"survival with {name} minus that with {against} is, in points, {listed(said)}"


def _ratios_text(results: Results, fit: Fit, arm: str) -> str:
    """Hazard ratio of each interval in words; of the first and the last where there are many."""
    rows, unit = changing_arm(results, fit, arm), results.cohort.unit
    if len(rows) > _MOST_NAMED:
        rows = rows.iloc[[0, -1]]
    return listed(
        [
            f"{with_interval(row['median'], row['lower'], row['upper'])} "
            f"{_when(row['start'], row['end'], unit)}"
            for row in rows.to_dict("records")
        ]
    )


def _when(start: float, end: float, unit: str) -> str:
    if np.isinf(end):
        return f"after {at_time(start, unit)}"
    if start == 0:
        return f"up to {at_time(end, unit)}"
    return f"from {moment(start)} to {at_time(end, unit)}"


def _proportional_text(results: Results, fit: Fit, arm: str) -> str:
    """Whether hazards are proportional, with probabilities; where the curves cross."""
    table, unit = results.posterior.proportionality, results.cohort.unit
    rows = table[(table["model"] == fit.spec.name) & (table["arm"].astype(str) == arm)]
    if rows.empty or not np.isfinite(rows.iloc[0]["p_matters"]):
        return ""
    row = rows.iloc[0]
    text = (
        f"That the change moves the difference in survival by more than {100 * MATTERS:.0f} points "
        f"at some time has probability {percent(row['p_survival'])}, that it moves the difference "
        f"in restricted means by more than {lasting(row['margin'], unit)} "
        f"{percent(row['p_matters'])}, and that the survival curves cross within follow-up "
        f"{percent(row['p_crossing'])}"
    )
    if row["p_crossing"] >= 0.05:
        crossing = (row[f"crossing_{key}"] for key in ("median", "lower", "upper"))
        middle, low, high = (duration(value, unit) for value in crossing)
        text += f"; where they do, at {middle} {unit} ({low} to {high})"
    return f"{text}."


def _sentences(results: Results, fit: Fit) -> list[str]:
    """Of each arm of a model: when it is better, how the ratio changes, and if it matters."""
    label, found = model_labels(results)[fit.spec.name], []
    for arm, (name, against) in contrasts(results, fit).items():
        rows = changing_arm(results, fit, arm)
        if rows.empty:
            continue
        text = (
            f"Under “{label}” the hazard ratio of {name} v {against} is "
            f"{_ratios_text(results, fit, arm)}. {_sure_text(results, rows, name)} "
            f"{_proportional_text(results, fit, arm)} {_spread_text(results, fit, arm)}"
        )
        found.append(" ".join(text.split()))
    return found or [f"Effects that change with time under “{label}”."]


def _sure_text(results: Results, rows: pd.DataFrame, name: str) -> str:
    """In which intervals the direction is as good as certain."""
    unit, parts = results.cohort.unit, []
    for below, word in ((True, "lower"), (False, "higher")):
        chance = rows["p_hr_below_1"] if below else 1 - rows["p_hr_below_1"]
        sure = rows[chance > SURE].to_dict("records")
        if sure:
            when = listed([_when(row["start"], row["end"], unit) for row in sure])
            parts.append(f"{word} {when}")
    if not parts:
        return f"In no interval is the direction known with {percent(SURE)} probability."
    return (
        f"With more than {percent(SURE)} probability the hazard with {name} is "
        f"{' and '.join(parts)}."
    )


def _spread_text(results: Results, fit: Fit, arm: str) -> str:
    """The standard deviation of the log hazard ratio over time, with its prior's."""
    table = results.posterior.proportionality
    rows = table[(table["model"] == fit.spec.name) & (table["arm"].astype(str) == arm)]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    numbers = with_interval(row["spread_median"], row["spread_lower"], row["spread_upper"])
    text = f"The log hazard ratio has a standard deviation of {numbers} over the events"
    if np.isfinite(row["spread_prior"]):
        text += f" (prior median {ratio(row['spread_prior'])})"
    return f"{text}; 0 would be proportional hazards."


@guarded_block
def _table(results: Results, fit: Fit, rows: pd.DataFrame) -> Table:
    unit, level = results.cohort.unit, interval_name(results.analysis.estimands.interval)
    shown = pd.DataFrame(
        {
            "label": [term_label(results.cohort, str(term)) for term in rows["term"]],
            "when": [
                _when(start, end, unit)
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
    if "cox_hr" in rows:
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
    inside = rows[rows["start"] < horizon]
    steps = pd.DataFrame(
        [
            {"time": time, **{key: row[key] for key in ("median", "lower", "upper")}}
            for row in inside.to_dict("records")
            for time in (row["start"], min(row["end"], horizon))
        ]
    )
    label = term_label(results.cohort, term)
    points_ = None
    if "cox_hr" in inside:
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
    )
    said = [
        f"{with_interval(row['median'], row['lower'], row['upper'])} "
        f"{_when(row['start'], row['end'], results.cohort.unit)}"
        for row in rows.to_dict("records")
    ]
    place = 1 + list(dict.fromkeys(results.posterior.changing["term"])).index(term)
    file = f"changing_effect_{fit.spec.name}_{place}"
    alt = f"Hazard ratio of {label} over time as steps with a band: {listed(said)}."
    caption = f"Hazard ratio of {label} over time, {model_labels(results)[fit.spec.name]}"
    return picture(results, figure, file, alt, caption, "changing_effects.csv")


def _how_to_read(results: Results) -> str:
    horizon = duration(restriction(results), results.cohort.unit)
    return (
        "The hazard ratio is constant within an interval and holds to its end; after the last cut "
        "it stays what it is there, also beyond follow-up. A hazard ratio of a later interval "
        "compares those who came so far, who need no longer be alike: survival and restricted "
        f"{words(results).time} (here up to {horizon} {results.cohort.unit}) compare everybody "
        "from the start. Cox ratios are of a model whose effect changes at the same cuts, each by "
        "the events of its interval alone."
    )
