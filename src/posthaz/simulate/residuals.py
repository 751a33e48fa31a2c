"""How far expected numbers are from the printed ones, in tolerances."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from posthaz.simulate.coding import learn_coding
from posthaz.simulate.description import Printed
from posthaz.simulate.expected import (
    Expected,
    Sums,
    cox_limit,
    cumulative_hazard_at,
    mean_median,
    two_arm_limit,
)

_TOLERANCE = {
    "hazard_ratio": 0.002,
    "median": 0.005,
    "chi_square": 0.3,
    "not_reached": 0.02,
}
_CLEARLY_ABOVE = 0.55

Distance = Callable[[tuple[Sums, ...], Expected], float]


@dataclass(frozen=True, eq=False)
class Target:
    """A printed number as a function of the expected cohort that is 0 where it is met.

    Parameters
    ----------
    weights : tuple of ndarray, shape (patient,)
        Patients whose sums it needs.
    distance : callable
        Takes the sums, one for each of `weights`, and the expected cohort; gives the distance in
        tolerances.
    """

    weights: tuple[np.ndarray, ...]
    distance: Distance


@dataclass(frozen=True, eq=False)
class Targets:
    """All printed numbers of an end point.

    Parameters
    ----------
    targets : tuple of Target
        One a number.
    """

    targets: tuple[Target, ...]

    @cached_property
    def _weights(self) -> np.ndarray:
        """The weights of every number's sums, one row each."""
        return np.array([weight for target in self.targets for weight in target.weights])

    def distances(self, expected: Expected) -> np.ndarray:
        """Distance of every number in tolerances, shape (number,)."""
        sums = iter(expected.sums(self._weights.reshape(-1, len(expected.weight))))
        found = [
            target.distance(tuple(next(sums) for _ in target.weights), expected)
            for target in self.targets
        ]
        return np.array(found)


def build_targets(
    printed: Sequence[Printed], frame: pd.DataFrame, weight: np.ndarray, resolution: float
) -> Targets:
    """Printed numbers as functions of the expected cohort.

    Parameters
    ----------
    printed : sequence of Printed
        The printed numbers.
    frame : DataFrame
        Patients.
    weight : ndarray, shape (patient,)
        Number of patients that each row stands for.
    resolution : float
        Times are rounded to multiples of it.

    Returns
    -------
    Targets
        The functions.
    """
    return Targets(tuple(_target(one, frame, weight, resolution) for one in printed))


def rows_among(frame: pd.DataFrame, among: Mapping[str, Sequence[str]]) -> np.ndarray:
    """Rows whose columns have one of the levels named, as bool."""
    rows = np.ones(len(frame), dtype=bool)
    for name, levels in among.items():
        rows &= frame[name].isin(list(levels)).to_numpy()
    return rows


def _target(one: Printed, frame: pd.DataFrame, weight: np.ndarray, resolution: float) -> Target:
    chosen = weight * rows_among(frame, one.among)
    match one.quantity:
        case "survival":
            return Target((chosen,), _survival(one, float(chosen.sum()), resolution))
        case "median":
            return Target((chosen,), _median(one))
        case "events":
            return Target((chosen,), _events(one, float(chosen.sum())))
        case _ if one.level and not one.adjusted_for:
            column = frame[one.column]
            arms = tuple(
                chosen * (column == level).to_numpy() for level in (one.reference, one.level)
            )
            return Target(arms, _two_arms(one))
        case _:
            return Target((), _adjusted(one, frame, chosen))


def _survival(one: Printed, size: float, resolution: float) -> Distance:
    assert one.time is not None
    tolerance = one.tolerance or float(np.sqrt(max(one.value * (1 - one.value), 0.01) / size))
    # a time rounded to `time` lay up to half a step later
    time = one.time + resolution / 2

    def distance(sums: tuple[Sums, ...], expected: Expected) -> float:
        hazard = cumulative_hazard_at(sums[0], expected.edges, time)
        return (float(np.exp(-hazard)) - one.value) / tolerance

    return distance


def _median(one: Printed) -> Distance:
    if np.isinf(one.value):
        wide = one.tolerance or _TOLERANCE["not_reached"]

        def short_of(sums: tuple[Sums, ...], expected: Expected) -> float:
            hazard = cumulative_hazard_at(sums[0], expected.edges, float(expected.edges[-1]))
            return max(0.0, _CLEARLY_ABOVE - float(np.exp(-hazard))) / wide

        return short_of
    tolerance = one.tolerance or _TOLERANCE["median"]

    def distance(sums: tuple[Sums, ...], expected: Expected) -> float:
        return float(np.log(mean_median(sums[0], expected.edges) / one.value)) / tolerance

    return distance


def _events(one: Printed, size: float) -> Distance:
    share = one.value / size
    tolerance = one.tolerance or float(np.sqrt(size * max(share * (1 - share), 0.01)))

    def distance(sums: tuple[Sums, ...], expected: Expected) -> float:
        return (float(sums[0].failed.sum()) - one.value) / tolerance

    return distance


def _two_arms(one: Printed) -> Distance:
    guess = 0.0

    def distance(sums: tuple[Sums, ...], expected: Expected) -> float:
        nonlocal guess
        reference, other = sums
        guess, information = two_arm_limit(reference, other, guess)
        return _off(one, guess, 1 / max(information, 1e-9), float(reference.failed.sum()))

    return distance


def _adjusted(one: Printed, frame: pd.DataFrame, weight: np.ndarray) -> Distance:
    """Cox model of several columns, or of a number."""
    if one.level:
        weight = weight * frame[one.column].isin([one.level, one.reference]).to_numpy()
        first = (frame[one.column] == one.level).to_numpy(dtype=float)
    else:
        first = frame[one.column].to_numpy(dtype=float)
        weight = weight * np.isfinite(first)
        first = np.nan_to_num((first - np.nanmean(first)) / one.step)
    reference = weight * (first == 0 if one.level else 1.0)
    others = learn_coding(frame.loc[weight > 0], one.adjusted_for).matrix(frame)
    columns = np.column_stack([first, others])
    guess = np.zeros(columns.shape[1])

    def distance(sums: tuple[Sums, ...], expected: Expected) -> float:
        nonlocal guess
        guess, information = cox_limit(expected, weight, columns, guess)
        variance = float(np.linalg.inv(information)[0, 0])
        events = float(reference @ expected.failed.sum(axis=1))
        return _off(one, float(guess[0]), variance, events)

    return distance


def _off(one: Printed, coefficient: float, variance: float, events: float) -> float:
    """Distance of a coefficient; `events` are those in the reference."""
    tolerance = one.tolerance or _TOLERANCE[one.quantity]
    if one.quantity == "hazard_ratio":
        # The mean of estimated ratios lies above the ratio estimated: with Poisson numbers of
        # events in both arms, by one part in as many as the reference has.
        return (coefficient + 1 / max(events, 1.0) - float(np.log(one.value))) / tolerance
    root = one.direction * float(np.sqrt(one.value))
    return (coefficient / float(np.sqrt(variance)) - root) / tolerance
