"""The answer in three sentences, and before it whatever forbids believing it."""

import numpy as np

from posthaz.errors import Finding
from posthaz.report.blocks import Block, Bullets, Note, Paragraph
from posthaz.report.results import Results
from posthaz.report.sections.adjusted_effect import adjusted_sentence
from posthaz.report.sections.effect import effect_sentence, frequentist_sentence
from posthaz.report.sections.naming import arm_labels, contrasts, model_labels
from posthaz.report.sections.recurrent import recurrent_lead
from posthaz.report.sections.rows import follow_up_row, others_failed
from posthaz.report.sections.single import single_blocks
from posthaz.report.sections.wording import count_text, counted, duration, interval_name, listed


def lead_blocks(results: Results) -> tuple[Block, ...]:
    """Failed checks and doubts, then the answer of the primary model.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    tuple of Block
        Notes, then who was studied, what was found, and what the data can't say.
    """
    if results.cohort.recurrent:
        return (*notes(results), *recurrent_lead(results))
    fit = results.posterior.primary
    compared = contrasts(results, fit)
    first = Paragraph(studied_sentence(results))
    if not compared:
        return (*notes(results), first, *single_blocks(results))
    found = [effect_sentence(results, fit, arm) for arm in compared]
    second = Paragraph(found[0]) if len(found) == 1 else Bullets(tuple(found))
    adjusted = adjusted_sentence(results)
    third = (Paragraph(adjusted),) if adjusted else ()
    last = Paragraph(frequentist_sentence(results, fit))
    return (*notes(results), first, second, *third, last)


def notes(results: Results) -> tuple[Note, ...]:
    """An error for each failed convergence check, a warning for each doubt."""
    labels = model_labels(results)
    primary = results.posterior.primary.spec.name
    errors = [
        Note(
            "error",
            f"Convergence check failed for the model “{labels[check.model]}”"
            f"{' (the primary model)' if check.model == primary else ''}: {failure}. "
            "Its numbers can’t be relied on; sample longer or simplify the model.",
        )
        for check in results.posterior.convergence
        for failure in check.failures
    ]
    doubts = [Note("warning", doubt_text(notice)) for notice in results.cohort.notices]
    shaky = [
        f"“{labels[row['model']]}” ({counted(row['bad_k'], 'patient')})"
        for _, row in results.posterior.comparison.iterrows()
        if row["bad_k"] > 0
    ]
    if shaky:
        text = "Leave-one-out cross-validation is unreliable (Pareto k too high) for the "
        several = "models" if len(shaky) > 1 else "model"
        doubts.append(Note("warning", f"{text}{several} {listed(shaky)}."))
    return (*errors, *doubts)


def doubt_text(notice: Finding) -> str:
    """A doubt about the cohort, with its mend where there is something to do.

    Examples
    --------
    >>> doubt_text(Finding("a.csv", "only 3 events", "keep the model small"))
    'a.csv: only 3 events. To do: keep the model small.'
    """
    if notice.mend.startswith("nothing"):
        return f"{notice.where}: {notice.what}."
    return f"{notice.where}: {notice.what}. To do: {notice.mend}."


def studied_sentence(results: Results) -> str:
    """Who was studied, for how long, and how many events there were."""
    cohort, table = results.cohort, results.frequentist.follow_up
    whole, labels = follow_up_row(results), arm_labels(results)
    who = "simulated patient" if results.simulated else "patient"
    start = f"**{counted(whole['n'], who)}**"
    if np.isfinite(whole["median"]):
        watched = f"a median follow-up of {duration(whole['median'], cohort.unit)} {cohort.unit}"
        if not np.isfinite(whole["median_upper"]) and np.isfinite(whole["median_lower"]):
            lower = duration(whole["median_lower"], cohort.unit)
            watched += f" ({interval_name(0.95)} confidence interval {lower} to not reached)"
    else:
        longest = duration(whole["max_follow_up"], cohort.unit)
        watched = f"a follow-up of at most {longest} {cohort.unit}"
    start += f" were analysed over {watched}; **{count_text(whole['events'])}** had an event"
    start += f" (endpoint: {results.analysis.endpoint})"
    if len(labels) == 1:
        return f"{start}.{_competing(results)}"
    by_arm = table.set_index(table["arm"].astype(str))
    events, patients = by_arm["events"].to_dict(), by_arm["n"].to_dict()
    parts = [
        f"{count_text(events[arm])} of {count_text(patients[arm])} with {label}"
        for arm, label in labels.items()
    ]
    return f"{start}: {listed(parts)}.{_competing(results)}"


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
