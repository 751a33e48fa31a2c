"""The answers of one variant: the effect of treatment and what it rests on, as a small table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, rows_where
from posthaz.errors import CohortError, PosthazError, SpecError
from posthaz.sensitivity.variants import Variant
from posthaz.spec import EstimandSpec, Sampling

if TYPE_CHECKING:
    from posthaz.inference import Fit

ANSWERS = (
    "term", "prior", "baseline", "formula", "patients", "events",
    "mean", "sd", "median", "lower", "upper", "mcse_mean",
    "hr_median", "hr_lower", "hr_upper", "p_hr_below_1",
    "rmst_time", "rmst_difference", "rmst_lower", "rmst_upper",
    "method", "khat", "failures",
)  # fmt: skip


def summarise_variants(
    cell: Sequence[Variant],
    cohort: Cohort,
    sampling: Sampling,
    asked: EstimandSpec | None = None,
) -> list[pd.DataFrame | PosthazError]:
    """Fit some variants and keep the few numbers that are compared.

    Parameters
    ----------
    cell : sequence of Variant
        Variants of one shape, fitted in one compiled call where they can be.
    cohort : Cohort
        The whole cohort; each variant's own patients are chosen here.
    sampling : Sampling
        How to sample. The primary variant gets chains whatever is asked, as in a report.
    asked : EstimandSpec, optional
        Probability of the intervals, and horizon of the restricted means.

    Returns
    -------
    list of DataFrame or PosthazError
        For each variant one row a coefficient of the treatment, columns `ANSWERS`; or why it
        can't be fitted to its patients.
    """
    # imported here, so that variants are listed and workers are managed without PyMC
    from posthaz.inference import fit_many

    weighted = sampling.method in ("auto", "laplace")
    if weighted and any(one.primary for one in cell):
        sampling = replace(sampling, method="nuts")
    try:
        tasks = [(one.spec, chosen_patients(one, cohort)) for one in cell]
        fits = fit_many(tasks, sampling)
        return [summarise_fit(fit, asked or EstimandSpec()) for fit in fits]
    except PosthazError as error:
        if len(cell) == 1:
            return [error]
    return [summarise_variants((one,), cohort, sampling, asked)[0] for one in cell]


def chosen_patients(variant: Variant, cohort: Cohort) -> Cohort:
    """The variant's patients; levels that none of them has are gone from the factors.

    Raises
    ------
    CohortError
        When fewer than two arms are left.
    """
    if not variant.where:
        return cohort
    some = cohort.where(rows_where(cohort, variant.where))
    factors = some.covariates.select_dtypes("category")
    seen = {name: values.cat.remove_unused_categories() for name, values in factors.items()}
    some = replace(some, covariates=some.covariates.assign(**{str(k): v for k, v in seen.items()}))
    if cohort.treatment and len(some.arms) < 2:
        raise CohortError(
            f"{cohort.source.name}, {variant.label}: of {len(some)} patient(s) none is left "
            "in one of the arms",
            fix="choose more patients",
        )
    return some


def summarise_fit(fit: "Fit", asked: EstimandSpec) -> pd.DataFrame:
    """The treatment's coefficients of one fit, with what they rest on.

    Parameters
    ----------
    fit : Fit
        A fit with a treatment.
    asked : EstimandSpec
        Probability of the intervals, and horizon of the restricted means.

    Returns
    -------
    DataFrame
        One row a coefficient of the treatment; columns `ANSWERS`.
    """
    from posthaz.checks import convergence
    from posthaz.estimands import coefficient_rows

    own = [j for j, term in enumerate(fit.design.terms) if term == fit.treatment]
    if not fit.treatment or not own:
        raise SpecError(
            f"the formula '{fit.spec.formula}' has no term for the treatment alone",
            fix="add the treatment as a term",
        )
    table = coefficient_rows(fit, [fit.design.columns[j] for j in own], asked.interval)
    gains = _restricted_means(fit, asked)
    khat = fit.provenance.khat
    weighted = fit.provenance.method.startswith("Laplace")  # trusted by its k-hat, no chains
    table = table.assign(
        prior=[str(fit.priors.coefficients[j]) for j in own],
        baseline=fit.spec.baseline.label(),
        formula=fit.spec.formula,
        patients=fit.provenance.patients,
        events=fit.provenance.events,
        method=fit.provenance.method,
        khat=np.nan if khat is None else khat,
        failures="" if weighted else "; ".join(convergence(fit).failures),
        **{name: values if len(values) == len(own) else np.nan for name, values in gains.items()},
    )
    return table[list(ANSWERS)]


def _restricted_means(fit: "Fit", asked: EstimandSpec) -> dict[str, list[float]]:
    """Difference in restricted mean of each arm to the reference, in the arms' order."""
    from posthaz.estimands import arm_populations, difference, restricted_mean, summary

    horizon = asked.rmst_to or max(asked.survival_at, default=None)
    names = ("rmst_time", "rmst_difference", "rmst_lower", "rmst_upper")
    if horizon is None:
        return {name: [] for name in names}
    populations = arm_populations(fit)
    reference, *others = [population.label for population in populations]
    means = restricted_mean(fit, [horizon], populations).isel(time=0)
    gains = [summary(difference(means, arm, reference), asked.interval) for arm in others]
    columns = [
        [horizon] * len(gains),
        *([g[k] for g in gains] for k in ("median", "lower", "upper")),
    ]
    return dict(zip(names, columns, strict=True))
