"""Section on what a trial of this size, and of others, could show."""

import pandas as pd

from posthaz.analyses.assurance.answer import Assurance, assurance
from posthaz.answers.view import View
from posthaz.figures import draw_assurance
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Section, Table
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.picture import picture
from posthaz.report.sections.prior_words import prior_words
from posthaz.report.sections.wording import at_time, count_text, percent, ratio

_NAME = "assurance"
_POWER = 0.8


def _answer(given: Given) -> Assurance:
    return assurance(
        given.cohort,
        given.analysis.clinical[_NAME],
        lambda done, total: given.progress("assurance", done, total),
    )


def _own(answer: Assurance) -> pd.Series:
    size = sum(answer.asked.arms)
    return answer.by_size[answer.by_size["patients"] == size].iloc[0]


def could_show(answer: Assurance) -> str:
    """What a trial of the cohort's own size could show."""
    asked, own = answer.asked, _own(answer)
    reference, treated = asked.arms
    text = (
        f"A trial of **{count_text(treated)} v {count_text(reference)}** patients would see about "
        f"{own['events']:.0f} events and conclude a benefit with a chance of "
        f"**{percent(own['assurance'])}**, averaged over the design prior; its interval would "
        f"reach from its lower limit to {ratio(own['interval_ratio'])} times that."
    )
    rows = answer.by_hr[answer.by_hr["patients"] == sum(asked.arms)]
    enough = rows[(rows["probability"] >= _POWER) & (rows["hr"] < 1)]
    if len(enough):
        text += (
            f" A true hazard ratio of {ratio(enough['hr'].max())} it would show with a chance of "
            f"{percent(enough.sort_values('hr')['probability'].iloc[-1])}."
        )
    else:
        low = rows.sort_values("hr").iloc[0]
        text += (
            f" Even a true hazard ratio of {ratio(low['hr'])} it would show with a chance of "
            f"{percent(low['probability'])} only."
        )
    return text


def needed_sentence(answer: Assurance) -> str:
    """How many patients the target takes."""
    asked = answer.asked
    if answer.needed is None:
        return (
            f"No number of patients reaches a chance of {percent(asked.target)}: under the design "
            f"prior the effect is a benefit at all with a probability of {percent(answer.most)}."
        )
    return (
        f"A chance of {percent(asked.target)} takes about **{count_text(answer.needed)}** patients "
        "in the same proportion (normal approximation), followed as stated."
    )


def _how(results: Results, answer: Assurance) -> str:
    asked, unit = answer.asked, results.cohort.unit
    rule = (
        f"a posterior probability of a hazard ratio below 1 above {percent(asked.level)}, under "
        f"a prior that is {prior_words(asked.prior)}"
        if asked.rule == "posterior"
        else f"a log-rank test in favour, one-sided at {percent(1 - asked.level)}"
    )
    assert asked.median is not None and asked.follow_up is not None
    null = answer.by_size["type_1_error"]
    return (
        f"Concluded is a benefit by {rule}. {asked.trials:,} trials were simulated for each "
        "number, "
        f"with constant hazards, a median survival of {at_time(round(asked.median, 1), unit)} in "
        f"the reference arm, entry over {at_time(asked.accrual, unit)} and follow-up of "
        f"{at_time(round(asked.follow_up, 1), unit)} after the last entry, nobody lost. The design "
        f"prior of the true log hazard ratio is {prior_words(asked.design)}. Without an effect a "
        f"benefit would be concluded with a chance of {percent(null.min())} to "
        f"{percent(null.max())}. This is about trials to come: it says nothing about what these "
        "patients show, and a chance computed from the observed effect would only repeat its P "
        "value."
    )


@guarded_block
def _figure(results: Results, answer: Assurance) -> FigureBlock:
    figure = draw_assurance(
        answer.by_size, answer.by_hr, target=answer.asked.target, null=1 - answer.asked.level,
        simulated=results.simulated,
    )  # fmt: skip
    alt = f"{could_show(answer)} {needed_sentence(answer)}".replace("**", "")
    caption = (
        "Chance of concluding a benefit against the number of patients, averaged over the design "
        "prior (left), and against the true hazard ratio (right); dashed is the target"
    )
    return picture(results, figure, _NAME, alt, caption, "assurance_by_size.csv")


@guarded_block
def _table(answer: Assurance) -> Table:
    rows = [
        {
            "patients": count_text(row["patients"]),
            "arms": f"{count_text(row['treated'])} v {count_text(row['reference'])}",
            "events": f"{row['events']:.0f}",
            "assurance": percent(row["assurance"]),
            "null": percent(row["type_1_error"]),
            "width": ratio(row["interval_ratio"]),
        }
        for row in answer.by_size.to_dict("records")
    ]
    heads = {"patients": "Patients", "arms": "Treated v others", "events": "Events"}
    heads |= {"assurance": "Chance of showing a benefit", "null": "Chance without an effect"}
    heads |= {"width": "Upper over lower limit"}
    caption = "What trials of several sizes would show"
    return Table(pd.DataFrame(rows), caption, heads, source="assurance_by_size.csv")


def _section(results: Results, answer: Assurance) -> Section:
    blocks: tuple[Block, ...] = (
        Paragraph(could_show(answer)),
        Paragraph(needed_sentence(answer)),
        _figure(results, answer),
        _table(answer),
        Paragraph(_how(results, answer)),
    )
    return Section("What a trial could show", "assurance", blocks)


PART = ClinicalPart(
    _NAME,
    _answer,
    lambda answer: {"assurance_by_hr": answer.by_hr, "assurance_by_size": answer.by_size},
    _section,
    views=(
        View(
            "assurance_by_size",
            "n=patients events value=assurance mcse",
            {"quantity": "assurance", "method": "simulated_trials"},
        ),
        View(
            "assurance_by_hr",
            "n=patients events level=hr value=probability mcse",
            {"quantity": "power", "method": "simulated_trials"},
        ),
    ),
)
