"""Units of measurements, and conversions between those of one kind."""

from collections.abc import Mapping

from posthaz.errors import nearest

_DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
UNITS: Mapping[str, tuple[str, float]] = {
    **{name: ("time", size) for name, size in _DAYS.items()},
    **{name.removesuffix("s"): ("time", size) for name, size in _DAYS.items()},
    **{name: ("volume", size) for name, size in
       (("mm3", 1.0), ("cm3", 1e3), ("cc", 1e3), ("ml", 1e3), ("l", 1e6), ("dm3", 1e6))},
    **{name: ("dose", size) for name, size in (("cGy", 1.0), ("Gy", 100.0))},
    **{name: ("length", size) for name, size in (("mm", 1.0), ("cm", 10.0), ("m", 1000.0))},
}  # fmt: skip
"""By unit: what it measures, and its size in the smallest unit of that."""


def conversion(text: str) -> tuple[str, str] | str:
    """The two units that a conversion names, or what is wrong with it.

    Parameters
    ----------
    text : str
        Such as ``"mm3 to cm3"``.

    Returns
    -------
    (str, str) or str
        Units as `UNITS` spells them; or the fault, in words.

    Examples
    --------
    >>> conversion("cgy to Gy")
    ('cGy', 'Gy')
    >>> conversion("Gy to cm3")
    'Gy is a dose and cm3 a volume'
    """
    parts = text.split(" to ")
    if len(parts) != 2:
        return f"'{text}' is not of the form \"mm3 to cm3\""
    found = [_unit(part) for part in parts]
    for part, unit in zip(parts, found, strict=True):
        if not unit:
            return f"'{part.strip()}' is no known unit ({nearest(part.strip(), list(UNITS))})"
    first, second = (UNITS[unit][0] for unit in found)
    if first != second:
        return f"{found[0]} is a {first} and {found[1]} a {second}"
    return found[0], found[1]


def _unit(text: str) -> str:
    """A unit as `UNITS` spells it; empty where it is none."""
    plain = text.strip().replace("³", "3").replace("^3", "3").casefold()
    return next((unit for unit in UNITS if unit.casefold() == plain), "")


def same_unit(one: str, other: str) -> bool:
    """Whether two units are one, however they are written."""
    found = _unit(one), _unit(other)
    if not all(found):
        return one.strip().casefold() == other.strip().casefold()
    return UNITS[found[0]] == UNITS[found[1]]
