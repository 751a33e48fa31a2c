"""Patients behind a printed survival curve: the algorithm of Guyot and colleagues."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.evidence.curve import Curve

_MOST_ROUNDS = 200
_SWEEPS = 4
_WORTH = 0.02
"""Share by which the misfit must fall for a censored patient to be moved."""
_MOST_MOVES = 100_000
"""Censored patients times points up to which moving them is worth the time."""
_NEARLY = 2.0
_LITTLE = 1e-5


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Patient-level times of one arm.

    Parameters
    ----------
    arm : str
        The arm.
    patients : DataFrame
        Columns ``time, event``, one row a patient.
    curve : Curve
        What they were reconstructed from.
    """

    arm: str
    patients: pd.DataFrame
    curve: Curve


@dataclass(frozen=True)
class _Walk:
    """An interval between two printed numbers at risk, walked through."""

    events: np.ndarray
    leaving: np.ndarray
    level: float
    left: int
    apart: float


def reconstruct(curve: Curve, events: int | None = None) -> Reconstruction:
    """Times of events and censoring that give a curve and its numbers at risk.

    Within each interval between printed numbers at risk, censoring is spread evenly and its
    amount adjusted until the number at risk at the interval's end is met; events at each
    click are what the fall of the curve asks for. After the last number at risk, the amount of
    censoring is that of the rate before, as far as it fits the curve, or is adjusted to the total
    of events where that is known (Guyot et al. 2012, doi:10.1186/1471-2288-12-9). Beyond their
    algorithm, patients censored are then moved within their interval to where the reconstructed
    curve lies nearer to the clicks; numbers at risk stay as they are.

    Parameters
    ----------
    curve : Curve
        A digitised curve, from `read_curves`.
    events : int, optional
        Total number of events in the arm, where it is printed.

    Returns
    -------
    Reconstruction
        As many patients as are at risk at time 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.evidence.read_curves import read_curves
    >>> clicks = pd.DataFrame({"arm": "A", "time": [0, 2, 5], "survival": [100, 60, 30]})
    >>> risk = pd.DataFrame({"time": [0, 3], "A": [10, 6]})
    >>> patients = reconstruct(read_curves(clicks, risk)[0]).patients
    >>> len(patients), int(patients["event"].sum())
    (10, 7)
    """
    bounds = [*curve.at_risk.time.tolist(), np.inf]
    numbers = curve.at_risk.number.tolist()
    level, left = 1.0, numbers[0]
    falls: list[tuple[np.ndarray, np.ndarray]] = []
    lost: list[np.ndarray] = []
    for k in range(len(numbers)):
        inside = (curve.time >= bounds[k]) & (curve.time < bounds[k + 1]) & (curve.time > 0)
        points = (curve.time[inside], curve.survival[inside])
        if k + 1 < len(numbers):
            walk = _to_number(points, bounds[k], bounds[k + 1], left, level, numbers[k + 1])
        else:
            so_far = sum(int(counts.sum()) for _, counts in falls)
            wanted = None if events is None else events - so_far
            rate = sum(map(len, lost)) / bounds[k] if bounds[k] > 0 else 0.0
            walk = _to_end(points, bounds[k], curve.end, left, level, rate, wanted)
        falls.append((points[0], walk.events))
        lost.append(walk.leaving)
        level, left = walk.level, walk.left
    event_times = np.concatenate([np.repeat(time, counts) for time, counts in falls])
    censored = np.concatenate([*lost, np.full(left, max(curve.end, bounds[-2]))])
    patients = pd.DataFrame(
        {
            "time": np.concatenate([event_times, censored]),
            "event": np.repeat([1, 0], [len(event_times), len(censored)]),
        }
    ).sort_values(["time", "event"], ascending=[True, False], ignore_index=True)
    return Reconstruction(curve.arm, patients, curve)


def _spread(start: float, end: float, censored: int) -> np.ndarray:
    """Times at which patients leave, evenly between `start` and `end`."""
    return start + (end - start) * (np.arange(censored) + 1.0) / (censored + 1.0)


