"""A figure as a block of the report."""

from typing import Any, Protocol

from posthaz.figures import figure_bytes
from posthaz.figures.readout import box_of
from posthaz.report.blocks import FigureBlock, Readout, Stop

Curves = tuple[tuple[str, str], ...]


class Marked(Protocol):
    """Whatever knows whether its cohort is simulated."""

    @property
    def simulated(self) -> bool:
        """Whether the cohort is simulated."""
        ...


def picture(
    results: Marked,
    figure: Any,
    name: str,
    alt: str,
    caption: str,
    source: str = "",
    read: "tuple[Curves, tuple[Stop, ...]] | None" = None,
) -> FigureBlock:
    """A figure's bytes with its words.

    Parameters
    ----------
    results : Results or anything marked so
        What is shown, which says whether the cohort is simulated.
    figure : Figure
        What a ``draw_`` function made.
    name : str
        File name without ending.
    alt : str
        What the picture shows and its main numbers.
    caption : str
        What is drawn.
    source : str, optional
        CSV file that holds the numbers.
    read : (tuple of (str, str), tuple of Stop), optional
        Curves of the figure's first axes, and what they are at some times.

    Returns
    -------
    FigureBlock
        The block, with PNG and SVG.
    """
    content = figure_bytes(figure)
    prefix = "Simulated cohort. " if results.simulated else ""
    readout = Readout(box_of(figure.axes[0]), *read) if read and read[1] else None
    return FigureBlock(
        name, content[0], prefix + alt, prefix + caption, content[1], source, readout
    )
