"""Sentences of the section on adjustment: who is compared, and how alike they are."""

import numpy as np
import pandas as pd

from posthaz.adjust import BEFORE, SCORE, Matched, Weighted
from posthaz.analyses.adjust.answer import AdjustedAnswers
from posthaz.analyses.adjust.tables import sample_labels
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels
from posthaz.report.sections.question import which_ratio
from posthaz.report.sections.wording import count_text, counted, interval_name, listed, ratio

IMBALANCE = 0.1
UNLIKE = 0.25
_TARGETS = {
    "ATE": "all patients",
    "ATT": "patients like those given {treated}",
    "ATC": "patients like those given {reference}",
    "ATO": "patients who could have had either arm",
    "ATM": "patients whom a 1:1 match would find",
}


def left_out_sentence(results: Results, answers: AdjustedAnswers) -> str:
    """Whom each sample is about, how it was made, and who was left out."""
    labels = arm_labels(results)
    parts = []
    for name, shown in list(sample_labels(answers).items())[1:]:
        sample = answers.samples[name]
        sizes = answers.sizes[answers.sizes["sample"] == name]
        out = [
            f"{count_text(row['left_out'])} of {labels[str(row['arm'])]}"
            for row in sizes.to_dict("records")
            if row["left_out"]
        ]
        how = f" ({how_matched(sample)})" if isinstance(sample, Matched) else ""
        gone = f"left out: {listed(out)}" if out else "nobody was left out"
        parts.append(f"**{shown}**{how} is about {target_words(results, sample.target)}; {gone}.")
    if not parts:
        return "No sample could be made in which the arms are comparable."
    return " ".join(parts)


def target_words(results: Results, target: str) -> str:
    """Patients that an effect is about: "the treated" are those not in the reference arm."""
    reference, *others = arm_labels(results).values()
    return _TARGETS[target].format(treated=listed(others), reference=reference)


def how_matched(sample: Matched) -> str:
    """How a matched sample was made."""
    caliper = "no caliper"
    if np.isfinite(sample.width):
        caliper = f"within {sample.width:.3g} on the logit of the score"
    exact = f", equal in {listed(sample.exact)}" if sample.exact else ""
    again = ", with replacement" if sample.replace else ""
    return (
        f"{sample.ratio}:1, {sample.method}, {caliper}{exact}{again}, {counted(sample.sets, 'set')}"
    )


def balance_sentence(answers: AdjustedAnswers) -> str:
    """How many covariates are out of balance before and in each sample."""
    parts = []
    for name, shown in sample_labels(answers).items():
        mine = _differences(answers, name)
        far = int((mine > IMBALANCE).sum())
        where = "of all patients" if name == BEFORE else f"of “{shown}”"
        parts.append(
            f"{far} of {counted(len(mine), 'row')} {where} (largest {ratio(float(mine.max()))})"
        )
    return (
        f"Standardised differences above {IMBALANCE:g}, the usual mark of imbalance: "
        f"{listed(parts)}."
    )


def unlike_sentence(answers: AdjustedAnswers) -> str:
    """Samples whose arms are still so unlike that their effects are not adjusted, if any."""
    found = {
        shown: float(_differences(answers, name).max())
        for name, shown in sample_labels(answers).items()
        if name != BEFORE
    }
    parts = [
        f"“{shown}” ({ratio(far)})" if np.isfinite(far) else f"“{shown}” (no overlap)"
        for shown, far in found.items()
        if far > UNLIKE
    ]
    if not parts:
        return ""
    return (
        f"The arms are still unlike, by standardised differences above {UNLIKE:g}, in "
        f"{listed(parts)}: the effect there is not an adjusted one."
    )


def _differences(answers: AdjustedAnswers, sample: str) -> pd.Series:
    """Absolute standardised differences of covariates, infinite where the arms share no value."""
    rows = answers.balance[
        (answers.balance["sample"] == sample) & (answers.balance["variable"] != SCORE)
    ]
    apart = rows["smd_pooled_sd"].isna() & (rows["mean_treated"] != rows["mean_reference"])
    apart &= rows["mean_treated"].notna() & rows["mean_reference"].notna()
    return rows["smd_pooled_sd"].abs().mask(apart, np.inf)


_SCORES = {
    "logistic": "logistic regression",
    "firth": "logistic regression with Firth’s penalty",
    "bayesian": "Bayesian logistic regression",
}


def adjustment_methods(results: Results, answers: AdjustedAnswers) -> str:
    """How the arms were made comparable."""
    if answers.score is None:
        return ""
    ways = [_way(sample) for sample in answers.samples.values()]
    made = f" The arms were then compared {listed(ways)}." if ways else ""
    return (
        f"A propensity score [@propensity] was estimated from `{answers.score.formula}` by "
        f"{_SCORES[answers.score.estimate]}.{made} Balance was judged by standardised mean "
        "differences. In each sample the effect was estimated by Cox regression and Kaplan–Meier "
        "with robust variances that take weights and score as known, and by the baseline hazard of "
        "the primary model with the treatment alone; answers were also standardised over all "
        "patients under a model with the score’s covariates."
    )


def _way(sample: Matched | Weighted) -> str:
    if isinstance(sample, Matched):
        caliper = " [@caliper]" if np.isfinite(sample.width) else ""
        return f"after matching ({how_matched(sample)}){caliper}"
    if sample.target == "ATO":
        return "under overlap weights [@overlap]"
    return f"under inverse-probability weights ({sample.target})"


_MARK = 0.1


def adjusted_sentence(results: Results) -> str:
    """Hazard ratios of matched and weighted samples, and how unlike their arms still are.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    str
        Empty where the analysis asks for no adjustment, or none could be made.
    """
    answers: AdjustedAnswers | None = results.clinical.get("adjust")
    if answers is None or answers.effects.empty:
        return ""
    ratios = answers.effects[answers.effects["quantity"] == "hazard_ratio"]
    level = interval_name(results.analysis.estimands.interval)
    labels, parts = sample_labels(answers), []
    for name in answers.samples:
        mine = ratios[ratios["sample"] == name]
        ours = _first(mine, "posterior")
        if ours is None:
            continue
        theirs = _first(mine, "Cox")
        cox = f"; Cox {_numbers(theirs)}" if theirs is not None else ""
        far = answers.balance.loc[answers.balance["sample"] == name, "smd_pooled_sd"].abs().max()
        left = f", where a standardised difference of {far:.2f} is left" if far > _MARK else ""
        whom = target_words(results, answers.samples[name].target)
        parts.append(
            f"**{ratio(ours['value'])}** ({level} credible interval {ratio(ours['lower'])} to "
            f"{ratio(ours['upper'])}{cox}) in “{labels[name]}” ({whom}){left}"
        )
    if not parts:
        return ""
    return (
        f"After adjustment by the propensity score the hazard ratio{which_ratio(results)} is "
        f"{'; and '.join(parts)}."
    )


def _first(rows: pd.DataFrame, start: str) -> pd.Series | None:
    found = rows[rows["analysis"].str.startswith(start) & np.isfinite(rows["value"].astype(float))]
    return found.iloc[0] if len(found) else None


def _numbers(row: pd.Series) -> str:
    return f"{ratio(row['value'])}, {ratio(row['lower'])} to {ratio(row['upper'])}"
