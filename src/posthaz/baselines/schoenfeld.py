"""Scaled Schoenfeld residuals: the test of proportional hazards, and their smooth."""

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline
from scipy.stats import norm

from posthaz.baselines.partial_likelihood import maximise_partial_likelihood
from posthaz.baselines.response import whole_weights
from posthaz.cohort import Cohort

SMOOTH_DF = 4
SMOOTH_COLUMNS = ("term", "time", "hr", "lower", "upper")
_POINTS = 81


def schoenfeld_test(
    cohort: Cohort,
    columns: pd.DataFrame,
    *,
    ties: str = "efron",
    transform: str = "km",
    strata: pd.Series | np.ndarray | None = None,
) -> pd.DataFrame:
    """Score test that each log hazard ratio does not change with time (Grambsch-Therneau).

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    columns : DataFrame, shape (row, term)
        Numeric columns of the Cox model, as in `cox_model`.
    ties : {"efron", "breslow"}
        How tied events are handled.
    transform : {"km", "identity", "rank", "log"}
        Scale of time on which the change is linear.
    strata : array-like, shape (row,), optional
        Stratum of each row.

    Returns
    -------
    DataFrame
        Columns ``term, chisq, df, p``, one row a column and a last one ``GLOBAL``; NaN where the
        model has no finite estimate.

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
    >>> schoenfeld_test(cohort, cohort.covariates[["age"]])["chisq"].round(3).tolist()
    [2.506, 2.506]
    """
    labels = None if strata is None else np.asarray(strata, dtype=object)
    fit = maximise_partial_likelihood(cohort, columns, ties, labels)
    terms = [str(name) for name in columns.columns]
    rows: dict[str, tuple[float, int, float]] = dict.fromkeys(terms, (np.nan, 1, np.nan))
    rows["GLOBAL"] = (np.nan, int(fit.kept.sum()), np.nan)
    if fit.model is not None and fit.settled.all() and fit.cohort.event.sum() > 1:
        try:
            found = fit.model.cox_zph(transform=transform)
        except np.linalg.LinAlgError:
            found = None
        if found is not None:
            kept = [term for term, keep in zip(terms, fit.kept, strict=True) if keep]
            tests = [*found.per_term.values(), found.global_test]
            for term, test in zip([*kept, "GLOBAL"], tests, strict=True):
                rows[term] = (test["chisq"], int(test["df"]), test["p_value"])
    return pd.DataFrame(
        [(term, *values) for term, values in rows.items()], columns=["term", "chisq", "df", "p"]
    )


def smoothed_schoenfeld(
    cohort: Cohort,
    columns: pd.DataFrame,
    *,
    ties: str = "efron",
    level: float = 0.95,
    strata: np.ndarray | None = None,
) -> pd.DataFrame:
    """Hazard ratio over time as the scaled Schoenfeld residuals of a Cox model show it.

    The residuals, to which the coefficient is added, are smoothed over time by a natural cubic
    spline with 4 degrees of freedom on the Kaplan-Meier scale, as R's ``plot(cox.zph(fit))`` does
    (Grambsch and Therneau 1994).

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    columns : DataFrame, shape (row, term)
        Numeric columns of the Cox model, as in `cox_model`.
    ties : {"efron", "breslow"}
        How tied events are handled.
    level : float
        Confidence level of the pointwise bands, which hold where the ratio changes little.
    strata : ndarray, shape (row,), optional
        Stratum of each row, with a baseline hazard of its own.

    Returns
    -------
    DataFrame
        Columns ``term, time, hr, lower, upper`` from the first event to the last; no row where the
        model has no finite estimate, where weights are not whole numbers, or where fewer than 8
        events or 4 event times are known.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> arm = (cohort.covariates[["arm"]] == "B").astype(float)
    >>> curve = smoothed_schoenfeld(cohort, arm)
    >>> curve["term"].unique().tolist(), len(curve)
    (['arm'], 81)
    """
    nothing = pd.DataFrame(columns=list(SMOOTH_COLUMNS))
    if not whole_weights(cohort):
        return nothing
    fit = maximise_partial_likelihood(cohort, columns, ties, strata)
    times = _residual_times(fit.cohort, fit.strata)
    distinct = np.unique(times)
    if fit.model is None or not fit.settled.all() or len(times) < 2 * SMOOTH_DF:
        return nothing
    if len(distinct) < SMOOTH_DF:
        return nothing
    residuals = fit.model.residuals("scaledsch", format="pandas").to_numpy()
    variance = np.diag(fit.model.naive_vcov_) * len(times)
    at = np.linspace(distinct[0], distinct[-1], _POINTS)
    basis = _natural_spline(_failed_before(fit.cohort, times))
    seen, shown = basis(_failed_before(fit.cohort, times)), basis(_failed_before(fit.cohort, at))
    spread = np.linalg.pinv(seen.T @ seen)
    middle = shown @ spread @ seen.T @ residuals / fit.scale
    sampling = np.sqrt(np.einsum("ti,ij,tj->t", shown, spread, shown))
    half = norm.ppf(0.5 + level / 2) * sampling[:, None] * np.sqrt(variance) / fit.scale
    kept = [str(n) for n, keep in zip(columns.columns, fit.kept, strict=True) if keep]
    with np.errstate(over="ignore"):
        return pd.concat(
            [
                pd.DataFrame(
                    {
                        "term": term,
                        "time": at,
                        "hr": np.exp(middle[:, j]),
                        "lower": np.exp(middle[:, j] - half[:, j]),
                        "upper": np.exp(middle[:, j] + half[:, j]),
                    }
                )
                for j, term in enumerate(kept)
            ],
            ignore_index=True,
        )


def _residual_times(cohort: Cohort, strata: np.ndarray | None) -> np.ndarray:
    """Event times in the order of the residuals: by stratum as these first come, then by time."""
    ends = cohort.exit[cohort.event]
    if strata is None:
        return np.sort(ends)
    return ends[np.lexsort((ends, pd.factorize(strata)[0][cohort.event]))]


def _failed_before(cohort: Cohort, times: np.ndarray) -> np.ndarray:
    """Kaplan-Meier's share of events before each time, between event times interpolated."""
    exits, entry = np.sort(cohort.exit), np.sort(cohort.entry)
    when, died = np.unique(cohort.exit[cohort.event], return_counts=True)
    at_risk = np.searchsorted(entry, when, side="left") - np.searchsorted(exits, when, side="left")
    left = np.cumprod(1.0 - died / np.maximum(at_risk, died))
    return np.interp(times, when, 1.0 - np.concatenate([[1.0], left[:-1]]))


def _natural_spline(scale: np.ndarray) -> CubicSpline:
    """Natural cubic splines with knots at quantiles, each 1 at one knot and 0 at the others."""
    knots = np.quantile(scale, np.linspace(0.0, 1.0, SMOOTH_DF))
    if len(np.unique(knots)) < SMOOTH_DF:
        knots = np.linspace(scale.min(), scale.max(), SMOOTH_DF)
    return CubicSpline(knots, np.eye(SMOOTH_DF), bc_type="natural")
