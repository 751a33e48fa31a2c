"""Effects that depend on another covariate, in the report."""

import pandas as pd

from posthaz.analyses.adjust.matched_sample import cohort_of, given_samples
from posthaz.analyses.interactions.answer import (
    InteractionEffects,
    interaction_effects,
    no_interaction,
)
from posthaz.analyses.interactions.smooth_section import smooth_blocks
from posthaz.analyses.interactions.within_section import gain_words, within_blocks
from posthaz.analyses.interactions.words import interaction_methods, interactions_lead
from posthaz.answers import View, one_answer
from posthaz.checks import convergence
from posthaz.estimands import coefficient_table
from posthaz.report.blocks import Block, Bullets, Note, Paragraph, Section, Table
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.counterpart import (
    TESTS,
    Counterpart,
    Number,
    number_of_test,
)
from posthaz.report.horizon import restriction
from posthaz.report.missing import guarded_block, lost_parts
from posthaz.report.results import Results
from posthaz.report.sections.naming import capitalised, lowered
from posthaz.report.sections.wording import (
    interval_name,
    p_sentence,
    p_value,
    percent,
    with_interval,
)
from posthaz.spec import Published

_NAME = "interactions"
_MODELS = {"levels": "Levels", "continuous": "Continuous"}
Answer = tuple[InteractionEffects, ...]


def printed_at_level(
    results: Results, answer: tuple[InteractionEffects, ...], one: Published
) -> Counterpart | None:
    """Hazard ratio or log-rank test at a level of the other covariate of an interaction."""
    for effect in answer:
        if effect.asked.by != one.within.column:
            continue
        rows = effect.levels
        rows = rows[rows["level"].astype(str) == one.arm] if one.arm else rows
        row = one_answer(rows, by_level=one.within.level)
        if row is not None and one.quantity in TESTS:
            return number_of_test(row, one, "logrank_chisq", "logrank_p")
        if row is not None and one.quantity == "hazard_ratio":
            return Counterpart(Number.of(row, "cox_hr", "cox_"), Number.of(row, "hr"))
    return None


def _answer(given: Given) -> Answer:
    analysis = given.analysis
    answers = []
    for asked in analysis.clinical[_NAME]:
        cohort = cohort_of(asked.sample, given.cohort, given_samples(given))
        if cohort is None:
            answers.append(no_interaction(given.cohort, asked))
            continue
        found = interaction_effects(
            cohort,
            analysis.primary,
            asked,
            analysis.sampling,
            horizon=restriction(analysis, cohort),
            interval=analysis.estimands.interval,
            progress=given.progress,
        )
        answers.append(found)
    return tuple(answers)


def _tables(answer: Answer) -> dict[str, pd.DataFrame]:
    smooth = [
        (one.asked.name, part)
        for one in answer
        if one.smooth
        for part in (one.smooth.curves.assign(name=one.asked.name),)
    ]
    tables = {
        "interaction_levels": pd.concat([one.levels for one in answer], ignore_index=True),
        "interaction_ratios": pd.concat([one.ratios for one in answer], ignore_index=True),
        "interaction_gains": pd.concat([one.gained for one in answer], ignore_index=True),
        "interaction_gain_differences": pd.concat(
            [one.gain_differences for one in answer], ignore_index=True
        ),
    }
    steps = [
        part.steps.assign(name=one.asked.name, by_level=part.level)
        for one in answer
        for part in one.curves
    ]
    if steps:
        tables["interaction_kaplan_meier"] = pd.concat(steps, ignore_index=True)
    if smooth:
        tables["interaction_curves"] = pd.concat([part for _, part in smooth], ignore_index=True)
        tables["interaction_models"] = pd.concat(
            [
                coefficient_table(one.smooth.fit).assign(name=one.asked.name)
                for one in answer
                if one.smooth
            ],
            ignore_index=True,
        )
    return tables