def _walk(
    points: tuple[np.ndarray, np.ndarray], left: int, level: float, leaving: np.ndarray
) -> _Walk:
    """Events at each point when patients are censored at the times `leaving`."""
    gone = np.searchsorted(np.sort(leaving), points[0], side="left").tolist()
    counts = [0] * len(gone)
    failed, apart = 0, 0.0
    for k, survival in enumerate(points[1].tolist()):
        at_risk = left - failed - gone[k]
        if at_risk > 0 and level > 0:
            counts[k] = min(max(round(at_risk * (1.0 - survival / level)), 0), at_risk)
            level *= 1.0 - counts[k] / at_risk
            failed += counts[k]
        apart += (level - survival) ** 2
    kept = leaving[: max(left - failed, 0)]
    return _Walk(np.array(counts, dtype=int), kept, level, left - failed - len(kept), apart)


def _settled(
    points: tuple[np.ndarray, np.ndarray],
    bounds: tuple[float, float],
    left: int,
    level: float,
    walk: _Walk,
) -> _Walk:
    """The walk with censoring moved, patient by patient, to where the curve fits better.

    The size of a step tells how many are at risk at it, so a curve says a little of when
    patients left. Neither the number censored nor the number left at the end changes.
    """
    start, end = bounds
    if len(walk.leaving) * len(points[0]) > _MOST_MOVES:
        return walk
    step = (end - start) / 16.0
    latest = end - (end - start) * 1e-3  # whoever leaves at the end is still at risk there
    for _ in range(_SWEEPS):
        before = walk.apart
        for place in range(len(walk.leaving)):
            for move in (-4.0, -1.0, 1.0, 4.0):
                times = walk.leaving.copy()
                times[place] = np.clip(times[place] + move * step, start, latest)
                trial = _walk(points, left, level, times)
                same = trial.left == walk.left and len(trial.leaving) == len(walk.leaving)
                if same and trial.apart < walk.apart * (1 - _WORTH):
                    walk = trial
        if walk.apart > before * (1 - _WORTH):
            step /= 2.0
    return walk


def _to_number(
    points: tuple[np.ndarray, np.ndarray],
    start: float,
    end: float,
    left: int,
    level: float,
    wanted: int,
) -> _Walk:
    """The walk that leaves `wanted` patients at the interval's end, or comes nearest to it."""
    censored = max(round(left * (points[1][-1] / level if len(points[1]) and level > 0 else 1.0))
                   - wanted, 0)  # fmt: skip
    tried: dict[int, _Walk] = {}
    for _ in range(_MOST_ROUNDS):
        if censored in tried:
            break
        tried[censored] = _walk(points, left, level, _spread(start, end, censored))
        excess = tried[censored].left - wanted
        if excess == 0:
            break
        censored = min(max(censored + excess, 0), left)
    nearest = min(tried.values(), key=lambda walk: abs(walk.left - wanted))
    return _settled(points, (start, end), left, level, nearest)


def _to_end(
    points: tuple[np.ndarray, np.ndarray],
    start: float,
    end: float,
    left: int,
    level: float,
    rate: float,
    events: int | None,
) -> _Walk:
    """The walk after the last number at risk; `rate` is censoring per unit of time before."""
    end = max(end, start)
    walks = [_walk(points, left, level, _spread(start, end, n)) for n in range(left + 1)]
    usual = min(rate * (end - start), left)
    if events is None:
        # where few are left, the steps of the curve tell better how many than the rate before
        least = min(walk.apart for walk in walks)
        walks = [walk for walk in walks if walk.apart <= _NEARLY * least + _LITTLE]
        nearest = min(walks, key=lambda w: abs(len(w.leaving) - usual))
    else:
        nearest = min(
            walks, key=lambda w: (abs(int(w.events.sum()) - events), abs(len(w.leaving) - usual))
        )
    return _settled(points, (start, end), left, level, nearest)
