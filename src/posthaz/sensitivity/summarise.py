"""The answers of one variant: the effect of treatment and what it rests on, as a small table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort
from posthaz.errors import PosthazError, SpecError
from posthaz.sensitivity.variants import Variant
from posthaz.spec import EstimandSpec, Sampling

if TYPE_CHECKING:
    from posthaz.inference import Fit


ANSWERS = (
    "term", "prior", "baseline", "formula", "patients", "events",
    "mean", "sd", "median", "lower", "upper", "mcse_mean",
    "hr_median", "hr_lower", "hr_upper", "p_hr_below_1",
    "rmst_time", "rmst_difference", "rmst_lower", "rmst_upper",
    "survival_time", "survival_difference", "survival_lower", "survival_upper",
    "method", "khat", "log_evidence", "failures",
)  # fmt: skip


def summarise_variants(
    cell: Sequence[Variant],
    cohort: Cohort,
    sampling: Sampling,
    asked: EstimandSpec | None = None,
    whole: Cohort | None = None,
) -> list[pd.DataFrame | PosthazError]:
    """Fit some variants and keep the few numbers that are compared.

    Parameters
    ----------
    cell : sequence of Variant
        Variants of one shape, fitted in one compiled call where they can be.
    cohort : Cohort
        Patients whom all variants share; each variant's own are chosen of them here.
    sampling : Sampling
        How to sample. The primary variant gets chains whatever is asked, as in a report.
    asked : EstimandSpec, optional
        Probability of the intervals, and horizon of the restricted means.
    whole : Cohort, optional
        All patients, for variants that differ in what is done with missing covariates.

    Returns
    -------
    list of DataFrame or PosthazError
        For each variant one row a coefficient of the treatment, columns `ANSWERS`; or why it
        can't be fitted to its patients.
    """
    # imported here, so that variants are listed and workers are managed without PyMC
    from posthaz.inference import fit_many

    everybody = cohort if whole is None else whole
    tasks = [(one, everybody if one.takes_incomplete else cohort) for one in cell]
    if any(one.draws for one in cell):
        return [_summarise_drawn(one, of, sampling, asked or EstimandSpec()) for one, of in tasks]
    weighted = sampling.method in ("auto", "laplace")
    if weighted and any(one.primary for one in cell):
        sampling = replace(sampling, method="nuts")
    try:
        fits = fit_many([(one.spec, one.of_patients(of)) for one, of in tasks], sampling)
        return [
            summarise_fit(fit, one.of_estimands(asked or EstimandSpec()))
            for one, fit in zip(cell, fits, strict=True)
        ]
    except PosthazError as error:
        if len(cell) == 1:
            return [error]
    return [summarise_variants((one,), cohort, sampling, asked, whole)[0] for one in cell]


def _summarise_drawn(
    variant: Variant, cohort: Cohort, sampling: Sampling, asked: EstimandSpec
) -> pd.DataFrame | PosthazError:
    """The pooled answers of a variant whose patients are drawn several times."""
    from posthaz.sensitivity.completed import fits_of_completed

    try:
        first, *others = fits_of_completed(variant, cohort, sampling)
        return summarise_fit(first, variant.of_estimands(asked), others)
    except PosthazError as error:
        return error


def summarise_fit(fit: "Fit", asked: EstimandSpec, others: "Sequence[Fit]" = ()) -> pd.DataFrame:
    """The treatment's coefficients of one fit, with what they rest on.

    Parameters
    ----------
    fit : Fit
        A fit with a treatment.
    asked : EstimandSpec
        Probability of the intervals, and horizon of the restricted means.
    others : sequence of Fit, optional
        Fits of the same model to other completions of its patients, pooled with the first as one
        posterior.

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
    if fit.design.in_product(fit.treatment):
        raise SpecError(
            f"in the formula '{fit.spec.formula}' the treatment interacts with a covariate, so "
            "that it has no single effect to compare",
            fix="leave the product out",
        )
    fits = (fit, *others)
    columns = [fit.design.columns[j] for j in own]
    table = coefficient_rows(_joined(fits) if others else fit, columns, asked.interval)
    gains = _gains(fits, asked)
    khats = [one.provenance.khat for one in fits if one.provenance.khat is not None]
    # a fit by weights is trusted by its k-hat and has no chains
    chains = [one for one in fits if not one.provenance.method.startswith("Laplace")]
    failed = next((found for one in chains if (found := convergence(one).failures)), ())
    pooled = f", pooled over {len(fits)} completed cohorts" if others else ""
    table = table.assign(
        prior=[str(fit.priors.coefficients[j]) for j in own],
        baseline=fit.spec.baseline.label(),
        formula=fit.spec.formula,
        patients=fit.provenance.patients,
        events=round(float(np.mean([one.provenance.events for one in fits]))),
        method=f"{(chains or fits)[0].provenance.method}{pooled}",
        khat=max(khats, default=np.nan),
        log_evidence=np.nan if others else _log_evidence(fit),
        failures="; ".join(failed),
        **{name: values if len(values) == len(own) else np.nan for name, values in gains.items()},
    )
    return table[list(ANSWERS)]


def _joined(fits: "Sequence[Fit]") -> "Fit":
    """A fit that holds the coefficients of all, their chains one after another."""
    import xarray as xr

    from posthaz.spec import coefficient_name

    first = fits[0]
    posteriors = [one.draws["posterior"].to_dataset() for one in fits]
    # beside the coefficients, what makes a hazard ratio of a time ratio
    shapes = [one.positive_name for one in first.spec.baseline.parameters() if not one.dim]
    names = [coefficient_name(first.spec), *(one for one in shapes if one in posteriors[0])]
    parts = [one[names] for one in posteriors]
    both = xr.concat(parts, dim="chain", coords="minimal", compat="override", join="override")
    both = both.assign_coords(chain=np.arange(both.sizes["chain"]))
    return replace(first, draws=xr.DataTree.from_dict({"posterior": both}))


def _gains(fits: "Sequence[Fit]", asked: EstimandSpec) -> dict[str, list[float]]:
    """Differences in restricted mean and survival of each arm to the reference, in their order."""
    import xarray as xr

    from posthaz.estimands import arm_populations, difference, restricted_mean, summary, survival

    latest = max(asked.survival_at, default=None)
    times = {"rmst": asked.rmst_to or latest, "survival": latest}
    engines = {"rmst": restricted_mean, "survival": survival}
    found: dict[str, list[float]] = {}
    populations = [arm_populations(fit) for fit in fits] if any(times.values()) else []
    for name, time in times.items():
        columns = [f"{name}_{one}" for one in ("time", "difference", "lower", "upper")]
        if time is None:
            found |= {column: [] for column in columns}
            continue
        reference, *others = [population.label for population in populations[0]]
        made: list[xr.DataArray] = [
            engines[name](fit, [time], own).isel(time=0)
            for fit, own in zip(fits, populations, strict=True)
        ]
        values = made[0] if len(made) == 1 else xr.concat(made, "chain", join="override")
        gains = [summary(difference(values, arm, reference), asked.interval) for arm in others]
        rows = [[time] * len(gains), *([g[k] for g in gains] for k in ("median", "lower", "upper"))]
        found |= dict(zip(columns, rows, strict=True))
    return found


def _log_evidence(fit: "Fit") -> float:
    found = fit.provenance.log_evidence
    return np.nan if found is None else float(found)
