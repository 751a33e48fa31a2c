"""Firth's penalised Cox model: finite estimates where events are few or a covariate separates."""

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import chi2

from posthaz.baselines.concordance import concordance
from posthaz.baselines.cox_fit import CoxFit
from posthaz.baselines.partial_likelihood import independent_columns
from posthaz.baselines.penalised_likelihood import (
    PenalisedLikelihood,
    maximise,
    penalised_likelihood,
)
from posthaz.baselines.response import response, subjects
from posthaz.cohort import Cohort

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
        events=int(used.event.sum()),
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
        events=int(used.event.sum()),
        ties="breslow",
        robust=False,
        converged=False,
        notes=(why,),
    )
