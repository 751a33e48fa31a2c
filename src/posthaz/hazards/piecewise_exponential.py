"""Piecewise exponential baseline: the hazard is constant between cuts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import ModuleType
from typing import ClassVar, Literal

import numpy as np

from posthaz.cohort import counted, number_text
from posthaz.cohort.rows import listed
from posthaz.cohort.ties import tied_to
from posthaz.errors import SpecError
from posthaz.hazards.baseline import EVENTS_A_PIECE, Baseline, refuse_options
from posthaz.hazards.default_cuts import default_cuts, most_intervals
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.option import option
from posthaz.hazards.parameter import Parameter
from posthaz.hazards.pieces import smoothing_faults, summed, time_faults, time_in_pieces
from posthaz.priors import Prior

MOST_INTERVALS = 500


@dataclass(frozen=True)
class PiecewiseExponential(Baseline):
    """Hazard ``exp(log_hazard[k])`` on the interval ``(cut[k-1], cut[k]]``.

    The last interval is open to the right.

    Parameters
    ----------
    cuts : tuple of float
        Times between intervals, increasing, above 0; empty before `resolve`.
    intervals : int
        Number of intervals when no cuts are given: see `posthaz.hazards.default_cuts`.
    smoothing : {"independent", "random_walk"}
        Whether the log hazards are independent or a random walk.
    order : int
        Order of the random walk, 1 or 2. Steps are weighted by the spacing of the intervals.

    Raises
    ------
    SpecError
        When cuts don't increase or aren't above 0, or an option can't be.

    Examples
    --------
    >>> import numpy as np
    >>> baseline = PiecewiseExponential(cuts=(2.0,))
    >>> values = {"log_hazard": np.log([0.1, 0.3]), **baseline.constants()}
    >>> baseline.hazard(values, np).cumulative_hazard(np.array([2.0, 3.0])).round(6)
    array([0.2, 0.5])
    """

    kind: ClassVar[str] = "piecewise_exponential"
    title: ClassVar[str] = "piecewise exponential"
    cuts: tuple[float, ...] = option(
        (),
        above=0,
        most=MOST_INTERVALS - 1,
        many="increasing times above 0",
        counted_by="intervals",
    )
    intervals: int = option(6, at_least=1, at_most=MOST_INTERVALS, in_files=False)
    smoothing: Literal["independent", "random_walk"] = "independent"
    order: int = option(
        1,
        at_least=1,
        at_most=2,
        needs=("smoothing", "random_walk", "only a random walk has an order"),
    )

    def __post_init__(self) -> None:
        faults = list(time_faults("cuts", "intervals", self.cuts, MOST_INTERVALS - 1))
        if not faults:
            object.__setattr__(self, "cuts", tuple(float(cut) for cut in self.cuts))
        if not faults and self.cuts:
            object.__setattr__(self, "intervals", len(self.cuts) + 1)
        faults += _interval_faults(self.intervals)
        faults += smoothing_faults(self.smoothing)
        if self.order not in (1, 2) or isinstance(self.order, bool):
            faults.append(("order", f"found {self.order!r}", "give 1 or 2"))
        elif not faults:
            faults += _walk_faults(self.intervals, self.smoothing, self.order)
        refuse_options("PiecewiseExponential", faults)

    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter(
                "log_hazard",
                Prior("normal", (0.0, 10.0)),
                dim="interval",
                structure=self.smoothing,
                order=self.order,
                level="rate",
            ),
        )

    def constants(self) -> dict[str, np.ndarray]:
        start = np.array([0.0, *self.cuts])
        widths = np.diff(start)
        last = np.median(widths) if len(widths) else 1.0
        middle = start + np.append(widths, last) / 2.0
        spacing = np.diff(middle)
        return {
            "interval_start": start,
            "interval_spacing": spacing / spacing.mean() if len(spacing) else spacing,
        }

    def coordinates(self) -> dict[str, list[str]]:
        edges = [0.0, *self.cuts, np.inf]
        return {"interval": [f"({a:g}, {b:g}]" for a, b in pairwise(edges)]}

    def resolve(self, event_times: np.ndarray, origin: float = 0.0) -> "PiecewiseExponential":
        if self.intervals == 1:
            return self
        if self.cuts:
            tied = _at_times(self.cuts, event_times)
            return self if tied == self.cuts else replace(self, cuts=tied)
        cuts = default_cuts(event_times, self.intervals)
        if len(cuts) < self.intervals - 1:
            most = most_intervals(event_times, self.intervals)
            raise SpecError(
                f"piecewise exponential baseline: the {len(event_times)} event times have too "
                f"few distinct values for {self.intervals} intervals at event quantiles",
                fix=f"ask for {counted(most, 'interval')}, or give the cuts themselves",
            )
        return replace(self, cuts=tuple(float(cut) for cut in cuts), intervals=len(cuts) + 1)

    def sparser(
        self, event_times: np.ndarray, events: int = EVENTS_A_PIECE
    ) -> "PiecewiseExponential":
        if self.cuts:
            return self.resolve(event_times)
        intervals = max(1, min(self.intervals, len(event_times) // events))
        while True:
            walks = self.smoothing == "random_walk" and intervals > self.order
            fewer = replace(
                self, intervals=intervals, smoothing="random_walk" if walks else "independent"
            )
            try:
                return fewer.resolve(event_times)
            except SpecError:
                if intervals == 1:
                    raise
                intervals -= 1

    def breaks(self) -> tuple[float, ...]:
        return self.cuts

    def spacing(self) -> np.ndarray:
        return self.constants()["interval_spacing"]

    def events_near(self, event_times: np.ndarray) -> np.ndarray:
        edges = self.constants()["interval_start"]
        return np.bincount(np.searchsorted(edges[1:], event_times), minlength=len(edges))

    def words(self, unit: str) -> str:
        at = (
            f" cut at {listed([number_text(cut, 3) for cut in self.cuts])} {unit}"
            if self.cuts
            else ""
        )
        tie = (
            f"a random walk of order {self.order}, its steps weighted by the intervals’ spacing"
            if self.smoothing == "random_walk"
            else "independent"
        )
        return f"hazard constant within intervals{at} [@piecewise], log hazards {tie}"

    def label(self) -> str:
        walk = ", random walk" if self.smoothing == "random_walk" else ""
        return f"{self.title}, {self.intervals} intervals{walk}"

    @classmethod
    def examples(cls) -> tuple[Baseline, ...]:
        cuts = (1.5, 4.0, 9.0)
        return cls(cuts=cuts), cls(intervals=1), cls(cuts=cuts, smoothing="random_walk")

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        start = values["interval_start"]
        log_hazard = values["log_hazard"]
        rates = xp.exp(log_hazard)

        def overlap(time: Array) -> Array:
            return time_in_pieces(time, start, xp)

        def membership(time: Array) -> Array:
            after = (time[..., None] > start[1:]) * 1.0
            first = xp.ones_like(time)[..., None]
            last = xp.zeros_like(time)[..., None]
            return xp.concatenate([first, after], axis=-1) - xp.concatenate([after, last], axis=-1)

        return Hazard(
            log_hazard=lambda time: summed(membership(time), log_hazard, xp),
            cumulative_hazard=lambda time: summed(overlap(time), rates, xp),
            time_at=lambda cumulative: _time_at(cumulative, start, rates),
            survival_integral=lambda horizon, multiplier, begin: _survival_integral(
                overlap(np.asarray(horizon, dtype=float)) - overlap(np.atleast_1d(begin) * 1.0),
                rates,
                multiplier,
            ),
        )


def _interval_faults(intervals: object) -> Iterator[tuple[str, str, str]]:
    whole = isinstance(intervals, int | np.integer) and not isinstance(intervals, bool)
    if not whole or not 1 <= int(intervals) <= MOST_INTERVALS:  # type: ignore[call-overload]
        fix = f"give a whole number from 1 to {MOST_INTERVALS}"
        yield "intervals", f"found {intervals!r}", fix


def _walk_faults(intervals: int, smoothing: str, order: int) -> Iterator[tuple[str, str, str]]:
    if smoothing != "random_walk":
        if order != 1:
            fix = 'add smoothing = "random_walk" or remove it'
            yield "order", "only a random walk has an order", fix
        return
    if intervals <= order:
        yield (
            "cuts",
            f"gives {intervals} interval(s), too few for a random walk of order {order}",
            f"ask for {order + 1} intervals or more",
        )


def _at_times(cuts: Sequence[float], event_times: np.ndarray) -> tuple[float, ...]:
    """Cuts as the event times that they differ from by rounding only."""
    found = tied_to(np.unique(event_times), np.asarray(cuts, dtype=float))
    return tuple(float(cut) for cut in found)


def _time_at(cumulative: np.ndarray, start: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Time at which the cumulative hazard is reached; intervals are the last axis of `rates`."""
    widths = np.diff(start)
    left = cumulative
    time = np.zeros(np.broadcast_shapes(np.shape(cumulative), rates.shape[:-1]))
    for k, width in enumerate(widths):
        spent = np.clip(left, 0.0, rates[..., k] * width)
        time = time + spent / rates[..., k]
        left = left - rates[..., k] * width
    return time + np.maximum(left, 0.0) / rates[..., -1]


def _survival_integral(spent: np.ndarray, rates: np.ndarray, multiplier: np.ndarray) -> np.ndarray:
    """Area under survival, interval by interval, each with a constant hazard."""
    multiplied = np.asarray(multiplier)[..., None] * rates
    accrued = multiplied * spent
    before = np.cumsum(accrued, axis=-1) - accrued
    return np.sum(np.exp(-before) * -np.expm1(-accrued) / multiplied, axis=-1)
