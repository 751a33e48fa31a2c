"""The look shared by all figures: size, type, and an arm's colour and line style."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from math import ceil
from re import compile as pattern
from textwrap import TextWrapper
from typing import Any, cast
from warnings import warn

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FuncFormatter, ScalarFormatter

from posthaz.figures.fonts import families, font_notice, holding, missing_letters
from posthaz.figures.looks import colour_of, current_look, look_named, numerals, under
from posthaz.figures.place import open_figure, place

WIDTH = 5.8
"""Width in inches of a figure in the house's style: at 390 px across, 10 pt type is still over
9 px high."""

LINE = 0.24
"""Height in inches kept free for each line of a heading or a legend."""

EDGE = 0.05
"""Inches between the top of the figure and its heading."""

_HELD = pattern(r"(?<!\S)([v≥≤<>]) (?=\S)")

INK = "#22272B"
MUTED = "#5A6570"
WARNING = "#A32A00"

STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.0,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 10.0,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "figure.titlesize": 10.5,
    "figure.titleweight": "bold",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    # a figure is as wide as its style says, and what lies over its axes finds them
    "savefig.bbox": None,
    # names in labels are names, whatever dollars and underscores they hold
    "text.parse_math": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": "#E3E7EA",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
    "patch.linewidth": 0.0,
    "svg.fonttype": "path",
    "svg.hashsalt": "posthaz",
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.06,
}
"""matplotlib settings under which figures are drawn and written, in the house's style."""


def settings() -> dict[Any, Any]:
    """Matplotlib settings of the current style."""
    look = current_look()
    sized = {key: value * look.scale for key, value in STYLE.items() if key.endswith("size")}
    return STYLE | sized | {"font.family": families(look.fonts), "font.sans-serif": []}


def pt(size: float) -> float:
    """A type size of the house's style, in points, in the current one."""
    return size * current_look().scale


def room() -> float:
    """Letters that fit across a figure, or the axes given for it, to those of the house's style."""
    own = place()
    width = own.width if own is not None else current_look().width
    return width / WIDTH / current_look().scale


@dataclass(frozen=True)
class LineStyle:
    """How one arm (or source, or chain) is drawn.

    Parameters
    ----------
    house : str
        Hexadecimal colour in the house's style, told apart by the colour-blind.
    dash : str or tuple
        matplotlib line style, told apart in greyscale.
    marker : str
        matplotlib marker.
    """

    house: str
    dash: str | tuple[float, tuple[float, ...]]
    marker: str

    @property
    def colour(self) -> str:
        """Hexadecimal colour in the current style."""
        return colour_of(self.house)

    def key(self, **more: Any) -> Line2D:
        """Its line in a legend; `more` are properties of a matplotlib line."""
        return Line2D([], [], color=self.colour, ls=self.dash, **more)


REFERENCE = LineStyle("#4F6D8A", (0, (5, 1.6)), "s")
SERIES = (
    LineStyle("#C94F00", "-", "o"),
    LineStyle("#00805C", (0, (7, 1.5, 1.5, 1.5)), "^"),
    LineStyle("#7A3E9D", (0, (1.5, 1.2)), "D"),
    LineStyle("#007FC8", (0, (3, 1, 1, 1, 1, 1)), "v"),
    LineStyle("#644B00", (0, (9, 2)), "P"),
)


POSTERIOR = SERIES[0]
"""How a posterior is drawn wherever it stands beside another answer."""

_BESIDE = (REFERENCE, *SERIES[1:])


def source_styles(sources: Sequence[str]) -> dict[str, LineStyle]:
    """Style of each source of an answer: of a posterior, of Cox regression, of what is beside.

    Parameters
    ----------
    sources : sequence of str
        Names; a posterior's holds "Bayesian" or "posterior".

    Returns
    -------
    dict of str to LineStyle
        A posterior's is `POSTERIOR` and Cox's `REFERENCE`, in whatever order they come.

    Examples
    --------
    >>> styles = source_styles(["Cox", "Cox, multivariable", "Bayesian"])
    >>> styles["Cox"] == REFERENCE, styles["Bayesian"] == POSTERIOR
    (True, True)
    """
    ours = [one for one in sources if "bayes" in one.lower() or "posterior" in one.lower()]
    others = [one for one in sources if one not in ours]
    beside = {one: _BESIDE[i % len(_BESIDE)] for i, one in enumerate(others)}
    return beside | dict.fromkeys(ours, POSTERIOR)


