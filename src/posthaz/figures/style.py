"""The look shared by all figures: size, type, and an arm's colour and line style."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from math import ceil
from re import compile as pattern
from textwrap import TextWrapper
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

WIDTH = 5.8
"""Width of every figure in inches: at 390 px across, 10 pt type is still over 9 px high."""

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
"""matplotlib settings under which figures are drawn and written."""


@dataclass(frozen=True)
class LineStyle:
    """How one arm (or source, or chain) is drawn.

    Parameters
    ----------
    colour : str
        Hexadecimal colour, told apart by the colour-blind.
    dash : str or tuple
        matplotlib line style, told apart in greyscale.
    marker : str
        matplotlib marker.
    """

    colour: str
    dash: str | tuple[float, tuple[float, ...]]
    marker: str


REFERENCE = LineStyle("#4F6D8A", (0, (5, 1.6)), "s")
SERIES = (
    LineStyle("#C94F00", "-", "o"),
    LineStyle("#00805C", (0, (7, 1.5, 1.5, 1.5)), "^"),
    LineStyle("#7A3E9D", (0, (1.5, 1.2)), "D"),
    LineStyle("#0072B2", (0, (3, 1, 1, 1, 1, 1)), "v"),
    LineStyle("#8A6D00", (0, (9, 2)), "P"),
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
    """Run `function` under `STYLE`, leaving matplotlib's own settings as they were."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with rc_context(STYLE):  # type: ignore[arg-type]
            return function(*args, **kwargs)

    return run


def new_figure(height: float, title: str = "", simulated: bool = False) -> Figure:
    """An empty figure of the common width, outside pyplot.

    Parameters
    ----------
    height : float
        Height in inches.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated; the figure then says so above everything else.

    Returns
    -------
    Figure

    Examples
    --------
    >>> new_figure(2.0, simulated=True).get_suptitle()
    'SIMULATED COHORT'
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    heading = "\n".join(
        line for line in ("SIMULATED COHORT" * simulated, filled(title, 58)) if line
    )
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
    return EDGE + LINE * (heading.count("\n") + 1) if heading else 0.0


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
    axes.tick_params(axis="both", labelsize=STYLE["xtick.labelsize"], length=3.5)
    if grid:
        axes.grid(visible=True, axis=grid)  # type: ignore[arg-type]


def legend_above(
    figure: Figure, handles: Sequence[Any], labels: Sequence[str], columns: int
) -> None:
    """A legend above all axes and across the whole figure, where no curve can run under it.

    Labels too long to stand side by side are stacked.
    """
    longest = max((len(label) for label in labels), default=1)
    columns = max(1, min(columns, 66 // longest))
    add_height(figure, LINE * ceil(len(labels) / columns))
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
    if len(label) <= width:
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
        width, break_long_words=False, break_on_hyphens=False, max_lines=most, placeholder=" …"
    )
    return "\n".join(wrapper.wrap(text))


def label_of(labels: Mapping[str, str], key: object) -> str:
    """Name to show for `key`, which is the key itself where none was given."""
    return labels.get(str(key), str(key))
