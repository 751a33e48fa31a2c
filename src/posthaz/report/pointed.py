"""A figure that answers whoever points at it, by styles alone: the page runs no script."""

from collections.abc import Iterator
from itertools import pairwise

from markupsafe import Markup

from posthaz.figures.readout import inline_svg
from posthaz.report.blocks import FigureBlock, Readout, Stop

_LINE = 12.5
_PAD = 4.0


def pointed(block: FigureBlock) -> Markup:
    """The picture as SVG inside the page, with a strip a time that shows what was read then.

    Parameters
    ----------
    block : FigureBlock
        A figure with SVG and a readout.

    Returns
    -------
    Markup
        A box to tick for each curve where there are several, and the picture.
    """
    assert block.svg is not None and block.readout is not None
    inside, width, height = inline_svg(block.svg)
    parts = [_boxes(block.readout)] if block.readout.separable else []
    parts.append(
        Markup(
            '<svg class="pointed" role="img" aria-label="{}" viewBox="0 0 {} {}" '
            'xmlns:xlink="http://www.w3.org/1999/xlink">'
        ).format(block.alt, width, height)
    )
    parts.append(Markup(inside))
    parts += _strips(block.readout, width, height)
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _boxes(readout: Readout) -> Markup:
    """A ticked box for each curve."""
    box = Markup(
        '<label style="color:{}"><input type="checkbox" class="shows-{}" checked> {}</label>'
    )
    made = (box.format(colour, k, label) for k, (label, colour) in enumerate(readout.curves))
    return Markup('<div class="curves">{}</div>').format(Markup("").join(made))


def _strips(readout: Readout, width: float, height: float) -> Iterator[Markup]:
    """A strip for each time, from halfway to the one before to halfway to the next."""
    left, top, right, bottom = readout.box
    span = width * (right - left)
    places = [stop.place for stop in readout.stops]
    edges = [0.0, *((a + b) / 2.0 for a, b in pairwise(places)), 1.0]
    strip = Markup(
        '<g class="at"><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
        '<g class="read"><path d="M{:.1f} {:.1f}v{:.1f}"/>{}</g></g>'
    )
    for stop, (start, end) in zip(readout.stops, pairwise(edges), strict=True):
        yield strip.format(
            width * left + span * start, height * top, span * (end - start),
            height * (bottom - top), width * left + span * stop.place, height * top,
            height * (bottom - top), _read(stop, readout, width * right, height * top),
        )  # fmt: skip


def _read(stop: Stop, readout: Readout, right: float, top: float) -> Markup:
    """The words of a time, in the upper right corner of the axes."""
    known = [(k, line) for k, line in enumerate(stop.lines) if line]
    text = Markup('<text x="{:.1f}" y="{:.1f}"{}>{}</text>')
    made = [text.format(right - _PAD, top + _LINE, Markup(""), stop.head)]
    for place, (k, line) in enumerate(known, start=2):
        colour = Markup(' class="curve-{}" fill="{}"').format(k, readout.curves[k][1])
        made.append(text.format(right - _PAD, top + _LINE * place, colour, line))
    broad = max(sum(1.0 + (c > "\u2e80") for c in line) for line in (stop.head, *stop.lines))
    size = broad * 5.1 + 2 * _PAD, _LINE * (len(made) + 0.5)
    ground = Markup('<rect class="ground" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    return Markup("").join([ground.format(right - size[0], top, *size), *made])
