"""Cumulative incidence: posterior of one fit a cause, without a model, and tables side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.analyses.competing_risks.spec import CompetingRisksSpec
from posthaz.answers import median_and_limits
from posthaz.baselines import cumulative_incidence, gray_test, naive_incidence
from posthaz.cohort import Cohort
from posthaz.effects import change_starts, event_free_at
from posthaz.errors import CohortError
from posthaz.errors.lost import Lost
from posthaz.estimands import Population, arm_populations, band, incidence_of
from posthaz.inference import Fit, flat_draws, hazard_of

NAIVE = "1 - Kaplan-Meier"
AALEN_JOHANSEN = "Aalen-Johansen"
POSTERIOR = "posterior"
_COLUMNS = ["cause", "label", "arm", "time", "source", "incidence", "lower", "upper"]


def without_model(
    cohort: Cohort,
    causes: tuple[int, ...],
    times: tuple[float, ...],
    interval: float,
    notes: list[str],
) -> tuple[tuple[pd.DataFrame, pd.DataFrame], pd.DataFrame]:
    """Rows at the times asked for and of whole curves, and Gray's tests.

    Parameters
    ----------
    cohort : Cohort
        The cohort with its causes.
    causes : tuple of int
        Causes that rows of it have.
    times : tuple of float
        Times.
    interval : float
        Confidence level.
    notes : list of str
        Where it is said why there is nothing.

    Returns
    -------
    tuple of (DataFrame, DataFrame) and DataFrame
        Empty where the cohort's follow-up can't be used.
    """
    try:
        tables = [
            pd.concat(
                [
                    *(
                        naive_incidence(cohort, cause, wanted, level=interval).assign(source=NAIVE)
                        for cause in causes
                    ),
                    cumulative_incidence(cohort, wanted, causes=causes, level=interval).assign(
                        source=AALEN_JOHANSEN
                    ),
                ]
            )
            for wanted in (times, None)
        ]
        tests = pd.concat([gray_test(cohort, cause) for cause in causes], ignore_index=True)
    except CohortError as error:
        notes.append(Lost("estimate without a model", str(error)))
        return (pd.DataFrame(), pd.DataFrame()), pd.DataFrame()
    return (tables[0], tables[1]), tests


def posterior_rows(fits: Mapping[int, Fit], times: np.ndarray, interval: float) -> pd.DataFrame:
    """Posterior median and band of every cause's incidence, by arm."""
    draws = posterior_incidence(fits, times)
    parts = [
        band(draws.sel(cause=cause), interval)
        .rename(columns={"median": "incidence"})
        .assign(cause=cause, source=POSTERIOR)
        for cause in fits
    ]
    return pd.concat(parts, ignore_index=True)


def labelled(rows: pd.DataFrame, asked: CompetingRisksSpec, arms: tuple[str, ...]) -> pd.DataFrame:
    """Rows with the names of their causes, in order of cause, arm (reference first) and time."""
    rows = named(rows, asked).reindex(columns=[*_COLUMNS, "at_risk", "events"])
    place = rows["arm"].astype(str).map({arm: number for number, arm in enumerate(arms)})
    rows = rows.assign(place=place).sort_values(["cause", "place", "time"], kind="stable")
    return rows.drop(columns="place").reset_index(drop=True)


def named(rows: pd.DataFrame, asked: CompetingRisksSpec) -> pd.DataFrame:
    """Rows with the names of their causes."""
    if rows.empty:
        return rows
    return rows.assign(label=[asked.label(int(cause)) for cause in rows["cause"]])


_STEPS = 200
_MOST_ELEMENTS = 4_000_000
EVENT_FREE = 0
SUBDISTRIBUTION_COLUMNS = (
    *("cause", "arm", "reference", "time", "hr", "lower", "upper", "p_below_1"),
)


