"""A hazard ratio from a short-term to a long-term value: its course, and when it is 1."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.answers import median_and_limits
from posthaz.cohort import Column
from posthaz.design import named_steps
from posthaz.effects import log_ratio_at
from posthaz.estimands.curves import survival
from posthaz.estimands.population import Population
from posthaz.inference import Fit
from posthaz.spec import LONG, SHORT

CURVE_COLUMNS = ("model", "term", "time", "median", "lower", "upper")
Ends = tuple[xr.DataArray, xr.DataArray]


def short_and_long_ratios(fit: Fit, group: str = "posterior") -> dict[str, Ends]:
    """Short-term and long-term log hazard ratios by column; none for a model without."""
    if fit.spec.crossing is None or group not in fit.draws.children:
        return {}
    draws = fit.draws[group].to_dataset()
    if SHORT not in draws:
        return {}
    ends = [
        [draws[name].sel(crossing=term, drop=True) for name in (SHORT, LONG)]
        for term in draws[SHORT]["crossing"].to_numpy()
    ]
    names = [str(term) for term in draws[SHORT]["crossing"].to_numpy()]
    return {name: (short, long) for name, (short, long) in zip(names, ends, strict=True)}


def log_ratios(
    fit: Fit,
    times: np.ndarray,
    group: str = "posterior",
    pairs: Mapping[str, tuple[float, float]] | None = None,
) -> dict[str, xr.DataArray]:
    """Log hazard ratio of each such column at times, of one value against another.

    Values count from the reference patient's, as columns of the design do; one unit against none
    where `pairs` names none. In a number the ratio of several units is no power of that of one.
    Draws of a prior stand beside the survival that the posterior expects: what a vague prior of
    the baseline says of it has no bearing on the effect.
    """
    ends = short_and_long_ratios(fit, group)
    if not ends:
        return {}
    reference = Population("reference", fit.design.reference(None), np.ones(1))
    # the ratio hangs on survival from time 0 on, wherever curves begin
    whole = replace(fit, origin=0.0)
    alive = survival(whole, times, (reference,)).isel(profile=0, drop=True)
    found = {}
    for term, (short, long) in ends.items():
        own = alive
        if group != "posterior":
            own = alive.mean(("chain", "draw")).broadcast_like(
                short.expand_dims(time=alive["time"])
            )
        own = own.transpose("chain", "draw", "time")
        short, long = (
            one.transpose("chain", "draw").to_numpy()[..., None] for one in (short, long)
        )
        alive_at = own.to_numpy()
        ends = [log_ratio_at(alive_at, k * short, k * long, np)
                for k in (pairs or {}).get(term, (1.0, 0.0))]  # fmt: skip
        found[term] = own.copy(data=ends[0] - ends[1])
    return found


def ratio_curves(
    fit: Fit,
    times: np.ndarray,
    interval: float = 0.95,
    columns: Mapping[str, Column] | None = None,
) -> pd.DataFrame:
    """Hazard ratio over time of each column with a short-term and a long-term ratio.

    Parameters
    ----------
    fit : Fit
        A fit.
    times : ndarray of float, shape (time,)
        Times, in the fit's unit.
    interval : float
        Probability of the equal-tailed bands.
    columns : mapping of str to Column, optional
        Meaning of the covariates, whose steps are used as in `change_table`.

    Returns
    -------
    DataFrame
        Columns ``model, term, time, median, lower, upper``; no row for other models.
    """
    parts = []
    steps = column_steps(fit, columns)
    pairs = {term: (size, 0.0) for term, (_, size) in steps.items()}
    for term, logs in log_ratios(fit, times, pairs=pairs).items():
        draws = np.exp(logs.to_numpy()).reshape(-1, len(times))
        median, lower, upper = median_and_limits(draws, interval, axis=0)
        about = {"model": fit.spec.name, "term": term, "time": times}
        parts.append(pd.DataFrame(about | {"median": median, "lower": lower, "upper": upper}))
    return pd.concat(parts) if parts else pd.DataFrame(columns=list(CURVE_COLUMNS))


def hazards_cross(
    fit: Fit, term: str, times: np.ndarray, interval: float, pair: tuple[float, float] = (1.0, 0.0)
) -> dict[str, float]:
    """Probability that a hazard ratio of two values passes 1 at some of `times`, and when."""
    logs = log_ratios(fit, times, pairs={term: pair}).get(term)
    if logs is None:
        return {}
    draws = logs.to_numpy().reshape(-1, len(times))
    crossed = draws[:, 0] * draws[:, -1] < 0
    row = {"p_hazards_cross": float(crossed.mean())}
    if not crossed.any():
        return row
    place = np.argmax(draws[crossed] * draws[crossed][:, :1] < 0, axis=1)
    numbers = median_and_limits(times[place], interval)
    names = (f"hazards_cross_{key}" for key in ("median", "lower", "upper"))
    return row | {name: float(x) for name, x in zip(names, numbers, strict=True)}


def column_steps(fit: Fit, columns: Mapping[str, Column] | None) -> dict[str, tuple[str, float]]:
    """Useful step of each column on which it alone tells: its label, and units of the column."""
    found = {}
    for step in named_steps(fit.design, columns) if fit.spec.changed_terms else ():
        moved = np.flatnonzero(step.weights)
        if len(moved) == 1:
            found[fit.design.columns[moved[0]]] = (step.label, float(step.weights[moved[0]]))
    return found
