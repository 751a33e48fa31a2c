"""Simulated trials of two arms with constant hazards, and what each of them concludes."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

_GRID = 801
_WIDE = 9.0
_MOST_CELLS = 4_000_000


@dataclass(frozen=True)
class Design:
    """A trial of two arms.

    Parameters
    ----------
    arms : tuple of int
        Patients of the reference and of the treated arm.
    rate : float
        Hazard of the reference arm, constant.
    accrual, follow_up : float
        Time of even entry, and from the last entry to the analysis.
    """

    arms: tuple[int, int]
    rate: float
    accrual: float
    follow_up: float

    def events(self, log_hr: float | np.ndarray) -> np.ndarray:
        """Events expected in each arm, shape (..., arm).

        Examples
        --------
        >>> Design((50, 50), np.log(2.0), 0.0, 1.0).events(0.0).tolist()
        [25.0, 25.0]
        """
        effect = np.asarray(log_hr, dtype=float)
        rates = np.stack([np.full(effect.shape, self.rate), self.rate * np.exp(effect)], axis=-1)
        end = self.follow_up + self.accrual
        left = np.exp(-rates * self.follow_up)
        if self.accrual > 0:
            left = (left - np.exp(-rates * end)) / (rates * self.accrual)
        return np.asarray(self.arms) * (1.0 - left)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What simulated trials gave.

    Parameters
    ----------
    shown : ndarray of bool, shape (trial,)
        Whether each concluded that the treatment helps.
    events : ndarray of int, shape (trial,)
        Events of both arms.
    width : ndarray of float, shape (trial,)
        Width of the 95 % interval of the log hazard ratio.
    """

    shown: np.ndarray
    events: np.ndarray
    width: np.ndarray


def simulate_trials(
    design: Design,
    log_hr: np.ndarray,
    random: np.random.Generator,
    *,
    level: float,
    prior: tuple[float, float] | None,
) -> Outcomes:
    """Draw a trial for each true effect and analyse it.

    Parameters
    ----------
    design : Design
        The design.
    log_hr : ndarray of float, shape (trial,)
        True log hazard ratio of each trial.
    random : Generator
        Source of random numbers.
    level : float
        Probability above which a benefit is concluded.
    prior : (float, float) or None
        Mean and standard deviation of the normal prior of the log hazard ratio in the analysis, by
        the exact posterior under constant hazards; None for the log-rank test.

    Returns
    -------
    Outcomes
        One a trial.
    """
    size = sum(design.arms)
    parts = []
    for start in range(0, len(log_hr), max(1, _MOST_CELLS // size)):
        effect = log_hr[start : start + max(1, _MOST_CELLS // size)]
        time, event, treated = _follow_up(design, effect, random)
        counts = np.stack([(event & ~treated).sum(1), (event & treated).sum(1)], axis=-1)
        exposure = np.stack(
            [np.where(treated, 0.0, time).sum(1), np.where(treated, time, 0.0).sum(1)], axis=-1
        )
        if prior is None:
            z = _logrank(time, event, treated)
            shown = z < -ndtri(level)
            width = 2 * ndtri(0.975) * np.sqrt((1.0 / np.maximum(counts, 0.5)).sum(axis=1))
        else:
            below, width = _posterior(counts, exposure, prior)
            shown = below > level
        parts.append((shown, counts.sum(axis=1), width))
    return Outcomes(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def _follow_up(
    design: Design, effect: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, whether they end in an event, and whether the patient is treated; (trial, patient)."""
    shape = (len(effect), sum(design.arms))
    treated = np.broadcast_to(np.arange(shape[1]) >= design.arms[0], shape)
    rate = design.rate * np.where(treated, np.exp(effect)[:, None], 1.0)
    time = random.exponential(size=shape) / rate
    seen = design.follow_up + design.accrual * (1.0 - random.random(shape))
    return np.minimum(time, seen), time <= seen, treated


def _logrank(time: np.ndarray, event: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Log-rank z of each trial, negative where the treated arm fares better; times don't tie."""
    order = np.argsort(time, axis=1)
    died = np.take_along_axis(event, order, axis=1)
    own = np.take_along_axis(treated, order, axis=1)
    at_risk = np.arange(time.shape[1], 0, -1)
    share = np.cumsum(own[:, ::-1], axis=1)[:, ::-1] / at_risk
    score = np.where(died, own - share, 0.0).sum(axis=1)
    variance = np.where(died, share * (1.0 - share), 0.0).sum(axis=1)
    return np.where(variance > 0, score / np.sqrt(np.maximum(variance, 1e-300)), 0.0)


def _posterior(
    counts: np.ndarray, exposure: np.ndarray, prior: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """P(log HR < 0) and the width of the 95 % interval, on a grid.

    With constant hazards and a flat prior of the reference arm's log rate, which integrates out,
    the likelihood of the log hazard ratio is exact: ``exp(b d1) (T0 + exp(b) T1)^-(d0 + d1)``.
    """
    mean, sd = prior
    middle = np.log((counts[:, 1] + 0.5) / exposure[:, 1] * exposure[:, 0] / (counts[:, 0] + 0.5))
    error = np.sqrt((1.0 / (counts + 0.5)).sum(axis=1))
    shrunk = 1.0 / (error**-2 + sd**-2)
    centre = shrunk * (middle / error**2 + mean / sd**2)
    steps = np.linspace(-_WIDE, _WIDE, _GRID)
    below, width = np.empty(len(counts)), np.empty(len(counts))
    for rows in np.array_split(np.arange(len(counts)), max(1, len(counts) // 2000)):
        grid = centre[rows, None] + np.sqrt(shrunk[rows])[:, None] * steps
        total = counts[rows].sum(axis=1)[:, None]
        log_density = counts[rows, 1][:, None] * grid - 0.5 * ((grid - mean) / sd) ** 2
        log_density -= total * np.log(exposure[rows, 0][:, None] +
                                      np.exp(grid) * exposure[rows, 1][:, None])  # fmt: skip
        density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
        cumulative = np.cumsum(density, axis=1) - density / 2.0
        cumulative /= density.sum(axis=1, keepdims=True)
        for place, row in enumerate(rows):
            below[row] = np.interp(0.0, grid[place], cumulative[place])
            ends = np.interp([0.025, 0.975], cumulative[place], grid[place])
            width[row] = ends[1] - ends[0]
    return below, width


def chance_of_success(
    design: Design, log_hr: np.ndarray, *, level: float, prior: tuple[float, float] | None
) -> np.ndarray:
    """Chance of concluding a benefit at each true effect, by a normal approximation.

    Parameters
    ----------
    design : Design
        The design.
    log_hr : ndarray of float
        True log hazard ratios.
    level, prior
        As in `simulate_trials`.

    Returns
    -------
    ndarray of float
        From a normal estimate with the variance that the expected events give.
    """
    error = np.sqrt((1.0 / design.events(log_hr)).sum(axis=-1))
    z = ndtri(level)
    if prior is None:
        bound = -z * error
    else:
        mean, sd = prior
        precision = error**-2 + sd**-2
        bound = -(z * np.sqrt(precision) + mean / sd**2) * error**2
    return ndtr((bound - log_hr) / error)
