"""The answer where no arms are compared: the effect of a covariate, median survival, survival."""

from collections.abc import Iterator

import numpy as np

from posthaz.report.blocks import Paragraph
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside
from posthaz.report.sections.covariate_effect import (
    covariate_sentence,
    first_covariate,
    left_open_sentence,
)
from posthaz.report.sections.naming import (
    WHOLE,
    arm_labels,
    capitalised,
    model_labels,
    without_curves,
)
from posthaz.report.sections.question import effect_noun, words
from posthaz.report.sections.rows import answer_row, estimand_row
from posthaz.report.sections.time_scale import end_of_follow_up, given_event_free
from posthaz.report.sections.wording import (
    at_time,
    duration,
    interval_name,
    lasting,
    listed,
    p_sentence,
    percent,
    share,
)


def single_blocks(results: Results) -> tuple[Paragraph, ...]:
    """What was found, and how it compares with the frequentist answers.

    Parameters
    ----------
    results : Results
        The results, whose primary model compares no arms.

    Returns
    -------
    tuple of Paragraph
        The effect of the first covariate of the formula where it has one, then survival.
    """
    return tuple(Paragraph(text) for text in _texts(results))


def _texts(results: Results) -> Iterator[str]:
    covariate = first_covariate(results)
    if covariate:
        yield covariate_sentence(results, covariate)
    yield _survival_sentence(results, bool(covariate))
    beside_text = _beside(results)
    if beside_text:
        yield beside_text
    if covariate:
        yield left_open_sentence(results, covariate)


def _survival_sentence(results: Results, told: bool) -> str:
    if fault := without_curves(results):
        return fault[:1].upper() + fault[1:]
    unit = results.cohort.unit
    interval = f"{interval_name(results.analysis.estimands.interval)} credible interval"
    model = model_labels(results)[results.posterior.primary.spec.name]
    parts = [_median_part(results, interval)]
    for time in results.analysis.estimands.survival_at:
        row = estimand_row(results, "survival", WHOLE, time)
        limits = f"({100 * row['lower']:.0f} to {100 * row['upper']:.0f})"
        state = words(results).state
        parts.append(f"**{share(row['median'])}** {limits} are {state} at {at_time(time, unit)}")
    found, whom = listed([part for part in parts if part]), given_event_free(results)
    if told:
        return f"Over all patients{whom}, {found}."
    return f"Under the primary model ({model}),{f'{whom},' if whom else ''} {found}."


def _median_part(results: Results, interval: str) -> str:
    unit, median = results.cohort.unit, words(results).median
    row = estimand_row(results, "median", WHOLE)
    if np.isnan(row["median"]):
        return ""
    if row["median"] > results.horizon:
        later = estimand_row(results, f"P(median > {results.horizon:g})", WHOLE)["mean"]
        return (
            f"{median} lies beyond {end_of_follow_up(results)}, with a "
            f"probability of **{percent(later)}**"
        )
    lower, upper = duration(row["lower"], unit), duration(row["upper"], unit)
    return f"{median} is **{lasting(row['median'], unit)}** ({interval} {lower} to {upper})"


def _beside(results: Results) -> str:
    unit = results.cohort.unit
    arms = list(arm_labels(results))
    if len(arms) > 1:
        test = answer_row(results, "logrank", "test")
        known = f" (log-rank test {p_sentence(test['p'])})" if np.isfinite(test["p"]) else ""
        return (
            "The primary model does not tell the arms apart, so it says nothing about the effect "
            f"of {effect_noun(results)}{known}."
        )
    parts = []
    names = beside(results.cohort)
    median = answer_row(results, names.curve_analysis, "median", arms[0])
    if np.isfinite(median["value"]):
        parts.append(f"a median of {lasting(median['value'], unit)}")
    elif median["note"]:
        parts.append("a median that is not reached")
    for time in results.analysis.estimands.survival_at:
        row = answer_row(results, names.curve_analysis, "survival", arms[0], time=time)
        if np.isfinite(row["value"]):
            state = words(results).state
            parts.append(f"{share(row['value'])} {state} at {at_time(time, unit)}")
    start = f"{names.curve} gives {listed(parts)}" if parts else ""
    if results.posterior.primary.design.columns:
        return f"{start}." if start else ""
    end = "without a comparison group, no effect can be told from these patients."
    return f"{start}; {end}" if start else capitalised(end)