def _failures(answer: Answer) -> tuple[str, ...]:
    return tuple(
        f"interaction {one.asked.name}: {text}"
        for one in answer
        if one.smooth
        for text in convergence(one.smooth.fit).failures
    )


def _section(results: Results, answer: Answer) -> Section:
    text = (
        "Whether the effect of one covariate depends on another. A ratio of hazard ratios of 1 "
        "means that it does not; that one level shows an effect at P < 0.05 and the other none is "
        "no evidence that they differ."
    )
    return Section(
        "Interactions",
        _NAME,
        (Paragraph(text),),
        tuple(_subsection(results, one) for one in answer),
    )


def _subsection(results: Results, one: InteractionEffects) -> Section:
    about = [Note("info", one.sample_note)] if one.sample_note else []
    gained = [] if one.gains.empty else [Paragraph(gain_words(results, one))]
    blocks: list[Block] = [*about, *gained, Paragraph(_reading(one))]
    if len(one.levels):
        blocks.append(_levels(results, one))
    if len(one.ratios):
        blocks.append(_ratios(results, one))
    if one.curves:
        blocks += within_blocks(results, one)
    if one.smooth is not None:
        blocks += smooth_blocks(results, one, one.smooth)
    remarks = [*one.notes, *_remarks(one)]
    if remarks:
        blocks.append(Bullets(tuple(remarks)))
    anchor = "interaction-" + "".join(c if c.isalnum() else "-" for c in one.asked.name.lower())
    number = ", also as numbers" if one.smooth is not None else ""
    return Section(f"{one.effect} by {lowered(one.by)}{number}", anchor, tuple(blocks))


def _reading(one: InteractionEffects) -> str:
    rows = one.ratios[one.ratios["model"] == "levels"]
    if rows.empty:
        return f"The effect of {lowered(one.effect)} by {lowered(one.by)} can’t be compared."
    parts = [
        f"{row['contrast']}: {with_interval(row['ratio'], row['lower'], row['upper'])}, "
        f"above 1 with probability {percent(float(row['p_above_1']))}"
        for _, row in rows.iterrows()
    ]
    test = rows.iloc[0]
    return (
        f"Ratio of the hazard ratios of {lowered(one.effect)}{_against(one)}: {'; '.join(parts)} "
        f"(posterior median with interval). {capitalised(test['test'])} test of the interaction: "
        f"{p_sentence(test['p'])}."
    )


def _against(one: InteractionEffects) -> str:
    """The levels compared, of an effect with two: the direction that all ratios hang on."""
    shown = one.levels[["level_label", "reference_label"]].drop_duplicates()
    return f", {shown.iloc[0, 0]} v {shown.iloc[0, 1]}" if len(shown) == 1 else ""


@guarded_block
def _levels(results: Results, one: InteractionEffects) -> Table:
    rows = []
    several = len(one.levels["level"].unique()) > 1
    for _, row in one.levels.iterrows():
        counts = [(row[f"events{w}"], row[f"patients{w}"]) for w in ("_reference", "")]
        rows.append(
            {
                "by": row["by_label"],
                "level": row["level_label"],
                **{
                    key: f"{events:.0f}/{patients:.0f}"
                    for key, (events, patients) in zip(("n0", "n1"), counts, strict=True)
                },
                "logrank": p_value(float(row["logrank_p"])),
                "cox": with_interval(row["cox_hr"], row["cox_lower"], row["cox_upper"]),
                "hr": with_interval(row["hr"], row["lower"], row["upper"]),
                "below": percent(float(row["p_below_1"])),
            }
        )
    level = interval_name(results.analysis.estimands.interval)
    heads = {"by": one.by, **({"level": one.effect} if several else {})}
    heads |= {"n0": f"Events/patients, {one.levels['reference_label'].iloc[0]}"}
    shown = one.levels["level_label"].iloc[0]
    heads |= {"n1": "Events/patients" if several else f"Events/patients, {shown}"}
    heads |= {"logrank": "Log-rank P", "cox": f"Cox HR ({level})"}
    heads |= {"hr": f"Bayesian HR ({level})", "below": "P(HR < 1)"}
    return Table(
        pd.DataFrame(rows),
        f"Effect of {lowered(one.effect)}{_against(one)} within levels of {lowered(one.by)}",
        heads,
        source="interaction_levels.csv",
        notes=(
            "Cox: in the level alone. Bayesian: from the model of the interaction; in all patients "
            "without it.",
        ),
    )


