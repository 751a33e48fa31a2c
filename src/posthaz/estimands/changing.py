"""Effects that change with time: hazard ratios by interval, and what follows from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.answers import median_and_limits
from posthaz.cohort import Column, number_text
from posthaz.design import term_variables
from posthaz.effects import change_starts
from posthaz.estimands.contrast import difference
from posthaz.estimands.curves import survival
from posthaz.estimands.population import (
    Population,
    everybody_at,
    marginal_fault,
    patients_each,
)
from posthaz.estimands.rmst import restricted_mean
from posthaz.estimands.short_and_long import (
    column_steps,
    hazards_cross,
    log_ratios,
    short_and_long_ratios,
)
from posthaz.estimands.summary import summary
from posthaz.inference import Fit
from posthaz.spec import (
    CHANGE,
    LONG,
    SHORT,
    changing_positions,
    coefficient_name,
    term_positions,
)

CHANGE_COLUMNS = (
    "model",
    "term",
    "start",
    "end",
    "median",
    "lower",
    "upper",
    "p_hr_below_1",
    "step",
    "per",
)
PROPORTIONALITY_COLUMNS = (
    "model",
    "term",
    "arm",
    "value",
    "against",
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
    "p_hazards_cross",
    "hazards_cross_median",
    "hazards_cross_lower",
    "hazards_cross_upper",
)
_POINTS = 121
_MOST_EVENTS = 200
_APART = 0.01
MATTERS = 0.05


def change_table(
    fit: Fit, interval: float = 0.95, columns: Mapping[str, Column] | None = None
) -> pd.DataFrame:
    """Hazard ratio of every column whose effect changes, in each interval.

    Parameters
    ----------
    fit : Fit
        A fit.
    interval : float
        Probability of the equal-tailed intervals.
    columns : mapping of str to Column, optional
        Meaning of the covariates, whose steps are used.

    Returns
    -------
    DataFrame
        Columns ``model, term, start, end`` (infinite after the last cut), ``median, lower,
        upper`` of the hazard ratio and ``p_hr_below_1``; no row where no effect changes. The
        ratio of a number is per ``step`` where that is not empty, of ``per`` units of its column.
        A short-term ratio has ``start = end = 0``, a long-term one infinity for both.

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
    steps = column_steps(fit, columns)
    for term, unit_logs in _log_hazard_ratios(fit, "posterior").items():
        label, per = steps.get(term, ("", 1.0))
        starts = own_starts(fit, term)
        period = np.searchsorted(change_starts(fit.spec.changing), starts)
        logs = unit_logs.isel(period=period) * per
        for k, (start, end) in enumerate(zip(starts, [*starts[1:], np.inf], strict=True)):
            about = {"term": term, "start": start, "end": end, "step": label, "per": per}
            rows.append(_ratio_row(fit, logs.isel(period=k), interval) | about)
    for term, ends in short_and_long_ratios(fit, "posterior").items():
        label, per = steps.get(term, ("", 1.0))
        for when, logs in zip((0.0, np.inf), ends, strict=True):
            about = {"term": term, "start": when, "end": when, "step": label, "per": per}
            rows.append(_ratio_row(fit, logs * per, interval) | about)
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def _ratio_row(fit: Fit, logs: xr.DataArray, interval: float) -> dict[str, object]:
    """Numbers of a hazard ratio whose log is given."""
    numbers = summary(logs.copy(data=np.exp(logs.to_numpy())), interval)
    row: dict[str, object] = {"model": fit.spec.name, "p_hr_below_1": float((logs < 0).mean())}
    return row | {key: numbers[key] for key in ("median", "lower", "upper")}


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
        A row for each column whose effect changes: an arm (or level) against the reference, a
        number's upper quartile against its lower one, with everybody given either (``value``,
        ``against``); ``arm`` is empty but for arms of treatment. ``spread_`` columns are about the
        standard deviation of the log hazard ratio over the events, with the prior's median beside.
        `p_matters` is the probability that letting the effect change, its average kept, moves the
        difference in restricted means by more than `margin`, `p_survival` that in survival at some
        time before `horizon` by more than 5 points; `p_crossing` that each survival
        curve lies a percentage point above the other at some time before `horizon`, and
        ``crossing_`` columns are about the time at which they meet where they do;
        ``hazards_cross`` columns are about a ratio from short to long term that passes 1 for the
        reference patient. A product of covariates has a spread alone.
    """
    rows = []
    compared = list(_compared(fit))
    pairs = {one.term: one.pair for one in compared}
    logs, prior = (_over_events(fit, group, pairs) for group in ("posterior", "prior"))
    curves = not (fit.recurrent or marginal_fault(fit))
    for one in compared:
        spread = summary(logs[one.term], interval)
        before = prior.get(one.term)
        row: dict[str, object] = {"model": fit.spec.name, "term": one.term, "margin": margin}
        row |= {"arm": one.arm, "value": one.value, "against": one.against}
        row["spread_prior"] = np.nan if before is None else float(before.median())
        row |= {f"spread_{key}": spread[key] for key in ("median", "lower", "upper")}
        if curves and one.populations:
            row |= _matters(fit, one, horizon, margin)
            row |= _crossing(fit, one, horizon, interval)
            grid = np.linspace(fit.origin, horizon, _POINTS)
            row |= hazards_cross(fit, one.term, grid, interval, one.pair)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(PROPORTIONALITY_COLUMNS))


def own_starts(fit: Fit, term: str) -> np.ndarray:
    """When each interval of a column's effect begins, those of other effects left out."""
    for effect in fit.spec.changing:
        if term in {fit.design.columns[j] for j in changing_positions(effect, fit.design)}:
            return change_starts([effect])
    return np.zeros(1)


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


