"""What stands beside a number printed for a matched or weighted sample."""

import pandas as pd

from posthaz.analyses.adjust.answer import AdjustedAnswers
from posthaz.analyses.adjust.effects import COX_ADJUSTED, OF_COVARIATE
from posthaz.analyses.adjust.plan import ADJUSTED
from posthaz.analyses.adjust.plan import POSTERIOR as IN_SAMPLE
from posthaz.report.counterpart import (
    TESTS,
    Counterpart,
    Number,
    covariate_logrank,
    curve_number,
    curve_of_all,
    number_of_test,
    only,
)
from posthaz.report.results import Results
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
        return number_of_test(only(own, analysis="log-rank"), one, "value")
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
    ours = only(own[own["analysis"].isin(frequentist)], **wanted)
    bayes = only(own[own["analysis"] == posterior], **wanted)
    return Counterpart(curve_number(ours, one), Number.of(bayes))


def _of_covariate(own: pd.DataFrame, one: Published) -> Counterpart | None:
    """Hazard ratio of what the adjusted models hold besides the treatment."""
    if one.quantity != "hazard_ratio" or one.model == "univariable":
        return None
    term = f"{one.covariate}[{one.level}]" if one.level else one.covariate
    ours, bayes = (
        only(own, quantity=OF_COVARIATE, term=term, analysis=analysis)
        for analysis in (COX_ADJUSTED, ADJUSTED)
    )
    return None if ours is None else Counterpart(Number.of(ours), Number.of(bayes))
