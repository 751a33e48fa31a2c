"""Effects that change with time in words: by how much, whether it matters, and when sure."""

import numpy as np
import pandas as pd

from posthaz.estimands.changing import MATTERS
from posthaz.inference import Fit
from posthaz.report.concerns.proportionality import schoenfeld_p
from posthaz.report.results import Results
from posthaz.report.sections.effect import gain_text
from posthaz.report.sections.naming import (
    contrasts,
    lowered,
    model_labels,
    reference_arm,
    term_label,
)
from posthaz.report.sections.question import adjusted
from posthaz.report.sections.rows import estimand_row, hazard_ratio_row
from posthaz.report.sections.wording import (
    at_time,
    counted,
    duration,
    general,
    interval_name,
    lasting,
    listed,
    p_sentence,
    percent,
    points,
    ratio,
    signed,
    with_interval,
    with_unit,
)

SURE = 0.95
_MOST_NAMED = 4


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
        f"{_ratios_text(results, changing_arm(results, fit, arm))}. Averaged over the events it is "
        f"{with_interval(row['median'], row['lower'], row['upper'])}, which is the effect at no "
        "time in particular."
    )
    return (
        f"{text} {_matters_text(results, _answer(results, fit, f'{fit.treatment}[{arm}]'))}".strip()
    )


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


def _ratios_text(results: Results, rows: pd.DataFrame) -> str:
    """Hazard ratio of each interval in words; of the first and the last where there are many."""
    unit = results.cohort.unit
    if len(rows) > _MOST_NAMED:
        rows = rows.iloc[[0, -1]]
    return listed(
        [
            f"{with_interval(row['median'], row['lower'], row['upper'])} "
            f"{interval_text(row['start'], row['end'], unit)}"
            for row in rows.to_dict("records")
        ]
    )


def interval_text(start: float, end: float, unit: str) -> str:
    """When an interval of time is, in words.

    Examples
    --------
    >>> interval_text(0.0, 4.95955, "months"), interval_text(9.0474, 12.0, "months")
    ('up to 4.96 months', 'from 9.05 to 12 months')
    >>> interval_text(1361.2, float("inf"), "days")
    'after 1,361 days'
    """
    if start == end:
        return "at first" if start == 0 else "in the long run"
    if np.isinf(end):
        return f"after {with_unit(general(start), unit)}"
    if start == 0:
        return f"up to {with_unit(general(end), unit)}"
    return f"from {general(start)} to {with_unit(general(end), unit)}"


def _answer(results: Results, fit: Fit, term: str) -> pd.Series | None:
    """Whether hazards are proportional for a column, as the posterior answers it."""
    table = results.posterior.proportionality
    rows = table[(table["model"] == fit.spec.name) & (table["term"] == term)]
    return rows.iloc[0] if len(rows) else None


def _matters_text(results: Results, row: pd.Series | None) -> str:
    """Whether the change matters, with probabilities; where the curves cross."""
    unit = results.cohort.unit
    if row is None or not np.isfinite(row["p_matters"]):
        return ""
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
    return f"{text}. {_hazards_text(results, row)}".strip()


def _hazards_text(results: Results, row: pd.Series) -> str:
    """When the hazards cross, where the ratio goes from short to long term."""
    chance, unit = row.get("p_hazards_cross", np.nan), results.cohort.unit
    if not np.isfinite(chance):
        return ""
    text = f"The hazards themselves cross before then with probability {percent(chance)}"
    if chance >= 0.05:
        middle, low, high = (
            duration(row[f"hazards_cross_{key}"], unit) for key in ("median", "lower", "upper")
        )
        text += f", at {middle} {unit} ({low} to {high})"
    return f"{text}."