@dataclass(frozen=True, eq=False)
class _Compared:
    """Who is compared by a column whose effect changes."""

    term: str
    arm: str = ""
    value: str = ""
    against: str = ""
    pair: tuple[float, float] = (1.0, 0.0)
    populations: tuple[Population, ...] = ()


def _compared(fit: Fit) -> Iterator[_Compared]:
    """The comparison of each column whose effect changes."""
    own = (fit.spec.crossing,) if fit.spec.crossing else ()
    for effect in (*fit.spec.changing, *own):
        variable = _variable(fit, effect.term)
        columns = [fit.design.columns[j] for j in term_positions(effect.term, fit.design)]
        if not variable:
            yield from (_Compared(column) for column in columns)
        elif isinstance(fit.design.frame[variable].dtype, pd.CategoricalDtype):
            first, *others = (str(level) for level in fit.design.frame[variable].cat.categories)
            named = {f"{variable}[{level}]": level for level in others}
            for column in columns:
                if (level := named.get(column)) is None:  # coded otherwise, as by C() or zero_sum()
                    yield _Compared(column)
                    continue
                arm = level if variable == fit.treatment else ""
                pair = everybody_at(fit, variable, (level, first))
                yield _Compared(column, arm, level, first, populations=pair)
        else:
            yield from _quartiles(fit, variable, columns)


def _quartiles(fit: Fit, variable: str, columns: list[str]) -> Iterator[_Compared]:
    """A number's upper quartile against its lower one; a spread per unit of several columns."""
    values = np.repeat(fit.design.frame[variable].to_numpy(dtype=float), patients_each(fit))
    low, high = np.quantile(values, (0.25, 0.75))
    if len(columns) > 1 or low == high:
        yield from (_Compared(column) for column in columns)
        return
    pair = everybody_at(fit, variable, (float(high), float(low)))
    place = fit.design.columns.index(columns[0])
    ends = [fit.design.matrix(one.frame.iloc[:1])[0, place] for one in pair]
    names = [number_text(value) for value in (high, low)]
    high_at, low_at = (float(end - fit.design.centre[place]) for end in ends)
    yield _Compared(columns[0], "", names[0], names[1], (high_at, low_at), pair)


def _variable(fit: Fit, term: str) -> str:
    """The one covariate of a term; empty for a product."""
    named = term_variables(fit.design.formula, term)
    return named[0] if len(named) == 1 else ""


