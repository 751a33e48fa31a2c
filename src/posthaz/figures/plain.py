"""The words of a figure without control characters, which no font has."""

from collections.abc import Callable

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FuncFormatter

from posthaz.errors import plain_text


def make_plain(figure: Figure) -> None:
    """Make every word of a figure `plain_text`: titles, labels, legends and ticks.

    Parameters
    ----------
    figure : Figure
        A figure about to be written; it is changed.
    """
    for axes in figure.axes:
        for formatter in (axes.xaxis.get_major_formatter(), axes.yaxis.get_major_formatter()):
            if isinstance(formatter, FixedFormatter):
                formatter.seq = [plain_text(str(text)) for text in formatter.seq]
            elif isinstance(formatter, FuncFormatter):
                formatter.func = _plain_ticks(formatter.func)
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        shown = plain_text(text.get_text())
        if shown != text.get_text():
            text.set_text(shown)


def _plain_ticks(written: Callable[..., str]) -> Callable[..., str]:
    return lambda value, place=None: plain_text(str(written(value, place)))
