"""Effects that change with time: hazard ratios by interval, and what follows from them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.effects import change_starts
from posthaz.estimands.contrast import difference
from posthaz.estimands.curves import survival
from posthaz.estimands.population import marginal_fault
from posthaz.estimands.rmst import restricted_mean
from posthaz.estimands.summary import summary
from posthaz.inference import Fit
from posthaz.spec import CHANGE, coefficient_name

CHANGE_COLUMNS = ("model", "term", "start", "end", "median", "lower", "upper", "p_hr_below_1")
PROPORTIONALITY_COLUMNS = (
    "model",
    "arm",
    "spread_prior",
    "spread_median",
    "spread_lower",
    "spread_upper",
    "margin",
    "p_matters",
    "p_survival",
    "p_crossing",
    "crossing_median",
    "crossing_lower",
    "crossing_upper",
)
_POINTS = 121
_APART = 0.01
MATTERS = 0.05


def change_table(fit: Fit, interval: float = 0.95) -> pd.DataFrame:
    """Hazard ratio of every column whose effect changes, in each interval.

    Parameters
    ----------
    fit : Fit
        A fit.
    interval : float
        Probability of the equal-tailed intervals.

    Returns
    -------
    DataFrame
        Columns ``model, term, start, end`` (infinite after the last cut), ``median, lower,
        upper`` of the hazard ratio and ``p_hr_below_1``; no row where no effect changes.

    Examples
    --------
    >>> import posthaz as ph
    >>> effect = ph.ChangingEffect("arm", cuts=(6.0,))
    >>> spec = ph.ModelSpec("m", ph.Weibull(), "arm", changing=(effect,))
    >>> fit = ph.fit(spec, ph.simulated_example(), draws=100, tune=200, chains=2)
    >>> change_table(fit)["end"].tolist()
    [6.0, inf]
    """
    rows = []
    for term, logs in _log_hazard_ratios(fit, "posterior").items():
        starts = change_starts(fit.spec.changing)
        for k, (start, end) in enumerate(zip(starts, [*starts[1:], np.inf], strict=True)):
            own = logs.isel(period=k)
            numbers = summary(own.copy(data=np.exp(own.to_numpy())), interval)
            rows.append(
                {
                    "model": fit.spec.name,
                    "term": term,
                    "start": start,
                    "end": end,
                    **{key: numbers[key] for key in ("median", "lower", "upper")},
                    "p_hr_below_1": float((logs.isel(period=k) < 0).mean()),
                }
            )
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def proportionality(
    fit: Fit, horizon: float, margin: float, interval: float = 0.95
) -> pd.DataFrame:
    """Whether hazards are proportional, as a posterior answers it.

    Parameters
    ----------
    fit : Fit
        A fit.
    horizon : float
        End of the restricted mean and of the look-out for a crossing, in the fit's unit.
    margin : float
        Change of the difference in restricted means that matters, in the fit's unit.
    interval : float
        Probability of the equal-tailed intervals.

    Returns
    -------
    DataFrame
        A row for each arm whose effect changes. ``spread_`` columns are about the standard
        deviation of the log hazard ratio over the events, with the prior's median beside.
        `p_matters` is the probability that letting the effect change, its average kept, moves the
        difference in restricted means by more than `margin`, `p_survival` that in survival at some
        time before `horizon` by more than 5 points; `p_crossing` that each survival
        curve lies a percentage point above the other at some time before `horizon`, and
        ``crossing_`` columns are about the time at which they meet where they do.
    """
    rows = []
    logs, prior = _log_hazard_ratios(fit, "posterior"), _log_hazard_ratios(fit, "prior")
    for arm, term in _changing_arms(fit).items():
        spread = summary(_spread(fit, logs[term]), interval)
        row: dict[str, object] = {"model": fit.spec.name, "arm": arm, "margin": margin}
        row["spread_prior"] = float(_spread(fit, prior[term]).median()) if prior else np.nan
        row |= {f"spread_{key}": spread[key] for key in ("median", "lower", "upper")}
        if not (fit.recurrent or marginal_fault(fit)):
            row |= _matters(fit, arm, horizon, margin)
            row |= _crossing(fit, arm, horizon, interval)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(PROPORTIONALITY_COLUMNS))


def _log_hazard_ratios(fit: Fit, group: str) -> dict[str, xr.DataArray]:
    """Log hazard ratios of the columns that change, by column: (chain, draw, period)."""
    if not fit.spec.changing or group not in fit.draws.children:
        return {}
    draws = fit.draws[group].to_dataset()
    if CHANGE not in draws:
        return {}
    average, change = draws[coefficient_name(fit.spec)], draws[CHANGE]
    return {
        str(term): average.sel(covariate=term, drop=True) + change.sel(changing=term, drop=True)
        for term in change["changing"].to_numpy()
    }


def _changing_arms(fit: Fit) -> dict[str, str]:
    """Column of the effect of each arm that changes by itself."""
    if not fit.treatment or fit.treatment not in {one.term for one in fit.spec.changing}:
        return {}
    arms = fit.design.frame[fit.treatment].cat.categories
    return {
        str(arm): f"{fit.treatment}[{arm}]"
        for arm in arms
        if f"{fit.treatment}[{arm}]" in fit.design.columns
    }


def _spread(fit: Fit, logs: xr.DataArray) -> xr.DataArray:
    """Standard deviation of a log hazard ratio over the events."""
    times = fit.draws["observed_data"]["time"].to_numpy()
    constant = fit.draws["constant_data"]
    seen = constant["weight"].to_numpy() * constant["time"].to_numpy()
    period = np.searchsorted(change_starts(fit.spec.changing)[1:], times)
    events = np.bincount(period, weights=seen, minlength=logs.sizes["period"])
    share = xr.DataArray(events / events.sum(), dims="period")
    centred = logs - (logs * share).sum("period")
    return ((centred**2 * share).sum("period")) ** 0.5


def _matters(fit: Fit, arm: str, horizon: float, margin: float) -> dict[str, float]:
    """Probabilities that the change moves differences between the arms by what matters."""
    groups = {name: node.to_dataset() for name, node in fit.draws.children.items()}
    still = groups["posterior"].assign({CHANGE: 0.0 * groups["posterior"][CHANGE]})
    held = replace(fit, draws=xr.DataTree.from_dict({"posterior": still}))
    reference = str(fit.design.frame[fit.treatment].cat.categories[0])
    grid = np.linspace(fit.origin, horizon, _POINTS)
    gains = [difference(restricted_mean(one, [horizon]), arm, reference) for one in (fit, held)]
    curves = [difference(survival(one, grid), arm, reference) for one in (fit, held)]
    return {
        "p_matters": float((abs(gains[0] - gains[1]) > margin).mean()),
        "p_survival": float((abs(curves[0] - curves[1]).max("time") > MATTERS).mean()),
    }


def _crossing(fit: Fit, arm: str, horizon: float, interval: float) -> dict[str, float]:
    """Probability that two survival curves cross, and when."""
    grid = np.linspace(fit.origin, horizon, _POINTS)
    reference = str(fit.design.frame[fit.treatment].cat.categories[0])
    apart = difference(survival(fit, grid), arm, reference).transpose("chain", "draw", "time")
    gaps = apart.to_numpy().reshape(-1, _POINTS)
    crosses = (gaps.max(axis=1) > _APART) & (gaps.min(axis=1) < -_APART)
    row = {"p_crossing": float(crosses.mean())}
    if not crosses.any():
        return row
    met = np.array([_meeting(gap, grid) for gap in gaps[crosses]])
    tail = (1.0 - interval) / 2.0
    median, lower, upper = np.quantile(met, [0.5, tail, 1.0 - tail])
    return row | {"crossing_median": median, "crossing_lower": lower, "crossing_upper": upper}


def _meeting(gap: np.ndarray, grid: np.ndarray) -> float:
    """Time at which the curve that was higher by a point first meets the other."""
    first = int(np.argmax(np.abs(gap) > _APART))
    turned = np.flatnonzero(gap[first:] * np.sign(gap[first]) <= 0)
    return float(grid[first + turned[0]]) if len(turned) else float(grid[-1])
