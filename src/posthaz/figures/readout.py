"""What a page needs of a figure's SVG to let its reader point at a time and leave curves out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from matplotlib.axes import Axes

_NOT_SHOWN = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", re.DOTALL)
_NAMES = re.compile(r'(?<=[ ]id=")|(?<=href="#)|(?<=url\(#)')
_CURVE = re.compile(r'<g id="curve-(\d+)-\d+">')
Box = tuple[float, float, float, float]


@contextmanager
def curve(axes: Axes, number: int) -> Iterator[None]:
    """What is drawn meanwhile is one curve, by its number, in the SVG."""
    before = list(axes.get_children())
    yield
    for k, artist in enumerate(one for one in axes.get_children() if one not in before):
        artist.set_gid(f"curve-{number}-{k}")


def box_of(axes: Axes) -> Box:
    """Where axes lie in a figure that has been written: left, top, right and bottom, as shares.

    Parameters
    ----------
    axes : Axes
        The axes.

    Returns
    -------
    tuple of float
        Shares of the figure's width and height, from its left and upper edges.
    """
    place = axes.get_position()
    return place.x0, 1.0 - place.y1, place.x1, 1.0 - place.y0


def inline_svg(svg: bytes) -> tuple[str, float, float]:
    """A figure's SVG as it may stand inside a page.

    Parameters
    ----------
    svg : bytes
        As `figure_bytes` gives it: words are shapes there.

    Returns
    -------
    inside : str
        What stands between its tags: no comment, no style, names of its own, and each `curve` a
        group of class ``curve-NUMBER``.
    width, height : float
        Its size in points.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from posthaz.figures.write import figure_bytes
    >>> inside, width, height = inline_svg(figure_bytes(Figure(figsize=(4.0, 2.0)))[1])
    >>> width, height, "<!--" in inside, ' id="picture-figure_1"' in inside
    (288.0, 144.0, False, True)
    """
    text = svg.decode("utf-8")
    start = text.index("<svg")
    opening, _, rest = text[start:].partition(">")
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', opening)
    assert found is not None
    inside = _CURVE.sub(r'<g class="curve-\1">', _NOT_SHOWN.sub("", rest.rpartition("</svg>")[0]))
    return _NAMES.sub("picture-", inside), float(found[1]), float(found[2])
