"""The rows of ``baselines.csv``: one long table for every frequentist answer."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from posthaz.baselines.cox_fit import CoxFit
from posthaz.design import in_basis

COLUMNS = (
    *("analysis", "arm", "term", "time", "quantity", "value", "std_error", "lower", "upper"),
    *("statistic", "df", "p", "n", "events", "note"),
)
_TEXT = ("analysis", "arm", "term", "quantity", "note")


def baseline_table(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Rows of several answers under the columns of ``baselines.csv``.

    Parameters
    ----------
    parts : iterable of DataFrame
        Rows with any of the columns.

    Returns
    -------
    DataFrame
        Columns ``analysis, arm, term, time, quantity, value, std_error, lower, upper, statistic,
        df, p, n, events, note``; numbers that a row doesn't have are NaN, texts empty.

    Examples
    --------
    >>> import pandas as pd
    >>> row = pd.DataFrame({"analysis": ["rmst"], "value": [9.5]})
    >>> baseline_table([row])["note"].tolist()
    ['']
    """
    filled = [part.reindex(columns=list(COLUMNS)) for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat([_typed(part) for part in filled], ignore_index=True)


def curve_rows(curve: pd.DataFrame) -> pd.DataFrame:
    """Every step of `kaplan_meier`, so that the figure can be drawn again."""
    return curve.rename(columns={"survival": "value", "at_risk": "n"}).assign(
        analysis="kaplan_meier_curve", quantity="survival"
    )


def survival_rows(survival: pd.DataFrame) -> pd.DataFrame:
    """Rows of `survival_at`."""
    return survival.rename(columns={"survival": "value", "at_risk": "n"}).assign(
        analysis="kaplan_meier", quantity="survival"
    )


def quantile_rows(quantiles: pd.DataFrame) -> pd.DataFrame:
    """Rows of `median_survival`."""
    names = ["median" if q == 0.5 else f"quantile_{q:g}" for q in quantiles["quantile"]]
    return quantiles.rename(columns={"time": "value"}).assign(
        analysis="kaplan_meier",
        quantity=names,
        note=np.where(quantiles["time"].isna(), "not reached", ""),
    )


def follow_up_rows(follow_up: pd.DataFrame) -> pd.DataFrame:
    """Rows of `follow_up`."""
    long = follow_up.melt(
        id_vars=["arm", "n", "events", "median_lower", "median_upper"],
        value_vars=["median", "lower_quartile", "upper_quartile", "person_time", "max_follow_up"],
        var_name="quantity",
    )
    median = long["quantity"] == "median"
    return long.assign(
        analysis="reverse_kaplan_meier",
        lower=long["median_lower"].where(median),
        upper=long["median_upper"].where(median),
    )


def logrank_rows(test: pd.DataFrame) -> pd.DataFrame:
    """Rows of `logrank`: the test, then events observed and expected by arm."""
    if test.empty:
        return test
    whole = test.iloc[:1].assign(
        arm="", quantity="test", statistic=test["chisq"], n=test["n"].sum(), events=np.nan
    )
    parts = [whole]
    for quantity in ("observed", "expected"):
        parts.append(test[["test", "arm", "n"]].assign(quantity=quantity, value=test[quantity]))
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(analysis=rows["test"])


def rmst_rows(areas: pd.DataFrame) -> pd.DataFrame:
    """Rows of `rmst`."""
    against = areas["reference"].where(areas["reference"] == "", " against " + areas["reference"])
    return areas.assign(
        analysis="rmst", time=areas["horizon"], arm=areas["arm"], term=against.str.strip()
    )


def cox_rows(analysis: str, fit: CoxFit, schoenfeld: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rows of a Cox model: log hazard ratios, hazard ratios, tests, concordance.

    Columns of splines and polynomials have coefficients only, which are no hazard ratios.
    """
    size = {"analysis": analysis, "n": fit.n, "events": fit.events}
    table = fit.table.rename(columns={"z": "statistic"})
    error = table["robust_se"].where(table["robust_se"].notna(), table["se"])
    ratios = table.assign(
        quantity="hazard_ratio", value=table["hr"], lower=table["hr_lower"], upper=table["hr_upper"]
    )
    ratios = ratios[[not in_basis(str(term)) for term in ratios["term"]]]
    logs = table.assign(
        quantity="log_hazard_ratio",
        value=table["log_hr"],
        std_error=error,
        lower=np.log(table["hr_lower"]),
        upper=np.log(table["hr_upper"]),
    )
    tests = fit.tests.rename(columns={"test": "quantity", "chisq": "statistic"})
    fitted: Mapping[str, list[object]] = {
        "quantity": ["concordance", "log_likelihood", "log_likelihood_null"],
        "value": [fit.concordance, fit.loglik, fit.loglik_null],
        "std_error": [fit.concordance_se, np.nan, np.nan],
        "note": ["; ".join(fit.notes), "", ""],
    }
    parts = [ratios, logs, tests, pd.DataFrame(fitted)]
    if schoenfeld is not None:
        parts.append(
            schoenfeld.rename(columns={"chisq": "statistic"}).assign(quantity="schoenfeld_test")
        )
    return baseline_table(part.assign(**size) for part in parts)


def _typed(part: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: part[name].astype(object).where(part[name].notna(), "").astype(str)
            if name in _TEXT
            else part[name].astype(float)
            for name in COLUMNS
        }
    ).reset_index(drop=True)
