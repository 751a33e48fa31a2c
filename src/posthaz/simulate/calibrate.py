"""Hazards under which a cohort's expected numbers are the printed ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from posthaz.simulate.coding import learn_coding
from posthaz.simulate.course import Clock, Course, EndpointHazards, build_clock, course
from posthaz.simulate.description import Endpoint, Group, PrintedCohort
from posthaz.simulate.expected import Expected
from posthaz.simulate.margins import simulate_covariates
from posthaz.simulate.residuals import build_targets

_PATIENTS, _BINS = 2000, 6
_SEED = 20_260_101
# Penalties, as standard deviations. Steps of a log hazard from one interval to the next: of a
# stratum's departure from the common one, as a share of the end point's roughness, and of a
# group's departure from a stratum of proportional hazards. Then levels, and effects that no
# printed number speaks of.
_DEPARTURE, _PROPORTIONAL, _APART = 0.5, 0.03, 1.5
_EFFECT = {1: 1.0, 2: 0.5}
_MEDIAN_SHARE = 2.0


@dataclass(frozen=True, eq=False)
class Patients:
    """Patients over whom expectations are taken.

    Parameters
    ----------
    frame : DataFrame
        Covariates, with ``group``; rows that no hazard or printed number tells apart are one.
    weight : ndarray, shape (patient,)
        Number of patients of the cohort that a row stands for.
    clock : Clock
        Time cells.
    uncensored : ndarray, shape (group, cell)
        Share of each group whose potential follow-up reaches the middle of the cell.
    """

    frame: pd.DataFrame
    weight: np.ndarray
    clock: Clock
    uncensored: np.ndarray

    @property
    def group(self) -> np.ndarray:
        """Group of each row."""
        return self.frame["group"].to_numpy()

    def expected(self, whole: Course) -> Expected:
        """Expected follow-up under censoring at the cut-off."""
        seen = self.uncensored[self.group]
        return Expected(self.clock.edges, whole.at_risk * seen, whole.failed * seen, self.weight)


def calibrated_hazards(cohort: PrintedCohort) -> dict[str, EndpointHazards]:
    """Hazards of every end point under which the printed numbers are met.

    Every group has a piecewise exponential hazard. Its levels and the effects named minimise the
    distances between expected and printed numbers, in tolerances, plus penalties that keep the
    hazards smooth, and proportional where the description says so. Where printed medians and
    hazard ratios contradict proportional hazards, the hazard ratio changes over time as little
    as is needed. Nothing is random: the expectations are those of `expected`.

    Parameters
    ----------
    cohort : PrintedCohort
        The description.

    Returns
    -------
    dict of str to EndpointHazards
        By end point.
    """
    patients = expected_patients(cohort)
    found: dict[str, EndpointHazards] = {}
    earlier: dict[str, tuple[Endpoint, Course]] = {}
    # the matrices are small: threads of the linear algebra would wait for one another
    with threadpool_limits(1):
        for endpoint in cohort.endpoints:
            hazards = _calibrated(endpoint, cohort, patients, earlier)
            found[endpoint.name] = hazards
            earlier[endpoint.name] = (endpoint, _course(endpoint, hazards, patients, earlier))
    return found


def expected_cohort(
    cohort: PrintedCohort, hazards: Mapping[str, EndpointHazards]
) -> tuple[Patients, dict[str, Expected]]:
    """Patients, and what an infinitely large cohort of them would show, by end point."""
    patients = expected_patients(cohort)
    earlier: dict[str, tuple[Endpoint, Course]] = {}
    for endpoint in cohort.endpoints:
        whole = _course(endpoint, hazards[endpoint.name], patients, earlier)
        earlier[endpoint.name] = (endpoint, whole)
    return patients, {name: patients.expected(whole) for name, (_, whole) in earlier.items()}


def expected_patients(cohort: PrintedCohort) -> Patients:
    """Patients over whom expectations are taken: a small cohort repeated, a large one thinned."""
    # matched patients come in sets: as many know less about how factors go together
    wanted = _PATIENTS * (10 if cohort.matched.groups else 1)
    copies = max(1, round(wanted / cohort.size))
    random = np.random.default_rng(_SEED)
    drawn = replace(cohort, groups=tuple(_scaled(group, cohort.size) for group in cohort.groups))
    frame = pd.concat([simulate_covariates(drawn, random) for _ in range(copies)])
    used = list(dict.fromkeys(["group", *_columns_used(cohort)]))
    for name in used[1:]:
        if pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = _binned(frame[name].to_numpy(dtype=float))
    counted = frame.groupby(used, sort=False, observed=True, dropna=False).size()
    distinct = counted.index.to_frame(index=False)
    stands_for = np.array([group.size for group in cohort.groups]) / (
        copies * np.array([group.size for group in drawn.groups])
    )
    weight = counted.to_numpy() * stands_for[distinct["group"].to_numpy()]
    clock = build_clock(cohort)
    middle = (clock.edges[1:] + clock.edges[:-1]) / 2
    return Patients(
        distinct, weight, clock, np.array([_uncensored(group, middle) for group in cohort.groups])
    )


def _scaled(group: Group, whole: int) -> Group:
    return replace(group, size=max(1, round(group.size * min(1.0, _PATIENTS / whole))))


def _binned(values: np.ndarray) -> np.ndarray:
    """Few values with the mean and spread of many, so that fewer rows are distinct."""
    known = np.isfinite(values)
    order = np.argsort(np.argsort(values[known], kind="stable"), kind="stable")
    place = order * _BINS // known.sum()
    means = np.bincount(place, values[known]) / np.bincount(place)
    binned, centre = means[place], values[known].mean()
    stretch = values[known].std() / max(float(binned.std()), 1e-300)
    few = np.full(len(values), np.nan)
    few[known] = centre + (binned - centre) * stretch
    return few


def _columns_used(cohort: PrintedCohort) -> list[str]:
    used: list[str] = []
    for endpoint in cohort.endpoints:
        used += [column for term in endpoint.effects for column in term.split(":")]
        for one in endpoint.printed:
            used += [*one.among, *([one.column] if one.column else []), *one.adjusted_for]
    return used


def _uncensored(group: Group, time: np.ndarray) -> np.ndarray:
    probability, at = np.array(group.follow_up).T
    return 1.0 - np.interp(time, at, probability, left=0.0, right=1.0)


def _course(
    endpoint: Endpoint,
    hazards: EndpointHazards,
    patients: Patients,
    earlier: Mapping[str, tuple[Endpoint, Course]],
) -> Course:
    predictor = hazards.coding.matrix(patients.frame) @ hazards.effect
    return course(endpoint, hazards.level, predictor, patients.group, patients.clock, earlier)


def _calibrated(
    endpoint: Endpoint,
    cohort: PrintedCohort,
    patients: Patients,
    earlier: Mapping[str, tuple[Endpoint, Course]],
) -> EndpointHazards:
    from scipy.optimize import least_squares

    coding = learn_coding(patients.frame, endpoint.effects)
    matrix = coding.matrix(patients.frame)
    shape = (len(cohort.groups), len(endpoint.knots) + 1)
    size = np.array([group.size for group in cohort.groups], dtype=float)
    means = _stratum_means(endpoint, cohort.groups)
    usual = np.array([_EFFECT.get(order, _EFFECT[2]) for order in coding.orders])
    targets = build_targets(endpoint.printed, patients.frame, patients.weight, cohort.resolution)

    def distances(values: np.ndarray) -> np.ndarray:
        level, effect = values[: shape[0] * shape[1]].reshape(shape), values[shape[0] * shape[1] :]
        whole = course(endpoint, level, matrix @ effect, patients.group, patients.clock, earlier)
        penalties = [*_roughness(level, size / size.sum(), means, endpoint), effect / usual]
        return np.concatenate([targets.distances(patients.expected(whole)), *penalties])

    start = np.zeros(shape[0] * shape[1] + matrix.shape[1])
    start[: shape[0] * shape[1]] = _first_guess(endpoint, cohort)
    solved = least_squares(distances, start, method="trf", x_scale="jac", max_nfev=60, ftol=1e-7)
    values = solved.x
    return EndpointHazards(
        values[: shape[0] * shape[1]].reshape(shape), values[shape[0] * shape[1] :], coding
    )


def _stratum_means(endpoint: Endpoint, groups: Sequence[Group]) -> np.ndarray:
    """Matrix that takes each group to the mean of its stratum, shape (group, group).

    Groups of a stratum differ only in columns whose levels have proportional hazards; without
    such columns each group is a stratum.
    """
    size = np.array([group.size for group in groups], dtype=float)
    if not endpoint.proportional:
        return np.eye(len(groups))
    others = [
        {name: level for name, level in group.values.items() if name not in endpoint.proportional}
        for group in groups
    ]
    same = np.array([[one == other for other in others] for one in others])
    return same * size / (same @ size)[:, None]


def _roughness(
    level: np.ndarray, share: np.ndarray, means: np.ndarray, endpoint: Endpoint
) -> list[np.ndarray]:
    common, stratum = share @ level, means @ level
    parts = [
        np.diff(common) / endpoint.roughness,
        (np.diff(stratum - common, axis=1) / (_DEPARTURE * endpoint.roughness)).ravel(),
        (np.diff(level - stratum, axis=1) / _PROPORTIONAL).ravel(),
        (level - common).mean(axis=1) / _APART,
    ]
    if endpoint.part_of:
        parts.append((level.mean(axis=1) - _MEDIAN_SHARE) / _APART)
    return parts


def _first_guess(endpoint: Endpoint, cohort: PrintedCohort) -> float:
    """Log hazard of an exponential curve through the first printed median or share."""
    if endpoint.part_of:
        return _MEDIAN_SHARE
    rates = [np.log(2) / one.value for one in endpoint.printed
             if one.quantity == "median" and np.isfinite(one.value)]  # fmt: skip
    rates += [
        -np.log(np.clip(one.value, 0.01, 0.99)) / one.time
        for one in endpoint.printed
        if one.quantity == "survival" and one.time
    ]
    rate = float(np.median(rates)) if rates else np.log(2) / (cohort.horizon / 2)
    return float(np.log(rate * (2.0 if endpoint.after else 1.0)))
