"""Section on adjustment by the propensity score: overlap, balance, who was left out, effects."""

import numpy as np
import pandas as pd

from posthaz.analyses.adjust.answer import AdjustedAnswers, adjusted_answers
from posthaz.analyses.adjust.effect_tables import (
    covariate_block,
    gain_block,
    rate_block,
    ratio_block,
)
from posthaz.analyses.adjust.effects import COX_ADJUSTED, OF_COVARIATE
from posthaz.analyses.adjust.matched_sample import given_samples
from posthaz.analyses.adjust.plan import ADJUSTED
from posthaz.analyses.adjust.plan import POSTERIOR as IN_SAMPLE
from posthaz.analyses.adjust.spec import AdjustSpec
from posthaz.analyses.adjust.tables import (
    balance_block,
    balance_rows,
    overlap_block,
    patient_table,
    sample_labels,
    size_table,
    table_one_blocks,
)
from posthaz.analyses.adjust.words import (
    IMBALANCE,
    adjusted_sentence,
    adjustment_methods,
    balance_sentence,
    left_out_sentence,
    unlike_sentence,
)
from posthaz.answers import View, one_answer
from posthaz.figures import draw_before_after, draw_love, draw_overlap, panel_ticks
from posthaz.report.blocks import Block, FigureBlock, Note, Paragraph, Section
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.counterpart import (
    TESTS,
    Counterpart,
    Number,
    covariate_logrank,
    curve_number,
    curve_of_all,
    number_of_test,
)
from posthaz.report.missing import guarded_block, lost_parts
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import listed, ratio, with_interval
from posthaz.spec import Published


def printed_in_sample(
    results: Results, answers: AdjustedAnswers, one: Published
) -> Counterpart | None:
    """Medians, rates, ratios and tests in a matched or weighted sample."""
    sample = one.within.sample
    if not sample or answers.effects.empty:
        return None
    own = answers.effects[answers.effects["sample"] == sample]
    if one.covariate and one.quantity == "logrank":
        made = answers.samples.get(sample)
        chisq = covariate_logrank(made.cohort, one.covariate) if made else float("nan")
        return Counterpart(Number(chisq))
    if one.covariate:
        return _of_covariate(own, one)
    if one.quantity in TESTS:
        return number_of_test(one_answer(own, analysis="log-rank"), one, "value")
    if one.quantity in ("median", "survival") and not one.arm:
        made = answers.samples.get(sample)
        everybody = curve_of_all(results.analysis, made.cohort, one) if made else Number()
        return Counterpart(everybody)
    wanted: dict[str, object] = {"quantity": one.quantity}
    wanted |= {"arm": one.arm} if one.arm else {}
    wanted |= {} if one.time is None else {"time": one.time}
    together = one.model == "multivariable"
    frequentist = (COX_ADJUSTED,) if together else ("Kaplan-Meier", "Cox", "Cox, robust")
    posterior = ADJUSTED if together else IN_SAMPLE
    ours = one_answer(own, analysis=frequentist, **wanted)
    bayes = one_answer(own, analysis=posterior, **wanted)
    return Counterpart(curve_number(ours, one), Number.of(bayes))


def _of_covariate(own: pd.DataFrame, one: Published) -> Counterpart | None:
    """Hazard ratio of what the adjusted models hold besides the treatment."""
    if one.quantity != "hazard_ratio" or one.model == "univariable":
        return None
    term = f"{one.covariate}[{one.level}]" if one.level else one.covariate
    ours, bayes = (
        one_answer(own, quantity=OF_COVARIATE, term=term, analysis=analysis)
        for analysis in (COX_ADJUSTED, ADJUSTED)
    )
    return None if ours is None else Counterpart(Number.of(ours), Number.of(bayes))


_ESTIMATES = {
    "logistic": "maximum likelihood",
    "firth": "Firth’s penalised likelihood, finite also where covariates tell the arms apart",
    "bayesian": "the mode under weakly informative normal priors",
}