def posterior_incidence(
    fits: Mapping[int, Fit],
    times: Sequence[float] | np.ndarray,
    populations: Sequence[Population] | None = None,
    most_draws: int = 1000,
) -> xr.DataArray:
    """Probability of having failed from each cause, for every draw.

    With hazards ``h_k`` of the causes, survival is ``S = exp(-sum H_k)`` and the incidence of
    cause k the integral of ``h_k S``. The likelihood of the causes is a product, one factor a
    cause, and so is the posterior when the priors are independent: draws of separate fits to
    each cause together are draws of all of them.

    Parameters
    ----------
    fits : mapping of int to Fit
        Fit of each cause, to the same rows with every other cause censored, and with equal
        chains and draws.
    times : array-like of float, shape (time,)
        Times, in the fits' unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.
    most_draws : int, optional
        About how many draws are used, evenly thinned.

    Returns
    -------
    DataArray
        Dimensions ``cause, chain, draw, profile, time``; cause 0 is being event-free, so that
        the causes sum to 1: in those event-free at the fits' origin, and NaN before it. Within
        each of at least 200 steps of time the hazards of the causes are taken as proportional,
        which is exact for piecewise exponential ones.
    """
    first = next(iter(fits.values()))
    wanted = np.asarray(times, dtype=float)
    chosen = list(populations or arm_populations(first))
    posterior = first.draws["posterior"].to_dataset()
    chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
    kept = np.unique(np.linspace(0, draws - 1, min(draws, max(most_draws // chains, 1))).round())
    kept = kept.astype(int)
    values = {
        cause: flat_draws(fit.draws["posterior"].to_dataset().isel(draw=kept))
        for cause, fit in fits.items()
    }
    grid = _grid(fits, wanted)
    place = np.searchsorted(grid, wanted)
    arrays = [_of_population(fits, values, one, grid)[..., place] for one in chosen]
    shape = (1 + len(fits), chains, len(kept), len(chosen), len(wanted))
    return xr.DataArray(
        np.where(wanted >= first.origin, np.stack(arrays, axis=2).reshape(shape), np.nan),
        dims=("cause", "chain", "draw", "profile", "time"),
        coords={
            "cause": [EVENT_FREE, *fits],
            "chain": posterior["chain"].to_numpy(),
            "draw": posterior["draw"].to_numpy()[kept],
            "profile": [population.label for population in chosen],
            "time": wanted,
        },
    )


def implied_subdistribution(
    fits: Mapping[int, Fit], times: Sequence[float] | np.ndarray, interval: float = 0.95
) -> pd.DataFrame:
    """Subdistribution hazard ratio that models of the causes imply, up to each time.

    It is the ratio of cumulative subdistribution hazards, ``log(1 - F)`` of an arm over that of
    the reference, with the standardised incidence ``F`` of the cause: what a Fine-Gray model
    estimates where its ratio is constant. Cause-specific models seldom imply a constant one.

    Parameters
    ----------
    fits : mapping of int to Fit
        Fit of each cause.
    times : array-like of float, shape (time,)
        Times, in the fits' unit.
    interval : float
        Probability of the equal-tailed intervals.

    Returns
    -------
    DataFrame
        Columns ``cause, arm, reference, time, hr, lower, upper, p_below_1``; no row for one arm.
    """
    draws = posterior_incidence(fits, times)
    reference, *arms = (str(arm) for arm in draws["profile"].to_numpy())
    rows = []
    for cause in fits:
        accrued = xr.DataArray(-np.log1p(-draws.sel(cause=cause)))
        for arm in arms:
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = accrued.sel(profile=arm) / accrued.sel(profile=reference)
            for k, time in enumerate(draws["time"].to_numpy()):
                own = ratio.isel(time=k).to_numpy()
                median, lower, upper = median_and_limits(own, interval)
                about = (cause, arm, reference, float(time))
                rows.append((*about, median, lower, upper, _below_1(own)))
    return pd.DataFrame(rows, columns=list(SUBDISTRIBUTION_COLUMNS))


def _below_1(ratio: np.ndarray) -> float:
    """Probability of a ratio below 1; none where nobody could have failed yet."""
    return float(np.nan if np.isnan(ratio).any() else (ratio < 1.0).mean())


def _grid(fits: Mapping[int, Fit], times: np.ndarray) -> np.ndarray:
    """Steps of time: even ones, the times asked for, and the cuts of baselines and of effects."""
    end = float(times.max(initial=0.0))
    cuts = [time for fit in fits.values() for time in fit.spec.baseline.breaks()]
    cuts += [time for fit in fits.values() for time in change_starts(fit.spec.changing)]
    grid = np.unique(np.concatenate([np.linspace(0.0, end, _STEPS + 1), times, cuts]))
    return grid[grid <= end]


def _of_population(
    fits: Mapping[int, Fit],
    values: Mapping[int, dict[str, np.ndarray]],
    population: Population,
    grid: np.ndarray,
) -> np.ndarray:
    """Survival and incidences over a population, shape (cause, draw, time)."""
    draws = len(next(iter(next(iter(values.values())).values())))
    size = max(1, _MOST_ELEMENTS // max(len(population.frame) * len(grid) * len(fits), 1))
    pieces = []
    for start in range(0, draws, size):
        accrued = []
        for cause, fit in fits.items():
            piece = {name: array[start : start + size] for name, array in values[cause].items()}
            own = hazard_of(fit.spec, fit.design, piece, population.frame)
            hazard = event_free_at(own, fit.origin)
            drawn = len(next(iter(piece.values())))
            shape = (drawn, len(population.frame), len(grid))
            accrued.append(np.broadcast_to(hazard.cumulative_hazard(grid), shape))
        incidence = incidence_of(np.stack(accrued))
        pieces.append(np.einsum("kdrt,r->kdt", incidence, population.weight))
    return np.concatenate(pieces, axis=1)
