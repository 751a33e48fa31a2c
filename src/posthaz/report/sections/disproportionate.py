"""The effect of an arm where no single hazard ratio can be it: survival and restricted means."""

import numpy as np

from posthaz.report.concerns.proportionality import Contradiction, gaps
from posthaz.report.results import Results
from posthaz.report.sections.effect import unless_random
from posthaz.report.sections.naming import model_labels, reference_arm
from posthaz.report.sections.question import adjusted, asks_for_reference, effect_noun, words
from posthaz.report.sections.rows import answer_row, estimand_row, hazard_ratio_row, restriction
from posthaz.report.sections.time_gain import between, longer, mean_time, turned
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    interval_name,
    lasting,
    listed,
    p_sentence,
    ratio,
)


def disproportionate_sentence(results: Results, one: Contradiction) -> str:
    """Survival differences and restricted means by Kaplan-Meier, those of the model beside.

    Parameters
    ----------
    results : Results
        The results.
    one : Contradiction
        The arm, and what speaks against one hazard ratio.

    Returns
    -------
    str
        Sentences.
    """
    parts = [part for part in (_survival(results, one), _means(results, one)) if part]
    unlike = " (unadjusted)" if adjusted(results.posterior.primary) else ""
    text = f"**By Kaplan–Meier{unlike}, {', and '.join(parts)}**. " if parts else ""
    return text + _model(results, one)


def _asked(results: Results, one: Contradiction) -> tuple[str, str]:
    """The arm whose benefit is asked about, and the other."""
    return (one.against, one.name) if asks_for_reference(results) else (one.name, one.against)


def _survival(results: Results, one: Contradiction) -> str:
    times = [time for time in results.analysis.estimands.survival_at if time <= results.horizon]
    if not times:
        return ""
    seen, _ = gaps(results, one, times)
    turn, (name, against) = asks_for_reference(results), _asked(results, one)
    said = [
        f"{100 * abs(gap):.0f}{SPACE}points {'higher' if (gap > 0) != turn else 'lower'} at "
        f"{at_time(time, results.cohort.unit)}"
        for time, gap in zip(times, seen, strict=True)
    ]
    return f"survival with {name} is {listed(said)} than with {against}"


def _means(results: Results, one: Contradiction) -> str:
    horizon, unit = restriction(results), results.cohort.unit
    against = f"against {reference_arm(results)}"
    row = answer_row(results, "rmst", "difference", one.arm, against, horizon)
    if not np.isfinite(row["value"]):
        return ""
    level = interval_name(results.analysis.estimands.interval)
    row = turned(row) if asks_for_reference(results) else row
    return (
        f"{mean_time(results)} is {longer(row['value'], unit)} with {_asked(results, one)[0]} "
        f"({level} confidence interval "
        f"{between(row, unit)}; {p_sentence(row['p'])})"
    )


def _model(results: Results, one: Contradiction) -> str:
    """What the primary model makes of it, under its own name."""
    fit, unit = results.posterior.primary, results.cohort.unit
    gain = estimand_row(results, "rmst difference", f"{one.arm} - {reference_arm(results)}")
    row, kind = hazard_ratio_row(results, fit, one.arm)
    level = interval_name(results.analysis.estimands.interval)
    parts = []
    if np.isfinite(gain["median"]):
        gain = turned(gain) if asks_for_reference(results) else gain
        parts.append(
            f"would have {words(results).time} {longer(gain['median'], unit)} with "
            f"{_asked(results, one)[0]} ({level} credible interval {between(gain, unit)})"
        )
    if kind:
        parts.append(
            f"its {kind} of {one.name} v {one.against}, {ratio(row['median'])} "
            f"({ratio(row['lower'])} to {ratio(row['upper'])}), averages over an effect that "
            "changes, so that it is the "
            "effect at no time in particular"
        )
    if not parts:
        return ""
    label = model_labels(results)[fit.spec.name]
    return f"The primary model ({label}), which assumes otherwise, {'; '.join(parts)}."


def left_open_sentence(results: Results) -> str:
    """What the data can't say."""
    longest = lasting(results.horizon, results.cohort.unit)
    return (
        f"The data say nothing about what happens after {longest} nor{unless_random(results)} "
        f"whether {effect_noun(results)} is the cause."
    )
