"""The chance that a trial shows a benefit, by size and by true effect, from simulated trials."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, log

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from posthaz.analyses.assurance.spec import MOST_PATIENTS, AssuranceSpec
from posthaz.baselines.observation import follow_up
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import SpecError

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


BY_HR_COLUMNS = ("patients", "reference", "treated", "hr", "events", "probability", "mcse",
                 "closed_form", "interval_ratio")  # fmt: skip
BY_SIZE_COLUMNS = ("patients", "reference", "treated", "events", "assurance", "mcse",
                   "closed_form", "type_1_error", "interval_ratio")  # fmt: skip
_NODES = 201
_MULTIPLES = (1, 2, 4, 8)


@dataclass(frozen=True, eq=False)
class Assurance:
    """What trials of some sizes could show.

    Parameters
    ----------
    asked : AssuranceSpec
        The design, its gaps filled from the cohort.
    by_hr : DataFrame
        As in ``assurance_by_hr.csv``: for each size and true hazard ratio the chance of concluding
        a benefit, its Monte Carlo error, the normal approximation, the expected events and the
        median ratio of the upper to the lower limit of the 95 % interval.
    by_size : DataFrame
        As in ``assurance_by_size.csv``: for each size the chance averaged over the design prior.
    needed : int or None
        Least number of patients with which the averaged chance reaches the target, by the normal
        approximation; None where no number does.
    most : float
        The chance that the effect is a benefit at all under the design prior, which no trial
        exceeds by much.
    """

    asked: AssuranceSpec
    by_hr: pd.DataFrame
    by_size: pd.DataFrame
    needed: int | None
    most: float


@checks_arguments
def assurance(
    cohort: Cohort,
    asked: AssuranceSpec,
    progress: Callable[[int, int], None] | None = None,
) -> Assurance:
    """The chance that a trial shows a benefit: by size, by true effect, over a design prior.

    Trials are simulated with constant hazards, even entry and no loss to follow-up, and each is
    analysed: by the exact posterior under constant hazards, or by the log-rank test.

    Parameters
    ----------
    cohort : Cohort
        A cohort of two arms, from which the design takes what it doesn't state: the size of the
        arms, the reference arm's median survival, the follow-up.
    asked : AssuranceSpec
        The design.
    progress : callable, optional
        Takes sizes done and sizes in all.

    Returns
    -------
    Assurance
        Tables by true hazard ratio and by size, and the number of patients needed.

    Raises
    ------
    SpecError
        When the cohort has other than two arms, or no event in the reference arm to tell its
        survival by.

    References
    ----------
    O'Hagan A, Stevens JW, Campbell MJ (2005), Pharmaceutical Statistics 4:187-201,
    doi:10.1002/pst.175.

    Examples
    --------
    >>> import posthaz as ph
    >>> asked = ph.AssuranceSpec(ph.hazard_ratio(0.8, upper=1.2), hr=(0.7,), trials=500)
    >>> found = ph.assurance(ph.simulated_example(), asked)
    >>> found.by_size["patients"].tolist()
    [120, 240, 480, 960]
    """
    asked = _filled(cohort, asked)
    share = asked.arms[1] / sum(asked.arms)
    sizes = asked.patients or tuple(
        size for size in (k * sum(asked.arms) for k in _MULTIPLES) if size <= MOST_PATIENTS
    )
    sizes = tuple(sorted({sum(asked.arms), *sizes}))
    by_hr, by_size = [], []
    for done, size in enumerate(sizes, start=1):
        own = asked.arms if size == sum(asked.arms) else _shared(size, share)
        design = _design(asked, own)
        rows = _at_effects(design, asked)
        by_hr += rows
        by_size.append(_averaged(design, asked, next(row[5] for row in rows if row[3] == 1.0)))
        if progress is not None:
            progress(done, len(sizes))
    return Assurance(
        asked,
        pd.DataFrame(by_hr, columns=list(BY_HR_COLUMNS)),
        pd.DataFrame(by_size, columns=list(BY_SIZE_COLUMNS)),
        _needed(asked, share),
        float(ndtr(-asked.design.values[0] / asked.design.values[1])),
    )


def _filled(cohort: Cohort, asked: AssuranceSpec) -> AssuranceSpec:
    """The design with what it leaves to the cohort."""
    if len(cohort.arms) != 2:
        raise SpecError(
            f"{cohort.source.name}: a design compares two arms, and there are {len(cohort.arms)}",
            fix="keep two of them",
        )
    patients = cohort.patients
    reference = cohort.arm == cohort.arms[0]
    own = tuple(round(float(patients.weight[patients.arm == arm].sum())) for arm in cohort.arms)
    seen = (cohort.event | cohort.interval_censored) & reference
    events = float(cohort.weight[seen].sum())
    if asked.median is None and events == 0:
        raise SpecError(
            f"{cohort.source.name}: the reference arm has no event to tell its survival by",
            fix="give its median survival as median",
        )
    time = float(((cohort.exit - cohort.entry) * cohort.weight)[reference].sum())
    return replace(
        asked,
        arms=asked.arms or own,
        median=asked.median or log(2.0) * time / events,
        follow_up=asked.follow_up or _median_follow_up(cohort),
    )


def _median_follow_up(cohort: Cohort) -> float:
    """Median follow-up by reverse Kaplan-Meier; the longest where the median isn't reached."""
    whole = follow_up(cohort).iloc[-1]
    return float(whole["max_follow_up"] if np.isnan(whole["median"]) else whole["median"])


