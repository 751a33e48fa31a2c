"""A first event that comes so late that nobody can have had one before."""

import numpy as np

_SURELY_LATE = 10


def late_first_event(event_times: np.ndarray) -> float:
    """Time of the first event where chance doesn't explain that it comes so late; else 0.

    It doesn't where at least ten events come in the stretch after the first one that is as long
    as the stretch before it: with the same hazard in both, none before has probability 0.005 %.
    Where those come at one time only, times are recorded in steps, such as whole months, and the
    first event is in the first step.

    Parameters
    ----------
    event_times : ndarray of float, shape (event,)
        Times of the events.

    Returns
    -------
    float
        The time, in the unit of `event_times`.

    Examples
    --------
    >>> late_first_event(np.linspace(2.1, 20, 120)), late_first_event(np.linspace(0.1, 20, 120))
    (2.1, 0.0)
    """
    if not len(event_times):
        return 0.0
    after = _as_long_after(event_times)
    late = len(after) >= _SURELY_LATE and len(np.unique(after)) > 1
    return float(np.min(event_times)) if late else 0.0


def events_as_long_after(event_times: np.ndarray) -> int:
    """Events after the first one, in a stretch as long as the one before it."""
    return len(_as_long_after(event_times))


def _as_long_after(event_times: np.ndarray) -> np.ndarray:
    """Times of the events after the first one, in a stretch as long as the one before it."""
    first = float(np.min(event_times))
    return event_times[(event_times > first) & (event_times <= 2.0 * first)]