def arm_styles(arms: Sequence[str]) -> dict[str, LineStyle]:
    """Line style of each arm, the reference arm in grey-blue.

    Parameters
    ----------
    arms : sequence of str
        Arms, reference first. A single arm has the strong colour.

    Returns
    -------
    dict of str to LineStyle

    Examples
    --------
    >>> arm_styles(["observation", "pci"])["observation"].colour
    '#4F6D8A'
    """
    if len(arms) == 1:
        return {arms[0]: SERIES[0]}
    rest = {arm: SERIES[i % len(SERIES)] for i, arm in enumerate(arms[1:])}
    return {arms[0]: REFERENCE, **rest} if arms else {}


def styled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` under `settings`, leaving matplotlib's own settings as they were."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with rc_context(settings()):
            made = function(*args, **kwargs)
            if hasattr(made, "axes"):
                _finish(cast(Figure, made))
            return made

    return run


@contextmanager
def use_style(style: str, columns: int = 1) -> Iterator[None]:
    """Draw in a journal's style: width, type, colours and numerals.

    Parameters
    ----------
    style : {"default", "lancet", "nejm", "jama"}
        The style. 75 and 154 mm, Times New Roman and decimal points at mid-height are what
        guides to The Lancet's artwork name; 84 and 178 mm for the other two are widths common
        among journals, since these print none. Read the journal's instructions before you submit.
    columns : {1, 2}, optional
        Columns that a figure is to fill.

    Raises
    ------
    SpecError
        For a style or width that there isn't.

    Examples
    --------
    >>> import posthaz as ph
    >>> with ph.use_style("lancet", columns=2):
    ...     print(ph.p_text(0.0312))
    p=0·031
    """
    with under(look_named(style, columns)), rc_context(settings()):
        yield


def _finish(figure: Figure) -> None:
    """Give the words of a figure fonts that hold them, and the style's numerals."""
    give_letters(figure)
    if current_look().point != ".":
        _set_numerals(figure, _texts(figure))


def _texts(figure: Figure) -> list[Text]:
    holders = (one for one in (figure, *figure.axes) if hasattr(one, "findobj"))
    return [cast(Text, text) for one in holders for text in one.findobj(Text)]


def give_letters(figure: Figure) -> None:
    """Give the words of a figure fonts that hold them, with a notice where none does.

    Parameters
    ----------
    figure : Figure
        A figure; its fonts are changed.
    """
    texts = _texts(figure)
    fixed = [
        formatter for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)
        if isinstance(formatter := axis.get_major_formatter(), FixedFormatter)
    ]  # fmt: skip
    words = "".join([*(one.get_text() for one in texts), *(str(t) for f in fixed for t in f.seq)])
    own = families(current_look().fonts)
    if missing := missing_letters(words, own):
        more, lost = holding(missing)
        for text in texts:
            text.set_fontfamily([*own, *more])
        for axes in figure.axes:
            axes.tick_params(axis="both", labelfontfamily=[*own, *more])
        if lost:
            warn(font_notice(words), UserWarning, stacklevel=4)


class _Numerals(ScalarFormatter):
    """Ticks with the decimal sign of the style they were drawn in."""

    def __init__(self) -> None:
        super().__init__()
        self._look = current_look()

    def __call__(self, x: float, pos: int | None = None) -> str:
        with under(self._look):
            return numerals(super().__call__(x, pos))


def _set_numerals(figure: Figure, texts: Sequence[Text]) -> None:
    for text in texts:
        text.set_text(numerals(text.get_text()))
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FixedFormatter):
                formatter.seq = [numerals(str(one)) for one in formatter.seq]
            elif type(formatter) is ScalarFormatter:
                axis.set_major_formatter(_Numerals())
            elif isinstance(formatter, FuncFormatter):
                formatter.func = _with_numerals(formatter.func)


def _with_numerals(written: Callable[..., str]) -> Callable[..., str]:
    look = current_look()

    def write(value: float, pos: int | None = None) -> str:
        with under(look):
            return numerals(str(written(value, pos)))

    return write


def new_figure(height: float, title: str = "", simulated: bool = False) -> Figure:
    """An empty figure of the current style's width, outside pyplot unless a user draws.

    Parameters
    ----------
    height : float
        Height in inches, in the house's style.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated; the figure then says so above everything else.

    Returns
    -------
    Figure
        Or a `Place` on the user's axes, which has of a figure what drawing functions need.

    Examples
    --------
    >>> new_figure(2.0, simulated=True).get_suptitle()
    'SIMULATED COHORT'
    """
    heading = "\n".join(
        line for line in ("SIMULATED COHORT" * simulated, filled(title, 58)) if line
    )
    own = place()
    if own is not None:
        own.heading = heading
        return cast(Figure, own)
    look = current_look()
    figure = open_figure(height * max(look.scale, min(1.0, look.width / WIDTH)))
    if heading:
        colour = WARNING if simulated else INK
        text = figure.suptitle(heading, x=0.012, y=1.0, ha="left", va="top", color=colour)
        # matplotlib's layout would put the heading and a legend above the axes into one place.
        text.set_in_layout(False)
        add_height(figure, heading_height(figure))
    return figure


def heading_height(figure: Figure) -> float:
    """Height in inches that the figure's heading takes."""
    heading = figure.get_suptitle()
    return EDGE + pt(LINE) * (heading.count("\n") + 1) if heading else 0.0


def add_height(figure: Figure, inches: float) -> None:
    """Make the figure taller, and keep the axes out of the new strip at its top."""
    engine = figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    old = figure.get_figheight()
    kept = engine.get()["rect"][3] * old
    figure.set_figheight(old + inches)
    engine.set(rect=(0.0, 0.0, 1.0, kept / (old + inches)))
    if figure.get_suptitle():
        # In inches, not as a share of the height: a tall figure would push it into the legend.
        heading: Any = figure._suptitle  # type: ignore[attr-defined]
        heading.set_y(1.0 - EDGE / (old + inches))


def dress(axes: Axes, *, grid: str = "y") -> None:
    """Fix the tick labels' size on the axes themselves, and draw a faint grid.

    matplotlib makes ticks late, under whatever settings hold then.
    """
    axes.tick_params(axis="both", labelsize=pt(STYLE["xtick.labelsize"]), length=3.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if grid:
        line = {"color": STYLE["grid.color"], "lw": STYLE["grid.linewidth"]}
        axes.grid(visible=True, axis=grid, **line)  # type: ignore[arg-type]
        axes.set_axisbelow(True)


def legend_above(
    figure: Figure, handles: Sequence[Any], labels: Sequence[str], columns: int
) -> None:
    """A legend above all axes and across the whole figure, where no curve can run under it.

    Labels too long to stand side by side are stacked.
    """
    if place() is not None:
        figure.legend(handles, labels)
        return
    longest = max((len(label) for label in labels), default=1)
    columns = max(1, min(columns, int(66 * room()) // longest))
    add_height(figure, pt(LINE) * ceil(len(labels) / columns))
    figure.legend(
        list(handles),
        list(labels),
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0 - heading_height(figure) / figure.get_figheight()),
        ncols=columns,
        borderaxespad=0.3,
        handlelength=2.6,
        columnspacing=1.6,
    )


def wrapped(label: str, width: int) -> str:
    r"""A long name in lines of `width` letters: after its colon first, never after "v" or "≥".

    Examples
    --------
    >>> wrapped("Brain metastasis: Yes v No", 22).splitlines()
    ['Brain metastasis:', 'Yes v\xa0No']
    """
    if len(label) <= width * room():
        return label
    label = _HELD.sub("\\1\u00a0", label)
    parts = label.split(": ")
    lines = [f"{part}:" for part in parts[:-1]] + parts[-1:]
    return "\n".join(filled(line, width) for line in lines)


def filled(text: str, width: int, most: int | None = None) -> str:
    r"""Text in lines of at most `width` letters, which end between words and never within one.

    Examples
    --------
    >>> filled("Chemoradiotherapy, non-small-cell", 12).splitlines()
    ['Chemoradiotherapy,', 'non-small-cell']
    """
    wrapper = TextWrapper(
        max(int(width * min(room(), 1.4)), 10),
        break_long_words=False,
        break_on_hyphens=False,
        max_lines=most,
        placeholder=" …",
    )
    return "\n".join(wrapper.wrap(text))


def label_of(labels: Mapping[str, str], key: object) -> str:
    """Name to show for `key`, which is the key itself where none was given."""
    return labels.get(str(key), str(key))