def _shared(size: int, share: float) -> tuple[int, int]:
    treated = min(max(1, round(size * share)), size - 1)
    return size - treated, treated


def _design(asked: AssuranceSpec, arms: Sequence[int]) -> Design:
    assert asked.median is not None and asked.follow_up is not None
    reference, treated = arms
    return Design((reference, treated), log(2.0) / asked.median, asked.accrual, asked.follow_up)


def _rule(asked: AssuranceSpec) -> dict:
    mean, sd = asked.prior.values
    return {"level": asked.level, "prior": (mean, sd) if asked.rule == "posterior" else None}


def _at_effects(design: Design, asked: AssuranceSpec) -> list[tuple]:
    rows = []
    for hr in asked.hr:
        # every size and effect has the same seed, so that neighbours differ by what they are
        random = np.random.default_rng(asked.seed)
        effect = np.full(asked.trials, log(hr))
        made = simulate_trials(design, effect, random, **_rule(asked))
        chance = float(made.shown.mean())
        closed = float(chance_of_success(design, effect[:1], **_rule(asked))[0])
        width = float(np.exp(np.median(made.width)))
        counts = (sum(design.arms), *design.arms, hr, float(made.events.mean()))
        rows.append((*counts, chance, _error(chance, asked), closed, width))
    return rows


def _averaged(design: Design, asked: AssuranceSpec, null: float) -> tuple:
    random = np.random.default_rng(asked.seed)
    mean, sd = asked.design.values
    made = simulate_trials(design, random.normal(mean, sd, asked.trials), random, **_rule(asked))
    chance = float(made.shown.mean())
    return (sum(design.arms), *design.arms, float(made.events.mean()), chance,
            _error(chance, asked), closed_assurance(design, asked), null,
            float(np.exp(np.median(made.width))))  # fmt: skip


def _error(chance: float, asked: AssuranceSpec) -> float:
    return float(np.sqrt(chance * (1.0 - chance) / asked.trials))


def closed_assurance(design: Design, asked: AssuranceSpec) -> float:
    """Chance of success averaged over the design prior, by the normal approximation."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    mean, sd = asked.design.values
    chances = chance_of_success(design, mean + sd * nodes, **_rule(asked))
    return float(weights @ chances / weights.sum())


def _needed(asked: AssuranceSpec, share: float) -> int | None:
    """Least number of patients that reaches the target, by bisection."""

    def reached(size: int) -> bool:
        return closed_assurance(_design(asked, _shared(size, share)), asked) >= asked.target

    low, high = 4, MOST_PATIENTS
    if not reached(high):
        return None
    while high - low > 1:
        middle = ceil((low + high) / 2)
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high