@guarded_block
def _ratios(results: Results, one: InteractionEffects) -> Table:
    rows = [
        {
            "model": _MODELS[row["model"]],
            "contrast": row["contrast"],
            "cox": with_interval(row["cox_ratio"], row["cox_lower"], row["cox_upper"]),
            "ratio": with_interval(row["ratio"], row["lower"], row["upper"]),
            "above": percent(float(row["p_above_1"])),
            "p": p_value(float(row["p"])),
        }
        for _, row in one.ratios.iterrows()
    ]
    level = interval_name(results.analysis.estimands.interval)
    heads = {"contrast": "Contrast", "cox": f"Cox ({level})", "ratio": f"Bayesian ({level})"}
    heads |= {"above": "P(ratio > 1)", "p": f"{capitalised(one.ratios['test'].iloc[0])} P"}
    return Table(
        pd.DataFrame(rows),
        f"Ratio of hazard ratios of {lowered(one.effect)}{_against(one)} between values of "
        f"{lowered(one.by)}",
        heads,
        group="model",
        source="interaction_ratios.csv",
    )


def _remarks(one: InteractionEffects) -> list[str]:
    levels = [
        f"{one.by}, {row['by_label']}: {row['note']}."
        for _, row in one.levels.iterrows()
        if row["note"]
    ]
    ratios = [
        f"{row['contrast']}: {row['note']}." for _, row in one.ratios.iterrows() if row["note"]
    ]
    return [*levels, *dict.fromkeys(ratios)]


_WITHIN = "population=name+by_level level n=patients events note"
_GAINED = "population=name+by_level arm=level time"

PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    failures=_failures,
    printed=printed_at_level,
    methods=interaction_methods,
    missing=lambda answer: tuple(
        p for one in answer for p in lost_parts(one.notes, one.asked.name)
    ),
    lead=interactions_lead,
    is_question=True,
    views=(
        View(
            "interaction_levels",
            f"{_WITHIN} value=hr lower upper",
            {"quantity": "hazard_ratio", "method": "posterior"},
            ("p_below_1", "< 1"),
        ),
        View(
            "interaction_levels",
            f"{_WITHIN} value=cox_hr lower=cox_lower upper=cox_upper p=cox_p",
            {"quantity": "hazard_ratio", "method": "cox"},
        ),
        View(
            "interaction_gains",
            f"{_GAINED} value=gain lower upper",
            {"quantity": "rmst_difference", "method": "posterior"},
            ("p_above_0", "> 0"),
        ),
        View(
            "interaction_gains",
            f"{_GAINED} value=km_gain lower=km_lower upper=km_upper",
            {"quantity": "rmst_difference", "method": "kaplan_meier"},
        ),
        View(
            "interaction_gain_differences",
            "population=name+by_level+against arm=level time value=gain lower upper",
            {"quantity": "difference_of_rmst_differences", "method": "posterior"},
            ("p_above_0", "> 0"),
        ),
        View(
            "interaction_ratios",
            "population=name term=contrast model value=ratio lower upper",
            {"quantity": "ratio_of_hazard_ratios", "method": "posterior"},
            ("p_above_1", "> 1"),
        ),
        View(
            "interaction_ratios",
            "population=name term=contrast model value=cox_ratio lower=cox_lower upper=cox_upper "
            "p=cox_p",
            {"quantity": "ratio_of_hazard_ratios", "method": "cox"},
        ),
        View(
            "interaction_ratios",
            "population=name term=contrast model=test statistic=chisq df p",
            {"quantity": "interaction_test", "method": "cox"},
        ),
    ),
)
