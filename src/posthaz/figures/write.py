"""Figures to files, whole or not at all."""

from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FuncFormatter

from posthaz.errors import plain_text
from posthaz.figures.fonts import in_lines
from posthaz.figures.style import give_letters, styled
from posthaz.files import file_below, whole_file
from posthaz.languages import ENGLISH, Speaker, current_speaker, speaking

DPI = 160
PNG_METADATA = {"Software": None}
SVG_METADATA = {"Date": None, "Creator": None}


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
        When the folder can't be made or written to, or the name can't be a file's. Neither
        file is then left behind.

    Examples
    --------
    >>> import tempfile
    >>> from posthaz.figures.style import new_figure
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     png, svg = write_figure(new_figure(2.0), folder, "empty")
    >>> png.name, svg.name
    ('empty.png', 'empty.svg')
    """
    png, svg = (file_below(folder, f"{name}.{ending}") for ending in ("png", "svg"))
    content = figure_bytes(figure)
    with whole_file(png) as raster, whole_file(svg) as vector:
        raster.write_bytes(content[0])
        vector.write_bytes(content[1])
    return png, svg


@styled
def figure_bytes(figure: Figure) -> tuple[bytes, bytes]:
    """A figure as PNG and SVG; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
        A figure made by one of the ``draw_`` functions.

    Returns
    -------
    png, svg : bytes
        What `write_figure` writes.
    """
    make_plain(figure)
    if current_speaker() is not ENGLISH:
        give_letters(figure)
    raster, vector = BytesIO(), BytesIO()
    figure.savefig(raster, format="png", dpi=DPI, metadata=PNG_METADATA)
    figure.set_layout_engine("none")  # laid out once for both
    figure.savefig(vector, format="svg", metadata=SVG_METADATA)
    return raster.getvalue(), vector.getvalue()


def make_plain(figure: Figure) -> None:
    """Make every word of a figure `plain_text` in the reader's language: titles, labels, ticks.

    Parameters
    ----------
    figure : Figure
        A figure about to be written; it is changed.
    """
    _make_plain(figure.axes, figure.findobj(Text))


def speak(drawn: Sequence[Axes]) -> None:
    """Have what was drawn for a user speak the reader's language; English stays as it is.

    Parameters
    ----------
    drawn : sequence of Axes
        Axes of one figure, which may have others that are the user's.
    """
    figure = drawn[0].get_figure(root=True) if drawn else None
    if figure is None or current_speaker() is ENGLISH:
        return
    whole = set(figure.axes) == set(drawn)
    for place in [figure] if whole else drawn:
        _make_plain(drawn, place.findobj(Text))
    give_letters(figure)


def _make_plain(drawn: Sequence[Axes], texts: Iterable[Artist]) -> None:
    for axes in drawn:
        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FixedFormatter):
                formatter.seq = [_read(str(text)) for text in formatter.seq]
            elif isinstance(formatter, FuncFormatter):
                formatter.func = _plain_ticks(formatter.func, current_speaker())
    for text in texts:
        assert isinstance(text, Text)
        shown = _read(text.get_text())
        if shown != text.get_text():
            text.set_text(shown)


def _plain_ticks(written: Callable[..., str], speaker: Speaker) -> Callable[..., str]:
    def plain(value: float, place: int | None = None) -> str:
        with speaking(speaker):  # ticks are written when the figure is drawn, which may be later
            return _read(str(written(value, place)))

    return plain


def _read(text: str) -> str:
    """A text of a figure in the reader's language, in lines as wide as the English ones."""
    text, speaker = plain_text(text), current_speaker()
    if speaker is ENGLISH or not text.strip():
        return text
    said = speaker.say(" ".join(text.split("\n")))
    lines = text.split("\n")
    if len(lines) == 1 or said == " ".join(lines):
        return text if len(lines) > 1 else said
    return in_lines(said, max(map(len, lines)))