def change_sentences(results: Results, fit: Fit) -> list[str]:
    """Of each column of a model that changes: by how much, when it is sure, whether it matters."""
    label, found = model_labels(results)[fit.spec.name], []
    table = results.posterior.changing
    for term, rows in table[table["model"] == fit.spec.name].groupby("term", sort=False):
        row = _answer(results, fit, str(term))
        if row is None:
            continue
        who = changed_label(results, rows)
        text = (
            f"Under “{label}” the hazard ratio of {who} is {_ratios_text(results, rows)}. "
            f"{_sure_text(results, rows, _higher(results, fit, row))} "
            f"{_quartile_text(results, row)} {_matters_text(results, row)} "
            f"{_spread_text(results, row)} {_tested_text(results, fit, str(term))}"
        )
        found.append(" ".join(text.split()))
    gain = _elpd_text(results, fit)
    return [
        *(found or [f"Effects that change with time under “{label}”."]),
        *([gain] if gain else []),
    ]


def changed_label(results: Results, rows: pd.DataFrame) -> str:
    """What the ratios of a column are of: two arms, or a step of a number."""
    first = rows.iloc[0]
    return term_label(results.cohort, str(first["step"] or first["term"]))


def _higher(results: Results, fit: Fit, row: pd.Series) -> str:
    """With what a hazard is lower or higher: an arm, or a higher number."""
    if row["arm"]:
        return contrasts(results, fit)[str(row["arm"])][0]
    label, per, _ = term_label(results.cohort, str(row["term"])).partition(", per ")
    return f"a higher {lowered(label)}" if per else label


def _quartile_text(results: Results, row: pd.Series) -> str:
    """Who is compared where the column is a number."""
    if row["arm"] or not row["value"] or f"[{row['value']}]" in str(row["term"]):
        return ""
    quartiles = f"{row['value']} v {row['against']}"
    return f"What follows compares its upper quartile with its lower one ({quartiles})."


def _tested_text(results: Results, fit: Fit, term: str) -> str:
    """The test of the same question, beside."""
    tested = schoenfeld_p(results, fit, term)
    if not np.isfinite(tested):
        return ""
    return f"The Grambsch–Therneau test of proportional hazards has {p_sentence(tested)}."


def _elpd_text(results: Results, fit: Fit) -> str:
    """Whether patients left out are predicted better than with proportional hazards."""
    table = results.posterior.proportionality
    rows = table[table["model"] == fit.spec.name]
    if rows.empty or not np.isfinite(rows.iloc[0].get("elpd_difference", np.nan)):
        return ""
    row = rows.iloc[0]
    gain, error = row["elpd_difference"], row["elpd_difference_se"]
    known = row["elpd_against"]
    other = (
        f"“{model_labels(results)[known]}”" if known else "the same model with proportional hazards"
    )
    companion = "" if known else ", fitted for the comparison"
    text = (
        f"Patients left out are predicted {'better' if gain > 0 else 'worse'} than by {other}"
        f"{companion}: the difference in expected log predictive density (elpd) is "
        f"{signed(f'{gain:.1f}')} with a standard error of {error:.1f}"
    )
    text += ", which is no clear difference" if abs(gain) < 2.0 * error or abs(gain) < 4.0 else ""
    bad = int(row["elpd_bad_k"])
    text += f"; {counted(bad, 'patient')} with a high Pareto k make it uncertain" if bad else ""
    return f"{text}."


def _sure_text(results: Results, rows: pd.DataFrame, name: str) -> str:
    """In which intervals the direction is as good as certain."""
    unit, parts = results.cohort.unit, []
    for below, word in ((True, "lower"), (False, "higher")):
        chance = rows["p_hr_below_1"] if below else 1 - rows["p_hr_below_1"]
        sure = rows[chance > SURE].to_dict("records")
        if sure:
            when = listed([interval_text(row["start"], row["end"], unit) for row in sure])
            parts.append(f"{word} {when}")
    if not parts:
        return f"In no interval is the direction known with {percent(SURE)} probability."
    return (
        f"With more than {percent(SURE)} probability the hazard with {name} is "
        f"{' and '.join(parts)}."
    )


def _spread_text(results: Results, row: pd.Series) -> str:
    """The standard deviation of the log hazard ratio over time, with its prior's."""
    numbers = with_interval(row["spread_median"], row["spread_lower"], row["spread_upper"])
    text = f"The log hazard ratio has a standard deviation of {numbers} over the events"
    if np.isfinite(row["spread_prior"]):
        text += f" (prior median {ratio(row['spread_prior'])})"
    return f"{text}; 0 would be proportional hazards."
