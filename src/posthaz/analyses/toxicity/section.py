"""Toxicity in the report."""

import pandas as pd

from posthaz.analyses.toxicity.answer import ToxicityAnswer, compare_toxicity, grade_words
from posthaz.analyses.toxicity.benefit_risk import BenefitRisk, quadrants
from posthaz.analyses.toxicity.tables import (
    SOURCES,
    counts_table,
    odds_table,
    risks_table,
    threshold_label,
)
from posthaz.analyses.toxicity.words import (
    extra_toxicity,
    printed_of_toxicity,
    toxicity_lead,
    toxicity_methods,
)
from posthaz.answers import View, median_and_limits
from posthaz.figures import draw_benefit_risk, draw_grades, draw_risk_differences
from posthaz.files import file_names
from posthaz.report.blocks import Block, Bullets, FigureBlock, Note, Paragraph, Section
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.horizon import restriction
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, reference_arm
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    at_time,
    change,
    interval_name,
    listed,
    percent,
    points,
    share,
)

_NAME = "toxicity"
_DISAGREES = 0.1  # such probabilities err towards agreement, since the counts made the model


def _answer(given: Given) -> ToxicityAnswer:
    analysis = given.analysis
    return compare_toxicity(
        given.cohort,
        analysis.clinical[_NAME],
        fit=next(iter(given.fits.values())),
        horizon=restriction(analysis, given.cohort),
        sampling=analysis.sampling,
        interval=analysis.estimands.interval,
        progress=lambda done, total: given.progress("toxicity by grade", done, total),
    )


def _tables(answer: ToxicityAnswer) -> dict[str, pd.DataFrame]:
    tables = {
        "toxicity_grades": answer.grades,
        "toxicity_tests": answer.tests,
        "toxicity_risks": answer.risks,
    }
    if answer.odds is not None:
        tables["toxicity_odds_ratios"] = answer.odds
    if answer.benefit:
        frames = [
            quadrants(pair).assign(arm=pair.arm, reference=pair.reference)
            for pair in answer.benefit
        ]
        tables["benefit_risk"] = pd.concat(frames, ignore_index=True)
    return tables


def _failures(answer: ToxicityAnswer) -> tuple[str, ...]:
    if answer.model is None:
        return ()
    checked = answer.model.convergence
    return tuple(f"{checked.model}: {text}" for text in checked.failures)


def _section(results: Results, answer: ToxicityAnswer) -> Section:
    spec = results.analysis.clinical[_NAME]
    text = (
        "Each patient counts once for each toxicity, by the worst grade. "
        "A grade that wasn’t assessed is in no count."
    )
    blocks: list[Block] = [Paragraph(text)]
    if spec.counts:
        where = f" ({spec.where})" if spec.where else ""
        names = listed([one.label for one in answer.counts if one.name in spec.counts])
        blocks.append(Note("info", f"{names}: printed counts{where}, not patients of this cohort."))
    blocks += [_grades_figure(results, answer), counts_table(results, answer)]
    if results.cohort.arms:
        blocks += [Paragraph(_methods(results, answer)), risks_table(results, answer)]
        if answer.risks["difference"].notna().any():
            blocks.append(_forest(results, answer))
    if answer.odds is not None:
        blocks += [Paragraph(_pooled_words(answer)), odds_table(results, answer)]
    files = file_names(results.cohort.arms)
    for pair in answer.benefit:
        words = _benefit_words(results, pair, answer.risks)
        blocks += [Paragraph(words), _benefit_figure(results, pair, files)]
    if answer.remarks:
        text = (
            "What the counts don’t tell. Where an arm has not a single case, read Fisher’s test; "
            "the risk there leans on its prior."
        )
        blocks += [Paragraph(text), Bullets(answer.remarks)]
    return Section("Toxicity", _NAME, tuple(blocks))


