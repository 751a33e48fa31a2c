"""A twin: event times by inverting the cumulative hazard, and a cohort of them as a table."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.cohort import SIMULATED
from posthaz.effects import proportional
from posthaz.hazards import Array, Hazard, PiecewiseExponential
from posthaz.simulate.calibrate import calibrated_hazards
from posthaz.simulate.course import EndpointHazards
from posthaz.simulate.description import Endpoint, PrintedCohort
from posthaz.simulate.margins import simulate_covariates


def simulate_times(
    hazard: Hazard, entry: Array, shape: tuple[int, ...], random: np.random.Generator
) -> np.ndarray:
    """Draw event times, given survival to entry.

    Parameters
    ----------
    hazard : Hazard
        Hazard of every row.
    entry : array
        Time from which each row is under observation; broadcasts against `shape`.
    shape : tuple of int
        Shape of the result.
    random : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float
        Event times; infinite where the hazard never accrues enough.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import Exponential
    >>> hazard = Exponential().hazard({"log_rate": np.log(0.5)}, np)
    >>> times = simulate_times(hazard, np.zeros(20000), (20000,), np.random.default_rng(1))
    >>> bool(abs(times.mean() - 2.0) < 0.05)
    True
    """
    return times_after(hazard, entry, random.standard_exponential(shape))


def times_after(hazard: Hazard, entry: Array, accruing: Array) -> np.ndarray:
    """Times by which the hazard has accrued so much since entry.

    Parameters
    ----------
    hazard : Hazard
        Hazard of every row.
    entry : array
        Time from which each row is under observation.
    accruing : array
        Cumulative hazard from entry to the event; standard exponential for a random draw.

    Returns
    -------
    ndarray of float
        Event times; infinite where the hazard never accrues enough.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import Exponential
    >>> hazard = Exponential().hazard({"log_rate": np.log(0.5)}, np)
    >>> float(times_after(hazard, np.array(3.0), np.array(1.0)))
    5.0
    """
    accrued = hazard.cumulative_hazard(np.asarray(entry, dtype=float))
    return hazard.time_at(accrued + accruing)


_MOST_KEPT = 8
_CALIBRATED: dict[str, Mapping[str, EndpointHazards]] = {}
BLOCK = 20
# Generators of a lattice of 20 points, prime to 20; the first pairs spread best in the plane.
_STEPS = (1, 7, 3, 9, 11, 13, 17, 19)


def simulate_twin(
    cohort: PrintedCohort, seed: int, hazards: Mapping[str, EndpointHazards] | None = None
) -> pd.DataFrame:
    """Draw a cohort with the margins, curves and effects that a paper printed.

    Parameters
    ----------
    cohort : PrintedCohort
        What the paper printed.
    seed : int
        Seed; the same seed gives the same table.
    hazards : mapping of str to EndpointHazards, optional
        Result of `calibrated_hazards`, when several twins are drawn.

    Returns
    -------
    DataFrame
        One row a patient in random order, patients of matched groups first: ``patient``, the
        groups' columns, the covariates, times and events of every end point, and ``simulated``,
        which says in each row what it is.

    Notes
    -----
    Margins are met exactly; events are random. Event times come by inverting the cumulative
    hazard at uniform numbers that are independent within a seed and spread evenly over 20 seeds in
    a row; see `latin_uniforms`.
    """
    hazards = _calibrated_once(cohort) if hazards is None else hazards
    random = np.random.default_rng([seed, 1])
    frame = _ordered(simulate_covariates(cohort, random), cohort, hazards)
    frame = frame.join(_outcomes(frame, cohort, hazards, seed))
    frame = frame.iloc[_shuffled(frame, cohort, random)].drop(columns="group")
    frame.insert(0, "patient", np.arange(1, len(frame) + 1))
    frame[SIMULATED] = f"by posthaz: {cohort.name}, seed {seed}"
    return frame.reset_index(drop=True)


@dataclass(frozen=True)
class TwinStarts:
    """When the treated of a twin are taken to have begun, which no paper printed.

    Parameters
    ----------
    column : str
        Column to be made.
    treated : tuple of (str, str)
        Column of the arm, and the level that had the treatment.
    within : str
        Column of follow-up: nobody begins after it.
    median : float
        Median of the exponential times at which treatment would begin if nothing ended follow-up.
    """

    column: str
    treated: tuple[str, str]
    within: str
    median: float


def with_starts(frame: pd.DataFrame, starts: TwinStarts, seed: int) -> pd.DataFrame:
    """A twin with the times at which treatment began; missing in the others.

    Whoever had treatment lived until it began: a start is exponential given that it lies within
    the patient's own follow-up, which stays as it was drawn.

    Parameters
    ----------
    frame : DataFrame
        A twin.
    starts : TwinStarts
        Of whom, and when.
    seed : int
        Seed.

    Returns
    -------
    DataFrame
        With one more column, in hundredths of the unit of time.

    Examples
    --------
    >>> twin = pd.DataFrame({"rt": ["yes", "no"], "os": [10.0, 10.0]})
    >>> made = with_starts(twin, TwinStarts("start", ("rt", "yes"), "os", 3.0), 1)
    >>> bool(0 < made.loc[0, "start"] < 10), bool(np.isnan(made.loc[1, "start"]))
    (True, True)
    """
    column, level = starts.treated
    until = frame[starts.within].to_numpy(dtype=float)
    rate = np.log(2.0) / starts.median
    share = np.random.default_rng([seed, 3]).random(len(frame))
    begun = -np.log1p(-share * -np.expm1(-rate * until)) / rate
    begun = np.floor(100.0 * begun) / 100.0
    own = frame[column].astype(str) == level
    return frame.assign(**{starts.column: np.where(own, begun, np.nan)})


def _calibrated_once(cohort: PrintedCohort) -> Mapping[str, EndpointHazards]:
    """Calibration takes seconds and draws nothing, so that a description is calibrated once."""
    key = repr(cohort)
    if key not in _CALIBRATED:
        if len(_CALIBRATED) >= _MOST_KEPT:
            _CALIBRATED.pop(next(iter(_CALIBRATED)))
        _CALIBRATED[key] = calibrated_hazards(cohort)
    return _CALIBRATED[key]


def _shuffled(
    frame: pd.DataFrame, cohort: PrintedCohort, random: np.random.Generator
) -> np.ndarray:
    """Random order. Matching takes ties as the table has them: those that the paper took first."""
    order = random.permutation(len(frame))
    matched = np.array([one.name in cohort.matched.groups for one in cohort.groups])
    return order[np.argsort(~matched[frame["group"].to_numpy()[order]], kind="stable")]


def _ordered(
    frame: pd.DataFrame, cohort: PrintedCohort, hazards: Mapping[str, EndpointHazards]
) -> pd.DataFrame:
    """By group and risk, so that a position means much the same under every seed."""
    first = hazards[cohort.endpoints[0].name]
    risk = first.coding.matrix(frame) @ first.effect
    return frame.iloc[np.lexsort((risk, frame["group"]))].reset_index(drop=True)


def _outcomes(
    frame: pd.DataFrame,
    cohort: PrintedCohort,
    hazards: Mapping[str, EndpointHazards],
    seed: int,
) -> pd.DataFrame:
    size, many = len(frame), len(cohort.endpoints)
    cutoff = _cutoff(frame, cohort, latin_uniforms(seed, size, many))
    times: dict[str, np.ndarray] = {}
    firsts: dict[str, np.ndarray] = {}
    columns: dict[str, np.ndarray] = {}
    for stream, endpoint in enumerate(cohort.endpoints):
        uniform = latin_uniforms(seed, size, stream)
        if endpoint.part_of:
            columns |= _part(
                endpoint, hazards[endpoint.name], frame, times[endpoint.part_of], cutoff, uniform,
                cohort,
            )  # fmt: skip
            continue
        entry = np.full(size, cohort.earliest)
        if endpoint.after:
            entry = np.maximum(entry, times[endpoint.after])
        reached = _reached(endpoint, hazards[endpoint.name], frame, entry, uniform)
        if endpoint.after:
            died = firsts[endpoint.after]
            reached = np.where(died, times[endpoint.after], reached)
        first = latin_uniforms(seed, size, many + 1 + stream) < endpoint.deaths
        times[endpoint.name], firsts[endpoint.name] = reached, first
        columns[endpoint.time] = _rounded(np.minimum(reached, cutoff), cohort)
        columns[endpoint.event] = (reached <= cutoff).astype(int)
    return pd.DataFrame(columns)


def _reached(
    endpoint: Endpoint,
    hazards: EndpointHazards,
    frame: pd.DataFrame,
    entry: np.ndarray,
    uniform: np.ndarray,
) -> np.ndarray:
    """Time of the event of each patient, given none at entry."""
    baseline = PiecewiseExponential(cuts=endpoint.knots)
    predictor = hazards.coding.matrix(frame) @ hazards.effect
    group, reached = frame["group"].to_numpy(), np.empty(len(frame))
    for place, level in enumerate(hazards.level):
        rows = group == place
        hazard = baseline.hazard({"log_hazard": level, **baseline.constants()}, np)
        multiplied = proportional(hazard, predictor[rows], np)
        reached[rows] = times_after(multiplied, entry[rows], -np.log(uniform[rows]))
    return reached


def _part(
    endpoint: Endpoint,
    hazards: EndpointHazards,
    frame: pd.DataFrame,
    time: np.ndarray,
    cutoff: np.ndarray,
    uniform: np.ndarray,
    cohort: PrintedCohort,
) -> dict[str, np.ndarray]:
    """Which of the events are of the cause asked for."""
    interval = np.searchsorted(np.asarray(endpoint.knots), time)
    logit = hazards.level[frame["group"].to_numpy(), interval]
    logit = logit + hazards.coding.matrix(frame) @ hazards.effect
    cause = np.where(uniform < 1 / (1 + np.exp(-logit)), 1, 2) * (time <= cutoff)
    columns = {endpoint.event: (cause == 1).astype(int)}
    whole = next(one for one in cohort.endpoints if one.name == endpoint.part_of)
    if endpoint.time != whole.time:
        columns[endpoint.time] = _rounded(np.minimum(time, cutoff), cohort)
    if endpoint.cause:
        columns[endpoint.cause] = cause
    return columns


def _cutoff(frame: pd.DataFrame, cohort: PrintedCohort, uniform: np.ndarray) -> np.ndarray:
    group, cutoff = frame["group"].to_numpy(), np.empty(len(frame))
    for place, one in enumerate(cohort.groups):
        rows = np.flatnonzero(group == place)
        probability, time = np.array(one.follow_up).T
        cutoff[rows] = np.interp(uniform[rows], probability, time)
    return cutoff


def _rounded(time: np.ndarray, cohort: PrintedCohort) -> np.ndarray:
    step = cohort.resolution
    # rounding twice takes away what binary fractions leave, as in 0.30000000000000004
    rounded = np.round(np.round(time / step) * step, 6)
    return np.maximum(rounded, max(step, cohort.earliest))


def latin_uniforms(seed: int, size: int, stream: int) -> np.ndarray:
    """Uniform numbers, independent within a seed, which over 20 seeds in a row cover the interval.

    Within one seed they are independent between patients and streams, so that a cohort drawn by
    them is a random draw. Seeds 1 to 20, 21 to 40 and so on are blocks: over a block the numbers
    of a patient are the points of a randomly shifted lattice (Cranley and Patterson, SIAM Journal
    on Numerical Analysis 1976;13:904-914), in random order. Each stream visits every twentieth of
    the interval once and pairs of streams cover the square, so that averages over a block settle
    sooner than averages over independent cohorts.

    Parameters
    ----------
    seed : int
        Seed, 0 or above.
    size : int
        Number of patients.
    stream : int
        Number of the stream, from 0.

    Returns
    -------
    ndarray of float, shape (size,)
        Numbers strictly between 0 and 1.

    Examples
    --------
    >>> block = np.array([latin_uniforms(seed, 3, 0) for seed in range(1, 21)])
    >>> gaps = np.diff(np.sort(block, axis=0), axis=0)
    >>> bool(np.allclose(gaps, 0.05))
    True
    """
    block, place = divmod(seed + BLOCK - 1, BLOCK)
    points = np.tile(np.arange(BLOCK), (size, 1))
    point = np.random.default_rng([block]).permuted(points, axis=1)[:, place]
    shift = np.random.default_rng([block, stream + 1]).random(size)
    numbers = (point * _STEPS[stream % len(_STEPS)] / BLOCK + shift) % 1.0
    return np.clip(numbers, 1e-12, 1 - 1e-12)
