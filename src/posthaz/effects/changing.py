"""An effect that changes with time: a log hazard ratio of its own in each interval."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import ModuleType
from typing import Any, Literal

import numpy as np

from posthaz.cohort import number_text
from posthaz.effects.path import along_path
from posthaz.effects.proportional import proportional
from posthaz.errors import SpecError
from posthaz.hazards import Array, Hazard, PiecewiseExponential
from posthaz.hazards.baseline import refuse_found

DEFAULT_INTERVALS = 3


def changing(
    hazard: Hazard, log_hazard_ratios: Sequence[Array], starts: Array, xp: ModuleType | Any
) -> Hazard:
    """Hazard multiplied by a ratio that is constant between times.

    Parameters
    ----------
    hazard : Hazard
        A hazard.
    log_hazard_ratios : sequence of array
        Log ratio of each interval; each broadcasts against time.
    starts : array-like of float, shape (interval,)
        When each interval begins, increasing, the first at 0. An interval holds its end.
    xp : module
        Array module of the arguments.

    Returns
    -------
    Hazard
        The multiplied hazard, exact for every baseline.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import Exponential
    >>> baseline = Exponential().hazard({"log_rate": np.log(0.1)}, np)
    >>> late = changing(baseline, [np.log(0.5), np.log(2.0)], [0.0, 6.0], np)
    >>> late.cumulative_hazard(np.array([6.0, 10.0])).round(6).tolist()
    [0.3, 1.1]
    """
    ratios = [xp.exp(ratio) for ratio in log_hazard_ratios]
    last = len(ratios) - 1
    pieces = [proportional(hazard, ratio, xp) for ratio in log_hazard_ratios]

    def log_hazard(time: Array) -> Array:
        found = log_hazard_ratios[0]
        for number in range(1, last + 1):
            found = xp.where(time > starts[number], log_hazard_ratios[number], found)
        return hazard.log_hazard(time) + found

    def cumulative_hazard(time: Array) -> Array:
        ends = [xp.minimum(time, starts[number]) for number in range(1, last + 1)] + [time]
        if xp is np:
            reached = [hazard.cumulative_hazard(end) for end in ends]
        else:  # one hazard in the graph, whose compilation takes most of a first fit
            reached = hazard.cumulative_hazard(xp.stack(ends))
        total = reached[0] * ratios[0]
        for number in range(1, last + 1):
            total = total + (reached[number] - reached[number - 1]) * ratios[number]
        return total

    return replace(
        along_path(pieces, starts, xp), log_hazard=log_hazard, cumulative_hazard=cumulative_hazard
    )


@dataclass(frozen=True)
class ChangingEffect:
    """That the effect of a term changes with time.

    The log hazard ratio is constant within intervals of time. Under ``random_walk`` the average
    over the events has the term's own prior and the intervals depart from it by a random walk,
    whose steps have a standard deviation to be learned: with 0 hazards are proportional. Under
    ``independent`` every interval has the term's own prior.

    Parameters
    ----------
    term : str
        Term of the formula, such as ``arm``.
    cuts : tuple of float
        Times between intervals, increasing, above 0; empty before `resolve`.
    intervals : int
        Number of intervals when no cuts are given, their cuts at event quantiles; 0 takes the
        cuts of the baseline, or 3 intervals where it has none.
    smoothing : {"random_walk", "independent"}
        What ties the intervals together.
    order : int
        Order of the random walk, 1 or 2; 2 is smooth, with many intervals.

    Raises
    ------
    SpecError
        When cuts don't increase or aren't above 0, or an option can't be.

    Examples
    --------
    >>> ChangingEffect("arm", cuts=(6.0, 12.0)).intervals
    3
    """

    term: str
    cuts: tuple[float, ...] = ()
    intervals: int = 0
    smoothing: Literal["random_walk", "independent"] = "random_walk"
    order: int = 1

    def __post_init__(self) -> None:
        if not self.intervals and not self.cuts:
            self._grid(DEFAULT_INTERVALS)
            return
        grid = self.grid
        object.__setattr__(self, "cuts", grid.cuts)
        object.__setattr__(self, "intervals", grid.intervals)
        if self.intervals < 2:
            raise SpecError(
                f"the changing effect of '{self.term}' has one interval, so that it can't change",
                fix="ask for 2 intervals or more, or leave it out",
            )

    @property
    def grid(self) -> PiecewiseExponential:
        """The intervals, whose labels, starts and spacings are those of a piecewise hazard."""
        return self._grid(self.intervals or DEFAULT_INTERVALS)

    def _grid(self, intervals: int) -> PiecewiseExponential:
        try:
            return PiecewiseExponential(self.cuts, intervals, self.smoothing, self.order)
        except SpecError as error:
            refuse_found(f"changing effect of '{self.term}'", error.findings)
            raise

    def resolve(
        self, event_times: np.ndarray, baseline_cuts: tuple[float, ...]
    ) -> "ChangingEffect":
        """The same effect with its cuts as numbers.

        Parameters
        ----------
        event_times : ndarray of float, shape (event,)
            Times of the events the model will be fitted to.
        baseline_cuts : tuple of float
            Cuts of the baseline hazard, empty where it has none.

        Returns
        -------
        ChangingEffect
            With cuts.

        Raises
        ------
        SpecError
            When a cut lies beyond the last event, or an interval has no event.
        """
        cuts = self.cuts or (baseline_cuts if not self.intervals else ())
        chosen = replace(self, cuts=cuts) if cuts else self
        cuts = chosen.grid.resolve(event_times).cuts
        edges = (0.0, *cuts, np.inf)
        empty = [
            (a, b) for a, b in pairwise(edges) if not np.any((event_times > a) & (event_times <= b))
        ]
        if empty:
            (start, end), last = empty[0], float(np.max(event_times))
            where = span_words(start, end)
            raise SpecError(
                f"the changing effect of '{self.term}': nobody has an event {where} (the last "
                f"event is at {number_text(last)}), so that the data say nothing about the effect "
                "then",
                fix="leave a cut out or move it, or give a number of intervals in place of cuts",
            )
        return replace(chosen, cuts=cuts, intervals=len(cuts) + 1)


def span_words(start: float, end: float) -> str:
    """A stretch of time in a sentence.

    Examples
    --------
    >>> span_words(0.0, 6.0), span_words(12.0, float("inf"))
    ('from 0 to 6', 'after 12')
    """
    if np.isinf(end):
        return f"after {number_text(start)}"
    return f"from {number_text(start)} to {number_text(end)}"


def period_labels(starts: Sequence[float] | np.ndarray) -> list[str]:
    """Periods in words, such as ``(0, 6]``.

    Examples
    --------
    >>> period_labels([0.0, 6.0])
    ['(0, 6]', '(6, inf]']
    """
    return [f"({a:g}, {b:g}]" for a, b in pairwise([*starts, np.inf])]


def change_starts(effects: Sequence[ChangingEffect]) -> np.ndarray:
    """When each period begins in which no effect changes, the first at 0.

    Examples
    --------
    >>> change_starts([ChangingEffect("arm", (6.0,)), ChangingEffect("age", (3.0, 6.0))]).tolist()
    [0.0, 3.0, 6.0]
    """
    return np.unique([0.0, *(cut for effect in effects for cut in effect.cuts)])
