"""Screening of candidates in the report."""

import pandas as pd

from posthaz.analyses.adjust.matched_sample import cohort_of, given_samples
from posthaz.analyses.screening.answer import Screening, no_screening, screen_covariates
from posthaz.analyses.screening.tables import (
    SOURCES,
    candidate_label,
    estimates_table,
    relevance_table,
    scaled_estimates,
    survival_table,
    verdicts_table,
)
from posthaz.answers import View, one_answer
from posthaz.arms.survival_rows import (
    KAPLAN_MEIER,
    POSTERIOR,
)
from posthaz.design import quoted
from posthaz.figures import draw_hazard_ratios, draw_relevance
from posthaz.report.blocks import Block, FigureBlock, Note, Paragraph, Section
from posthaz.report.clinical import ClinicalPart, Given, convergence_notes, remark_blocks
from posthaz.report.counterpart import (
    Counterpart,
    Number,
    curve_number,
)
from posthaz.report.missing import guarded_block, lost_parts
from posthaz.report.results import Results
from posthaz.report.sections.naming import lowered, variable_label
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    SPACE,
    listed,
    percent,
)
from posthaz.spec import Published, Within
from posthaz.spec.sample import ALL, MATCHED
from posthaz.spec.shrinkage import SHRINKAGE_KINDS

_NAME = "screening"


_PATIENTS = {ALL: Within(), MATCHED: Within(sample="matched")}


def screening_lead(results: Results, answer: Screening) -> str:
    """Which candidates the rule kept, and which are relevant when all are in one model."""
    if answer.candidates.empty:
        return ""
    spec = results.analysis.clinical["screening"]
    kept = answer.candidates.loc[answer.candidates["kept"], "candidate"]
    names = [lowered(candidate_label(results.cohort, name)) for name in kept]
    return (
        f"Of {len(answer.candidates)} candidates one by one, {listed(names) or 'none'} "
        f"{'has' if len(names) < 2 else 'have'} P{SPACE}<{SPACE}{spec.p_below:g}."
    )


_SHRINKAGE = {
    "horseshoe": "a regularised horseshoe prior [@horseshoe]",
    "r2d2": "an R2D2 prior [@rtwodtwo]",
}


def screening_methods(results: Results, answer: Screening) -> str:
    """How candidates were screened."""
    spec = results.analysis.clinical["screening"]
    names = listed([lowered(variable_label(results.cohort, name)) for name in spec.candidates])
    whom = "In the matched patients, candidates" if answer.sample == MATCHED else "Candidates"
    text = (
        f"{whom} ({names}) were fitted one by one by Cox regression and with the primary model’s "
        f"hazard, and those with a likelihood-ratio P value below {spec.p_below:g} together"
    )
    penalised = bool(answer.penalised) or bool(answer.candidates["penalised"].any())
    text += (
        ", Cox models with Firth’s penalty where events were few [@firth]." if penalised else "."
    )
    if spec.shrinkage in _SHRINKAGE and "shrunken" in answer.fits:
        text += f" All were also fitted at once under {_SHRINKAGE[spec.shrinkage]}."
    return text


def printed_of_candidate(results: Results, answer: Screening, one: Published) -> Counterpart | None:
    """What a screening gives for a candidate, in the patients it is about.

    Hazard ratio or its Wald P value, one by one or with those kept; medians and rates by level.
    """
    if not one.covariate or one.within != _PATIENTS[answer.sample]:
        return None
    if one.quantity in ("median", "survival"):
        return _of_level(answer, one)
    if one.quantity not in ("hazard_ratio", "p_value"):
        return None
    table = answer.estimates[
        answer.estimates["candidate"].isin((one.covariate, quoted(one.covariate)))
    ]
    if one.level:
        term = table["term"].astype(str)
        table = table[term == f"{one.covariate}[{one.level}]"]
    model = one.model or "multivariable"
    ours = one_answer(table, analysis=model)
    if ours is None:
        return None
    if one.quantity == "p_value":
        return Counterpart(Number(float(ours["p"])))
    bayes = one_answer(table, analysis=f"bayes_{model}")
    return Counterpart(Number.of(ours, "hr"), Number.of(bayes, "hr"))


def _of_level(answer: Screening, one: Published) -> Counterpart:
    named = answer.survival["candidate"].isin((one.covariate, quoted(one.covariate)))
    wanted: dict[str, object] = {"level": one.level, "quantity": one.quantity}
    wanted |= {} if one.time is None else {"time": one.time}
    ours, bayes = (
        one_answer(answer.survival[named], source=source, **wanted)
        for source in (KAPLAN_MEIER, POSTERIOR)
    )
    return Counterpart(curve_number(ours, one), Number.of(bayes))


def _answer(given: Given) -> Screening:
    analysis, asked = given.analysis, given.analysis.clinical[_NAME]
    cohort = cohort_of(asked.sample, given.cohort, given_samples(given))
    if cohort is None:
        return no_screening(given.cohort, asked)
    return screen_covariates(
        cohort,
        analysis.primary,
        asked,
        analysis.sampling,
        times=analysis.estimands.survival_at,
        transform=analysis.baselines.confidence_transform,
        interval=analysis.estimands.interval,
        progress=given.progress,
    )


def _tables(answer: Screening) -> dict[str, pd.DataFrame]:
    tables = {
        "screening": answer.candidates,
        "screening_survival": answer.survival,
        "screening_estimates": answer.estimates,
        "screening_relevance": answer.relevance,
    }
    return {name: frame for name, frame in tables.items() if len(frame)}


