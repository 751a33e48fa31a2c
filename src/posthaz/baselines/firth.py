"""Firth's penalised Cox model, and the choice between it and Cox where events are few."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import chi2

from posthaz.baselines.concordance import concordance
from posthaz.baselines.cox_fit import CoxFit
from posthaz.baselines.partial_likelihood import independent_columns
from posthaz.baselines.proportional_hazards import cox_model
from posthaz.baselines.response import response, subjects
from posthaz.cohort import Cohort

EVENTS_A_COEFFICIENT = 10


def cox_or_firth(
    cohort: Cohort, columns: pd.DataFrame, *, firth: str | bool = "auto", level: float = 0.95
) -> tuple[CoxFit, str]:
    """Cox model, penalised where it has to be.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    columns : DataFrame, shape (row, term)
        Numeric columns of the design, without intercept.
    firth : {"auto", True, False}
        Whether to penalise: ``"auto"`` where events are fewer than 10 a coefficient (Peduzzi et
        al. 1995), or an estimate of the plain model isn't finite.
    level : float
        Confidence level.

    Returns
    -------
    CoxFit
        The fit.
    str
        Why it is penalised; empty for a plain Cox model.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1],
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event")
    >>> cox_or_firth(cohort, cohort.covariates[["age"]])[1]
    '3 events for 1 coefficient'
    """
    plain = cox_model(cohort, columns, level=level)
    coefficients = int(plain.table["log_hr"].notna().sum())
    why = "as asked for" if firth is True else ""
    if firth == "auto" and plain.events and coefficients:
        plural = "" if coefficients == 1 else "s"
        if not plain.converged:
            why = "an estimate isn’t finite without it"
        elif plain.events < EVENTS_A_COEFFICIENT * coefficients:
            why = f"{plain.events} events for {coefficients} coefficient{plural}"
    if not why or not plain.events:
        return plain, ""
    penalised = firth_model(cohort, columns, level=level)
    return (penalised, why) if penalised.converged else (plain, "")


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


_FURTHEST = 50.0
FIRTH = "Firth’s penalised likelihood, profile penalised likelihood intervals"
_OUT = "left out: constant or determined by other columns"
_OPEN = "the profile likelihood doesn't fall far enough on one side"


def firth_model(cohort: Cohort, columns: pd.DataFrame, *, level: float = 0.95) -> CoxFit:
    """Cox model penalised by Jeffreys' prior, which has a finite maximum also under separation.

    Parameters
    ----------
    cohort : Cohort
        A cohort; delayed entry, several rows a subject and weights are taken into account.
    columns : DataFrame, shape (row, term)
        Numeric columns of the design, without intercept; incomplete rows are left out.
    level : float
        Confidence level.

    Returns
    -------
    CoxFit
        Limits and `p` come from the profile of the penalised likelihood, `z` is the signed root
        of its likelihood ratio, `se` is from the information at the estimate (Firth 1993; Heinze
        and Schemper 2001, whose R package is coxphf). `loglik` and `loglik_null` are penalised.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4, 5, 6], "event": [1, 1, 0, 1, 0, 0],
    ...                       "high": [1, 1, 1, 1, 0, 0]})
    >>> cohort = read_cohort(table, time="time", event="event")
    >>> fit = firth_model(cohort, cohort.covariates[["high"]])
    >>> fit.table["hr"].round(2).tolist(), fit.converged
    ([7.57], True)
    """
    matrix = columns.to_numpy(dtype=float)
    complete = np.isfinite(matrix).all(axis=1)
    used, matrix = cohort.where(complete), matrix[complete]
    response(used)
    kept = independent_columns(matrix)
    terms = [str(name) for name in columns.columns]
    if not used.event.any() or not kept.any():
        return no_firth(used, terms, kept)
    matrix = matrix[:, kept]
    scale = matrix.std(axis=0)
    standard = (matrix - matrix.mean(axis=0)) / scale
    likelihood = penalised_likelihood(used, standard)
    everything = np.ones(len(scale), dtype=bool)
    estimate, height, settled = maximise(likelihood, np.zeros(len(scale)), everything)
    null = likelihood.evaluate(np.zeros(len(scale)))[0]
    profiles = [_profile(likelihood, estimate, height, j, level) for j in range(len(scale))]
    error = np.sqrt(np.diag(np.linalg.inv(likelihood.evaluate(estimate)[2])))
    table = firth_table(terms, kept, scale, estimate, error, profiles)
    chisq = max(2 * (height - null), 0.0)
    tests = [("likelihood_ratio", chisq, len(scale), float(chi2.sf(chisq, len(scale))))]
    agreement, agreement_error = concordance(used, standard @ estimate, None, None)
    return CoxFit(
        table=table,
        tests=pd.DataFrame(tests, columns=["test", "chisq", "df", "p"]),
        loglik=height,
        loglik_null=null,
        concordance=agreement,
        concordance_se=agreement_error,
        n=subjects(used),
        rows=len(used),
        events=used.event_count,
        ties="breslow",
        robust=False,
        converged=settled,
        notes=(FIRTH,),
    )


def _profile(
    likelihood: PenalisedLikelihood, estimate: np.ndarray, height: float, j: int, level: float
) -> tuple[float, float, float]:
    """Lower and upper limit of a coefficient, and the likelihood ratio of its being 0."""
    free = np.arange(len(estimate)) != j
    depth = float(chi2.ppf(level, 1))

    def fallen(value: float) -> float:
        start = estimate.copy()
        start[j] = value
        return 2.0 * (height - maximise(likelihood, start, free)[1])

    limits = []
    for side in (-1.0, 1.0):
        reach = 0.5
        while fallen(estimate[j] + side * reach) < depth and reach < _FURTHEST:
            reach *= 2.0
        if reach >= _FURTHEST:
            limits.append(side * np.inf)
            continue
        ends = sorted((estimate[j], estimate[j] + side * reach))
        limits.append(float(brentq(lambda value: fallen(value) - depth, *ends, xtol=1e-8)))  # type: ignore[arg-type]
    return limits[0], limits[1], max(fallen(0.0), 0.0)


def firth_table(
    terms: list[str],
    kept: np.ndarray,
    scale: np.ndarray,
    estimate: np.ndarray,
    error: np.ndarray,
    profiles: list[tuple[float, float, float]],
) -> pd.DataFrame:
    """Rows of every column of the design, those left out without numbers."""
    columns = ("log_hr", "se", "z", "p", "lower", "upper")
    numbers = {name: np.full(len(terms), np.nan) for name in columns}
    lower, upper, chisq = (np.array(part) for part in zip(*profiles, strict=True))
    numbers["log_hr"][kept] = estimate / scale
    numbers["se"][kept] = error / scale
    numbers["z"][kept] = np.sign(estimate) * np.sqrt(chisq)
    numbers["p"][kept] = chi2.sf(chisq, 1)
    numbers["lower"][kept], numbers["upper"][kept] = lower / scale, upper / scale
    note = np.where(kept, "", _OUT).astype(object)
    note[np.flatnonzero(kept)[~np.isfinite(lower) | ~np.isfinite(upper)]] = _OPEN
    with np.errstate(over="ignore"):
        return pd.DataFrame(
            {
                "term": terms,
                "log_hr": numbers["log_hr"],
                "se": numbers["se"],
                "robust_se": np.nan,
                "z": numbers["z"],
                "p": numbers["p"],
                "hr": np.exp(numbers["log_hr"]),
                "hr_lower": np.exp(numbers["lower"]),
                "hr_upper": np.exp(numbers["upper"]),
                "note": note,
            }
        )


def no_firth(used: Cohort, terms: list[str], kept: np.ndarray) -> CoxFit:
    """A fit that says why there is none."""
    why = "no column varies among the rows used"
    if not used.event.any():
        why = "no event among the rows used"
    nothing, nan = np.full(len(terms), np.nan), float("nan")
    table = pd.DataFrame({"term": terms})
    for name in ("log_hr", "se", "robust_se", "z", "p", "hr", "hr_lower", "hr_upper"):
        table[name] = nothing
    table["note"] = np.where(kept, why, _OUT)
    tests = [("likelihood_ratio", nan, int(kept.sum()), nan)]
    return CoxFit(
        table=table,
        tests=pd.DataFrame(tests, columns=["test", "chisq", "df", "p"]),
        loglik=nan,
        loglik_null=nan,
        concordance=nan,
        concordance_se=nan,
        n=subjects(used),
        rows=len(used),
        events=used.event_count,
        ties="breslow",
        robust=False,
        converged=False,
        notes=(why,),
    )
