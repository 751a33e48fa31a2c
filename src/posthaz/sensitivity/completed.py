"""Patients completed several times: imputed covariates, and times drawn for the censored."""

from dataclasses import replace

import numpy as np

from posthaz.adjust.patients import first_rows
from posthaz.analyses.registry import module_of
from posthaz.cohort import Cohort
from posthaz.errors import SpecError
from posthaz.inference import Fit, fit_many, flat_draws, hazard_of
from posthaz.inference.prepare import understood
from posthaz.sensitivity.variants import Variant
from posthaz.spec import ModelSpec, Sampling
from posthaz.spec.axes.exclusions import ImputedChange
from posthaz.spec.axes.follow_up import InformativeChange
from posthaz.spec.model_design import with_priors_of
from posthaz.spec.patients_lost import own_patients

COMPLETIONS = 10
"""How often the patients of one variant are completed."""


def fits_of_completed(variant: Variant, cohort: Cohort, sampling: Sampling) -> list[Fit]:
    """Fits of a variant to its patients as they are completed several times.

    Missing covariates are imputed before anything else is done with the patients, so that matches
    and weights are made in each completed cohort; the censored are followed on after it, each time
    by one draw of the posterior of the same model.

    Parameters
    ----------
    variant : Variant
        A variant that draws something (`Variant.draws`).
    cohort : Cohort
        The cohort, with those who lack a covariate.
    sampling : Sampling
        How each is fitted; with two chains of a quarter of the draws.

    Returns
    -------
    list of Fit
        `COMPLETIONS` fits with the same cuts and knots, those of the patients before times are
        drawn, and the same priors of coefficients.

    Raises
    ------
    PosthazError
        When the patients can't be completed, or the model can't be fitted to them.
    """
    sampling = replace(sampling, chains=2, draws=max(200, sampling.draws // 4))
    spec = variant.spec
    imputed = next((one for one in variant.patients if isinstance(one, ImputedChange)), None)
    later = next((one for one in variant.patients if isinstance(one, InformativeChange)), None)
    cohorts = [cohort]
    if imputed is not None:
        cohorts = _imputed(spec, imputed, cohort, sampling.seed)
        spec = with_priors_of(spec, cohorts[0])
    # whoever lacks a covariate is left out last, for a mark of what is missing makes him complete
    cohorts = [own_patients(spec, variant.of_patients(one)) for one in cohorts]
    spec = understood(spec, cohorts[0])[0]
    if later is not None:
        cohorts = _followed_on(spec, later.delta, cohorts, sampling)
    return _fits(spec, cohorts, sampling)


def _fits(spec: ModelSpec, cohorts: list[Cohort], sampling: Sampling) -> list[Fit]:
    """Fits of one model to each cohort, each with a seed of its own, so that they can be pooled."""
    seeds = [sampling.seed + k for k in range(len(cohorts))]
    return fit_many([(spec, one) for one in cohorts], sampling, seeds)


def _imputed(spec: ModelSpec, change: ImputedChange, cohort: Cohort, seed: int) -> list[Cohort]:
    """The cohort with its missing covariates imputed several times."""
    shifts = dict(change.deltas)
    return (
        module_of("missing", "impute")
        .impute(
            cohort,
            spec.needed,
            auxiliary=[name for name in shifts if name not in spec.needed],
            imputations=COMPLETIONS,
            deltas=shifts,
            formulas=(spec.formula,),
            seed=seed,
        )
        .cohorts
    )


def _followed_on(
    spec: ModelSpec, delta: float, cohorts: list[Cohort], sampling: Sampling
) -> list[Cohort]:
    """Cohorts whose censored patients are followed to the longest follow-up."""
    if spec.changed_terms or spec.background is not None:
        raise SpecError(
            f"model '{spec.name}': an effect changes with time or deaths are expected of anybody, "
            "and times of the censored are not drawn from it",
            fix="leave numbers out of censored in [sensitivity]",
        )
    cohorts = [first_rows(one) for one in cohorts]  # each patient's time is drawn
    fits = _fits(spec, cohorts, sampling)
    random = np.random.default_rng(sampling.seed)
    pairs = [(fit, one) for fit, one in zip(fits, cohorts, strict=True)]
    pairs = pairs * (COMPLETIONS // len(pairs))
    return [
        completed_times(fit, one, np.where(one.arm == one.arms[0], 1.0, delta), random)
        for fit, one in pairs
    ]


def completed_times(
    fit: Fit, cohort: Cohort, ratio: np.ndarray, random: np.random.Generator
) -> Cohort:
    """The cohort with the censored followed to the longest follow-up, by one draw of the fit.

    Parameters
    ----------
    ratio : ndarray of float, shape (row,)
        Ratio of the hazard after censoring.
    """
    total = fit.draws["posterior"].sizes["chain"] * fit.draws["posterior"].sizes["draw"]
    place = int(random.integers(total))
    values = {name: one[place : place + 1]
              for name, one in flat_draws(fit.draws["posterior"].to_dataset()).items()}  # fmt: skip
    spent = random.exponential(size=len(cohort))
    end = float(np.max(cohort.exit))
    censored = (cohort.cause == 0) & (cohort.exit < end)
    part = cohort.where(censored)
    hazard = hazard_of(fit.spec, fit.design, values, part.covariates)
    reached = np.asarray(hazard.cumulative_hazard(part.exit[:, None]))
    later = np.asarray(hazard.time_at(reached + (spent / ratio)[censored][None, :, None]))
    drawn = later.reshape(len(part))
    if cohort.resolution:
        drawn = np.ceil(drawn / cohort.resolution) * cohort.resolution
    time, cause = cohort.lower.copy(), cohort.cause.copy()
    time[censored] = np.minimum(drawn, end)
    cause[censored] = np.where(drawn <= end, 1, 0)
    upper = np.where(cause > 0, time, np.inf)
    return replace(cohort, lower=time, upper=upper, cause=cause)
