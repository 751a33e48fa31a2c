"""What the comparison of toxicities found and did, in sentences."""

import numpy as np
import pandas as pd

from posthaz.analyses.toxicity.answer import ToxicityAnswer, grade_words
from posthaz.analyses.toxicity.benefit_risk import BenefitRisk
from posthaz.answers import median_and_limits, one_answer
from posthaz.report.counterpart import (
    Counterpart,
    Number,
    number_of_test,
)
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, lowered
from posthaz.report.sections.wording import (
    at_time,
    change,
    interval_name,
    listed,
    percent,
    points,
)
from posthaz.spec import Published


def toxicity_lead(results: Results, answer: ToxicityAnswer) -> str:
    """Extra toxicity beside the time gained."""
    texts = [_benefit_risk(results, pair, answer.risks) for pair in answer.benefit]
    return " ".join(text for text in (*texts, _other_risks(results, answer)) if text)


def _benefit_risk(results: Results, pair: BenefitRisk, risks: pd.DataFrame) -> str:
    labels = arm_labels(results)
    interval = results.analysis.estimands.interval
    level = interval_name(interval)
    gain = [change(float(q), pair.unit) for q in median_and_limits(pair.gain, interval)]
    both = float(((pair.gain > 0) & (pair.extra <= pair.acceptable)).mean())
    extra = _difference(*extra_toxicity(pair, risks, interval))
    return (
        f"Against **{gain[0]} {pair.unit}** gained up to {at_time(pair.horizon, pair.unit)} "
        f"({gain[1]} to {gain[2]}) stand **{extra}** of {pair.label.lower()} of "
        f"{grade_words(pair.grade)} with {labels[pair.arm]} v {labels[pair.reference]} ({level} "
        f"credible intervals); a gain with at most {100 * pair.acceptable:g} points more of it has "
        f"a probability of **{percent(both)}**."
    )


def _other_risks(results: Results, answer: ToxicityAnswer) -> str:
    """Differences in the risk of the other toxicities, at their lowest grade asked."""
    told = {(pair.label, pair.grade) for pair in answer.benefit}
    rows = answer.risks[
        (answer.risks["source"] == "separate")
        & np.isfinite(answer.risks["difference"].astype(float))
    ]
    labels, parts = arm_labels(results), []
    for (name, arm), mine in rows.groupby(["label", "arm"], sort=False):
        row = mine.sort_values("grade").iloc[0]
        if (row["label"], row["grade"]) in told:
            continue
        with_arm = f" with {labels.get(str(arm), str(arm))}" if len(labels) > 2 else ""
        of = f"{str(name).lower()} of {grade_words(row['grade'])}{with_arm}"
        parts.append(f"{_difference(*_of_row(row))} of {of}")
    return f"Differences in risk: {listed(parts)}." if parts else ""


def extra_toxicity(pair: BenefitRisk, risks: pd.DataFrame, interval: float) -> list[float]:
    """Extra risk with its limits, as the table of risks has it, so that all places tell one."""
    mine = risks[
        (risks["label"] == pair.label)
        & (risks["grade"] == pair.grade)
        & (risks["arm"] == pair.arm)
        & (risks["source"] == "separate")
    ]
    if len(mine):
        return _of_row(mine.iloc[0])
    # of a grade without a row of its own
    return [float(q) for q in median_and_limits(pair.extra, interval)]


def _of_row(row: pd.Series) -> list[float]:
    return [float(row[f"difference{end}"]) for end in ("", "_lower", "_upper")]


def _difference(value: float, lower: float, upper: float) -> str:
    return f"{points(value)} percentage points ({points(lower)} to {points(upper)})"


def toxicity_methods(results: Results, answer: object) -> str:
    """How toxicities were compared."""
    spec = results.analysis.clinical["toxicity"]
    labels = {**spec.columns, **spec.labels}
    names = [lowered(labels.get(name) or name) for name in spec.names]
    a, b = spec.prior
    text = (
        f"Shares of patients with {listed(names)} by worst grade were "
        "compared by chi-square and Fisher’s exact tests, and as binomial probabilities with "
        f"beta({a:g}, {b:g}) priors"
    )
    if spec.pooled:
        text += ", and in a cumulative logit model across grades with toxicities partially pooled"
    return f"{text}."


def printed_of_toxicity(
    results: Results, answer: ToxicityAnswer, one: Published
) -> Counterpart | None:
    """Share of an arm's patients with a toxicity, or the chi-square test between arms."""
    wanted: dict[str, object] = {"toxicity": one.covariate, "grade": one.grade}
    if one.quantity == "p_value" and one.covariate:
        return number_of_test(
            one_answer(answer.tests, **wanted, test="chi_square"), one, "statistic"
        )
    if one.quantity != "share":
        return None
    arms = results.cohort.arms
    arm = one.arm or arms[-1]
    prefix = "reference_" if arm == arms[0] else ""
    rows = answer.risks[answer.risks["arm"] == (arms[-1] if prefix else arm)]
    row = one_answer(rows, **wanted, source="separate")
    if row is None or not row[f"{prefix}patients"] > 0:
        return None
    share = Number(float(row[f"{prefix}events"] / row[f"{prefix}patients"]))
    return Counterpart(share, Number.of(row, f"{prefix}risk", f"{prefix}risk_"))
