"""Which unit follow-up looks like."""

import numpy as np

# A median or maximum above these is in a finer unit; a maximum below the last is in a coarser.
_HIGH = {
    "months": (150, 600, "days"),
    "weeks": (650, 2600, "days"),
    "years": (20, 60, "months"),
}
_LOW = {"months": (12, "years"), "weeks": (15, "years"), "days": (30, "months")}
_DAYS_IN_YEARS = 300


def likely_unit(time: np.ndarray, unit: str, median: float | None = None) -> str:
    """Unit that follow-up looks like, empty when it looks like the one named.

    Parameters
    ----------
    time : ndarray of float, shape (subject,)
        Time under observation.
    unit : str
        The unit named: days, weeks, months or years.
    median : float, optional
        Median time, where it isn't that of `time`.

    Returns
    -------
    str
        Another unit, or nothing.

    Examples
    --------
    >>> import numpy as np
    >>> likely_unit(np.array([306.0, 455.0, 1010.0]), "months")
    'days'
    >>> likely_unit(np.array([3.0, 14.5, 31.0]), "months")
    ''
    """
    median = float(np.median(time)) if median is None else median
    longest = float(np.max(time))
    if unit in _HIGH:
        high_median, high_longest, finer = _HIGH[unit]
        if median > high_median or longest > high_longest:
            return "days" if unit == "years" and median > _DAYS_IN_YEARS else finer
    if unit in _LOW:
        low, coarser = _LOW[unit]
        # Trials of 28 days count whole days; months or years taken for days have fractions.
        whole = unit == "days" and bool((time % 1 == 0).all())
        if longest < low and not whole:
            return coarser
    return ""
