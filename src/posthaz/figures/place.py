"""Where figures are drawn: by themselves, in pyplot, or on axes of the user's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from posthaz.errors import SpecError
from posthaz.figures.looks import current_look, look_named, under


class Place:
    """Axes of the user's, which a drawing function takes for a figure of its own.

    A single panel is drawn on the axes themselves; more of them share its place in the grid of
    subplots, and the axes given are the first.

    Parameters
    ----------
    ax : Axes
        The axes.
    """

    def __init__(self, ax: Axes) -> None:
        self.ax = ax
        self.axes: list[Axes] = []
        self.heading = ""

    @property
    def width(self) -> float:
        """Width of the axes in inches."""
        figure = self.ax.get_figure(root=True)
        return float(self.ax.get_position().width * figure.get_figwidth()) if figure else 5.8

    def subplots(
        self,
        nrows: int = 1,
        ncols: int = 1,
        *,
        sharex: bool = False,
        sharey: bool = False,
        squeeze: bool = True,
        height_ratios: Sequence[float] | None = None,
        width_ratios: Sequence[float] | None = None,
    ) -> Any:
        """The axes, and others beside them where more than one is asked for."""
        grid = np.array([[self.ax]], dtype=object)
        if nrows * ncols > 1:
            spec = self.ax.get_subplotspec()
            figure = self.ax.get_figure()
            if spec is None or figure is None:
                raise SpecError(
                    f"this picture has {nrows * ncols} panels, and axes placed by hand have no "
                    "room for them",
                    fix="give axes of plt.subplots(layout='constrained')",
                )
            cells = spec.subgridspec(
                nrows, ncols, height_ratios=height_ratios, width_ratios=width_ratios
            )
            self.ax.set_subplotspec(cells[0, 0])
            grid = np.empty((nrows, ncols), dtype=object)
            for row, column in np.ndindex(nrows, ncols):
                grid[row, column] = self.ax if row + column == 0 else figure.add_subplot(
                    cells[row, column],
                    sharex=self.ax if sharex else None,
                    sharey=self.ax if sharey else None,
                )  # fmt: skip
            for axes in grid.ravel():
                if sharex:
                    axes.label_outer()
        self.axes = list(grid.ravel())
        if not squeeze:
            return grid
        return grid[0, 0] if grid.size == 1 else grid.ravel() if 1 in grid.shape else grid

    def legend(self, handles: Sequence[Any], labels: Sequence[str], **_: Any) -> None:
        """A legend above the first axes, headed by what a figure would say at its top."""
        title = self.axes[0].get_title(loc="left")
        made = self.axes[0].legend(
            list(handles), list(labels), loc="lower left", borderaxespad=0.3, handlelength=2.2,
            bbox_to_anchor=(0.0, 1.0 + 0.07 * (title.count("\n") + 1 if title else 0)),
            title=self.heading or None,
        )  # fmt: skip
        made.set_alignment("left")


_CANVAS: ContextVar[Place | str] = ContextVar("canvas", default="alone")


def open_figure(height: float) -> Figure:
    """A figure of the current style's width: pyplot's where a user draws, else by itself."""
    size = (current_look().width, height)
    if _CANVAS.get() == "pyplot":
        import matplotlib.pyplot as plt

        return plt.figure(figsize=size, layout="constrained")
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def place() -> Place | None:
    """The user's axes where there are any."""
    canvas = _CANVAS.get()
    return canvas if isinstance(canvas, Place) else None


@contextmanager
def _canvas(canvas: Place | str) -> Iterator[None]:
    token = _CANVAS.set(canvas)
    try:
        yield
    finally:
        _CANVAS.reset(token)


def pictured(
    draw: Callable[[], Figure], ax: Axes | None = None, style: str = "", columns: int = 1
) -> list[Axes]:
    """Draw for a user: on their axes or as a figure of pyplot, in a style.

    Parameters
    ----------
    draw : callable
        Calls one of the ``draw_`` functions.
    ax : Axes, optional
        Where to draw; a new figure of pyplot without it.
    style : str, optional
        A style's name; the current one when empty.
    columns : {1, 2}, optional
        Columns that a new figure is to fill.

    Returns
    -------
    list of Axes
        What was drawn on.
    """
    if ax is not None and not isinstance(ax, Axes):
        kind = type(ax).__name__
        fix = "name it: cohort=" if kind == "Cohort" else "give one of plt.subplots()"
        raise SpecError(f"ax is of type {kind}, and no axes of matplotlib", fix=fix)
    with under(look_named(style, columns)), _canvas(Place(ax) if ax is not None else "pyplot"):
        return list(draw().axes)
