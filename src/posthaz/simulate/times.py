"""Event times drawn by inverting the cumulative hazard."""

import numpy as np

from posthaz.hazards import Array, Hazard


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
