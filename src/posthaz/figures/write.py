"""Figures to files, whole or not at all."""

from pathlib import Path

from matplotlib.figure import Figure

from posthaz.figures.style import styled
from posthaz.files import whole_file

DPI = 160
PNG_METADATA = {"Software": None}
SVG_METADATA = {"Date": None, "Creator": None}


@styled
def write_figure(figure: Figure, folder: str | Path, name: str) -> tuple[Path, Path]:
    """Write a figure as PNG and SVG; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
        A figure made by one of the ``draw_`` functions.
    folder : str or Path
        Folder to write to; made when it is missing.
    name : str
        File name without ending.

    Returns
    -------
    png, svg : Path
        The files written.

    Raises
    ------
    OutputError
        When the folder can't be made or written to. Neither file is then left behind.

    Examples
    --------
    >>> import tempfile
    >>> from posthaz.figures.style import new_figure
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     png, svg = write_figure(new_figure(2.0), folder, "empty")
    >>> png.name, svg.name
    ('empty.png', 'empty.svg')
    """
    png, svg = Path(folder) / f"{name}.png", Path(folder) / f"{name}.svg"
    with whole_file(png) as raster, whole_file(svg) as vector:
        figure.savefig(raster, format="png", dpi=DPI, metadata=PNG_METADATA)
        figure.savefig(vector, format="svg", metadata=SVG_METADATA)
    return png, svg
