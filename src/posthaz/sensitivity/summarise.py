"""The answers of one variant: the effect of treatment and what it rests on, as a small table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort
from posthaz.errors import PosthazError, SpecError
from posthaz.sensitivity.variants import Variant
from posthaz.spec import EstimandSpec, Sampling

if TYPE_CHECKING:
    import xarray as xr

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
    from posthaz.inference import fit_sharing

    everybody = cohort if whole is None else whole
    tasks = [(one, everybody if one.takes_incomplete else cohort) for one in cell]
    if any(one.draws for one in cell):
        return [_summarise_drawn(one, of, sampling, asked or EstimandSpec()) for one, of in tasks]
    weighted = sampling.method in ("auto", "laplace")
    if weighted and any(one.primary for one in cell):
        sampling = replace(sampling, method="nuts")
    try:
        fits = fit_sharing([(one.spec, one.of_patients(of)) for one, of in tasks], sampling)
        pools: dict[tuple[int, str], SharedAnswers] = {}
        answers: list[pd.DataFrame | PosthazError] = []
        for one, (fit, weights) in zip(cell, fits, strict=True):
            own = one.of_estimands(asked or EstimandSpec())
            if weights is None:
                answers.append(summarise_fit(fit, own))
                continue
            pool = (id(fit.draws), repr(own))
            if pool not in pools:
                pools[pool] = shared_answers(fit, own)
            answers.append(summarise_weighted(fit, weights, pools[pool]))
        return answers
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
    from posthaz.estimands import coefficient_rows, summary

    columns = _own_columns(fit)
    fits = (fit, *others)
    table = coefficient_rows(_joined(fits) if others else fit, columns, asked.interval)
    gains = {
        name: (time, [summary(one, asked.interval) for one in draws])
        for name, (time, draws) in _gains(fits, asked).items()
    }
    khats = [one.provenance.khat for one in fits if one.provenance.khat is not None]
    # a fit by weights is trusted by its k-hat and has no chains
    chains = [one for one in fits if not one.provenance.method.startswith("Laplace")]
    failed = next((found for one in chains if (found := convergence(one).failures)), ())
    pooled = f", pooled over {len(fits)} completed cohorts" if others else ""
    table = table.assign(
        events=round(float(np.mean([one.provenance.events for one in fits]))),
        method=f"{(chains or fits)[0].provenance.method}{pooled}",
        khat=max(khats, default=np.nan),
        log_evidence=np.nan if others else _log_evidence(fit),
        failures="; ".join(failed),
    )
    return _described(table, fit, gains)


Gains = Mapping[str, tuple[float, Sequence[Mapping[str, float]]]]
"""Of each difference its time, and the figures of each arm's."""


def _own_columns(fit: "Fit") -> list[str]:
    """The design's columns of the treatment, which must have effects of its own."""
    own = [
        column
        for column, term in zip(fit.design.columns, fit.design.terms, strict=True)
        if term == fit.treatment
    ]
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
    return own


def _described(table: pd.DataFrame, fit: "Fit", gains: Gains) -> pd.DataFrame:
    """Figures of the treatment's coefficients, with the gains and what they are of."""
    positions = [fit.design.columns.index(term) for term in table["term"]]
    more: dict[str, Any] = {
        "prior": [str(fit.priors.coefficients[j]) for j in positions],
        "baseline": fit.spec.baseline.label(),
        "formula": fit.spec.formula,
        "patients": fit.provenance.patients,
    }
    for name in ("rmst", "survival"):
        time, figures = gains.get(name, (np.nan, ()))
        known = len(figures) == len(table)
        more[f"{name}_time"] = time if known else np.nan
        for column, key in (("difference", "median"), ("lower", "lower"), ("upper", "upper")):
            more[f"{name}_{column}"] = [one[key] for one in figures] if known else np.nan
    return table.assign(**more)[list(ANSWERS)]


@dataclass(frozen=True, eq=False)
class SharedAnswers:
    """What is compared, at each of some proposals.

    Parameters
    ----------
    terms : list of str
        The treatment's coefficients.
    values : ndarray of float, shape (proposal, quantity)
        Coefficients, their log hazard ratios where there are any, then gains of each kind.
    order : ndarray of int, shape (proposal, quantity)
        Their ranks.
    gains : mapping of str to (float, int)
        Time of each kind of gain, and of how many arms.
    interval : float
        Probability of the intervals.
    """

    terms: list[str]
    values: np.ndarray
    order: np.ndarray
    gains: Mapping[str, tuple[float, int]]
    interval: float


