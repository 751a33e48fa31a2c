"""Competing risks in the report."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.analyses.competing_risks.answer import CompetingRisks, competing_risks
from posthaz.analyses.competing_risks.incidence import AALEN_JOHANSEN, NAIVE, POSTERIOR
from posthaz.analyses.competing_risks.tables import (
    incidence_table,
    ratio_table,
    subdistribution_table,
    time_lost_table,
)
from posthaz.answers import View
from posthaz.figures import draw_incidence
from posthaz.report.blocks import Block, Paragraph, Section
from posthaz.report.clinical import ClinicalPart, Given, convergence_notes, remark_blocks
from posthaz.report.missing import lost_parts
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, capitalised, lowered
from posthaz.report.sections.picture import picture
from posthaz.report.sections.time_scale import given_event_free
from posthaz.report.sections.wording import (
    at_time,
    count_text,
    listed,
    p_sentence,
    percent,
    share,
    share_interval,
)


def competing_lead(results: Results, answer: CompetingRisks) -> str:
    """Cumulative incidence of each cause at the last asked time, by arm."""
    table = answer.at_times
    mine = table[table["source"] == AALEN_JOHANSEN] if len(table) else table
    mine = mine[np.isfinite(mine["incidence"].astype(float))] if len(mine) else mine
    mine = mine if len(mine) else table
    if mine.empty:
        return ""
    last = float(mine["time"].max())
    at_last = table[table["time"] == last]
    parts = [
        _of_cause(results, answer, rows, last) for _, rows in at_last.groupby("label", sort=False)
    ]
    return (
        f"By {at_time(last, results.cohort.unit)}, other causes allowed for, the cumulative "
        f"incidence{given_event_free(results)} is: {'; '.join(parts)}."
    )


def _of_cause(results: Results, answer: CompetingRisks, rows: pd.DataFrame, time: float) -> str:
    """Incidence of one cause by arm, by the model and without one, and which arm has less."""
    labels = arm_labels(results)
    by = {(row["source"], str(row["arm"])): row for row in rows.to_dict("records")}
    arms = dict.fromkeys(arm for _, arm in by)
    said, plain = [], []
    for arm in arms:
        whom = f" with {labels[arm]}" if arm in labels and len(labels) > 1 else ""
        model, without = by.get((POSTERIOR, arm)), by.get((AALEN_JOHANSEN, arm))
        if model is not None:
            numbers = (float(model[key]) for key in ("incidence", "lower", "upper"))
            said.append(f"**{share_interval(*numbers)}**{whom}")
        if without is not None and np.isfinite(without["incidence"]):
            plain.append(f"{share(float(without['incidence']))}{'' if said else whom}")
    if not said:
        return f"{lowered(str(rows['label'].iloc[0]))} {listed(plain)} (Aalen–Johansen)"
    beside = [f"Aalen–Johansen {listed(plain)}"] if plain else []
    less = answer.subdistribution
    if len(less):
        less = less[(less["cause"] == rows["cause"].iloc[0]) & (less["time"] == time)]
    beside += [
        f"lower with {labels.get(str(row['arm']), row['arm'])} with probability "
        f"{percent(row['p_below_1'])}"
        for row in less.to_dict("records")
    ]
    end = f" ({'; '.join(beside)})" if beside else ""
    return f"{lowered(str(rows['label'].iloc[0]))} {listed(said)}{end}"


def competing_methods(results: Results, answer: object) -> str:
    """How competing causes were analysed."""
    return (
        "Cumulative incidences were estimated by Aalen–Johansen [@competing] and compared by "
        "Gray’s test [@gray] and Fine–Gray regression [@finegray]; the posterior ones follow from "
        "a model of each cause’s hazard. Cause-specific hazard ratios count deaths from other "
        "causes as censored."
    )


_NAME = "competing_risks"


def _answer(given: Given) -> CompetingRisks:
    analysis = given.analysis
    asked = analysis.clinical[_NAME]
    if not asked.times:
        asked = replace(asked, times=analysis.estimands.survival_at)
    return competing_risks(
        given.cohort,
        analysis.primary,
        asked,
        analysis.sampling,
        interval=analysis.estimands.interval,
        progress=given.progress,
    )


def _tables(answer: CompetingRisks) -> dict[str, pd.DataFrame]:
    tables = {
        "competing_risks": answer.at_times,
        "cumulative_incidence": answer.curves,
        "competing_risks_tests": answer.tests,
        "competing_risks_ratios": answer.ratios,
        "competing_risks_time": answer.time_lost,
        "competing_risks_subdistribution": answer.subdistribution,
    }
    return {name: frame for name, frame in tables.items() if len(frame)}


def _section(results: Results, answer: CompetingRisks) -> Section:
    asked = results.analysis.clinical[_NAME]
    interest = asked.label(asked.of_interest)
    said = competing_lead(results, answer)
    blocks: list[Block] = [Paragraph(said)] if said else []
    blocks.append(Paragraph(_words(answer, interest)))
    others = [name for cause, name in asked.causes.items() if cause != asked.of_interest]
    blocks.append(
        Paragraph(
            f"One minus Kaplan–Meier with {listed([lowered(name) for name in others])} censored "
            f"answers another question: how often {lowered(interest)} would occur if nothing else "
            "could happen and the causes were independent. As a statement about patients it is too "
            "high, because it takes those who failed from another cause as still able to fail "
            "from this one."
        )
    )
    if len(answer.curves):
        blocks.append(_figure(results, answer, interest))
    if len(answer.at_times):
        blocks.append(incidence_table(results, answer))
    if len(answer.time_lost):
        blocks.append(time_lost_table(results, answer))
    tests = answer.tests.groupby("cause", sort=False) if len(answer.tests) else ()
    for cause, test in tests:
        row = test.iloc[0]
        said = p_sentence(row["p"]) if np.isfinite(row["p"]) else row["note"]
        name = capitalised(asked.label(int(str(cause))))
        blocks.append(
            Paragraph(
                f"{name}: Gray’s test that the arms have the same cumulative incidence, {said}."
            )
        )
    if len(answer.ratios):
        blocks += [ratio_table(results, answer), Paragraph(_TWO_RATIOS)]
    if len(answer.subdistribution):
        blocks.append(subdistribution_table(results, answer))
    blocks += remark_blocks(answer.notes)
    blocks += convergence_notes(answer.failures)
    return Section("Competing risks", "competing-risks", tuple(blocks))


_TWO_RATIOS = (
    "The cause-specific hazard ratio compares patients still event-free, and is the one to read "
    "for what a treatment does to the cause. The subdistribution hazard ratio (Fine and Gray, "
    "https://doi.org/10.1080/01621459.1999.10474144) "
    "keeps patients who failed from another cause among those at risk: it tells which arm has the "
    "higher cumulative incidence, which also depends on what the treatment does to other causes."
)


def _words(answer: CompetingRisks, interest: str) -> str:
    counts = answer.counts.groupby("cause", sort=False).agg({"label": "first", "events": "sum"})
    events = zip(counts["events"], counts["label"], strict=True)
    said = listed([f"{lowered(label)}: {count_text(number)}" for number, label in events])
    return (
        f"The event of interest is {lowered(interest)}; patients can also fail from another cause "
        f"first (events: {said}). "
        "Each cause-specific hazard was fitted by itself with the primary model, "
        "all other causes censored at their time; their posteriors together give the "
        "cumulative incidence of each cause, which with the probability of being event-free adds "
        "up to 1. That is one model of all causes: their likelihood is a product with a factor for "
        "each, and priors of one cause say nothing of another, so that the joint posterior is the "
        "product of these."
    )


def _figure(results: Results, answer: CompetingRisks, interest: str) -> Block:
    labels = arm_labels(results)
    figure = draw_incidence(
        answer.curves,
        labels=labels,
        unit=results.cohort.unit,
        horizon=results.horizon,
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    parts = []
    last = answer.at_times["time"].max()
    for arm, label in labels.items():
        naive, posterior = (
            _number(answer.at_times, results.analysis.clinical[_NAME].of_interest, arm, last, one)
            for one in (NAIVE, POSTERIOR)
        )
        parts.append(f"{label}: {percent(posterior)} by the model, {percent(naive)} by 1 − KM")
    when = at_time(round(last, 1), results.cohort.unit)
    alt = f"Cumulative incidence of {interest} at {when}: {'; '.join(parts)}."
    caption = (
        "Cumulative incidence of each cause by arm: Aalen–Johansen steps, posterior band, and one "
        f"minus Kaplan–Meier with the other causes censored{given_event_free(results)}"
    )
    return picture(
        results, figure, "cumulative_incidence", alt, caption, "cumulative_incidence.csv"
    )


def _number(table: pd.DataFrame, cause: int, arm: str, time: float, source: str) -> float:
    row = table[
        (table["cause"] == cause)
        & (table["arm"].astype(str) == arm)
        & (table["time"] == time)
        & (table["source"] == source)
    ]
    return float(row["incidence"].iloc[0]) if len(row) else float("nan")


PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    failures=lambda answer: answer.failures,
    methods=competing_methods,
    missing=lambda answer: lost_parts(answer.notes),
    lead=competing_lead,
    is_question=True,
    views=(
        View(
            "competing_risks",
            "cause=label arm time method=source value=incidence lower upper n=at_risk events",
            {"quantity": "incidence"},
        ),
        View(
            "competing_risks_time",
            "cause=label arm reference time=horizon value=mean lower upper",
            {"quantity": "time_lost", "method": "posterior"},
            ("p_above_0", "> 0"),
        ),
        View(
            "competing_risks_subdistribution",
            "cause=label arm reference time value=hr lower upper",
            {"quantity": "subdistribution_hazard_ratio", "method": "posterior"},
            ("p_below_1", "< 1"),
        ),
        View(
            "competing_risks_tests",
            "cause=label arm n events=observed statistic=chisq df p note",
            {"quantity": "test", "method": "gray"},
        ),
        View(
            "competing_risks_ratios",
            "cause=label term method=source value=hr lower upper p n events note",
            {"quantity": "hazard_ratio"},
            ("p_below_1", "< 1"),
        ),
    ),
)