def _methods(results: Results, answer: ToxicityAnswer) -> str:
    spec = results.analysis.clinical[_NAME]
    first, second = spec.prior
    prior = (
        "Jeffreys’ prior" if spec.prior == (0.5, 0.5) else f"a beta({first:g}, {second:g}) prior"
    )
    text = (
        f"Risks “{SOURCES['separate'].lower()}” are beta-binomial with {prior} in each arm, from "
        "exact draws. The number needed to harm (NNH) is one over the difference in risk; where "
        "the interval of the difference spans 0, it runs from a harm through infinity to a "
        "benefit, so that only its two ends are given, beside the probability of more toxicity."
    )
    if answer.model is not None:
        text += (
            f" Risks “{SOURCES['pooled'].lower()}” are of one cumulative-logit model of the worst "
            "grades of all toxicities, in which the treatment multiplies the odds of every grade "
            "or worse of a toxicity by one ratio, and the log odds ratios of the toxicities are "
            "drawn together towards their mean as far as they agree."
        )
    return text


def _pooled_words(answer: ToxicityAnswer) -> str:
    assert answer.odds is not None
    bad = answer.odds[answer.odds["predictive_p"] < _DISAGREES]["label"].unique()
    start = (
        "The pooled model holds as far as one odds ratio fits every grade. The predictive "
        "probability is that of counts as far from the model as those seen; "
    )
    if not len(bad):
        return f"{start}none is below {_DISAGREES:g}."
    return (
        f"{start}it is below {_DISAGREES:g} for **{listed(list(bad))}**, whose odds ratios differ "
        "between grades: **read the risks on their own there**, not the pooled ones."
    )


@guarded_block
def _grades_figure(results: Results, answer: ToxicityAnswer) -> FigureBlock:
    labels, table = arm_labels(results), answer.grades
    figure = draw_grades(table, labels=labels, simulated=results.simulated)
    known = table[table["grade"].isin(["0"])]
    parts = [
        f"{row['label']}, {labels.get(row['arm'], row['arm'])}: any grade {share(1 - row['share'])}"
        for _, row in known.iterrows()
    ]
    alt = f"Stacked bars of worst grades by arm. {'; '.join(parts)}."
    caption = "Worst grade by arm; a grade with a plus holds all worse ones too"
    return picture(results, figure, "toxicity_grades", alt, caption, "toxicity_grades.csv")


