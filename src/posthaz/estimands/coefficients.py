"""The coefficient table: every coefficient, named step and baseline parameter of a fit."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.cohort import Column
from posthaz.cohort.argument import checks_arguments
from posthaz.design import in_basis, named_steps
from posthaz.estimands.summary import summary
from posthaz.inference import Fit, ess_bulk, ess_tail, rhat
from posthaz.spec import coefficient_name

COLUMNS = (
    "model",
    "term",
    "mean",
    "sd",
    "median",
    "lower",
    "upper",
    "hr_median",
    "hr_lower",
    "hr_upper",
    "p_hr_below_1",
    "rhat",
    "ess_bulk",
    "ess_tail",
    "mcse_mean",
)


@checks_arguments
def coefficient_table(
    fit: Fit, columns: Mapping[str, Column] | None = None, interval: float = 0.95
) -> pd.DataFrame:
    """Posterior of every coefficient, named step and parameter, with convergence figures.

    Parameters
    ----------
    fit : Fit
        A fit.
    columns : mapping of str to Column, optional
        Meaning of the covariates, whose steps are reported too.
    interval : float
        Probability of the equal-tailed intervals.

    Returns
    -------
    DataFrame
        Columns as in ``coefficients.csv``: the log hazard ratio (or the parameter itself), and
        the hazard ratio where there is one, which columns of a spline or polynomial have not.
        Under the accelerated form the coefficients are log
        time ratios, and a hazard ratio is given for exponential and Weibull baselines, where it
        is constant.
    """
    posterior = fit.draws["posterior"].to_dataset()
    rows = []
    name = coefficient_name(fit.spec)
    if fit.design.columns:
        coefficients = posterior[name]
        for label in fit.design.columns:
            draws, single = coefficients.sel(covariate=label), not in_basis(label)
            rows.append(_row(fit, label, draws, interval, ratio=single))
        for step in named_steps(fit.design, columns or {}):
            weights = xr.DataArray(list(step.weights), dims="covariate")
            combined = (coefficients.drop_vars("covariate") * weights).sum("covariate")
            rows.append(_row(fit, step.label, combined, interval, ratio=True))
    for variable in posterior.data_vars:
        if variable != name:
            rows.extend(
                _row(fit, label, draws, interval, ratio=False)
                for label, draws in _elements(str(variable), posterior[variable])
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def coefficient_rows(fit: Fit, labels: Sequence[str], interval: float = 0.95) -> pd.DataFrame:
    """Rows of `coefficient_table` for some coefficients, without the work for the others.

    Parameters
    ----------
    fit : Fit
        A fit.
    labels : sequence of str
        Columns of its design.
    interval : float
        Probability of the equal-tailed intervals.

    Returns
    -------
    DataFrame
        One row a label, columns as in ``coefficients.csv``.
    """
    coefficients = fit.draws["posterior"].to_dataset()[coefficient_name(fit.spec)]
    rows = [
        _row(fit, label, coefficients.sel(covariate=label), interval, ratio=not in_basis(label))
        for label in labels
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _elements(name: str, draws: xr.DataArray) -> list[tuple[str, xr.DataArray]]:
    """Scalar pieces of a variable, labelled by its own coordinates."""
    own = [dim for dim in draws.dims if dim not in ("chain", "draw")]
    if not own:
        return [(name, draws)]
    stacked = draws.stack(element=own)  # noqa: PD013 - xarray, not pandas
    return [
        (
            f"{name}[{', '.join(str(part) for part in np.atleast_1d(np.asarray(label, object)))}]",
            stacked.isel(element=k, drop=True),
        )
        for k, label in enumerate(stacked["element"].to_numpy())
    ]


def _row(
    fit: Fit, term: str, draws: xr.DataArray, interval: float, *, ratio: bool
) -> dict[str, float | str]:
    array = draws.transpose("chain", "draw").to_numpy()
    numbers = summary(draws, interval)
    row: dict[str, float | str] = {
        "model": fit.spec.name,
        "term": term,
        **{name: numbers[name] for name in ("mean", "sd", "median", "lower", "upper")},
        "rhat": rhat(array),
        "ess_bulk": ess_bulk(array),
        "ess_tail": ess_tail(array),
        "mcse_mean": numbers["mcse"],
    }
    log_ratio = log_hazard_ratio(fit, draws) if ratio else None
    if log_ratio is not None:
        hazard_ratio = summary(xr.DataArray(np.exp(log_ratio)), interval)
        row.update({f"hr_{k}": hazard_ratio[k] for k in ("median", "lower", "upper")})
        row["p_hr_below_1"] = float((log_ratio < 0).mean())
    return row


def log_hazard_ratio(fit: Fit, draws: xr.DataArray) -> xr.DataArray | None:
    """Draws of the log hazard ratio that a coefficient means.

    Parameters
    ----------
    fit : Fit
        A fit.
    draws : DataArray
        Draws of one of its coefficients.

    Returns
    -------
    DataArray or None
        None under the accelerated form where the baseline has no constant hazard ratio.
    """
    if fit.spec.effect.acts_on == "hazard":
        return draws
    posterior = fit.draws["posterior"].to_dataset()
    values = {
        parameter.positive_name: posterior.get(parameter.positive_name)
        for parameter in fit.spec.baseline.parameters()
    }
    return fit.spec.baseline.log_hazard_ratio(draws, values)
