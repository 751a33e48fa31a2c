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

    weighted = sampling.method in ("auto", "laplace")
    if weighted and any(one.primary for one in cell):
        sampling = replace(sampling, method="nuts")
    try:
        everybody = cohort if whole is None else whole
        tasks = [
            (one.spec, one.of_patients(everybody if one.takes_incomplete else cohort))
            for one in cell
        ]
        fits = fit_many(tasks, sampling)
        return [
            summarise_fit(fit, one.of_estimands(asked or EstimandSpec()))
            for one, fit in zip(cell, fits, strict=True)
        ]
    except PosthazError as error:
        if len(cell) == 1:
            return [error]
    return [summarise_variants((one,), cohort, sampling, asked, whole)[0] for one in cell]


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
    gains = _gains(fit, asked)
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
        log_evidence=_log_evidence(fit),
        failures="" if weighted else "; ".join(convergence(fit).failures),
        **{name: values if len(values) == len(own) else np.nan for name, values in gains.items()},
    )
    return table[list(ANSWERS)]


def _gains(fit: "Fit", asked: EstimandSpec) -> dict[str, list[float]]:
    """Differences in restricted mean and survival of each arm to the reference, in their order."""
    from posthaz.estimands import arm_populations, difference, restricted_mean, summary, survival

    latest = max(asked.survival_at, default=None)
    times = {"rmst": asked.rmst_to or latest, "survival": latest}
    engines = {"rmst": restricted_mean, "survival": survival}
    found: dict[str, list[float]] = {}
    populations = arm_populations(fit) if any(times.values()) else []
    for name, time in times.items():
        columns = [f"{name}_{one}" for one in ("time", "difference", "lower", "upper")]
        if time is None:
            found |= {column: [] for column in columns}
            continue
        reference, *others = [population.label for population in populations]
        values = engines[name](fit, [time], populations).isel(time=0)
        gains = [summary(difference(values, arm, reference), asked.interval) for arm in others]
        rows = [[time] * len(gains), *([g[k] for g in gains] for k in ("median", "lower", "upper"))]
        found |= dict(zip(columns, rows, strict=True))
    return found


def _log_evidence(fit: "Fit") -> float:
    found = fit.provenance.log_evidence
    return np.nan if found is None else float(found)
