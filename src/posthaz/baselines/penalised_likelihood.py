"""Cox's partial likelihood penalised by Jeffreys' prior (Firth), with its derivatives."""

from dataclasses import dataclass

import numpy as np

from posthaz.cohort import Cohort

_MOST_STEPS = 200
_LONGEST = 2.0
_SETTLED = 1e-10


@dataclass(frozen=True, eq=False)
class PenalisedLikelihood:
    """What Firth's penalised likelihood needs of a cohort; ties are handled as by Breslow.

    Parameters
    ----------
    matrix : ndarray of float, shape (row, term)
        Columns, standardised, none determined by others.
    weight : ndarray of float, shape (row,)
        Case weights.
    first, last : ndarray of int
        By row: positions among `times` between which it is at risk (`last` excluded).
    events : ndarray of float, shape (time,)
        Weight of the events at each distinct event time.
    total : ndarray of float, shape (term,)
        Weighted sum of the columns over events.
    """

    matrix: np.ndarray
    weight: np.ndarray
    first: np.ndarray
    last: np.ndarray
    events: np.ndarray
    total: np.ndarray

    def evaluate(self, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Penalised log likelihood, its gradient, and the information of the plain one."""
        matrix = self.matrix
        score = matrix @ beta
        shift = float(score.max(initial=0.0))
        risk = self.weight * np.exp(score - shift)
        size = self._over_risk_sets(risk)
        mean = self._over_risk_sets(risk[:, None] * matrix) / size[:, None]
        squares = (matrix[:, :, None] * matrix[:, None, :]).reshape(len(matrix), -1)
        second = self._over_risk_sets(risk[:, None] * squares) / size[:, None]
        spread = second.reshape(len(size), *2 * (len(beta),)) - mean[:, :, None] * mean[:, None, :]
        information = np.einsum("t,trs->rs", self.events, spread)
        sign, determinant = np.linalg.slogdet(information)
        if sign <= 0 or not np.isfinite(determinant):
            return -np.inf, np.zeros_like(beta), information
        plain = self.total @ beta - self.events @ (np.log(size) + shift)
        inverse = np.linalg.inv(information)
        slope = self.total - self.events @ mean
        slope = slope + self._penalty_slope(risk, size, mean, spread, inverse)
        return float(plain + 0.5 * determinant), slope, information

    def _penalty_slope(
        self,
        risk: np.ndarray,
        size: np.ndarray,
        mean: np.ndarray,
        spread: np.ndarray,
        inverse: np.ndarray,
    ) -> np.ndarray:
        """Gradient of half the log determinant: third moments, contracted with the inverse."""
        length = np.einsum("ir,rs,is->i", self.matrix, inverse, self.matrix)
        lengths = self._over_risk_sets(risk * length) / size
        joint = self._over_risk_sets((risk * length)[:, None] * self.matrix) / size[:, None]
        third = joint - mean * lengths[:, None]
        third -= 2.0 * np.einsum("trs,su,tu->tr", spread, inverse, mean)
        return 0.5 * self.events @ third

    def _over_risk_sets(self, values: np.ndarray) -> np.ndarray:
        """Sum of row values over who is at risk at each event time."""
        change = np.zeros((len(self.events) + 1, *values.shape[1:]))
        np.add.at(change, self.first, values)
        np.subtract.at(change, self.last, values)
        return np.cumsum(change, axis=0)[:-1]


def penalised_likelihood(cohort: Cohort, matrix: np.ndarray) -> PenalisedLikelihood:
    """Penalised likelihood of a cohort with at least one event.

    Parameters
    ----------
    cohort : Cohort
        The rows used.
    matrix : ndarray of float, shape (row, term)
        Their columns, standardised.

    Returns
    -------
    PenalisedLikelihood
        The likelihood.
    """
    event = cohort.event
    times, place = np.unique(cohort.exit[event], return_inverse=True)
    weight = cohort.weight.astype(float)
    return PenalisedLikelihood(
        matrix=matrix,
        weight=weight,
        # at risk at a time that lies after entry and not after exit
        first=np.searchsorted(times, cohort.entry, side="right"),
        last=np.searchsorted(times, cohort.exit, side="right"),
        events=np.bincount(place, weights=weight[event], minlength=len(times)),
        total=weight[event] @ matrix[event],
    )


def maximise(
    likelihood: PenalisedLikelihood, start: np.ndarray, free: np.ndarray
) -> tuple[np.ndarray, float, bool]:
    """Maximum over the free coefficients, the others staying where they start.

    Parameters
    ----------
    likelihood : PenalisedLikelihood
        The likelihood.
    start : ndarray of float, shape (term,)
        Where to begin.
    free : ndarray of bool, shape (term,)
        Which coefficients move.

    Returns
    -------
    tuple of ndarray, float and bool
        Coefficients, the penalised log likelihood there, and whether the steps settled.
    """
    beta = start.astype(float).copy()
    height, slope, information = likelihood.evaluate(beta)
    if not free.any():
        return beta, height, True
    for _ in range(_MOST_STEPS):
        step = np.zeros_like(beta)
        step[free] = np.linalg.lstsq(information[np.ix_(free, free)], slope[free], rcond=None)[0]
        gain = float(step @ slope)
        if gain < _SETTLED:
            return beta, height, True
        length = min(1.0, _LONGEST / float(np.abs(step).max()))
        for _ in range(30):
            moved = likelihood.evaluate(beta + length * step)
            if moved[0] > height:
                break
            length /= 2.0
        else:
            return beta, height, gain < 1e-6
        beta = beta + length * step
        height, slope, information = moved
    return beta, height, False
