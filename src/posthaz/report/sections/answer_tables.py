"""Tables of the answers by arm: posterior beside Kaplan-Meier."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort
from posthaz.report.blocks import Table
from posthaz.report.cells import MISSING
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.report.sections.naming import (
    arm_labels,
    capitalised,
    profile_label,
    profile_labels,
    variable_label,
    without_curves,
)
from posthaz.report.sections.question import adjusted, words
from posthaz.report.sections.rows import answer_row, estimand_row, restriction
from posthaz.report.sections.time_scale import end_of_follow_up, given_event_free, up_to
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    duration,
    extrapolated,
    interval_name,
    percent,
    points,
    recorded_in_steps,
    share_interval,
    significant,
    with_interval,
)

_SOURCE = "estimands.csv"
Write = Callable[[float], str]


def profiles(results: Results) -> Iterator[tuple[str, str, str]]:
    """Each population of the primary model: its profile, its name, and its Kaplan-Meier arm.

    Named profiles of the analysis come after the arms and have no Kaplan-Meier counterpart.
    """
    fit = results.posterior.primary
    counterparts = arm_labels(results)
    for profile, label in ({} if without_curves(results) else profile_labels(results, fit)).items():
        yield profile, label, profile if profile in counterparts else ""
    for label, _ in results.analysis.estimands.profiles:
        yield label, profile_label(results, label), ""


def profile_values(results: Results) -> list[str]:
    """Whom each named profile is, covariate by covariate, those not stated at their reference."""
    fit, cohort = results.posterior.primary, results.cohort
    said = []
    for name, stated in results.analysis.estimands.profiles:
        course = stated.get("path")
        known = {n: v for n, v in stated.items() if n in fit.design.variables}
        whole = fit.design.reference(known).iloc[0]
        told = [_value_words(cohort, n, whole[n]) for n in fit.design.variables]
        if isinstance(course, list):
            later = [
                f"{_value_words(cohort, n, value)} from {at_time(piece['from'], cohort.unit)}"
                for piece in course
                for n, value in piece.items()
                if n in fit.design.variables
            ]
            moved = {n for piece in course for n in piece}
            told = [
                text for n, text in zip(fit.design.variables, told, strict=True) if n not in moved
            ] + later  # fmt: skip
        own = profile_label(results, name)
        said.append(f"{own}: {', '.join(told) if told else 'as the model has no covariate'}.")
    return said


def _value_words(cohort: Cohort, name: str, value: Any) -> str:
    """A covariate and its value as a reader would say them."""
    column = cohort.columns.get(name)
    label = variable_label(cohort, name)
    if isinstance(value, str):
        return f"{label} {column.level_label(value) if column else value}"
    unit = f" {column.unit}" if column is not None and column.unit else ""
    return f"{label} {value:.4g}{unit}"


@guarded_block
def survival_table(results: Results) -> Table | None:
    """Survival at the asked times."""
    unit, names = results.cohort.unit, beside(results.cohort)
    rows = []
    for profile, label, arm in profiles(results):
        for time in results.analysis.estimands.survival_at:
            ours = estimand_row(results, "survival", profile, time)
            theirs = answer_row(results, names.curve_analysis, "survival", arm, time=time)
            rows.append(
                {
                    "arm": label,
                    "time": at_time(time, unit).replace(" ", SPACE),
                    "bayes": share_interval(ours["median"], ours["lower"], ours["upper"]),
                    "mcse": points(ours["mcse"]) if ours["mcse"] >= 0.0005 else "<0.1",
                    "km": share_interval(theirs["value"], theirs["lower"], theirs["upper"]),
                }
            )
    heads = {"time": "At", **_heads(results, "MCSE (points)")}
    given = given_event_free(results)
    caption = f"Probability of being {words(results).state}{given} ({results.analysis.endpoint})"
    latest = max(results.analysis.estimands.survival_at, default=0.0)
    notes = [*_extrapolated(results, latest), *profile_values(results)]
    return _table(rows, caption, heads, notes=notes)


@guarded_block
def quantile_table(results: Results) -> Table | None:
    """Medians and other quantiles, with the probability that they are not reached."""
    unit = results.cohort.unit
    rows = []
    for profile, label, arm in profiles(results):
        for fraction in results.analysis.estimands.quantiles:
            name = "median" if fraction == 0.5 else "quantile"
            ours = estimand_row(results, name, profile, fraction)
            later = estimand_row(results, f"P({name} > {results.horizon:g})", profile, fraction)
            counterpart = "median" if fraction == 0.5 else f"quantile_{fraction:g}"
            theirs = answer_row(results, "kaplan_meier", counterpart, arm)
            rows.append(
                {
                    "arm": label,
                    "time": "Median" if fraction == 0.5 else f"{100 * fraction:g}\u00a0% failed",
                    "bayes": posterior_text(ours, lambda time: duration(time, unit))
                    + extrapolated(ours["median"], results.horizon),
                    "mcse": significant(ours["mcse"]),
                    "later": percent(later["mean"]),
                    "km": _reached_text(theirs, unit) if arm else MISSING,
                }
            )
    heads = {"time": "Quantile", **_heads(results, "MCSE")}
    heads["later"] = "P(later)"
    caption = (
        f"Time to the event in {unit}{given_event_free(results)}; P(later) is the posterior "
        f"probability that it lies beyond {end_of_follow_up(results)}"
    )
    order = ["time", "bayes", "km", "later", "mcse"]
    notes = [*_standing_still(results), *profile_values(results)]
    if any(row["bayes"].endswith("extrapolated") for row in rows):
        notes.append(
            f"Extrapolated: beyond {end_of_follow_up(results)}, where only the model's shape "
            "speaks and no patient was seen."
        )
    return _table(rows, caption, {key: heads[key] for key in order}, notes=notes)


@guarded_block
def means_table(results: Results) -> Table | None:
    """Restricted means."""
    unit, horizon = results.cohort.unit, restriction(results)
    rows = []
    notes = [*_extrapolated(results, horizon), *_standing_still(results)]
    notes += profile_values(results)
    for profile, label, arm in profiles(results):
        ours = estimand_row(results, "rmst", profile)
        theirs = answer_row(results, "rmst", "rmst", arm, time=horizon)
        if theirs["note"]:
            notes.append(f"Kaplan–Meier, {label}: {theirs['note']}.")
        rows.append(
            {
                "arm": label,
                "bayes": posterior_text(ours, lambda time: duration(time, unit)),
                "mcse": significant(ours["mcse"]),
                "km": frequentist_text(theirs, lambda time: duration(time, unit))
                if arm
                else MISSING,
            }
        )
    span = f"{up_to(results, horizon)}{given_event_free(results)}"
    caption = f"Mean {words(results).time} {span}, in {unit}"
    heads = {"arm": "Arm", **_heads(results, "MCSE")}
    table = _table(rows, caption, heads, grouped=False, notes=notes)
    return table if np.isfinite(horizon) else None


def _extrapolated(results: Results, latest: float) -> list[str]:
    """Said where an answer reaches beyond the longest follow-up."""
    if not latest > results.horizon:
        return []
    return [f"Beyond {end_of_follow_up(results)}, Bayesian answers are extrapolated."]


def _standing_still(results: Results) -> list[str]:
    """Said where Kaplan-Meier curves wait for the end of a step and those of models don't."""
    step, unit = results.cohort.resolution, results.cohort.unit
    if not step:
        return []
    return [
        f"{recorded_in_steps(step, unit)}, and Kaplan–Meier stands still between them: its medians "
        "lie up to a step later than those of the model, its restricted means up to half a step "
        "higher, in all arms alike."
    ]


