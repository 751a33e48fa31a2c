"""Where intervals of a constant hazard are cut when an analysis gives only their number."""

import numpy as np

from posthaz.cohort.first_event import late_first_event

LONGEST_SHARE = 1.0 / 3.0
_LEAST_EVENTS = 10
_HALVINGS = 40


def default_cuts(event_times: np.ndarray, intervals: int) -> np.ndarray:
    """Cuts at quantiles of the event times, with no interval longer than a third of them all.

    Where quantiles leave a longer interval (which hides how the hazard changes in it), cuts are
    quantiles of a mixture of the event times and of time itself, with as little of time as gives
    intervals short enough; two intervals can't be, and fewer than ten events tell no shape.
    Where nobody has an event at first (at least
    ten come in a stretch as long as the one before the first event), the first interval ends
    just before the first event.

    Parameters
    ----------
    event_times : ndarray of float, shape (event,)
        Times of the events.
    intervals : int
        Number of intervals, at least 2.

    Returns
    -------
    ndarray of float, shape (cut,)
        Increasing cuts, one fewer than intervals; fewer where event times are too few.

    Examples
    --------
    >>> default_cuts(np.array([1.0, 2.0, 3.0]), 2)
    array([2.])
    >>> times = np.concatenate([np.linspace(0.1, 1, 90), np.linspace(2, 12, 10)])
    >>> bool(np.diff([0, *default_cuts(times, 6), 12]).max() <= 12 / 3 + 1e-6)
    True
    """
    first = late_first_event(event_times)
    if first and intervals > 2:
        rest = _spread_cuts(event_times, intervals - 1, first)
        return np.unique([np.nextafter(first, 0.0), *rest[rest > first]])
    return _spread_cuts(event_times, intervals, 0.0)


def most_intervals(event_times: np.ndarray, below: int) -> int:
    """Largest number of intervals below another that the event times give."""
    ordered, most = np.sort(event_times), min(below - 1, len(np.unique(event_times)))
    while most > 1 and len(default_cuts(ordered, most)) < most - 1:
        most -= 1
    return most


def _spread_cuts(event_times: np.ndarray, intervals: int, start: float) -> np.ndarray:
    """Quantiles of the event times, mixed with time where these leave an interval too long."""
    cuts, end = _quantile_cuts(event_times, intervals), float(np.max(event_times))
    longest = LONGEST_SHARE * (end - start)
    few = len(event_times) < _LEAST_EVENTS or len(cuts) < intervals - 1
    if few or intervals < 3 or _longest(cuts, start, end) <= longest:
        return cuts
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        mixed = _mixed_cuts(event_times, intervals, start, middle)
        low, high = (low, middle) if _longest(mixed, start, end) <= longest else (middle, high)
    return _mixed_cuts(event_times, intervals, start, high)


def _longest(cuts: np.ndarray, start: float, end: float) -> float:
    return float(np.diff([start, *cuts, end]).max())


def _mixed_cuts(event_times: np.ndarray, intervals: int, start: float, share: float) -> np.ndarray:
    """Quantiles of event times and of time from `start` on, the latter with a share."""
    known = np.unique(event_times[event_times > start])
    below = np.searchsorted(np.sort(event_times), known, side="right") / len(event_times)
    time = np.array([start, *known])
    reached = (1.0 - share) * np.array([0.0, *below]) + share * (time - start) / (time[-1] - start)
    return np.interp(np.arange(1, intervals) / intervals, reached, time)


def _quantile_cuts(event_times: np.ndarray, intervals: int) -> np.ndarray:
    """Quantiles of the event times, those that are equal once."""
    within = np.arange(1, intervals) / intervals
    cuts = np.unique(np.quantile(event_times, within))
    return cuts[cuts < np.max(event_times)]
