"""What each row adds to a Kaplan-Meier curve: the influence functions behind robust errors."""

from collections.abc import Sequence
from dataclasses import dataclass

import greenwood as gw
import numpy as np

from posthaz.baselines.response import response
from posthaz.cohort import Cohort

_EMPTY = 1e-12


def survival_influence(part: Cohort, times: Sequence[float]) -> np.ndarray:
    """Infinitesimal change of the Kaplan-Meier survival of one arm when a row weighs more.

    Parameters
    ----------
    part : Cohort
        Rows of one arm; weights may be any positive numbers.
    times : sequence of float
        Times in the cohort's unit.

    Returns
    -------
    ndarray of float, shape (row, time)
        Derivatives by the logarithm of each row's weight. Sums of their squares are variances
        (the infinitesimal jackknife), with rows of one cluster added up first; with equal
        weights and no delayed entry these are Greenwood's.

    Examples
    --------
    >>> import posthaz as ph
    >>> influence = survival_influence(ph.simulated_example(), [12.0])
    >>> influence.shape, bool(abs(influence.sum()) < 1e-12)
    ((120, 1), True)
    """
    curve = _curve(part)
    columns = []
    for time in times:
        known = curve.time <= time
        level = curve.survival[known][-1] if known.any() else 1.0
        columns.append(_influence(part, curve, np.where(known, level, 0.0)))
    return np.column_stack(columns) if columns else np.zeros((len(part), 0))


def area_influence(part: Cohort, horizon: float) -> np.ndarray:
    """Infinitesimal change of the area under the curve of one arm when a row weighs more.

    Parameters
    ----------
    part : Cohort
        Rows of one arm; weights may be any positive numbers.
    horizon : float
        Time up to which survival is integrated.

    Returns
    -------
    ndarray of float, shape (row,)
        As `survival_influence`, of the restricted mean.

    Examples
    --------
    >>> import posthaz as ph
    >>> influence = area_influence(ph.simulated_example(), 24.0)
    >>> bool(abs(influence.sum()) < 1e-9)
    True
    """
    curve = _curve(part)
    widths = np.diff(np.minimum(np.append(curve.time, np.inf), horizon))
    areas = np.cumsum((curve.survival * widths)[::-1])[::-1]
    return _influence(part, curve, areas)


def clustered(cohort: Cohort, part: Cohort, influence: np.ndarray) -> np.ndarray:
    """Influence of each cluster of a cohort on the answer of one of its arms.

    Parameters
    ----------
    cohort : Cohort
        The cohort; subjects are the clusters where it has no others.
    part : Cohort
        Rows of one arm.
    influence : ndarray of float, shape (row,) or (row, time)
        Influence of each row of `part`.

    Returns
    -------
    ndarray of float, shape (cluster,) or (cluster, time)
        Sums; 0 for clusters without a row in the arm. Arms that share clusters thus covary.
    """
    labels, own = (one.subject if one.cluster is None else one.cluster for one in (cohort, part))
    known = np.unique(labels)
    total = np.zeros((len(known), *influence.shape[1:]))
    np.add.at(total, np.searchsorted(known, own), influence)
    return total


@dataclass(frozen=True, eq=False)
class _Curve:
    """A Kaplan-Meier curve at its times."""

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    survival: np.ndarray


def _curve(part: Cohort) -> _Curve:
    fitted = gw.KaplanMeier(conf_type="plain").fit(response(part), weights=part.weight)
    frame = fitted.to_frame(format="pandas")
    return _Curve(*(frame[name].to_numpy() for name in ("time", "n_risk", "n_event", "estimate")))


def _influence(part: Cohort, curve: _Curve, moved: np.ndarray) -> np.ndarray:
    """Influence of each row, where a rise of the log survival at a time moves the answer so."""
    left = curve.at_risk - curve.events
    # where everybody left dies survival is 0 whatever the weights; rounding must not divide by it
    some = left > _EMPTY * curve.at_risk
    scale = np.where(some, moved / np.where(some, left, 1.0), 0.0)
    accrued = np.append(0.0, np.cumsum(scale * curve.events / curve.at_risk))
    leaving, coming = (
        np.searchsorted(curve.time, when, side="right") for when in (part.exit, part.entry)
    )
    own = np.where(part.event, scale[leaving - 1], 0.0)
    return -part.weight * (own - (accrued[leaving] - accrued[coming]))