def curve_name(results: Results) -> str:
    """Heading of the curve beside the posterior, which is unlike standardised answers."""
    name = beside(results.cohort).curve
    return f"{name}, unadjusted" if adjusted(results.posterior.primary) else name


def posterior_text(row: pd.Series, write: Write) -> str:
    """Posterior median with its interval; a dash where the table has no such row."""
    if np.isnan(row["median"]):
        return MISSING
    return with_interval(row["median"], row["lower"], row["upper"], write)


def frequentist_text(row: pd.Series, write: Write) -> str:
    """Estimate with its confidence interval; a dash where there is none."""
    if np.isnan(row["value"]):
        return MISSING
    return with_interval(row["value"], row["lower"], row["upper"], write)


def _reached_text(row: pd.Series, unit: str) -> str:
    """A Kaplan-Meier quantile; limits the curve doesn't fall to are not reached."""
    if not row["analysis"]:
        return MISSING
    if np.isnan(row["value"]):
        lower = duration(row["lower"], unit)
        return "not reached" if np.isnan(row["lower"]) else f"not reached (from {lower})"
    lower, upper = duration(row["lower"], unit), duration(row["upper"], unit)
    return f"{duration(row['value'], unit)} ({lower} to {upper})"


def _heads(results: Results, error: str) -> dict[str, str]:
    level = interval_name(results.analysis.estimands.interval)
    net = ", net" if results.posterior.primary.spec.background is not None else ""
    return {
        "bayes": f"Bayes{net} ({level}{SPACE}CrI)",
        "km": f"{curve_name(results)} ({level}{SPACE}CI)",
        "mcse": error,
    }


def _table(
    rows: list[dict[str, str]],
    caption: str,
    heads: dict[str, str],
    grouped: bool = True,
    notes: list[str] | None = None,
) -> Table | None:
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    if (frame["km"] == MISSING).all():
        heads = {key: head for key, head in heads.items() if key != "km"}
        source = []
    else:
        source = [f"{heads['km'].split(' (')[0]} numbers are in `baselines.csv`."]
        if not frame["km"].str.contains(" to ").any():  # no head may promise what no row has
            heads = heads | {"km": heads["km"].split(" (")[0]}
    text = " ".join([*source, *dict.fromkeys(notes or ())])
    return Table(
        frame,
        caption,
        heads,
        group="arm" if grouped else "",
        source=_SOURCE,
        notes=(text,) if text else (),
    )


def mean_times(results: Results, table: pd.DataFrame) -> pd.DataFrame:
    """Mean times by arm, and their differences, as text: what a table of them shows.

    Parameters
    ----------
    results : Results
        The results.
    table : DataFrame
        Columns ``label, arm, reference, mean, lower, upper, p_above_0``.

    Returns
    -------
    DataFrame
        Columns ``group, arm, mean, above``.
    """
    labels, unit = arm_labels(results), results.cohort.unit
    return pd.DataFrame(
        {
            "group": [capitalised(str(label)) for label in table["label"]],
            "arm": [
                labels.get(arm, str(arm)) + (f" minus {labels.get(ref, ref)}" if ref else "")
                for arm, ref in zip(table["arm"], table["reference"], strict=True)
            ],
            "mean": [
                with_interval(mean, lower, upper, lambda x: duration(x, unit))
                for mean, lower, upper in table[["mean", "lower", "upper"]].to_numpy()
            ],
            "above": [percent(p) for p in table["p_above_0"]],
        }
    )
