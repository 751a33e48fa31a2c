"""A model fitted to every completed cohort, and its draws as one posterior."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.analyses.missing.impute import Imputed
from posthaz.analyses.missing.rubin import pooled_estimate
from posthaz.arms.arm_model import cox_of
from posthaz.checks import convergence
from posthaz.cohort import Cohort, joined
from posthaz.design import named_steps
from posthaz.errors import SpecError
from posthaz.estimands import summary
from posthaz.inference import Fit, fit_many
from posthaz.spec import (
    ModelSpec,
    Sampling,
    coefficient_name,
)
from posthaz.spec.model_design import with_priors_of

COLUMNS = [
    *("model", "term", "step_of", "method", "patients", "mean", "sd", "hr", "lower", "upper"),
    *("p_below_1", "p", "missing_information", "mcse"),
]
IMPUTED, COMPLETE, COX_IMPUTED, COX_COMPLETE = (
    "posterior, imputed", "posterior, complete cases", "cox, imputed", "cox, complete cases",
)  # fmt: skip


_NOTHING = 1e-12


@dataclass(frozen=True, eq=False)
class ImputedFit:
    """Fits of one model to the completed cohorts.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    fits : tuple of Fit
        One each a completed cohort, with the same priors.
    failures : tuple of str
        What convergence checks found, each within its own imputation.
    """

    spec: ModelSpec
    fits: tuple[Fit, ...]
    failures: tuple[str, ...]


def fit_imputed(spec: ModelSpec, imputed: Imputed, sampling: Sampling | None = None) -> ImputedFit:
    """Fit a model to each completed cohort.

    Convergence is checked within each imputation: chains of different imputations have different
    posteriors, so that R-hat across them would be far from 1 however well each had converged.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    imputed : Imputed
        What `impute` made.
    sampling : Sampling, optional
        How to sample; ``method="auto"`` suits the many fits.

    Returns
    -------
    ImputedFit
        Fits, which `pooled` takes as one posterior.

    Raises
    ------
    PosthazError
        When the model can't be fitted.
    """
    if not isinstance(imputed, Imputed):
        raise SpecError(
            f"fit_imputed takes what impute made, and was given a {type(imputed).__name__}",
            fix="call impute with the cohort and the covariates of the model",
        )
    sampling = sampling or Sampling(method="auto")
    same = with_priors_of(spec, imputed.cohorts[0])
    seeds = [sampling.seed + k for k in range(len(imputed.cohorts))]
    fits = fit_many([(same, cohort) for cohort in imputed.cohorts], sampling, seeds)
    return ImputedFit(spec, tuple(fits), tuple(_failures(fits)))


def _failures(fits: Sequence[Fit]) -> Iterator[str]:
    """How many imputations fail a check, and what is wrong in the worst."""
    failed = [(k, checked) for k, one in enumerate(fits) if (checked := convergence(one)).failures]
    if failed:
        number, worst = max(failed, key=lambda one: one[1].rhat)
        yield (
            f"within {len(failed)} of {len(fits)} imputations; in imputation {number + 1}, "
            f"{'; '.join(worst.failures)}"
        )


def pooled(result: ImputedFit, answer: Callable[[Fit], xr.DataArray]) -> xr.DataArray:
    """An answer's draws of every imputation, as one posterior.

    Parameters
    ----------
    result : ImputedFit
        Fits of the imputations.
    answer : callable
        Takes a `Fit` and gives draws, dimensions ``chain, draw`` and others: such as
        ``lambda fit: ph.survival(fit, [12])``. Standardised answers average over the covariates
        of that imputation.

    Returns
    -------
    DataArray
        The draws; chains of all imputations follow one another along ``chain``.
    """
    parts = [answer(fit) for fit in result.fits]
    both = xr.concat(parts, dim="chain", coords="minimal", compat="override", join="override")
    return both.assign_coords(chain=np.arange(both.sizes["chain"]))


def coefficient_rows(
    result: ImputedFit, cohort: Cohort, complete: Cohort | None, alone: Fit | None, interval: float
) -> pd.DataFrame:
    """Coefficients pooled over imputations, beside those of complete cases; Cox's of both.

    Parameters
    ----------
    result : ImputedFit
        Fits of the imputations.
    cohort, complete : Cohort
        Everybody, and those who lack nothing of the model (None where there are none).
    alone : Fit or None
        Fit of the complete cases.
    interval : float
        Probability of the intervals.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; log hazard ratios in `mean` and `sd`, hazard ratios in `hr` and limits.
    """
    rows: list[dict[str, object]] = []
    sizes = {IMPUTED: len(cohort.patients), COMPLETE: len(complete.patients) if complete else 0}
    many = dict(_effects(result.fits[0], cohort))
    for label, weights in many.items():
        draws = pooled(result, lambda fit, w=weights: _combined(fit, w))
        each = draws.to_numpy().reshape(len(result.fits), -1)
        by_rubin = pooled_estimate(each.mean(axis=1), each.var(axis=1, ddof=1), interval)
        rows.append(
            _row(draws, interval)
            | {"term": label, "step_of": step_of(result, label, weights)}
            | {"method": IMPUTED, "patients": sizes[IMPUTED]}
            | {
                "missing_information": by_rubin.missing_information,
                "mcse": by_rubin.between / np.sqrt(len(each)),
            }
        )
        if alone is not None and label in dict(_effects(alone, cohort)):
            own = dict(_effects(alone, cohort))[label]
            rows.append(
                _row(_combined(alone, own), interval)
                | {"term": label, "step_of": step_of(result, label, weights)}
                | {"method": COMPLETE, "patients": sizes[COMPLETE]}
            )
    return pd.DataFrame(rows).assign(model=result.spec.name).reindex(columns=COLUMNS)


def _effects(fit: Fit, cohort: Cohort) -> list[tuple[str, np.ndarray]]:
    """Columns of a design and the named steps of them, as weights of the coefficients."""
    unit = np.eye(len(fit.design.columns))
    found = [(label, unit[k]) for k, label in enumerate(fit.design.columns)]
    steps = named_steps(fit.design, cohort.columns)
    return found + [(step.label, np.asarray(step.weights, dtype=float)) for step in steps]


def step_of(result: ImputedFit, label: str, weights: np.ndarray) -> str:
    """Column that a named step is of, where it is of one; empty for columns themselves."""
    columns = result.fits[0].design.columns
    used = [name for name, w in zip(columns, weights, strict=True) if abs(w) > _NOTHING]
    return used[0] if len(used) == 1 and label not in columns else ""


def _combined(fit: Fit, weights: np.ndarray) -> xr.DataArray:
    """Draws of a combination of coefficients."""
    draws = fit.draws["posterior"][coefficient_name(fit.spec)]
    return (draws.drop_vars("covariate") * xr.DataArray(weights, dims="covariate")).sum("covariate")


def _row(draws: xr.DataArray, interval: float) -> dict[str, object]:
    numbers = summary(draws, interval)
    return {
        "mean": numbers["mean"],
        "sd": numbers["sd"],
        **{name: float(np.exp(numbers[key])) for name, key in
           (("hr", "median"), ("lower", "lower"), ("upper", "upper"))},
        "p_below_1": float((draws < 0).mean()),
        "mcse": numbers["mcse"],
    }  # fmt: skip


def cox_rows(
    result: ImputedFit, imputed: Imputed, complete: Cohort | None, interval: float
) -> pd.DataFrame:
    """Cox's coefficients, pooled by Rubin's rules, and those of complete cases.

    Parameters
    ----------
    result : ImputedFit
        The model, and its fits.
    imputed : Imputed
        The completed cohorts.
    complete : Cohort or None
        Those who lack nothing of the model, where there are any.
    interval : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, one row a column of the design, or named step, and method.
    """
    spec = result.spec
    cox = partial(cox_of, formula=spec.formula, level=interval, strata=spec.strata)
    fits = [cox(joined(one, spec.needed)) for one in imputed.cohorts]
    alone = cox(complete).table.set_index("term") if complete else pd.DataFrame()
    tables = [one.table.set_index("term") for one in fits]
    rows: list[dict[str, object]] = []
    for label, weights in _effects(result.fits[0], imputed.cohorts[0]):
        step = step_of(result, label, weights)
        term = step or label
        if term not in tables[0].index:
            continue
        size = float(weights[np.abs(weights) > _NOTHING][0])
        shared = {"term": label, "step_of": step}
        estimates = size * np.array([table.loc[term, "log_hr"] for table in tables], dtype=float)
        errors = size * np.array([_error(table, term) for table in tables])
        if np.isfinite(estimates).all() and np.isfinite(errors).all():
            one = pooled_estimate(estimates, errors**2, interval)
            rows.append(
                {
                    **shared, "method": COX_IMPUTED, "mean": one.estimate, "sd": one.se,
                    "hr": np.exp(one.estimate), "lower": np.exp(one.lower),
                    "upper": np.exp(one.upper), "p": one.p,
                    "patients": len(imputed.cohorts[0].patients),
                    "missing_information": one.missing_information,
                }
            )  # fmt: skip
        if complete and term in alone.index:
            row = alone.loc[term]
            rows.append(
                {
                    **shared, "method": COX_COMPLETE, "mean": size * row["log_hr"],
                    "sd": size * _error(alone, term), "hr": row["hr"] ** size,
                    "lower": row["hr_lower"] ** size, "upper": row["hr_upper"] ** size,
                    "p": row["p"], "patients": len(complete.patients),
                }
            )  # fmt: skip
    return pd.DataFrame(rows).assign(model=spec.name).reindex(columns=COLUMNS)


def _error(table: pd.DataFrame, term: str) -> float:
    robust = float(table["robust_se"].loc[term])
    return robust if np.isfinite(robust) else float(table["se"].loc[term])
