"""The answer where no treatments are compared: median survival and survival at the asked times."""

import numpy as np

from posthaz.report.blocks import Paragraph
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.report.sections.naming import WHOLE, arm_labels, model_labels
from posthaz.report.sections.rows import answer_row, estimand_row
from posthaz.report.sections.time_scale import end_of_follow_up, given_event_free
from posthaz.report.sections.wording import (
    duration,
    interval_name,
    listed,
    p_sentence,
    percent,
    share,
)


def single_blocks(results: Results) -> tuple[Paragraph, ...]:
    """What was found, and how it compares with Kaplan-Meier.

    Parameters
    ----------
    results : Results
        The results, whose primary model compares no arms.

    Returns
    -------
    tuple of Paragraph
        Two sentences.
    """
    unit = results.cohort.unit
    interval = f"{interval_name(results.analysis.estimands.interval)} credible interval"
    model = model_labels(results)[results.posterior.primary.spec.name]
    parts = [_median_part(results, interval)]
    for time in results.analysis.estimands.survival_at:
        row = estimand_row(results, "survival", WHOLE, time)
        limits = f"({100 * row['lower']:.0f} to {100 * row['upper']:.0f})"
        parts.append(f"**{share(row['median'])}** {limits} are event-free at {time:g} {unit}")
    whom = given_event_free(results)
    said = listed([part for part in parts if part])
    found = f"Under the primary model ({model}),{f'{whom},' if whom else ''} {said}."
    return Paragraph(found), Paragraph(_beside(results))


def _median_part(results: Results, interval: str) -> str:
    unit = results.cohort.unit
    row = estimand_row(results, "median", WHOLE)
    if np.isnan(row["median"]):
        return ""
    if row["median"] > results.horizon:
        later = estimand_row(results, f"P(median > {results.horizon:g})", WHOLE)["mean"]
        return (
            f"the median time to the event lies beyond {end_of_follow_up(results)}, with a "
            f"probability of **{percent(later)}**"
        )
    lower, upper = duration(row["lower"], unit), duration(row["upper"], unit)
    return (
        f"the median time to the event is **{duration(row['median'], unit)} {unit}** "
        f"({interval} {lower} to {upper})"
    )


def _beside(results: Results) -> str:
    unit = results.cohort.unit
    arms = list(arm_labels(results))
    if len(arms) > 1:
        test = answer_row(results, "logrank", "test")
        known = f" (log-rank test {p_sentence(test['p'])})" if np.isfinite(test["p"]) else ""
        return (
            "The primary model does not tell the arms apart, so it says nothing about the effect "
            f"of the treatment{known}."
        )
    parts = []
    names = beside(results.cohort)
    median = answer_row(results, names.curve_analysis, "median", arms[0])
    if np.isfinite(median["value"]):
        parts.append(f"a median of {duration(median['value'], unit)} {unit}")
    elif median["note"]:
        parts.append("a median that is not reached")
    for time in results.analysis.estimands.survival_at:
        row = answer_row(results, names.curve_analysis, "survival", arms[0], time=time)
        if np.isfinite(row["value"]):
            parts.append(f"{share(row['value'])} event-free at {time:g} {unit}")
    start = f"{names.curve} gives {listed(parts)}; without" if parts else "Without"
    return f"{start} a comparison group, the data say nothing about the effect of a treatment."
