"""A figure as a block of the report."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from posthaz.figures import write_figure
from posthaz.report.blocks import FigureBlock
from posthaz.report.results import Results


def picture(
    results: Results, figure: Any, name: str, alt: str, caption: str, source: str = ""
) -> FigureBlock:
    """A figure's bytes with its words.

    Parameters
    ----------
    results : Results
        The results, which say whether the cohort is simulated.
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
    with TemporaryDirectory() as folder:
        png, svg = write_figure(figure, Path(folder), name)
        content = png.read_bytes(), svg.read_bytes()
    prefix = "Simulated cohort. " if results.simulated else ""
    return FigureBlock(name, content[0], prefix + alt, prefix + caption, content[1], source)