def _title(answer: Screening) -> str:
    matched = " in the matched patients" if answer.sample == MATCHED else ""
    return f"Screening of covariates{matched}"


def _section(results: Results, answer: Screening) -> Section:
    if answer.candidates.empty:
        return Section(_title(answer), _NAME, tuple(Note("warning", n) for n in answer.notes))
    spec = results.analysis.clinical[_NAME]
    kept = answer.candidates.loc[answer.candidates["kept"], "candidate"]
    names = listed([candidate_label(results.cohort, name) for name in kept])
    always = [candidate_label(results.cohort, name) for name in spec.keep]
    text = (
        f"Each candidate has a Cox model of its own; the rule keeps those whose likelihood-ratio "
        f"P is below {spec.p_below:g}: {names or 'none'}."
    )
    if always:
        verb = "is" if len(always) == 1 else "are"
        text += f" {listed(always)} {verb} in every model with others."
    if answer.penalised:
        why = f"{_FIRTH_SOURCE}): {answer.penalised}"
        text += f" The multivariable Cox model is Firth’s penalised one ({why}."
    about = [Note("info", answer.sample_note)] if answer.sample_note else []
    blocks: list[Block] = [
        *about,
        Paragraph(text),
        Note("warning", _CAVEAT),
        verdicts_table(results, answer),
    ]
    if len(answer.survival):
        blocks.append(survival_table(results, answer))
    if len(answer.estimates):
        blocks += [_forest(results, answer), estimates_table(results, answer)]
    if len(answer.relevance):
        words = _shrunken_words(spec.shrinkage)
        blocks += [Paragraph(words), _relevance_figure(results, answer)]
        blocks.append(relevance_table(results, answer))
    blocks += remark_blocks(answer.notes)
    blocks += convergence_notes(answer.failures)
    return Section(_title(answer), _NAME, tuple(blocks))


_SOURCES_OF_PRIORS = {
    "horseshoe": "https://doi.org/10.1214/17-EJS1337SI",
    "r2d2": "https://doi.org/10.1080/01621459.2020.1825449",
}
_FIRTH_SOURCE = "https://doi.org/10.1111/j.0006-341X.2001.00114.x"
_CAVEAT = (
    "Screening and estimating on the same patients makes the estimates that pass too extreme and "
    "their intervals too narrow, and drops confounders that only matter together. It is shown "
    "because papers do it; the model of all candidates at once needs no selection."
)


def _shrunken_words(kind: str) -> str:
    title, source = SHRINKAGE_KINDS[kind].title, _SOURCES_OF_PRIORS[kind]
    return (
        "All candidates in one model under a prior that shrinks them together "
        f"({title}, {source}): what the data don’t support is drawn to no effect, what they do "
        "support is left alone. A candidate matters when its part of the log hazard varies over "
        "patients by more than log 1.1 (for one number: a hazard ratio beyond 1.1 per standard "
        "deviation). The share "
        "is how much of the variation of the predicted log hazard is lost when the other "
        "covariates have to stand in for it."
    )


@guarded_block
def _forest(results: Results, answer: Screening) -> FigureBlock:
    table = scaled_estimates(results.cohort, answer.estimates)
    table = table.assign(source=table["analysis"].map(SOURCES))
    figure = draw_hazard_ratios(
        table, interval=results.analysis.estimands.interval, simulated=results.simulated
    )
    shrunken = table[table["analysis"] == "bayes_shrunken"]
    parts = [f"{row['label']} {row['hr']:.2f}" for _, row in shrunken.iterrows()]
    alt = "Forest of hazard ratios by model." + (
        f" All at once: {', '.join(parts)}." if parts else ""
    )
    caption = (
        "Hazard ratios of the candidates: one by one, those kept together, and all at once; "
        "ratios of numbers are per standard deviation unless a step is named"
    )
    return picture(results, figure, "screening", alt, caption, "screening_estimates.csv")


@guarded_block
def _relevance_figure(results: Results, answer: Screening) -> FigureBlock:
    labels = {name: candidate_label(results.cohort, name) for name in answer.relevance["candidate"]}
    kept = set(answer.candidates.loc[answer.candidates["kept"], "candidate"])
    figure = draw_relevance(answer.relevance, labels=labels, kept=kept, simulated=results.simulated)
    table = answer.relevance.sort_values("p_relevant", ascending=False)
    parts = [f"{labels[row['candidate']]} {percent(row['p_relevant'])}" for _, row in
             table.iterrows()]  # fmt: skip
    alt = f"Probability that each candidate matters: {', '.join(parts)}."
    caption = (
        "How much each candidate matters when all are in one model; dotted: as likely as not to "
        "matter"
    )
    return picture(results, figure, "screening_relevance", alt, caption, "screening_relevance.csv")


PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    failures=lambda answer: answer.failures,
    printed=printed_of_candidate,
    methods=screening_methods,
    missing=lambda answer: lost_parts(answer.notes),
    lead=screening_lead,
    views=(
        View(
            "screening",
            "term=candidate p n events note",
            {"quantity": "likelihood_ratio", "method": "cox"},
        ),
        View(
            "screening_survival",
            "term=candidate level quantity time method=source value lower upper n events note",
        ),
        View(
            "screening_estimates",
            "term model=analysis method=analysis value=hr lower upper p n events note",
            {"quantity": "hazard_ratio"},
            ("p_below_1", "< 1"),
        ),
    ),
)