def _answer(given: Given) -> AdjustedAnswers:
    analysis, cohort = given.analysis, given.cohort
    spec: AdjustSpec = analysis.clinical["adjust"]
    described = analysis.table_one or tuple(dict.fromkeys(spec.needed))
    asked = analysis.estimands
    arms = [float(cohort.exit[cohort.arm == arm].max()) for arm in np.unique(cohort.arm)]
    return adjusted_answers(
        next(iter(given.fits.values())),
        cohort,
        spec,
        times=asked.survival_at,
        horizon=asked.rmst_to or max(asked.survival_at, default=min(arms)),
        interval=asked.interval,
        described=[name for name in described if name in cohort.covariates],
        sampling=analysis.sampling,
        progress=given.progress,
        made=given_samples(given),
        ticks=panel_ticks(float(cohort.exit.max()), cohort.unit, cohort.origin).tolist(),
    )


def _tables(answers: AdjustedAnswers) -> dict[str, pd.DataFrame]:
    tables = {
        "adjust_effects": answers.effects,
        "adjust_balance": answers.balance,
        "adjust_sizes": answers.sizes,
        "adjust_overlap": answers.overlap,
        "adjust_table_one": answers.table_one,
        "adjust_kaplan_meier": answers.curves,
        "adjust_patients": patient_table(answers),
        "adjust_score": pd.DataFrame() if answers.score is None else answers.score.table,
    }
    return {name: frame for name, frame in tables.items() if len(frame.columns)}


def _section(results: Results, answers: AdjustedAnswers) -> Section:
    remarks = tuple(Note("warning", remark) for remark in answers.remarks)
    parts = []
    if answers.score is not None:
        parts += [_score_section(results, answers), _balance_section(results, answers)]
    if len(answers.effects):
        parts.append(_effect_section(results, answers))
    return Section("Adjustment by the propensity score", "adjust", remarks, tuple(parts))


def _score_section(results: Results, answers: AdjustedAnswers) -> Section:
    score = answers.score
    assert score is not None
    labels = list(arm_labels(results).values())
    text = (
        f"The propensity score is the probability of “{labels[1]}” given `{score.formula}`, by "
        f"logistic regression ({_ESTIMATES[score.estimate]}). Adjustment rests on it that these "
        "covariates are all that decided on treatment and prognosis together; what was not "
        "measured is not adjusted for. Where only one arm has patients, nothing can be compared."
    )
    blocks = (Paragraph(text), overlap_block(results, answers), _overlap_figure(results, answers))
    return Section("Score and overlap", "adjust-score", blocks)


@guarded_block
def _overlap_figure(results: Results, answers: AdjustedAnswers) -> FigureBlock:
    score, labels = answers.score, arm_labels(results)
    assert score is not None
    scores = pd.DataFrame({"arm": score.cohort.arm, "score": score.probability})
    first = next(iter(answers.samples), "")
    if first:
        scores["used"] = answers.samples[first].weight > 0
    figure = draw_overlap(scores, labels=labels, simulated=results.simulated)
    ranges = [
        f"{labels[str(row['arm'])]} {row['minimum']:.2f} to {row['maximum']:.2f}"
        for row in answers.overlap.to_dict("records")
    ]
    alt = f"Histograms of the propensity score by arm, mirrored: {listed(ranges)}."
    pale = "; pale: without a match" if first == "matched" else ""
    caption = f"Propensity score by arm{pale}"
    return picture(results, figure, "adjust_overlap", alt, caption, "adjust_patients.csv")


def _balance_section(results: Results, answers: AdjustedAnswers) -> Section:
    blocks: list[Block] = [Paragraph(left_out_sentence(results, answers))]
    blocks += [size_table(results, answers), Paragraph(balance_sentence(answers))]
    blocks += [balance_block(results, answers), _love_figure(results, answers)]
    blocks += table_one_blocks(results, answers)
    return Section("Who is compared, and how alike", "adjust-balance", tuple(blocks))


