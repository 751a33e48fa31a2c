"""Illness and death in the report."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from posthaz.analyses.multistate.answer import POSTERIOR, WITHOUT, Multistate, illness_death
from posthaz.analyses.multistate.graph import FIRST, LAST
from posthaz.analyses.multistate.spec import NAME
from posthaz.answers import View
from posthaz.arms.departures import departures
from posthaz.figures import draw_incidence
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Section, Table
from posthaz.report.clinical import ClinicalPart, Given, convergence_notes
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.answer_tables import mean_times
from posthaz.report.sections.naming import arm_labels, capitalised, term_label
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    count_text,
    duration,
    interval_name,
    lasting,
    listed,
    p_value,
    percent,
    share_interval,
    with_interval,
)

_NUMBERS = ["probability", "lower", "upper"]


def _answer(given: Given) -> Multistate:
    asked, analysis = given.analysis.clinical[NAME], given.analysis
    if not asked.times:
        asked = replace(asked, times=analysis.estimands.survival_at)
    return illness_death(
        given.cohort,
        analysis.primary,
        asked,
        analysis.sampling,
        interval=analysis.estimands.interval,
        progress=given.progress,
    )


def _tables(answer: Multistate) -> dict[str, pd.DataFrame]:
    return {
        "multistate": answer.at_times,
        "multistate_curves": answer.curves,
        "multistate_time": answer.time_in_state,
        "multistate_ratios": answer.ratios,
        "multistate_association": answer.association,
    }


def _departures(results: Results) -> list[str]:
    model = results.posterior.primary.spec
    return departures(model, keeps_form=True, keeps_frailty=True, keeps_strata=True)


def _section(results: Results, answer: Multistate) -> Section:
    blocks: list[Block] = [
        Paragraph(_lead(results, answer)),
        Paragraph(" ".join((_how(results, answer), *_departures(results)))),
        _figure(results, answer),
        _state_table(results, answer),
        _time_table(results, answer),
    ]
    if len(answer.ratios):
        blocks.append(_ratio_table(results, answer))
    if said := _association(results, answer):
        blocks.append(Paragraph(said))
    blocks += convergence_notes(answer.failures)
    several = bool(results.analysis.clinical[NAME].middle)
    title = "Several states" if several else "Progression and death together"
    return Section(title, "multistate", tuple(blocks))


def _association(results: Results, answer: Multistate) -> str:
    """How far the two end points go together, and what of it is by construction."""
    table = answer.association
    taus = table[table["measure"] == "Kendall’s tau"] if len(table) else table
    if taus.empty:
        return ""
    labels, level = arm_labels(results), interval_name(results.analysis.estimands.interval)
    parts = []
    for row in taus.to_dict("records"):
        middle, lower, upper = (float(row[key]) for key in ("median", "lower", "upper"))
        whom = f" with {labels[row['arm']]}" if row["arm"] in labels and len(labels) > 1 else ""
        chance = percent((1.0 + middle) / 2.0)
        parts.append(f"{with_interval(middle, lower, upper)}{whom} (probability {chance})")
    return (
        "How far the first event foretells death: Kendall’s tau of the time to the first event and "
        f"the time to death is {listed(parts)}, with {level} credible intervals; in brackets the "
        "probability that of two patients the one who is event-free longer lives longer, 50 % if "
        "neither told of the other. Part of it is by construction, since death without any other "
        "event is both. It is found by simulating courses until death, so that it leans on the "
        "hazards beyond follow-up, and it says nothing about whether a treatment that delays the "
        "one delays the other."
    )


def _lead(results: Results, answer: Multistate) -> str:
    """Time gained in each state, and by which transition."""
    table, unit = answer.time_in_state, results.cohort.unit
    level, labels = interval_name(results.analysis.estimands.interval), arm_labels(results)
    gains = table[table["reference"] != ""]
    horizon = at_time(round(float(table["horizon"].iloc[0]), 1), unit)
    if gains.empty:
        parts = [
            f"**{lasting(row['mean'], unit)}** {_in_state(row)} ({duration(row['lower'], unit)} "
            f"to {duration(row['upper'], unit)})"
            for row in table.to_dict("records")
        ]
        said = f"Of {horizon} patients spend on average {listed(parts)}"
        return f"{said} ({level} credible intervals)."
    texts = []
    for arm, rows in gains.groupby("arm", sort=False):
        parts = [
            f"**{_more(row['mean'], unit)}** {_in_state(row)} ({duration(row['lower'], unit)} to "
            f"{duration(row['upper'], unit)})"
            for row in rows.to_dict("records")
        ]
        against = labels[str(rows["reference"].iloc[0])]
        texts.append(
            f"Of {horizon}, patients with {labels[str(arm)]} spend on average {listed(parts)} than "
            f"with {against} (differences with {level} credible intervals)."
        )
    return " ".join(texts)


def _more(value: float, unit: str) -> str:
    return f"{lasting(abs(value), unit)} {'more' if value >= 0 else 'less'}"


def _in_state(row: Mapping[Any, Any]) -> str:
    """A state as where time is spent."""
    label = str(row["label"])
    return label if label in (FIRST, LAST) else f"after {label}"


def _how(results: Results, answer: Multistate) -> str:
    asked = results.analysis.clinical[NAME]
    events = answer.ratios.drop_duplicates("transition") if len(answer.ratios) else answer.ratios
    counts = [f"{row['label']}: {count_text(row['events'])}" for row in events.to_dict("records")]
    seen = f" ({'; '.join(counts)})" if counts else ""
    came = "a state was entered" if asked.middle else f"{asked.label} came"
    runs = (
        f"since time 0, whenever {came} (a Markov model)"
        if asked.clock == "forward"
        else f"since {asked.label if not asked.middle else came}"
    )
    if asked.middle:
        graph = asked.graph
        moves = [graph.name(number) for number in range(len(graph.transitions))]
        return (
            f"Patients may go from {listed(moves)}{seen}. Each transition has a hazard of its own, "
            f"fitted by the primary model; hazards after the first state run on time {runs}. The "
            "probability of each state follows from all of them together, standardised over the "
            "cohort; Aalen–Johansen steps assume no model of the hazards."
        )
    return (
        f"Patients go from event-free to {asked.label} or death, and from {asked.label} to "
        f"death{seen}. Each transition has a hazard of its own, fitted by the primary model; the "
        f"hazard of death after {asked.label} runs on time {runs}. The probability of each state "
        "follows from the three together, standardised over the cohort; Aalen–Johansen steps "
        "assume no model of the hazards."
    )


@guarded_block
def _figure(results: Results, answer: Multistate) -> FigureBlock:
    curves = answer.curves.rename(columns={"state": "cause", "probability": "incidence"})
    figure = draw_incidence(
        curves,
        labels=arm_labels(results),
        unit=results.cohort.unit,
        horizon=results.horizon,
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
        quantity="Probability",
    )
    last = answer.at_times[answer.at_times["source"] == POSTERIOR]
    last = last[last["time"] == last["time"].max()]
    said = [
        f"{arm_labels(results).get(row['arm'], row['arm'])} {row['label']} "
        f"{percent(row['probability'])}"
        for row in last.to_dict("records")
    ]
    when = at_time(round(float(last["time"].iloc[0]), 1), results.cohort.unit)
    alt = f"Probability of each state over time by arm; at {when}: {'; '.join(said)}."
    caption = "Probability of each state over time by arm: Aalen–Johansen steps, posterior band"
    return picture(results, figure, "multistate", alt, caption, "multistate_curves.csv")


@guarded_block
def _state_table(results: Results, answer: Multistate) -> Table:
    labels, unit, rows = arm_labels(results), results.cohort.unit, []
    for (state, arm, time), found in answer.at_times.groupby(["label", "arm", "time"], sort=False):
        of = dict(iter(found.groupby("source")))
        rows.append(
            {
                "group": f"{capitalised(str(state))}, {labels.get(str(arm), str(arm))}",
                "time": at_time(round(float(str(time)), 1), unit),
                "posterior": share_interval(*of[POSTERIOR][_NUMBERS].to_numpy(dtype=float)[0]),
                "without": share_interval(*of[WITHOUT][_NUMBERS].to_numpy(dtype=float)[0]),
            }
        )
    level = interval_name(results.analysis.estimands.interval)
    heads = {"time": "At", "posterior": f"Bayes ({level})", "without": "Aalen–Johansen"}
    caption = "Probability of each state, by time"
    return Table(pd.DataFrame(rows), caption, heads, group="group", source="multistate.csv")


@guarded_block
def _time_table(results: Results, answer: Multistate) -> Table:
    unit, table = results.cohort.unit, answer.time_in_state
    level = interval_name(results.analysis.estimands.interval)
    horizon = at_time(round(float(table["horizon"].iloc[0]), 1), unit)
    heads = {"arm": "Arm", "mean": f"{capitalised(unit)} ({level})", "above": f"P(>{SPACE}0)"}
    caption = f"Mean time in each state, of {horizon}"
    return Table(
        mean_times(results, table), caption, heads, group="group", source="multistate_time.csv"
    )


@guarded_block
def _ratio_table(results: Results, answer: Multistate) -> Table:
    table = answer.ratios
    shown = pd.DataFrame(
        {
            "group": [capitalised(label) for label in table["label"]],
            "term": [term_label(results.cohort, str(term)) for term in table["term"]],
            "source": ["Bayes" if one == POSTERIOR else one for one in table["source"]],
            "hr": [with_interval(*row) for row in table[["hr", "lower", "upper"]].to_numpy()],
            "below": [percent(p) for p in table["p_below_1"]],
            "p": [p_value(p) for p in table["p"]],
        }
    )
    level = interval_name(results.analysis.estimands.interval)
    heads = {"term": "Term", "source": "By", "hr": f"HR ({level})"}
    heads |= {"below": f"P(HR{SPACE}<{SPACE}1)", "p": f"Wald{SPACE}P"}
    caption = "Hazard ratios of each transition"
    return Table(shown, caption, heads, group="group", source="multistate_ratios.csv")


PART = ClinicalPart(
    NAME,
    _answer,
    _tables,
    _section,
    failures=lambda answer: answer.failures,
    lead=lambda results, answer: _lead(results, answer),
    views=(
        View(
            "multistate",
            "cause=label arm time method=source value=probability lower upper",
            {"quantity": "state_probability"},
        ),
        View(
            "multistate_time",
            "cause=label arm reference time=horizon value=mean lower upper",
            {"quantity": "time_in_state", "method": "posterior"},
            ("p_above_0", "> 0"),
        ),
        View(
            "multistate_ratios",
            "cause=label term method=source value=hr lower upper p events",
            {"quantity": "hazard_ratio"},
            ("p_below_1", "< 1"),
        ),
    ),
)
