"""How counts, numbers and times are written: without exponents, and 1 in the singular."""

import numpy as np

_LARGEST, _SMALLEST = 1e15, 1e-9
"""Sizes beyond which a number is written with an exponent, since its zeros would fill the line."""


def number_text(value: float, digits: int = 6) -> str:
    """A number with so many significant digits at most, all of them where it is whole.

    Parameters
    ----------
    value : float
        The number.
    digits : int
        Significant digits of one that is not whole.

    Returns
    -------
    str

    Examples
    --------
    >>> number_text(12.0), number_text(0.25), number_text(1361.27, 3), number_text(2500000)
    ('12', '0.25', '1,361', '2,500,000')
    >>> number_text(0.000012), number_text(1 / 3), number_text(float("inf"))
    ('0.000012', '0.333333', 'inf')
    """
    size = abs(float(value))
    if not np.isfinite(size) or size >= _LARGEST or 0 < size < _SMALLEST:
        return f"{value:g}"
    if value == int(value):
        return f"{int(value):,}"
    before = len(str(int(size))) if size >= 1 else 1 + int(np.floor(np.log10(size)))
    text = f"{value:,.{max(digits - before, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(number: float, noun: str) -> str:
    """A number with its noun, plural but for one.

    Parameters
    ----------
    number : float
        The number.
    noun : str
        The noun in the singular.

    Returns
    -------
    str

    Examples
    --------
    >>> counted(1, "row"), counted(174.0, "patient"), counted(4618, "patient")
    ('1 row', '174 patients', '4,618 patients')
    """
    return f"{number_text(number, 12)} {noun}{'' if number == 1 else 's'}"


def with_unit(number: str, unit: str, space: str = " ") -> str:
    """A written number and its unit of time, in the singular for one.

    Parameters
    ----------
    number : str
        The number as it is written.
    unit : str
        Unit, in the plural.
    space : str
        What stands between them.

    Returns
    -------
    str

    Examples
    --------
    >>> with_unit("1", "years"), with_unit("1.0", "months"), with_unit("12", "months")
    ('1 year', '1.0 months', '12 months')
    """
    return f"{number}{space}{unit.removesuffix('s') if number == '1' else unit}"


def at_time(value: float, unit: str, space: str = " ") -> str:
    """A point in time with its unit, in the singular for one.

    Parameters
    ----------
    value : float
        The time.
    unit : str
        Its unit, in the plural.
    space : str
        What stands between them.

    Returns
    -------
    str

    Examples
    --------
    >>> at_time(12.0, "months"), at_time(1.0, "years"), at_time(0.5, "years")
    ('12 months', '1 year', '0.5 years')
    """
    return with_unit(number_text(value), unit, space)
