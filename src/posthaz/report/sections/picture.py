"""A figure as a block of the report."""

from typing import Any, Protocol

from posthaz.figures import figure_bytes
from posthaz.report.blocks import FigureBlock


class Marked(Protocol):
    """Whatever knows whether its cohort is simulated."""

    @property
    def simulated(self) -> bool:
        """Whether the cohort is simulated."""
        ...


def picture(
    results: Marked, figure: Any, name: str, alt: str, caption: str, source: str = ""
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

    Returns
    -------
    FigureBlock
        The block, with PNG and SVG.
    """
    content = figure_bytes(figure)
    prefix = "Simulated cohort. " if results.simulated else ""
    return FigureBlock(name, content[0], prefix + alt, prefix + caption, content[1], source)