@guarded_block
def _forest(results: Results, answer: ToxicityAnswer) -> FigureBlock:
    labels, risks = arm_labels(results), answer.risks
    several = len(labels) > 2
    table = pd.DataFrame(
        {
            "label": [threshold_label(row, labels, several) for _, row in risks.iterrows()],
            "source": [SOURCES[name] for name in risks["source"]],
            "difference": risks["difference"],
            "lower": risks["difference_lower"],
            "upper": risks["difference_upper"],
        }
    ).dropna(subset="difference")
    reference, *arms = labels.values()
    figure = draw_risk_differences(
        table,
        favours=(arms[0] if len(arms) == 1 else "the arm", reference),
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    parts = [
        f"{row['label']}, {row['source'].lower()}: {points(row['difference'])} "
        f"({points(row['lower'])} to {points(row['upper'])})"
        for _, row in table.iterrows()
    ]
    alt = f"Forest of differences in risk, in percentage points. {'; '.join(parts)}."
    caption = "Difference in the risk of a grade or worse, on its own and pooled"
    return picture(results, figure, "toxicity_risks", alt, caption, "toxicity_risks.csv")


def _benefit_words(results: Results, pair: BenefitRisk, risks: pd.DataFrame) -> str:
    labels, table = arm_labels(results), quadrants(pair)
    interval = results.analysis.estimands.interval
    gain = [change(float(q), pair.unit) for q in median_and_limits(pair.gain, interval)]
    extra = [points(value) for value in extra_toxicity(pair, risks, interval)]
    level = interval_name(interval)
    longer = table[table["gain"] == "longer"]
    good = longer[longer["toxicity"] != "more"]["probability"].sum()
    what = f"{pair.label.lower()} of {grade_words(pair.grade)}"
    return (
        f"**Benefit against risk**, {labels[pair.arm]} v {labels[pair.reference]}: a gain of "
        f"{gain[0]} {pair.unit} ({level} CrI {gain[1]} to {gain[2]}) in restricted mean "
        f"{results.analysis.endpoint} to {at_time(round(pair.horizon, 1), pair.unit)}, against "
        f"{extra[0]} "
        f"({extra[1]} to {extra[2]}) percentage points of extra {what}. The probability of a "
        f"gain is {percent(float((pair.gain > 0).mean()))}; that of a gain with at most "
        f"{100 * pair.acceptable:g} points of extra toxicity is {percent(float(good))}. The two "
        "posteriors are of separate models and are taken as independent: whether the patients "
        "with the toxicity are those who gain is not known from them."
    )


@guarded_block
def _benefit_figure(results: Results, pair: BenefitRisk, files: dict[str, str]) -> FigureBlock:
    labels, table = arm_labels(results), quadrants(pair)
    endpoint = results.analysis.endpoint
    figure = draw_benefit_risk(
        pair.gain,
        pair.extra,
        table,
        gain_label=f"Gain in restricted mean {endpoint}\nto "
        f"{at_time(round(pair.horizon, 1), pair.unit)} ({pair.unit})",
        extra_label=f"Extra {pair.label.lower()}, {grade_words(pair.grade)} (percentage points)",
        acceptable=pair.acceptable,
        simulated=results.simulated,
    )
    words = {"less": "no extra", "acceptable": "acceptable extra", "more": "more"}
    parts = [
        f"{row['gain']} with {words[row['toxicity']]} toxicity {percent(row['probability'])}"
        for _, row in table.iterrows()
    ]
    several = len(labels) > 2
    suffix = f", {labels[pair.arm]} v {labels[reference_arm(results)]}" if several else ""
    caption = (
        f"Posterior draws of the gain and of extra toxicity{suffix}, with regions that hold 50, 80 "
        "and 95 % of them, and the probability of each region between the lines; dashed: the "
        f"largest extra toxicity called acceptable, {100 * pair.acceptable:g} points"
    )
    name = f"benefit_risk_{files[pair.arm]}" if several else "benefit_risk"
    return picture(results, figure, name, "; ".join(parts).capitalize() + ".", caption,
                   "benefit_risk.csv")  # fmt: skip


_PAIR = "term=toxicity grade arm reference model=source n=patients events note=remark"

PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    _failures,
    printed_of_toxicity,
    methods=toxicity_methods,
    lead=toxicity_lead,
    views=(
        View(
            "toxicity_grades",
            "term=toxicity arm grade n=patients value=share",
            {"quantity": "share", "method": "counts"},
        ),
        View(
            "toxicity_tests",
            "term=toxicity grade model=test statistic df p note=remark",
            {"quantity": "test", "method": "counts"},
        ),
        View(
            "toxicity_risks",
            f"{_PAIR} value=difference lower=difference_lower upper=difference_upper",
            {"quantity": "risk_difference", "method": "posterior"},
            ("probability_more", "> 0"),
        ),
        View(
            "toxicity_risks",
            f"{_PAIR} value=ratio lower=ratio_lower upper=ratio_upper",
            {"quantity": "risk_ratio", "method": "posterior"},
        ),
        View(
            "toxicity_odds_ratios",
            "term=toxicity arm value=odds_ratio lower upper",
            {"quantity": "odds_ratio", "method": "posterior"},
            ("probability_more", "> 1"),
        ),
        View(
            "benefit_risk",
            "arm reference level=gain+toxicity",
            {"quantity": "benefit_and_risk", "method": "posterior"},
            ("probability", "both"),
        ),
    ),
)
