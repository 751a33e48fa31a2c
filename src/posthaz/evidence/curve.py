"""A printed survival curve as coordinates, and the numbers at risk below it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class AtRisk:
    """Numbers at risk printed below a curve.

    Parameters
    ----------
    time : ndarray of float, shape (time,)
        Times, from 0.
    number : ndarray of int, shape (time,)
        Patients at risk just before each.
    column : str
        Column that they were taken from by its place, where no name tells the arm; else empty.
    """

    time: np.ndarray
    number: np.ndarray
    column: str = ""


@dataclass(frozen=True, eq=False)
class Curve:
    """One arm's digitised survival curve, cleaned.

    Parameters
    ----------
    arm : str
        Name of the arm.
    time : ndarray of float, shape (point,)
        Times from 0, increasing.
    survival : ndarray of float, shape (point,)
        Survival just after each time, from 1, never rising.
    at_risk : AtRisk
        Numbers at risk.
    clicked : ndarray of float, shape (click, 2)
        Times and survival (as shares) as they were clicked.
    repaired : float
        Largest change that cleaning made to a click's survival.
    unit : str
        Unit of time that a column is named after; empty where none is.
    """

    arm: str
    time: np.ndarray
    survival: np.ndarray
    at_risk: AtRisk
    clicked: np.ndarray
    repaired: float
    unit: str = ""

    @property
    def end(self) -> float:
        """Last time of the curve."""
        return float(self.time[-1])

    def survival_at(self, times: np.ndarray) -> np.ndarray:
        """Survival just after `times`, as a step function."""
        place = np.searchsorted(self.time, times, side="right") - 1
        return self.survival[np.maximum(place, 0)]
