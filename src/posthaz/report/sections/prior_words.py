"""Priors in words: family, interval on a scale people read, and where they are from."""

from collections.abc import Iterator

import numpy as np

from posthaz.cohort import Cohort
from posthaz.hazards import Parameter
from posthaz.inference import Fit
from posthaz.priors import Prior, prior_probability_below, prior_quantile
from posthaz.report.cells import MISSING
from posthaz.report.results import Results
from posthaz.report.sections.cured import cure_priors
from posthaz.report.sections.naming import capitalised, contrasts, scale_words, term_label
from posthaz.report.sections.question import gain_noun, of_treatment
from posthaz.report.sections.rows import treatment_term
from posthaz.report.sections.wording import general, interval_name, percent, plain, ratio, signed

_RATIOS = ("HR", "TR")
_VALUE_WORDS = {"sd": "SD", "df": "degrees of freedom", "mean_log": "log mean", "sd_log": "log SD"}


def prior_rows(cohort: Cohort, fit: Fit, interval: float) -> Iterator[dict[str, str]]:
    """Every prior of a fit: parameter, prior, interval and origin, as text."""
    effect = fit.spec.effect
    for term, prior in zip(fit.design.columns, fit.priors.coefficients, strict=True):
        range_ = _range(prior, interval, effect.abbreviation, exponential=True)
        yield _row(f"Log {effect.ratio}: {term_label(cohort, term)}", prior, range_)
    parameters = {name: p for p in fit.spec.baseline.parameters() for name in _names(p)}
    for name, prior in fit.priors.baseline.items():
        positive = name.removeprefix("log_")
        is_log = bool(parameters[name].level) and not parameters[name].positive_name
        what = f"exp({name})" if is_log else positive.replace("_", " ")
        range_ = _range(prior, interval, what, is_log or name != positive)
        if range_ != MISSING:
            range_ += _unit(parameters[name], fit.unit)
        yield _row(_baseline_words(name, parameters[name]), prior, range_)
    odds = fit.spec.cure is not None and fit.spec.cure.kind == "mixture"
    link = "Log odds of being cured" if odds else "Log of −log of the cured share"
    for name, prior in cure_priors(fit):
        of = "at the reference" if name == "cure_intercept" else term_label(cohort, name[12:-1])
        shown = "odds ratio" if odds and name != "cure_intercept" else "exp"
        yield _row(f"{link}: {of}", prior, _range(prior, interval, shown, exponential=True))
    for name, prior in fit.priors.scales.items():
        words = scale_words(cohort, name)
        yield _row(f"{words} (`{name}`)", prior, _range(prior, interval, _of(name), False))


def effect_statements(results: Results, fit: Fit) -> Iterator[str]:
    """What the prior of the primary model says about each arm before the data."""
    interval = results.analysis.estimands.interval
    effect = fit.spec.effect
    for arm, (name, against) in contrasts(results, fit).items():
        term = treatment_term(fit, arm)
        if not term:
            continue
        prior = fit.priors.coefficients[fit.design.columns.index(term)]
        if prior.family == "flat":
            yield f"The prior of the effect of {name} v {against} is flat: it favours no value."
            continue
        lower, middle, upper = (np.exp(prior_quantile(prior, p)) for p in _tails(interval))
        below = prior_probability_below(prior, 0.0)
        yield (
            f"Before the data, the primary model’s prior put {interval_name(interval)} "
            f"probability on a {effect.ratio} of {name} v {against} between {ratio(lower)} and "
            f"{ratio(upper)} (median {ratio(middle)}), and "
            f"{percent(below if effect.benefit_below_1 else 1 - below)} on "
            f"{'any benefit' if of_treatment(results) else gain_noun(results)}."
        )


def believed(fit: Fit, name: str, interval: float) -> str:
    """What a fit's prior of an effect or a spread believes, such as "HR 0.33 to 3.00 with 95 %".

    Parameters
    ----------
    fit : Fit
        A fit.
    name : str
        A column of its design, or a scale of its priors.
    interval : float
        Probability of the range.

    Returns
    -------
    str
        Empty where the parameter has no such prior; the family in words where it has no range.
    """
    if name in fit.design.columns:
        prior = fit.priors.coefficients[fit.design.columns.index(name)]
        shown = _range(prior, interval, fit.spec.effect.abbreviation, exponential=True)
    elif name in fit.priors.scales:
        prior = fit.priors.scales[name]
        shown = _range(prior, interval, _of(name), exponential=False)
    else:
        return ""
    if shown == MISSING:
        return prior_words(prior)
    return f"{shown} with {interval_name(interval)} probability"


def prior_words(prior: Prior) -> str:
    """Family and values in words.

    Examples
    --------
    >>> prior_words(Prior("half_student_t", (3.0, 0.5)))
    'half-Student t, degrees of freedom 3, scale 0.5'
    """
    family = prior.family.replace("half_", "half-").replace("student_t", "Student t")
    family = family.upper() if family == "lkj" else family
    values = [
        f"{_VALUE_WORDS.get(name, name)} {signed(general(value))}"
        for name, value in zip(prior.about.values, prior.values, strict=True)
    ]
    return ", ".join([family, *values])


def _of(name: str) -> str:
    """What the interval of a spread or a correlation is of."""
    kinds = {"variance": "variance", "precision": "precision", "correlation": "correlation"}
    return next((word for kind, word in kinds.items() if kind in name.split("_")[:2]), "SD")


def _row(parameter: str, prior: Prior, range_: str) -> dict[str, str]:
    origin = prior.origin.replace(" %", "\u00a0%") or "stated in the analysis file"
    return {
        "parameter": parameter,
        "prior": prior_words(prior),
        "range": range_,
        "origin": capitalised(origin),
    }


def _names(parameter: Parameter) -> tuple[str, ...]:
    return (parameter.name, parameter.positive_name or parameter.name)


def _baseline_words(name: str, parameter: Parameter) -> str:
    said = parameter.words or name.replace("_", " ")
    if parameter.words and parameter.positive_name and name == parameter.name:
        said = f"log {said}"
    words = capitalised(said)
    if parameter.structure == "random_walk":
        words += f", mean over the {parameter.dim}s"
    elif parameter.dim:
        words += f" of each {parameter.dim}"
    return words


def _unit(parameter: Parameter, unit: str) -> str:
    """Unit of a parameter on its natural scale: a time, events per time, or none."""
    if not parameter.level:
        return ""
    return f" {unit}" if parameter.level != "rate" else f" per {unit.removesuffix('s')}"


def _tails(interval: float) -> tuple[float, float, float]:
    return (1 - interval) / 2, 0.5, (1 + interval) / 2


def _range(prior: Prior, interval: float, what: str, exponential: bool) -> str:
    if prior.family == "flat":
        return MISSING
    lower, _, upper = (prior_quantile(prior, p) for p in _tails(interval))
    if exponential:
        lower, upper = np.exp(lower), np.exp(upper)
    write = ratio if what in _RATIOS else plain
    return f"{what} {write(lower)} to {write(upper)}"
