"""M-spline baseline: the hazard is a smooth positive curve, flat beyond the last event."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import ClassVar, Literal

import numpy as np
from scipy.interpolate import BSpline, PPoly

from posthaz.cohort import number_text, with_unit
from posthaz.cohort.rows import listed
from posthaz.errors import SpecError
from posthaz.hazards.baseline import EVENTS_A_PIECE, Baseline, refuse_options
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.option import option
from posthaz.hazards.parameter import Parameter
from posthaz.hazards.pieces import smoothing_faults, summed, time_faults, time_in_pieces
from posthaz.priors import Prior

MOST_KNOTS = 50
_DEGREE = 3
_NEWTON_STEPS = 60
_TOLD = {
    "random_walk": "a random walk weighted by their spacing",
    "independent": "independent of each other",
}


@dataclass(frozen=True)
class MSpline(Baseline):
    """Hazard ``sum_k exp(log_hazard[k]) B_k(t)`` with cubic splines that add up to 1.

    In the words of survextrap the hazard is a scale times a weighted sum of M-splines, which are
    the B-splines divided by their areas: the weights are the coefficients times the areas, divided
    by the scale. Equal coefficients are a constant hazard. The coefficients are a random walk, and
    the hazard meets the constant one beyond the last event smoothly. Independent coefficients, as
    the weights of brms and rstanarm are, let the answer depend on the number of knots; they serve
    to see by how much.

    Parameters
    ----------
    knots : tuple of float
        Inner knots, increasing, above 0 and before the last event; empty before `resolve`.
    inner : int
        Number of inner knots, at quantiles of the event times, when none are given.
    last : float
        Last knot; after `resolve` the last event. The hazard is constant beyond it.
    smoothing : {"random_walk", "independent"}
        Whether the logs of the coefficients are a random walk or independent. Independent ones
        under ``priors = {"hazard": exponential}`` have weights that are uniform on their simplex.

    Raises
    ------
    SpecError
        When knots don't increase or aren't above 0, or are not before the last event.

    Examples
    --------
    >>> import numpy as np
    >>> baseline = MSpline(knots=(2.0, 5.0), last=10.0)
    >>> values = {"log_hazard": np.full(4, np.log(0.1)), **baseline.constants()}
    >>> baseline.hazard(values, np).cumulative_hazard(np.array([4.0, 20.0])).round(6)
    array([0.4, 2. ])
    """

    kind: ClassVar[str] = "m_spline"
    title: ClassVar[str] = "M-spline"
    knots: tuple[float, ...] = option(
        (), above=0, most=MOST_KNOTS, many="increasing times above 0", counted_by="inner"
    )
    inner: int = option(6, at_least=1, at_most=MOST_KNOTS, in_files=False)
    last: float = option(0.0, in_files=False)
    smoothing: Literal["random_walk", "independent"] = "random_walk"

    def __post_init__(self) -> None:
        faults = list(time_faults("knots", "inner", self.knots, MOST_KNOTS))
        if not faults:
            object.__setattr__(self, "knots", tuple(float(knot) for knot in self.knots))
            if self.knots:
                object.__setattr__(self, "inner", len(self.knots))
        if not isinstance(self.inner, int) or not 1 <= self.inner <= MOST_KNOTS:
            fix = f"give a whole number from 1 to {MOST_KNOTS}"
            faults.append(("inner", f"found {self.inner!r}", fix))
        faults += smoothing_faults(self.smoothing)
        refuse_options("MSpline", faults)

    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter(
                "log_hazard",
                Prior("normal", (0.0, 10.0)),
                dim="spline",
                structure=self.smoothing,
                level="rate",
                words="coefficient of each spline (a hazard)",
            ),
        )

    def constants(self) -> dict[str, np.ndarray]:
        start = np.array([0.0, *self.knots, self.last])
        powers = _powers(self._full_knots(), len(start))
        splines = powers.shape[-1]
        return {
            "knot_start": start,
            "spline_first": powers[0, 0],
            "spline_gain": powers[1:].reshape(-1, splines),
            "spline_area": (powers / np.arange(1.0, 5.0)[:, None, None]).reshape(-1, splines),
        }

    def coordinates(self) -> dict[str, list[str]]:
        return {"spline": [f"around {number_text(place, 4)}" for place in self._places()]}

    def resolve(self, event_times: np.ndarray, origin: float = 0.0) -> "MSpline":
        if self.last > 0:
            return self
        last = float(np.max(event_times))
        events, distinct = len(event_times), len(np.unique(event_times))
        if self.inner + 2 > distinct:
            least = f"{events} events at {distinct} times are too few for {self.inner} knots"
            fix = f"ask for {distinct - 2} or fewer" if distinct > 2 else "use another baseline"
            raise SpecError(f"M-spline baseline: {least}", fix=fix)
        if not self.knots:
            within = np.arange(1, self.inner + 1) / (self.inner + 1)
            knots = np.unique(np.quantile(event_times, within))
            knots = knots[(knots > 0) & (knots < last)]
            return replace(self, knots=tuple(knots.tolist()), inner=len(knots), last=last)
        beyond = [knot for knot in self.knots if knot >= last]
        if beyond:
            raise SpecError(
                f"M-spline baseline: knot {number_text(beyond[0])} is not before the last event, "
                f"at {number_text(last)}, beyond which nothing tells of the hazard",
                fix=f"give knots below {number_text(last)}",
            )
        return replace(self, last=last)

    def sparser(self, event_times: np.ndarray, events: int = EVENTS_A_PIECE) -> "MSpline":
        if self.knots:
            return self.resolve(event_times)
        bearable = min(len(event_times) // events, len(np.unique(event_times)) - 2)
        return replace(self, inner=max(1, min(self.inner, bearable))).resolve(event_times)

    def breaks(self) -> tuple[float, ...]:
        return (*self.knots, self.last) if self.last > 0 else self.knots

    def spacing(self) -> np.ndarray:
        steps = np.diff(self._places())
        return steps / steps.mean()

    def events_near(self, event_times: np.ndarray) -> np.ndarray:
        return _splines(np.asarray(event_times, float), self.constants(), np).sum(axis=0)

    def words(self, unit: str) -> str:
        at = listed([number_text(knot, 3) for knot in self.knots])
        return (
            f"hazard a sum of cubic M-splines with knots at {at} {unit} [@survextrap], constant "
            f"beyond the last event at {with_unit(number_text(self.last, 3), unit)}, the logs of "
            f"the coefficients {_TOLD[self.smoothing]}"
        )

    def label(self) -> str:
        free = ", independent" if self.smoothing == "independent" else ""
        return f"{self.title}, {self.inner} knots{free}"

    @classmethod
    def examples(cls) -> tuple[Baseline, ...]:
        free = cls(knots=(3.0,), last=8.0, smoothing="independent")
        return cls(knots=(1.5, 4.0, 9.0), last=14.0), cls(knots=(3.0,), last=8.0), free

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        start, area = values["knot_start"], values["spline_area"]
        coefficients = xp.exp(values["log_hazard"])

        def accrued(time: Array) -> Array:
            spent = time_in_pieces(time, start, xp)
            terms = xp.concatenate([spent, spent**2, spent**3, spent**4], axis=-1)
            if xp is np:  # splines once for all draws
                return summed(xp.matmul(terms, area), coefficients, xp)
            return summed(terms, xp.matmul(area, coefficients), xp)  # `time` may have axes before

        return Hazard(
            log_hazard=lambda time: xp.log(summed(_splines(time, values, xp), coefficients, xp)),
            cumulative_hazard=accrued,
            time_at=lambda cumulative: _time_at(
                np.asarray(cumulative, dtype=float), start, coefficients @ area.T
            ),
        )

    def _full_knots(self) -> np.ndarray:
        outer = _DEGREE + 1
        return np.array([0.0] * outer + list(self.knots) + [self.last] * outer)

    def _places(self) -> np.ndarray:
        """Where each spline stands: the mean of its inner knots."""
        full = self._full_knots()
        means = np.array([full[k + 1 : k + 4].mean() for k in range(len(full) - _DEGREE - 1)])
        return np.append(means[:-3], means[-3:].mean())


def _powers(full: np.ndarray, pieces: int) -> np.ndarray:
    """Coefficients of powers of the time spent in each piece, shape (power, piece, spline).

    The last three splines are one, so that slope and curvature vanish at the last knot; beyond it
    the last spline is 1.
    """
    one_each = np.eye(len(full) - _DEGREE - 1)
    pieces_of = [PPoly.from_spline(BSpline(full, one, _DEGREE)).c for one in one_each]
    every = np.stack(pieces_of, axis=-1)
    within = every[::-1, _DEGREE : _DEGREE + pieces - 1]
    joined = np.concatenate([within[..., :-3], within[..., -3:].sum(axis=-1, keepdims=True)], -1)
    beyond = np.zeros((_DEGREE + 1, 1, joined.shape[-1]))
    beyond[0, 0, -1] = 1.0
    return np.concatenate([joined, beyond], axis=1)


def _splines(time: Array, known: Mapping[str, Array], xp: ModuleType) -> Array:
    """Value of each spline: its value at 0, and what it gains in every piece."""
    spent = time_in_pieces(time, known["knot_start"], xp)
    gained = xp.concatenate([spent, spent**2, spent**3], axis=-1)
    return known["spline_first"] + xp.matmul(gained, known["spline_gain"])


def _time_at(cumulative: np.ndarray, start: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Time at which the cumulative hazard is reached: its piece, then Newton's method in it."""
    pieces = len(start)
    height, slope, bend, twist = (area[..., k * pieces : (k + 1) * pieces] for k in range(4))
    width = np.append(np.diff(start), 0.0)
    gain = width * (height + width * (slope + width * (bend + width * twist)))
    before = np.cumsum(gain, axis=-1) - gain
    place = sum((cumulative >= before[..., k] for k in range(1, pieces)), start=np.zeros((), int))

    def chosen(array: np.ndarray) -> np.ndarray:
        return np.sum([np.where(place == k, array[..., k], 0.0) for k in range(pieces)], axis=0)

    left = cumulative - chosen(before)
    a, b, c, d, wide = (chosen(array) for array in (height, slope, bend, twist, width))
    low, high = np.zeros_like(left), np.where(place == pieces - 1, left / a, wide)
    at = np.where(place == pieces - 1, high, left / np.maximum(chosen(gain), 1e-300) * wide)
    for _ in range(_NEWTON_STEPS):
        excess = at * (a + at * (b + at * (c + at * d))) - left
        low, high = np.where(excess < 0, at, low), np.where(excess >= 0, at, high)
        rate = a + at * (2 * b + at * (3 * c + at * 4 * d))
        moved = at - excess / np.where(rate > 0, rate, 1.0)
        inside = (rate > 0) & (moved >= low) & (moved <= high)
        following = np.where(inside, moved, (low + high) / 2.0)
        done = np.all(np.abs(following - at) <= 1e-14 * np.maximum(start[-1], at))
        at = following
        if done:
            break
    return chosen(np.broadcast_to(start, (pieces,))) + at
