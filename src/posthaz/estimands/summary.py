"""Draws to numbers: mean, sd, median, interval and Monte Carlo error."""

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.cohort.argument import checks_arguments
from posthaz.inference import mcse_mean

COLUMNS = ("mean", "sd", "median", "lower", "upper", "mcse")


@checks_arguments
def summary(draws: xr.DataArray, interval: float = 0.95) -> dict[str, float]:
    """Posterior summary of one quantity.

    Parameters
    ----------
    draws : DataArray
        Dimensions ``chain, draw``.
    interval : float
        Probability of the equal-tailed interval.

    Returns
    -------
    dict of str to float
        ``mean``, ``sd``, ``median``, ``lower``, ``upper``, ``mcse`` of the mean; mean, sd and
        mcse are not a number where a draw is infinite, since they don't exist.

    Examples
    --------
    >>> import numpy as np
    >>> draws = xr.DataArray(np.linspace(0, 1, 400).reshape(4, 100), dims=("chain", "draw"))
    >>> round(summary(draws)["median"], 2)
    0.5
    """
    array = draws.transpose("chain", "draw").to_numpy().astype(float)
    tail = (1.0 - interval) / 2.0
    finite = bool(np.isfinite(array).all())
    method = "linear" if finite else "closest_observation"
    median, lower, upper = np.quantile(array, (0.5, tail, 1.0 - tail), method=method)
    numbers = {"median": median, "lower": lower, "upper": upper}
    if finite:
        numbers.update(mean=array.mean(), sd=array.std(ddof=1), mcse=mcse_mean(array))
    else:
        numbers.update(mean=np.nan, sd=np.nan, mcse=np.nan)
    return {name: float(numbers[name]) for name in COLUMNS}


@checks_arguments
def band(curves: xr.DataArray, interval: float = 0.95) -> pd.DataFrame:
    """Pointwise median and equal-tailed band of curves.

    Parameters
    ----------
    curves : DataArray
        Dimensions ``chain, draw, profile, time``.
    interval : float
        Probability of the band.

    Returns
    -------
    DataFrame
        Columns ``arm, time, median, lower, upper``.
    """
    tail = (1.0 - interval) / 2.0
    parts = curves.quantile([0.5, tail, 1.0 - tail], dim=("chain", "draw")).transpose(
        "quantile", "profile", "time"
    )
    profiles, times = parts["profile"].to_numpy(), parts["time"].to_numpy()
    values = parts.to_numpy().reshape(3, -1)
    return pd.DataFrame(
        {
            "arm": np.repeat(profiles, len(times)),
            "time": np.tile(times, len(profiles)),
            "median": values[0],
            "lower": values[1],
            "upper": values[2],
        }
    )
