"""Sentences of the methods on models and priors."""

from pathlib import PurePath

from posthaz.inference import Fit
from posthaz.report.results import Results
from posthaz.report.sections.naming import contrasts, model_labels
from posthaz.report.sections.prior_words import prior_words
from posthaz.report.sections.rows import treatment_term
from posthaz.report.sections.wording import general, listed


def model_sentences(results: Results) -> str:
    """Every model: hazard, formula, form and frailties."""
    fits = list(results.posterior.fits.values())
    unit = results.cohort.unit
    primary, *others = fits
    text = f"The primary model was a Bayesian {_regression(primary)}: {_hazard(primary, unit)}."
    labels = model_labels(results)
    if others:
        named = [f"“{labels[fit.spec.name]}” ({_short(fit, unit)})" for fit in others]
        text += f" Beside it we fitted {listed(named)}."
    if any(fit.design.columns for fit in fits):
        text += " Covariate columns were centred and scaled for sampling and are reported on "
        text += "their own scale."
    return text


def _regression(fit: Fit) -> str:
    form = fit.spec.form.replace("_", " ")
    if not fit.design.columns and not fit.design.groups:
        return f"{fit.spec.baseline.title} survival model without covariates"
    return f"{fit.spec.baseline.title} {form} regression with linear predictor `{fit.spec.formula}`"


def _hazard(fit: Fit, unit: str) -> str:
    text = fit.spec.baseline.words(unit)
    if fit.design.columns:
        text += ", " + fit.spec.effect.words
    for effect in fit.spec.changing:
        cuts = listed([general(cut) for cut in effect.cuts])
        tie = (
            f"departures from the average by a random walk of order {effect.order}"
            if effect.smoothing == "random_walk"
            else "independent of each other"
        )
        text += (
            f", the log hazard ratio of `{effect.term}` constant within intervals cut at {cuts} "
            f"{unit}, {tie}"
        )
    if fit.spec.crossing is not None:
        text += (
            f", the hazard ratio of `{fit.spec.crossing.term}` going from a short-term to a "
            "long-term value as those compared with have the event [@yang]"
        )
    text += _parts(fit)
    return text + _between(fit)


def _between(fit: Fit) -> str:
    """Frailties and effects that differ between clusters, in words."""
    text = ""
    own = [group for group in fit.design.groups if group.intercept]
    if own:
        groups = listed([f"`{group.name}`" for group in own])
        text += (
            f", with gamma frailties of mean 1 on the hazard for {groups}"
            if fit.spec.frailty.is_gamma
            else f", with normal frailties on the log {fit.spec.effect.acts_on} for {groups}"
        )
    for group in fit.design.groups:
        if group.slopes is None:
            continue
        columns = listed([f"`{column}`" for column in group.slopes.columns])
        tie = " correlated as an LKJ prior has it" if group.blocks else " independent"
        text += (
            f", the effect of {columns} normal between clusters of `{group.name}`, what differs "
            f"between them{tie}"
        )
    return text


def _parts(fit: Fit) -> str:
    """Strata, cured share and background of a model in words."""
    spec, text = fit.spec, ""
    if spec.strata:
        text += f", with parameters of its own in each stratum of `{spec.strata}`"
    if spec.cure is not None:
        how = {
            "mixture": "a share of patients cured, the log odds of which are linear in",
            "promotion_time": "a cured share exp(−θ) (promotion time), log θ linear in",
        }[spec.cure.kind]
        text += f", in those not cured: {how} `{spec.cure.formula}`"
    if spec.background is not None:
        background = spec.background
        source = (
            f"expected by the life table {PurePath(background.table).name} by "
            f"{listed([f'`{name}`' for name in background.columns])}"
            if background.table
            else f"`{background.rate}`"
        )
        text += f", in excess of the hazard {source}"
    return text


def _short(fit: Fit, unit: str) -> str:
    predictor = f"`{fit.spec.formula}`"
    return f"{fit.spec.baseline.words(unit)}; {predictor}"


def prior_sentences(results: Results) -> str:
    """The treatment's prior, and where the other priors are."""
    fit = results.posterior.primary
    texts = []
    for arm, (name, against) in contrasts(results, fit).items():
        term = treatment_term(fit, arm)
        if not term:
            continue
        prior = fit.priors.coefficients[fit.design.columns.index(term)]
        reason = f" ({prior.origin})" if prior.origin else ""
        mention = " [@sceptical]" if "sceptical" in prior.origin else ""
        mention = " [@sceptical]" if "enthusiastic" in prior.origin else mention
        texts.append(
            f"The log {fit.spec.effect.ratio} of {name} v {against} had the prior "
            f"{prior_words(prior)}{reason}{mention}."
        )
    primary = results.analysis.primary
    named = {*primary.priors, *(primary.cure.priors if primary.cure else ())}
    rest = "All other priors are listed under “Models and priors”."
    if not named:
        rest = "All priors are the documented defaults, listed under “Models and priors”."
    return " ".join([*texts, rest])
