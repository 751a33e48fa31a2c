"""Styles: width, type, colours and numerals of figures, as journals want them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from posthaz.errors import SpecError, nearest

MM = 25.4
"""Millimetres in an inch."""

_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")


@dataclass(frozen=True)
class Look:
    """How figures look.

    Parameters
    ----------
    name : str
        Name of the style.
    widths : (float, float)
        Width of a figure of one column, and of two, in mm.
    size : float
        Type size of labels in points; all other text is in proportion.
    colours : tuple of str
        The reference's colour, then those of the others in order.
    fonts : tuple of str
        Families, the first installed one is used.
    point : str, optional
        The decimal sign.
    p : str, optional
        How a P value is written, ``{}`` being its number.
    leading_zero : bool, optional
        Whether a P value has its zero before the decimal sign.
    columns : {1, 2}, optional
        Columns that figures are to fill.
    """

    name: str
    widths: tuple[float, float]
    size: float
    colours: tuple[str, ...]
    fonts: tuple[str, ...] = ("DejaVu Sans",)
    point: str = "."
    p: str = "P = {}"
    leading_zero: bool = True
    columns: int = 1

    @property
    def width(self) -> float:
        """Width of a figure in inches."""
        return self.widths[self.columns - 1] / MM

    @property
    def scale(self) -> float:
        """Type size in proportion to the house's."""
        return self.size / 10.0


_SANS = ("Helvetica", "Arial", "Liberation Sans", "Nimbus Sans", "DejaVu Sans")
_SERIF = ("Times New Roman", "Times", "Liberation Serif", "Nimbus Roman", "DejaVu Serif")
LOOKS = {
    look.name: look
    for look in (
        Look(
            "default", (5.8 * MM, 178.0), 10.0,
            ("#4F6D8A", "#C94F00", "#00805C", "#7A3E9D", "#007FC8", "#644B00"),
        ),
        Look(
            "lancet", (75.0, 154.0), 8.0,
            ("#00468B", "#ED0000", "#2EA938", "#0099B4", "#844E8A", "#AD002A"),
            _SERIF, point="·", p="p={}",
        ),
        Look(
            "nejm", (84.0, 178.0), 8.0,
            ("#006EBC", "#BC3C29", "#D47E1D", "#20854E", "#7876B1", "#6F99AD"),
            _SANS, p="P={}",
        ),
        Look(
            "jama", (84.0, 178.0), 8.0,
            ("#374E55", "#CE8233", "#009ED2", "#B24745", "#6B9E8A", "#6A6599"),
            _SANS, leading_zero=False,
        ),
    )
}  # fmt: skip
"""Every style by name. Any two colours of one are at least `APART` apart for every reader."""

APART = 14.0
"""Smallest distance in CIELAB (1976) of two colours of a style: seen in full, and as seen without
red cones and without green ones (Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113).
"""

_LOOK: ContextVar[Look] = ContextVar("look", default=LOOKS["default"])


def current_look() -> Look:
    """The style under which figures are drawn now."""
    return _LOOK.get()


def look_named(style: str, columns: int = 1) -> Look:
    """A style by its name; the current one for an empty name.

    Examples
    --------
    >>> round(look_named("lancet", 2).width * MM)
    154
    """
    if columns not in (1, 2):
        raise SpecError(f"columns = {columns!r}: no such width", fix="give 1 or 2")
    if not style:
        return current_look()
    if style not in LOOKS:
        raise SpecError(
            f"no style '{style}' ({nearest(style, list(LOOKS))})",
            fix=f"name one of {', '.join(LOOKS)}",
        )
    return replace(LOOKS[style], columns=columns)


@contextmanager
def under(look: Look) -> Iterator[None]:
    """Draw under a style, and under the former one again afterwards."""
    token = _LOOK.set(look)
    try:
        yield
    finally:
        _LOOK.reset(token)


def colour_of(house: str) -> str:
    """The current style's colour in place of one of the house's.

    Examples
    --------
    >>> with under(look_named("jama")):
    ...     colour_of("#4F6D8A")
    '#374E55'
    """
    ours = LOOKS["default"].colours
    return current_look().colours[ours.index(house)] if house in ours else house


def numerals(text: str) -> str:
    """Text whose numbers have the current style's decimal sign.

    Examples
    --------
    >>> with under(look_named("lancet")):
    ...     numerals("0.90 (0.62 to 1.29)")
    '0·90 (0·62 to 1·29)'
    """
    point = current_look().point
    return text if point == "." else _DECIMAL.sub(point, text)


def p_text(p: float, style: str = "") -> str:
    """A P value as a style writes it.

    Parameters
    ----------
    p : float
        The P value.
    style : str, optional
        ``default``, ``lancet``, ``nejm`` or ``jama``; the current style when empty.

    Returns
    -------
    str
        Two digits from 0.01 upwards (three in the house's style below 0.1, and wherever two would
        hide on which side of 0.05 it lies), three below, and below 0.001 only that.

    Raises
    ------
    SpecError
        For a number that is no probability, or a style that there isn't.

    References
    ----------
    AMA Manual of Style, 11th edition, section 19.5: P values without a zero before the point.

    Examples
    --------
    >>> [p_text(0.0312, style) for style in LOOKS]
    ['P = 0.031', 'p=0·031', 'P=0.03', 'P = .03']
    >>> p_text(0.00003, "jama"), p_text(0.0496, "nejm")
    ('P < .001', 'P=0.050')
    """
    if not 0.0 <= p <= 1.0:
        raise SpecError(f"{p} is no P value", fix="give a probability between 0 and 1")
    look = look_named(style) if style else current_look()
    small = p < 0.001
    three = p < 0.1 if look.name in ("default", "lancet") else p < 0.01 or 0.045 <= p < 0.055
    number = "0.001" if small else f"{p:.{3 if three else 2}f}"
    number = "0.99" if number == "1.00" else number
    sign = "<" if small else ">" if p > 0.99 else "="
    if not look.leading_zero:
        number = number.removeprefix("0")
    return look.p.replace("=", sign).format(number.replace(".", look.point))
