"""What clinical analyses did, in the style of a journal, with references."""

import numpy as np

from posthaz.adjust import Matched, Weighted
from posthaz.clinical import AdjustedAnswers
from posthaz.clinical.screening import Screening
from posthaz.clinical.subgroup_effects import SubgroupEffects
from posthaz.report.clinical.adjust_words import how_matched
from posthaz.report.results import Results
from posthaz.report.sections.naming import lowered, variable_label
from posthaz.report.sections.wording import listed
from posthaz.spec.clinical.sample import MATCHED

_SCORES = {
    "logistic": "logistic regression",
    "firth": "logistic regression with Firth’s penalty",
    "bayesian": "Bayesian logistic regression",
}
_SHRINKAGE = {
    "horseshoe": "a regularised horseshoe prior [@horseshoe]",
    "r2d2": "an R2D2 prior [@rtwodtwo]",
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


def competing_methods(results: Results, answer: object) -> str:
    """How competing causes were analysed."""
    return (
        "Cumulative incidences were estimated by Aalen–Johansen [@competing] and compared by "
        "Gray’s test [@gray] and Fine–Gray regression [@finegray]; the posterior ones follow from "
        "a model of each cause’s hazard. Cause-specific hazard ratios count deaths from other "
        "causes as censored."
    )


def subset_methods(results: Results, answer: object) -> str:
    """Which subsets were analysed."""
    labels = [lowered(one.shown) for one in results.analysis.clinical["subsets"].subsets]
    return (
        f"The primary model, Kaplan–Meier and Cox were repeated in {listed(labels)}, as named in "
        "the analysis file."
    )


def subgroup_methods(results: Results, answer: SubgroupEffects) -> str:
    """How effects in subgroups were estimated."""
    spec = results.analysis.clinical["subgroups"]
    names = listed([lowered(variable_label(results.cohort, name)) for name in spec.columns])
    return (
        f"Effects in subgroups by {names} were estimated in each alone, by interaction models, "
        "and partially pooled under normal deviations with a standard deviation of each column’s "
        "own [@subgroups]; interactions were tested without adjustment for their number."
    )


def interaction_methods(results: Results, answer: object) -> str:
    """Which interactions were modelled."""
    asked = results.analysis.clinical["interactions"]
    pairs = dict.fromkeys(
        " by ".join(lowered(variable_label(results.cohort, name)) for name in (one.effect, one.by))
        for one in asked
    )
    text = (
        f"The interaction of {listed(list(pairs))} was modelled in all patients, and effects within"
    )
    text += " levels were read from it"
    if any(one.continuous for one in asked):
        text += "; numbers were also taken without cut-offs"
    return f"{text}."


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
