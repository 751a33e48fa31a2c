"""Effects that depend on another covariate, in the report."""

import pandas as pd

from posthaz.checks import convergence
from posthaz.clinical.interaction_effects import (
    InteractionEffects,
    interaction_effects,
    no_interaction,
)
from posthaz.clinical.interaction_steps import interaction_steps
from posthaz.clinical.matched_sample import cohort_of
from posthaz.cohort import Column
from posthaz.estimands import coefficient_table
from posthaz.figures import draw_interaction
from posthaz.report.blocks import Block, Bullets, FigureBlock, Note, Paragraph, Section, Table
from posthaz.report.clinical.part import ClinicalPart, Given
from posthaz.report.clinical.printed import printed_at_level
from posthaz.report.results import Results
from posthaz.report.sections.naming import lowered
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    interval_name,
    p_sentence,
    p_value,
    percent,
    ratio,
    signed,
    with_interval,
)

_NAME = "interactions"
_MODELS = {"levels": "Levels", "continuous": "Continuous"}
Answer = tuple[InteractionEffects, ...]


def _answer(given: Given) -> Answer:
    analysis = given.analysis
    answers = []
    for asked in analysis.clinical[_NAME]:
        cohort = cohort_of(asked.sample, given.cohort, given.samples)
        if cohort is None:
            answers.append(no_interaction(given.cohort, asked))
            continue
        found = interaction_effects(
            cohort,
            asked,
            analysis.primary,
            analysis.sampling,
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
    }
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
    blocks: list[Block] = [*about, Paragraph(_reading(one))]
    if len(one.levels):
        blocks.append(_levels(results, one))
    if len(one.ratios):
        blocks.append(_ratios(results, one))
    if one.smooth is not None:
        blocks.append(Paragraph(_smooth_words(results, one)))
        along = dict.fromkeys(one.smooth.curves["along"])
        blocks += [_figure(results, one, which) for which in along]
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
        f"(posterior median with interval). {_started(test['test'])} test of the interaction: "
        f"{p_sentence(test['p'])}."
    )


def _started(words: str) -> str:
    return words[:1].upper() + words[1:]


def _against(one: InteractionEffects) -> str:
    """The levels compared, of an effect with two: the direction that all ratios hang on."""
    shown = one.levels[["level_label", "reference_label"]].drop_duplicates()
    return f", {shown.iloc[0, 0]} v {shown.iloc[0, 1]}" if len(shown) == 1 else ""


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
    heads |= {"above": "P(ratio > 1)", "p": f"{_started(one.ratios['test'].iloc[0])} P"}
    return Table(
        pd.DataFrame(rows),
        f"Ratio of hazard ratios of {lowered(one.effect)}{_against(one)} between values of "
        f"{lowered(one.by)}",
        heads,
        group="model",
        source="interaction_ratios.csv",
    )


def _smooth_words(results: Results, one: InteractionEffects) -> str:
    assert one.smooth is not None
    text = f"Continuous model: `{one.smooth.formula}`. "
    if one.smooth.start is not None and one.smooth.end is not None:
        unit = _shown(results, one.asked.effect).unit
        text += (
            f"Doses compared are the medians of the groups of the cut-off, {one.smooth.start:.4g} "
            f"and {one.smooth.end:.4g} {unit}. "
            if unit == "Gy"
            else f"Values compared are the medians of the groups of the cut-off, "
            f"{one.smooth.start:.4g} and {one.smooth.end:.4g} {unit}".rstrip()
            + ". "
        )
    row = one.ratios[one.ratios["model"] == "continuous"].iloc[0]
    text += (
        f"Ratio of hazard ratios, {row['contrast']}: "
        f"{with_interval(row['ratio'], row['lower'], row['upper'])}, above 1 with "
        f"probability {percent(float(row['p_above_1']))}; {row['test']} test "
        f"{p_sentence(row['p'])}."
    )
    if one.comparison is None:
        return text
    table = one.comparison
    elpd = dict(zip(table["model"], table["elpd"].astype(float), strict=True))
    gap = elpd["levels"] - elpd["continuous"]
    error = float(table["difference_se"].max())
    return (
        f"{text} Expected log predictive density of the cut-offs minus that of the continuous "
        f"model: {signed(f'{gap:.1f}')} (standard error {error:.1f}); above 0 the cut-offs "
        "predict better. Where cut-offs were chosen on the same data, that comparison favours them."
    )


def _figure(results: Results, one: InteractionEffects, along: str) -> FigureBlock:
    assert one.smooth is not None
    curves = one.smooth.curves[one.smooth.curves["along"] == along]
    steps = interaction_steps(one)
    steps = steps[steps["along"] == along]
    prefix = one.by if along == "effect" else one.effect
    curves, steps = (
        frame.assign(panel=[f"{prefix}: {panel}" for panel in frame["panel"]])
        for frame in (curves, steps)
    )
    number = _shown(results, one.asked.effect if along == "effect" else one.asked.by)
    against = f" v {one.smooth.start:.4g} {number.unit}".rstrip() if along == "effect" else ""
    figure = draw_interaction(
        curves,
        steps,
        along=number.shown,
        ratio=f"Hazard ratio{against}",
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    ends = curves.groupby("panel", sort=False).agg(["first", "last"])
    parts = [
        f"{panel}: from {ratio(row['median', 'first'])} at {row['x', 'first']:.4g} to "
        f"{ratio(row['median', 'last'])} at {row['x', 'last']:.4g}"
        for panel, row in ends[["x", "median"]].iterrows()
    ]
    alt = f"Hazard ratio along {number.shown}, posterior median. {'; '.join(parts)}."
    name = lowered(number.label or number.name)
    subject = f"{name}{against}" if along == "effect" else f"{lowered(one.effect)} along {name}"
    caption = f"Hazard ratio of {subject}: continuous, beside the cut-off"
    name = f"interaction_{one.asked.name}_along_{along}"
    return picture(results, figure, name, alt, caption, "interaction_curves.csv")


def _shown(results: Results, name: str) -> Column:
    return results.cohort.columns.get(name, Column(name))


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


INTERACTIONS = ClinicalPart(_NAME, _answer, _tables, _section, _failures, printed_at_level)
