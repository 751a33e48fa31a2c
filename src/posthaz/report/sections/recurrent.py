"""Recurrent events: how often a patient has the event, in sentences, a table and a figure."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.figures import draw_mean_count
from posthaz.report.blocks import Block, Bullets, FigureBlock, Paragraph, Section, Table
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import (
    WHOLE,
    arm_labels,
    contrasts,
    model_labels,
    profile_labels,
    reference_arm,
)
from posthaz.report.sections.picture import picture
from posthaz.report.sections.rows import (
    answer_row,
    cox_row,
    estimand_row,
    follow_up_row,
    hazard_ratio_row,
)
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    count_text,
    counted,
    interval_name,
    lasting,
    listed,
    percent,
    ratio,
    with_interval,
)

_COUNT = "mean_cumulative_function"


def recurrent_lead(results: Results) -> tuple[Block, ...]:
    """How many events there were, how often they are expected, and how the arms compare.

    Parameters
    ----------
    results : Results
        The results of an analysis of all events.

    Returns
    -------
    tuple of Block
        The sentences.
    """
    fit = results.posterior.primary
    rates = [_rate_sentence(results, arm) for arm in contrasts(results, fit)]
    found: list[Block] = [Paragraph(_studied(results)), Paragraph(_expected(results))]
    if rates:
        found.append(Paragraph(rates[0]) if len(rates) == 1 else Bullets(tuple(rates)))
    return tuple(found)


def recurrent_section(results: Results) -> Section:
    """Expected numbers of events beside the mean cumulative count.

    Parameters
    ----------
    results : Results
        The results of an analysis of all events.

    Returns
    -------
    Section
        Anchor ``recurrent``.
    """
    level = interval_name(results.analysis.estimands.interval)
    text = (
        "A patient goes on after an event, so there is no survival, median or restricted mean "
        "here. The smooth curves are the expected number of events a patient under the primary "
        f"model (the integrated intensity, posterior median with pointwise {level} credible "
        "band); the steps are the mean cumulative count (Nelson–Aalen of recurrent events), which "
        "assumes no shape and adjusts for nothing, with limits that are robust to what the events "
        "of one patient share. "
        "Both are about patients who stay under observation. Bands of all models are in "
        "`expected_events.csv`, the steps in `mean_cumulative_count.csv`."
    )
    blocks: list[Block] = [Paragraph(_expected(results)), Paragraph(text), _figure(results)]
    for table in (_table(results), _contrast_table(results)):
        if table is not None:
            blocks.append(table)
    return Section("Number of events", "recurrent", tuple(blocks))


def asked_times(results: Results) -> tuple[float, ...]:
    """Times at which numbers of events are given: those asked for, or the end of follow-up."""
    return results.analysis.estimands.survival_at or (results.horizon,)


def _studied(results: Results) -> str:
    cohort, whole, labels = results.cohort, follow_up_row(results), arm_labels(results)
    counts = pd.Series(cohort.weight * cohort.event).groupby(cohort.subject).sum()
    several, none = int((counts > 1).sum()), int((counts == 0).sum())
    who = "simulated patient" if results.simulated else "patient"
    text = (
        f"**{counted(whole['n'], who)}** had **{counted(whole['events'], 'event')}** in "
        f"{whole['person_time']:,.0f} person-{cohort.unit} (endpoint: "
        f"{results.analysis.endpoint}; every event of a patient counts): {several:,d} had more "
        f"than one and {none:,d} had none"
    )
    if np.isfinite(whole["median"]):
        text += f"; median follow-up was {lasting(whole['median'], cohort.unit)}"
    if len(labels) == 1:
        return f"{text}."
    table = results.frequentist.follow_up
    by_arm = table.set_index(table["arm"].astype(str)).to_dict("index")
    parts = [
        f"{counted(by_arm[arm]['events'], 'event')} in {count_text(by_arm[arm]['n'])} with {label}"
        for arm, label in labels.items()
    ]
    return f"{text}. There were {listed(parts)}."


def _expected(results: Results) -> str:
    fit, unit = results.posterior.primary, results.cohort.unit
    level = interval_name(results.analysis.estimands.interval)
    parts = []
    for time in asked_times(results):
        for profile, label in profile_labels(results, fit).items():
            ours = estimand_row(results, "expected events", profile, time)
            theirs = _count_row(results, profile, time)
            text = f"**{with_interval(ours['median'], ours['lower'], ours['upper'])}**"
            whom = f" with {label}" if fit.treatment else ""
            count = (
                f", unadjusted mean count {theirs['value']:.2f}"
                if np.isfinite(theirs["value"])
                else ""
            )
            parts.append(f"{text}{whom} by {at_time(time, unit)}{count}")
    model = model_labels(results)[fit.spec.name]
    return (
        f"Under the primary model ({model}) a patient is expected to have so many events, with "
        f"{level} credible intervals: {'; '.join(parts)}."
    )


def _rate_sentence(results: Results, arm: str) -> str:
    """Ratio of event rates of an arm, beside Andersen and Gill's."""
    fit = results.posterior.primary
    name, against = contrasts(results, fit)[arm]
    level = interval_name(results.analysis.estimands.interval)
    own, kind = hazard_ratio_row(results, fit, arm)
    cox, _ = cox_row(results, fit, arm)
    text = f"The event rate (intensity) ratio of {name} v {against}"
    if kind:
        text += (
            f" is **{ratio(own['median'])}** ({level} credible interval {ratio(own['lower'])} to "
            f"{ratio(own['upper'])}; probability that it is below 1 "
            f"**{percent(own['below_1'])}**)"
        )
    if np.isfinite(cox["value"]):
        text += f"{';' if kind else ' is'} by Andersen–Gill regression {ratio(cox['value'])} "
        text += f"({level} robust confidence interval {ratio(cox['lower'])} to "
        text += f"{ratio(cox['upper'])})"
    without = "" if has_frailty(results) else (
        ". The model has no frailty of the patient and takes the events of one patient as "
        "independent, so that its credible intervals are too narrow; the robust interval is not"
    )  # fmt: skip
    return f"{text}{without}."