@guarded_block
def _love_figure(results: Results, answers: AdjustedAnswers) -> FigureBlock:
    rows, samples = balance_rows(results, answers), sample_labels(answers)
    figure = draw_love(rows, samples=samples, mark=IMBALANCE, simulated=results.simulated)
    largest = [
        f"{shown} {rows.loc[rows['sample'] == name, 'difference'].abs().max():.2f}"
        for name, shown in samples.items()
    ]
    alt = f"Absolute standardised differences by covariate; largest: {listed(largest)}."
    caption = "Balance of the covariates before and after adjustment; dashed: 0.1"
    return picture(results, figure, "adjust_balance", alt, caption, "adjust_balance.csv")


def _effect_section(results: Results, answers: AdjustedAnswers) -> Section:
    text = (
        "Each sample answers for its own patients, so that the effects need not agree even where "
        "every assumption holds. The posterior in a matched or weighted sample has the primary "
        "model’s baseline and priors, and the treatment alone. Robust intervals, of Cox and in the "
        "samples of Kaplan–Meier, take matched sets and weights into account; they treat score and "
        "weights as known."
    )
    blocks: list[Block] = [Paragraph(text)]
    if unlike := unlike_sentence(answers):
        blocks.append(Note("warning", unlike))
    if any(np.any(sample.cohort.weight != 1) for sample in answers.samples.values()):
        blocks.append(
            Note(
                "info",
                "A weighted likelihood is not a likelihood: each arm’s weights are scaled to add "
                "up to its effective sample size, and credible intervals from them have no "
                "guaranteed coverage. Read their width beside the robust interval of Cox.",
            )
        )
    covariates = covariate_block(results, answers)
    blocks += [
        ratio_block(results, answers),
        *((covariates,) if covariates else ()),
        gain_block(results, answers),
        rate_block(results, answers),
    ]
    blocks.append(_curves_figure(results, answers))
    drawn = answers.effects[answers.effects["analysis"] == "Cox, score drawn"]
    for row in drawn.to_dict("records"):
        blocks.append(Paragraph(f"{sample_labels(answers)[row['sample']]}: {row['note']}."))
    return Section("Effect before and after", "adjust-effect", tuple(blocks))


@guarded_block
def _curves_figure(results: Results, answers: AdjustedAnswers) -> FigureBlock:
    samples, labels = sample_labels(answers), arm_labels(results)
    shown = {
        name: label for name, label in samples.items() if name in set(answers.curves["sample"])
    }
    figure = draw_before_after(
        answers.curves,
        samples=shown,
        labels=labels,
        unit=results.cohort.unit,
        horizon=results.horizon,
        start=results.cohort.origin,
        endpoint=results.analysis.endpoint,
        simulated=results.simulated,
        at_risk=answers.at_risk,
    )
    ratios = answers.effects[
        answers.effects["analysis"].isin(["Cox", "Cox, robust"])
        & (answers.effects["quantity"] == "hazard_ratio")
    ]
    texts = [
        f"{samples.get(row['sample'], 'all patients')}: Cox hazard ratio "
        f"{with_interval(row['value'], row['lower'], row['upper'], ratio)}"
        for row in ratios.to_dict("records")
    ]
    alt = f"Kaplan–Meier curves by arm in each sample. {'; '.join(texts)}."
    caption = (
        "Kaplan–Meier before and after adjustment, with pointwise confidence bands and the number "
        "at risk (of weighted patients the sum of their weights) in the colour of the arm"
    )
    return picture(results, figure, "adjust_curves", alt, caption, "adjust_kaplan_meier.csv")


PART = ClinicalPart(
    name="adjust",
    answer=_answer,
    tables=_tables,
    section=_section,
    failures=lambda answers: answers.failures,
    printed=printed_in_sample,
    methods=adjustment_methods,
    missing=lambda answers: lost_parts(answers.remarks),
    lead=lambda results, _: adjusted_sentence(results),
    views=(
        View(
            "adjust_effects",
            "population=sample quantity time arm term n events value lower upper p note "
            "method=analysis",
            statement=("p_below_1", "< 1"),
        ),
    ),
)