def shared_answers(fit: "Fit", asked: EstimandSpec) -> SharedAnswers:
    """The answers at proposals that several fits share, computed once for all.

    Parameters
    ----------
    fit : Fit
        One of the fits.
    asked : EstimandSpec
        Probability of the intervals, and horizon of the restricted means.

    Returns
    -------
    SharedAnswers
    """
    from posthaz.design import in_basis
    from posthaz.estimands.coefficients import log_hazard_ratio
    from posthaz.spec import coefficient_name

    terms = _own_columns(fit)
    coefficients = fit.draws["posterior"].to_dataset()[coefficient_name(fit.spec)]
    found = [coefficients.sel(covariate=term) for term in terms]
    for term, draws in zip(terms, tuple(found), strict=True):
        ratio = None if in_basis(term) else log_hazard_ratio(fit, draws)
        found.append(draws * np.nan if ratio is None else ratio)
    gains = _gains((fit,), asked)
    found += [one for _, draws in gains.values() for one in draws]
    values = np.stack([one.to_numpy().ravel() for one in found], axis=1)
    counts = {name: (time, len(draws)) for name, (time, draws) in gains.items()}
    return SharedAnswers(terms, values, values.argsort(axis=0), counts, asked.interval)


def summarise_weighted(fit: "Fit", weights: np.ndarray, shared: SharedAnswers) -> pd.DataFrame:
    """As `summarise_fit`, of a fit by weights of proposals that it shares.

    Parameters
    ----------
    fit : Fit
        The fit.
    weights : ndarray of float, shape (proposal,)
        Its weights, of sum 1.
    shared : SharedAnswers
        The answers at the proposals.

    Returns
    -------
    DataFrame
        One row a coefficient of the treatment; columns `ANSWERS`.
    """
    from posthaz.inference import weighted_figures

    tail, values = (1.0 - shared.interval) / 2.0, shared.values
    points = (0.5, tail, 1.0 - tail)
    mean, sd, *quantiles = weighted_figures(values, shared.order, weights, points)
    figures = dict(zip(("median", "lower", "upper"), quantiles, strict=True))
    own, ratios = (slice(k * len(shared.terms), (k + 1) * len(shared.terms)) for k in (0, 1))
    below = np.where(np.isfinite(mean[ratios]), weights @ (values[:, ratios] < 0), np.nan)
    table = pd.DataFrame(
        {
            "term": shared.terms,
            "mean": mean[own],
            "sd": sd[own],
            "mcse_mean": np.sqrt(weights**2 @ (values[:, own] - mean[own]) ** 2),
            "p_hr_below_1": below,
            **{name: one[own] for name, one in figures.items()},
            **{f"hr_{name}": np.exp(one[ratios]) for name, one in figures.items()},
        }
    ).assign(
        events=fit.provenance.events,
        method=fit.provenance.method,
        khat=fit.provenance.khat,
        log_evidence=_log_evidence(fit),
        failures="",
    )
    gains, first = {}, ratios.stop
    for name, (time, count) in shared.gains.items():
        places = range(first, first := first + count)
        gains[name] = (time, [{key: one[k] for key, one in figures.items()} for k in places])
    return _described(table, fit, gains)


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


def _gains(
    fits: "Sequence[Fit]", asked: EstimandSpec
) -> "dict[str, tuple[float, list[xr.DataArray]]]":
    """Draws of each arm's difference to the reference in restricted mean and in survival."""
    import xarray as xr

    from posthaz.estimands import arm_populations, difference, restricted_mean, survival

    latest = max(asked.survival_at, default=None)
    times = {"rmst": asked.rmst_to or latest, "survival": latest}
    engines = {"rmst": restricted_mean, "survival": survival}
    found: dict[str, tuple[float, list[xr.DataArray]]] = {}
    populations = [arm_populations(fit) for fit in fits] if any(times.values()) else []
    for name, time in times.items():
        if time is None:
            continue
        reference, *others = [population.label for population in populations[0]]
        made: list[xr.DataArray] = [
            engines[name](fit, [time], own).isel(time=0)
            for fit, own in zip(fits, populations, strict=True)
        ]
        values = made[0] if len(made) == 1 else xr.concat(made, "chain", join="override")
        found[name] = (time, [difference(values, arm, reference) for arm in others])
    return found


def _log_evidence(fit: "Fit") -> float:
    found = fit.provenance.log_evidence
    return np.nan if found is None else float(found)