def has_frailty(results: Results) -> bool:
    """Whether the primary model has a frailty of the patient."""
    groups = {group.name for group in results.posterior.primary.design.groups}
    return results.analysis.cohort.subject in groups


def _count_row(results: Results, profile: str, time: float) -> pd.Series:
    arms = list(arm_labels(results))
    arm = profile if profile in arms else (arms[0] if len(arms) == 1 else "")
    return answer_row(results, _COUNT, "mean cumulative count", arm, time=time)


@guarded_block
def _table(results: Results) -> Table:
    fit, unit = results.posterior.primary, results.cohort.unit
    level = interval_name(results.analysis.estimands.interval)
    rows = []
    for profile, label in profile_labels(results, fit).items():
        for time in asked_times(results):
            ours = estimand_row(results, "expected events", profile, time)
            theirs = _count_row(results, profile, time)
            rows.append(
                {
                    "arm": label,
                    "time": at_time(time, unit, SPACE),
                    "bayes": with_interval(ours["median"], ours["lower"], ours["upper"]),
                    "count": _number(theirs),
                    "events": count_text(theirs["events"]) if theirs["analysis"] else "–",
                }
            )
    heads = {"arm": "Arm", "time": "By", "bayes": f"Bayes ({level}{SPACE}CrI)"}
    heads |= {"count": f"Mean cumulative count ({level}{SPACE}CI)", "events": "Events seen"}
    return Table(
        pd.DataFrame(rows), "Expected number of events a patient", heads, source="estimands.csv"
    )


@guarded_block
def _contrast_table(results: Results) -> Table | None:
    rows = list(_contrast_rows(results))
    if not rows:
        return None
    level = interval_name(results.analysis.estimands.interval)
    heads = {"of": "Of", "time": "By", "bayes": f"Bayes ({level}{SPACE}CrI)"}
    return Table(
        pd.DataFrame(rows),
        "Expected number of events, arms compared",
        heads,
        source="estimands.csv",
    )


def _contrast_rows(results: Results) -> Iterator[dict[str, str]]:
    fit, reference, unit = results.posterior.primary, reference_arm(results), results.cohort.unit
    for arm, (name, against) in contrasts(results, fit).items():
        for kind, sign in (("difference", "-"), ("ratio", "/")):
            for time in asked_times(results):
                profile = f"{arm} {sign} {reference}"
                row = estimand_row(results, f"expected events {kind}", profile, time)
                yield {
                    "of": f"{name} v {against}, {kind}",
                    "time": at_time(time, unit, SPACE),
                    "bayes": with_interval(row["median"], row["lower"], row["upper"]),
                }


def _number(row: pd.Series) -> str:
    if not np.isfinite(row["value"]):
        return "–"
    return with_interval(row["value"], row["lower"], row["upper"])


@guarded_block
def _figure(results: Results) -> FigureBlock:
    fit, cohort = results.posterior.primary, results.cohort
    curves, labels = results.posterior.curves, arm_labels(results)
    if not fit.treatment and cohort.arms:
        labels = labels | {WHOLE: "All patients (model)"}
    figure = draw_mean_count(
        results.frequentist.kaplan_meier,
        curves[curves["model"] == fit.spec.name],
        labels=labels,
        unit=cohort.unit,
        horizon=results.horizon,
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
        start=cohort.origin,
    )
    caption = (
        f"{model_labels(results)[fit.spec.name]}: expected number of events over the mean "
        "cumulative count"
    )
    alt = f"Number of events a patient over time. {_expected(results)}".replace("**", "")
    return picture(results, figure, "mean_cumulative_count", alt, caption, "expected_events.csv")
