"""The answer in a few sentences, and before it whatever forbids believing it."""

from collections.abc import Callable, Mapping

import numpy as np

from posthaz.figures import font_notice
from posthaz.inference import Fit
from posthaz.report.blocks import Block, Bullets, Note, Paragraph
from posthaz.report.concerns import concerns
from posthaz.report.concerns.proportionality import Contradiction, contradictions, gaps
from posthaz.report.missing import MissingPart
from posthaz.report.results import Results
from posthaz.report.sections.changing_words import changing_arm, changing_sentence
from posthaz.report.sections.cured import cured_sentence
from posthaz.report.sections.effect import effect_sentence, frequentist_sentence, unless_random
from posthaz.report.sections.naming import arm_labels, contrasts, model_labels, reference_arm
from posthaz.report.sections.net_survival import deaths_sentence
from posthaz.report.sections.question import adjusted, asks_for_reference, effect_noun, words
from posthaz.report.sections.recurrent import recurrent_lead
from posthaz.report.sections.rows import (
    answer_row,
    estimand_row,
    follow_up_row,
    hazard_ratio_row,
    others_failed,
    patients_and_rows,
    restriction,
)
from posthaz.report.sections.single import single_blocks
from posthaz.report.sections.time_gain import between, longer, mean_time, turned
from posthaz.report.sections.time_scale import few_followed
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    count_text,
    counted,
    duration,
    interval_name,
    lasting,
    listed,
    p_sentence,
    ratio,
)

NET = (
    "The primary model is of the hazard in excess of what was expected: its survival, medians and "
    "restricted means are **net**, as if nobody died of anything else, and lie above Kaplan–Meier."
)
Leads = Callable[[Results], Mapping[bool, list[str | MissingPart]]]


def lead_blocks(results: Results, clinical: Leads = lambda _: {}) -> tuple[Block, ...]:
    """Reasons to stop, worst first, then the answer to the question of the file.

    Parameters
    ----------
    results : Results
        The results.
    clinical : callable, optional
        Gives the sentences of the clinical analyses: those that are the file's question (True),
        and those that stand beside the effect of the treatment (False).

    Returns
    -------
    tuple of Block
        Notes, then who was studied, what was found, and what the data can't say.
    """
    if results.cohort.recurrent:
        return (*notes(results), *recurrent_lead(results))
    fit, sentences = results.posterior.primary, clinical(results)
    blocks: list[Block] = [*notes(results), Paragraph(studied_sentence(results))]
    if fit.spec.background is not None:
        if died := deaths_sentence(results):
            blocks.append(Paragraph(died))
        blocks.append(Note("info", NET))
    if fit.spec.cure is not None:
        blocks.append(Paragraph(cured_sentence(results, fit)))
    blocks += map(_said, sentences.get(True, ()))
    compared = contrasts(results, fit)
    if not compared:
        blocks += single_blocks(results)
    else:
        blocks += _compared(results)
    blocks += map(_said, sentences.get(False, ()))
    return tuple(blocks)


def _said(sentence: str | MissingPart) -> Block:
    return sentence if isinstance(sentence, MissingPart) else Paragraph(sentence)


def _compared(results: Results) -> list[Block]:
    """The effect of each arm: by its hazard ratio, or without one where it can't be."""
    fit = results.posterior.primary
    against = {one.arm: one for one in contradictions(results)}
    found = [_arm_sentence(results, fit, arm, against) for arm in contrasts(results, fit)]
    blocks: list[Block] = [Paragraph(found[0]) if len(found) == 1 else Bullets(tuple(found))]
    others = [
        arm
        for arm in contrasts(results, fit)
        if arm not in against and not len(changing_arm(results, fit, arm))
    ]
    if others:
        blocks.append(Paragraph(frequentist_sentence(results, fit, others)))
    else:
        blocks.append(Paragraph(left_open_sentence(results)))
    return blocks


def _arm_sentence(
    results: Results, fit: Fit, arm: str, against: Mapping[str, Contradiction]
) -> str:
    if arm in against:
        return disproportionate_sentence(results, against[arm])
    if len(changing_arm(results, fit, arm)):
        return changing_sentence(results, fit, arm)
    return effect_sentence(results, fit, arm)


def notes(results: Results) -> tuple[Note, ...]:
    """A note for each concern, worst first; parts that are missing are put among them later."""
    found = tuple(
        Note(one.severity, one.text) for one in concerns(results) if one.kind != "missing_part"
    )
    unreadable = font_notice(_shown_words(results))
    return (*found, Note("warning", unreadable)) if unreadable else found


def _shown_words(results: Results) -> str:
    """Names that figures may show: of columns, their levels and units, and of the endpoint."""
    words = [results.analysis.endpoint]
    for column in results.cohort.columns.values():
        words += [column.label, column.unit, *column.levels, *column.level_labels]
    return " ".join(str(word) for word in words)


def studied_sentence(results: Results) -> str:
    """Who was studied, for how long, and how many events there were."""
    cohort, table = results.cohort, results.frequentist.follow_up
    whole, labels = follow_up_row(results), arm_labels(results)
    who = "simulated patient" if results.simulated else "patient"
    patients, more = patients_and_rows(results, whole["n"])
    start = f"**{counted(patients, who)}**{more}"
    if np.isfinite(whole["median"]):
        median = lasting(whole["median"], cohort.unit)
        watched = f"a median follow-up of {median}"
        if not np.isfinite(whole["median_upper"]) and np.isfinite(whole["median_lower"]):
            lower = duration(whole["median_lower"], cohort.unit)
            watched += f" ({interval_name(0.95)} confidence interval {lower} to not reached)"
    else:
        watched = f"a follow-up of at most {at_time(round(whole['max_follow_up'], 2), cohort.unit)}"
    start += f" were analysed over {watched}; **{_events(whole['events'])}** had an event"
    start += f" (endpoint: {results.analysis.endpoint})"
    if len(labels) == 1:
        return f"{start}.{few_followed(results)}{_competing(results)}"
    by_arm = table.set_index(table["arm"].astype(str))
    events, patients = by_arm["events"].to_dict(), by_arm["n"].to_dict()
    parts = [
        f"{_events(events[arm])} of {count_text(patients[arm])} with {label}"
        for arm, label in labels.items()
    ]
    return f"{start}: {listed(parts)}.{few_followed(results)}{_competing(results)}"


def _events(number: float) -> str:
    """How many had an event; of weighted or printed patients that is no whole number."""
    return count_text(number) if number == round(number) else f"about {number:,.0f}"


def _competing(results: Results) -> str:
    """How many failed from another cause, which the endpoint counts as censored."""
    others = others_failed(results)
    if not others:
        return ""
    return (
        f" {counted(others, 'patient')} failed from another cause and count as censored then, so "
        "that survival and restricted means are about this endpoint alone, as if nothing else "
        "could happen."
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
