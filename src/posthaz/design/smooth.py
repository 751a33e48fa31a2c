"""``bend(x)``, ``rise(x)``, ``fall(x)``: columns of curves that priors keep smooth or monotone."""

from typing import Any

import numpy as np
from scipy.interpolate import BSpline

from posthaz.errors import FormulaError

_CUBIC, _QUADRATIC = 3, 2
_LEAST_SHARE = 1e-5


class Bend:
    """``bend(x, df=8)`` in a formula: how a penalised spline departs from a straight line.

    A cubic spline on evenly spaced knots whose coefficients walk at random with independent
    second differences (Lang and Brezger 2004), without its line, which ``x`` itself stands for.
    Under independent normal coefficients of one standard deviation (exchangeable shrinkage) its
    columns are that random walk; they are told apart by the data, and scaled so that the standard
    deviation is that of the departure in the average patient. Linear beyond the data.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0.0, 1.0, 50)
    >>> columns = Bend()(x, df=8)
    >>> bool(np.allclose(columns.T @ np.column_stack([np.ones(50), x]), 0.0))
    True
    >>> round(float(np.mean(np.sum(columns**2, axis=1))), 6)
    1.0
    """

    __stateful_transform__ = True

    def __init__(self) -> None:
        self._spline: BSpline | None = None
        self._line = np.zeros((2, 0))
        self._ends = (0.0, 0.0)

    def __call__(self, x: Any, df: int = 8) -> np.ndarray:
        """Columns of the basis, learned from the data seen first, shape (row, column)."""
        values = np.asarray(x, dtype=float)
        if self._spline is None:
            self._learn(values, df + 2)
        return self._columns(values)

    def _learn(self, values: np.ndarray, size: int) -> None:
        low, high = _ends(values, "bend")
        width = (high - low) / (size - _CUBIC)
        knots = low + width * np.arange(-_CUBIC, size + 1)
        differences = np.diff(np.eye(size), n=2, axis=0)
        walk = differences.T @ np.linalg.inv(differences @ differences.T)
        self._ends, self._spline = (low, high), BSpline(knots, walk, _CUBIC)
        self._line = np.zeros((2, walk.shape[1]))
        own, line = self._columns(values), np.column_stack([np.ones(len(values)), values])
        slope = np.linalg.lstsq(line, own, rcond=None)[0]
        _, size_of, axes = np.linalg.svd(own - line @ slope, full_matrices=False)
        kept = axes[size_of > _LEAST_SHARE * size_of[0]].T
        kept = kept * np.sqrt(len(values)) / np.linalg.norm(size_of)
        self._spline, self._line = BSpline(knots, walk @ kept, _CUBIC), slope @ kept

    def _columns(self, values: np.ndarray) -> np.ndarray:
        assert self._spline is not None
        inside = np.clip(values, *self._ends)
        curve = self._spline(inside)
        beyond = (values - inside)[:, None]
        if beyond.any():
            curve = curve + beyond * self._spline.derivative()(inside)
        return curve - self._line[0] - values[:, None] * self._line[1]


class Rise:
    """``rise(x, df=6)`` in a formula: columns that rise from 0 to about 1 over the data.

    Integrated quadratic splines on evenly spaced knots (Ramsay 1988), so that coefficients of 0
    or more make a curve that never falls; scaled so that equal ones make a straight line. For
    monotone shrinkage, which gives them a total and shares of it. Constant beyond the data.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(10.0, 20.0, 11)
    >>> columns = Rise()(x, df=5)
    >>> bool(np.allclose(columns.mean(axis=1), (x - 10.0) / 10.0))
    True
    """

    __stateful_transform__ = True
    _name, _sign = "rise", 1.0

    def __init__(self) -> None:
        self._spline: BSpline | None = None
        self._ends = (0.0, 0.0)

    def __call__(self, x: Any, df: int = 6) -> np.ndarray:
        """Columns of the basis, learned from the data seen first, shape (row, df)."""
        values = np.asarray(x, dtype=float)
        if self._spline is None:
            low, high = _ends(values, self._name)
            inner = np.linspace(low, high, max(df, _QUADRATIC) - _QUADRATIC + 2)
            knots = np.concatenate([[low] * _QUADRATIC, inner, [high] * _QUADRATIC])
            size = len(knots) - _QUADRATIC - 1
            places = (knots[1:-2] + knots[2:-1]) / 2.0  # where coefficients stand for a line
            gaps = np.diff(places) / (high - low)
            steps = np.tril(np.ones((size, size)))[:, 1:] * gaps * len(gaps)
            self._ends, self._spline = (low, high), BSpline(knots, steps, _QUADRATIC)
        return self._sign * self._spline(np.clip(values, *self._ends))


class Fall(Rise):
    """``fall(x, df=6)`` in a formula: `Rise` with its sign turned, for curves that never rise.

    Examples
    --------
    >>> import numpy as np
    >>> float(Fall()(np.array([0.0, 1.0, 2.0]), df=3).min().round(6)) < -1
    True
    """

    _name, _sign = "fall", -1.0


def _ends(values: np.ndarray, name: str) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    if not np.isfinite([low, high]).all() or not low < high:
        raise FormulaError(
            f"{name}() is given values that are all equal, or not finite",
            fix="leave it out; for a logarithm, keep values above 0",
        )
    return low, high
