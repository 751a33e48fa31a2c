"""Words and codes that tables write where nothing is known."""

from collections.abc import Sequence

import numpy as np

_WORDS = frozenset(
    (
        "?", "??", "-", "--", "---", "–", "—", ".", "..", "*", "/", "_", "na", "n/a", "n.a.",
        "n.a", "#n/a", "<na>", "nan", "null", "nil", "nk", "n.k.", "nd", "n.d.", "unk", "ukn",
        "unknown", "uncertain", "undetermined", "not known", "not available", "not applicable",
        "not assessed", "not evaluated", "not recorded", "not reported", "not stated",
        "not specified", "not done", "unspecified", "missing", "missing data", "no data", "blank",
        "unbekannt", "k.a.", "keine angabe", "onbekend", "inconnu", "desconocido", "sconosciuto",
        "未知", "不详", "#value!", "#ref!", "#div/0!",
    )
)  # fmt: skip
_OPPOSITES = {"-": ("+", "+/-", "±", "pos", "positive"), "unknown": ("known",), "na": ("k", "mg")}
CODES = (-1, -7, -8, -9, -77, -88, -99, -777, -888, -999, -9999, -99999, 9, 77, 88, 99, 777, 888,
         999, 7777, 8888, 9999, 99999, 999999)  # fmt: skip
_FAR = 2.0
_FEWEST_VALUES, _WIDE, _HEAP = 10, 3.0, 3  # a heap: distinct values, gap to the next, rows


def marking_levels(levels: Sequence[str]) -> tuple[str, ...]:
    """Levels that look as if they stood for a missing value.

    Parameters
    ----------
    levels : sequence of str
        Levels of a factor.

    Returns
    -------
    tuple of str
        Some of them, in their order; a minus beside a plus isn't one.

    Examples
    --------
    >>> marking_levels(["?", "I", "II", "Unknown"]), marking_levels(["-", "+"])
    (('?', 'Unknown'), ())
    >>> marking_levels(["1", "2", "9"]), marking_levels(["7", "8", "9"])
    (('9',), ())
    """
    folded = {level.casefold() for level in levels}
    codes = _codes_among(levels)
    return tuple(
        level
        for level in levels
        if level in codes
        or (level.casefold() in _WORDS and folded.isdisjoint(_OPPOSITES.get(level.casefold(), ())))
    )


def marking_codes(values: np.ndarray, fewest: int = 1) -> tuple[float, ...]:
    """Codes for missing values among numbers: those that lie far outside the rest.

    Parameters
    ----------
    values : ndarray of float
        Numbers, of a covariate or of times.
    fewest : int
        How often 9 has to occur.

    Returns
    -------
    tuple of float
        The codes found.

    Examples
    --------
    >>> marking_codes(np.array([61.0, 70, 58, 999, 55]))
    (999.0,)
    >>> marking_codes(np.array([-1.2, 0.3, -9.0])), marking_codes(np.array([5.0, 60, 99]))
    ((), ())
    """
    finite = values[np.isfinite(values)]
    coded = np.isin(finite, CODES)
    found: list[float] = []
    rest = finite[~coded]
    while len(rest) and len(outside := finite[coded & ~np.isin(finite, found)]):
        # codes that lie among the rest are values like any other, and belong to it
        inside = outside[~_far(outside, rest)]
        if not len(inside):
            found = sorted(set(outside.tolist()))
            break
        rest = np.append(rest, inside)
        coded &= ~np.isin(finite, inside)
    return tuple(code for code in found if code < 0 or code > 9 or np.sum(finite == code) >= fewest)


def heaped_code(values: np.ndarray) -> tuple[float, ...]:
    """The largest number where it is a code, stands in several rows and far above the next.

    Parameters
    ----------
    values : ndarray of float
        Measurements of a covariate.

    Returns
    -------
    tuple of float
        The code, or nothing.

    Examples
    --------
    >>> ages = np.arange(42.0, 79.0)
    >>> heaped_code(np.append(ages, [99, 99, 99])), heaped_code(np.append(ages, [99.0]))
    ((99.0,), ())
    """
    finite = values[np.isfinite(values)]
    steps = np.unique(finite)
    if len(steps) < _FEWEST_VALUES or steps[-1] not in CODES:
        return ()
    apart = steps[-1] - steps[-2] > _WIDE * np.diff(steps[:-1]).max()
    often = np.sum(finite == steps[-1]) >= _HEAP
    return (float(steps[-1]),) if apart and often else ()


def _far(codes: np.ndarray, rest: np.ndarray) -> np.ndarray:
    low, high = float(rest.min()), float(rest.max())
    above = (codes >= _FAR * high) & (codes - high >= high - low) & (codes > 0)
    return above | ((codes < 0) & (low >= 0))


def _codes_among(levels: Sequence[str]) -> set[str]:
    """Numeric codes for a missing value among levels: beside words, or far above other codes."""
    numbers = {level: float(level) for level in levels if _number(level)}
    texts = [level for level in levels if level not in numbers and level.casefold() not in _WORDS]
    coded = {level for level, number in numbers.items() if number in CODES}
    if texts and len(coded) == len(numbers):
        return coded
    found = marking_codes(np.array([*numbers.values()]))
    return {level for level in coded if numbers[level] in found} if not texts else set()


def _number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
