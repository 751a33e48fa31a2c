"""The Cox proportional hazards model."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from posthaz.baselines.concordance import concordance
from posthaz.baselines.cox_fit import CoxFit
from posthaz.baselines.partial_likelihood import (
    PartialLikelihood,
    maximise_partial_likelihood,
    told_apart,
)
from posthaz.baselines.response import whole_weights
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments

_INFINITE = "no finite estimate: the partial likelihood keeps rising (no events on one side?)"
_OUT = "left out: constant, or (nearly) determined by other columns"


@checks_arguments
def cox_model(
    cohort: Cohort,
    columns: pd.DataFrame,
    *,
    ties: str = "efron",
    robust: bool | None = None,
    level: float = 0.95,
    strata: pd.Series | np.ndarray | None = None,
) -> CoxFit:
    """Fit a Cox model to the rows that are complete in its columns.

    Parameters
    ----------
    cohort : Cohort
        A cohort; delayed entry and several rows a subject are taken into account.
    columns : DataFrame, shape (row, term)
        Numeric columns of the design, without intercept.
    ties : {"efron", "breslow"}
        How tied events are handled; Breslow's when the weights are not whole numbers.
    robust : bool, optional
        Whether to use the sandwich variance, by cluster where the cohort has one and by subject
        otherwise. When not given: where the cohort has clusters, a subject has several rows that
        differ in the columns, or the weights are not whole numbers.
    level : float
        Confidence level.
    strata : array-like, shape (row,), optional
        Stratum of each row, with its own baseline hazard.

    Returns
    -------
    CoxFit
        The fit. A model that has no maximum is returned with ``converged = False`` and a note.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> fit = cox_model(cohort, cohort.covariates[["age"]])
    >>> fit.table["hr"].round(3).tolist(), fit.converged
    ([0.987], True)
    """
    labels = None if strata is None else np.asarray(strata, dtype=object)
    if labels is None:
        cohort, columns = told_apart(cohort, columns)
    fit = maximise_partial_likelihood(cohort, columns, ties, labels)
    if robust is None:
        robust = cohort.cluster is not None or cohort.several_rows or not whole_weights(cohort)
    covariance = _sandwich(fit) if robust and fit.model else None
    terms = [str(name) for name in columns.columns]
    table = _table(terms, fit, covariance, level)
    used = fit.cohort
    value, error = float("nan"), float("nan")
    if fit.model is not None:
        value, error = concordance(
            used, fit.model.predict(type="lp"), fit.strata, _cluster(fit) if robust else None
        )
    return CoxFit(
        table=table,
        tests=_tests(fit, covariance),
        loglik=fit.model.loglik_ if fit.model else float("nan"),
        loglik_null=fit.model.loglik_null_ if fit.model else float("nan"),
        concordance=value,
        concordance_se=error,
        n=fit.n,
        rows=len(used),
        events=used.event_count,
        ties=fit.ties,
        robust=robust,
        converged=fit.model is not None and bool(fit.settled.all()),
        notes=fit.notes + _warnings(terms, fit),
        covariance=_of_terms(fit, covariance),
    )


def _cluster(fit: PartialLikelihood) -> np.ndarray:
    return fit.cohort.subject if fit.cohort.cluster is None else fit.cohort.cluster


def _sandwich(fit: PartialLikelihood) -> np.ndarray:
    assert fit.model is not None
    place = np.unique(_cluster(fit), return_inverse=True)[1]
    total = np.zeros((place.max() + 1, fit.scores.shape[1]))
    np.add.at(total, place, fit.scores)
    influence = total @ fit.model.naive_vcov_
    return influence.T @ influence


def _of_terms(fit: PartialLikelihood, covariance: np.ndarray | None) -> np.ndarray | None:
    """Covariance of the terms as they were given."""
    if fit.model is None:
        return None
    used = fit.model.naive_vcov_ if covariance is None else covariance
    whole = np.full((len(fit.kept), len(fit.kept)), np.nan)
    whole[np.ix_(fit.kept, fit.kept)] = used / np.outer(fit.scale, fit.scale)
    return whole


def _table(
    terms: Sequence[str], fit: PartialLikelihood, covariance: np.ndarray | None, level: float
) -> pd.DataFrame:
    missing = np.full(len(terms), np.nan)
    log_hr, se, robust_se = missing.copy(), missing.copy(), missing.copy()
    settled = np.zeros(len(terms), dtype=bool)
    note = np.where(fit.kept, "", _OUT).astype(object)
    if fit.model is not None:
        log_hr[fit.kept] = fit.model.coef_ / fit.scale
        se[fit.kept] = fit.model.naive_std_error_ / fit.scale
        if covariance is not None:
            robust_se[fit.kept] = np.sqrt(np.diag(covariance)) / fit.scale
        settled[fit.kept] = fit.settled
        endless = fit.kept & ~settled
        note[endless] = _INFINITE
        # what the last Newton step reached says nothing: the estimate is at the end of the scale
        log_hr[endless] = np.sign(log_hr[endless]) * np.inf
        se[endless] = robust_se[endless] = np.nan
    error = np.where(settled, se if covariance is None else robust_se, np.nan)
    half = norm.ppf(0.5 + level / 2) * error
    z = log_hr / error
    with np.errstate(over="ignore"):
        return pd.DataFrame(
            {
                "term": terms,
                "log_hr": log_hr,
                "se": se,
                "robust_se": robust_se,
                "z": z,
                "p": 2 * norm.sf(np.abs(z)),
                "hr": np.exp(log_hr),
                "hr_lower": np.exp(log_hr - half),
                "hr_upper": np.exp(log_hr + half),
                "note": note,
            }
        )


def _tests(fit: PartialLikelihood, covariance: np.ndarray | None) -> pd.DataFrame:
    model, degrees = fit.model, int(fit.kept.sum())
    chisq = {"likelihood_ratio": np.nan, "wald": np.nan, "score": np.nan}
    if model is not None:
        variance = model.naive_vcov_ if covariance is None else covariance
        chisq["likelihood_ratio"], chisq["score"] = model.lr_stat_, model.score_stat_
        if fit.settled.all():
            chisq["wald"] = float(model.coef_ @ np.linalg.pinv(variance) @ model.coef_)
    rows = [
        {"test": name, "chisq": value, "df": degrees, "p": float(chi2.sf(value, degrees))}
        for name, value in chisq.items()
    ]
    return pd.DataFrame(rows)


def _warnings(terms: Sequence[str], fit: PartialLikelihood) -> tuple[str, ...]:
    if fit.model is None or fit.settled.all():
        return ()
    kept = [term for term, keep in zip(terms, fit.kept, strict=True) if keep]
    endless = [term for term, ok in zip(kept, fit.settled, strict=True) if not ok]
    return (f"{', '.join(endless)}: {_INFINITE}",)