def _over_events(
    fit: Fit, group: str, pairs: Mapping[str, tuple[float, float]]
) -> dict[str, xr.DataArray]:
    """Standard deviation over the events of the log hazard ratio of two values of each column."""
    found = {
        term: _spread(fit, logs) * abs(pairs[term][0] - pairs[term][1])
        for term, logs in _log_hazard_ratios(fit, group).items()
    }
    if fit.spec.crossing is not None:
        times, weight = _events(fit)
        share = xr.DataArray(weight / weight.sum(), dims="time")
        for term, logs in log_ratios(fit, times, group, pairs).items():
            centred = logs - (logs * share).sum("time")
            found[term] = ((centred**2 * share).sum("time")) ** 0.5
    return found


def _events(fit: Fit) -> tuple[np.ndarray, np.ndarray]:
    """Times of the events, at most 200 quantiles of them, and their weights."""
    times = fit.draws["observed_data"]["time"].to_numpy()
    constant = fit.draws["constant_data"]
    seen = constant["weight"].to_numpy() * constant["time"].to_numpy()
    times, seen = times[seen > 0], seen[seen > 0]
    if len(times) <= _MOST_EVENTS:
        return times, seen
    order = np.argsort(times)
    middle = (np.arange(_MOST_EVENTS) + 0.5) / _MOST_EVENTS
    place = np.searchsorted(np.cumsum(seen[order]) / seen.sum(), middle)
    return times[order][place], np.ones(_MOST_EVENTS)


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


def _matters(fit: Fit, asked: _Compared, horizon: float, margin: float) -> dict[str, float]:
    """Probabilities that the change moves differences between two populations by what matters."""
    draws = fit.draws["posterior"].to_dataset()
    still = _held(fit, draws, asked.term)
    held = replace(fit, draws=xr.DataTree.from_dict({"posterior": still}))
    pair = asked.populations
    names = pair[0].label, pair[1].label
    grid = np.linspace(fit.origin, horizon, _POINTS)
    gains = [difference(restricted_mean(one, [horizon], pair), *names) for one in (fit, held)]
    curves = [difference(survival(one, grid, pair), *names) for one in (fit, held)]
    return {
        "p_matters": float((abs(gains[0] - gains[1]) > margin).mean()),
        "p_survival": float((abs(curves[0] - curves[1]).max("time") > MATTERS).mean()),
    }


def _held(fit: Fit, draws: xr.Dataset, term: str) -> xr.Dataset:
    """Draws in which the effect of a column stays at its average."""
    if term in short_and_long_ratios(fit, "posterior"):
        average = draws[coefficient_name(fit.spec)].sel(covariate=term, drop=True)
        own = draws["crossing"] == term
        return draws.assign({name: draws[name].where(~own, average) for name in (SHORT, LONG)})
    return draws.assign({CHANGE: draws[CHANGE] * (draws["changing"] != term)})


def _crossing(fit: Fit, asked: _Compared, horizon: float, interval: float) -> dict[str, float]:
    """Probability that two survival curves cross, and when."""
    grid = np.linspace(fit.origin, horizon, _POINTS)
    pair = asked.populations
    apart = difference(survival(fit, grid, pair), pair[0].label, pair[1].label)
    gaps = apart.transpose("chain", "draw", "time").to_numpy().reshape(-1, _POINTS)
    crosses = (gaps.max(axis=1) > _APART) & (gaps.min(axis=1) < -_APART)
    row = {"p_crossing": float(crosses.mean())}
    if not crosses.any():
        return row
    met = np.array([_meeting(gap, grid) for gap in gaps[crosses]])
    median, lower, upper = median_and_limits(met, interval)
    return row | {"crossing_median": median, "crossing_lower": lower, "crossing_upper": upper}


def _meeting(gap: np.ndarray, grid: np.ndarray) -> float:
    """Time at which the curve that was higher by a point first meets the other."""
    first = int(np.argmax(np.abs(gap) > _APART))
    turned = np.flatnonzero(gap[first:] * np.sign(gap[first]) <= 0)
    return float(grid[first + turned[0]]) if len(turned) else float(grid[-1])
