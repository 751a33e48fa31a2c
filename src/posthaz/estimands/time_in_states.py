"""Mean time in each of several states up to a horizon, from their probabilities over time."""

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.estimands.contrast import difference
from posthaz.estimands.summary import summary

TIME_COLUMNS = ("arm", "reference", "horizon", "mean", "lower", "upper", "p_above_0")


def time_in_states(
    states: xr.DataArray, horizon: float, dim: str, interval: float = 0.95
) -> pd.DataFrame:
    """Mean time in each state by arm, and the differences to the first arm.

    Parameters
    ----------
    states : DataArray
        Probabilities, dimensions `dim`, ``chain, draw, profile, time``; times from the origin.
    horizon : float
        End of the integral.
    dim : str
        Dimension of the states.
    interval : float
        Probability of the intervals.

    Returns
    -------
    DataFrame
        Columns `dim`, ``arm, reference`` (empty for an arm by itself), ``horizon, mean, lower,
        upper`` in the unit of time, and ``p_above_0`` of a difference.

    Examples
    --------
    >>> half = xr.DataArray(np.full((1, 1, 2, 1, 2), 0.5),
    ...     dims=("state", "chain", "draw", "profile", "time"),
    ...     coords={"state": [1], "profile": ["all"], "time": [0.0, 10.0]})
    >>> time_in_states(half, 10.0, "state")["mean"].tolist()
    [5.0]
    """
    grid = np.unique(np.append(states["time"].to_numpy(), horizon))
    spent = states.interp(time=grid[grid <= horizon]).integrate("time")
    rows = []
    for state in states[dim].to_numpy():
        own = spent.sel({dim: state}, drop=True)
        reference, *others = (str(one) for one in own["profile"].to_numpy())
        pairs = [(arm, "", own.sel(profile=arm, drop=True)) for arm in (reference, *others)]
        pairs += [(arm, reference, difference(own, arm, reference)) for arm in others]
        for arm, against, draws in pairs:
            numbers = summary(draws, interval)
            chance = float((draws > 0).mean()) if against else np.nan
            shown = (numbers[key] for key in ("mean", "lower", "upper"))
            rows.append((state, arm, against, horizon, *shown, chance))
    return pd.DataFrame(rows, columns=[dim, *TIME_COLUMNS])
