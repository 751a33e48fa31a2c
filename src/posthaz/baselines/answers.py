"""Every frequentist answer of an analysis, as one long table."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from posthaz.answers import MAIN, answer_frame
from posthaz.baselines.grouped_cox import (
    grouped_cox,
    grouped_cox_rows,
    univariable_grouped_cox,
)
from posthaz.baselines.mean_cumulative import (
    event_rate_rows,
    mean_count_at,
    mean_count_rows,
)
from posthaz.baselines.observation import follow_up
from posthaz.baselines.product_limit import kaplan_meier
from posthaz.baselines.proportional_hazards import cox_model
from posthaz.baselines.restricted_mean import rmst
from posthaz.baselines.schoenfeld import schoenfeld_test
from posthaz.baselines.survival_summary import median_survival, survival_at
from posthaz.baselines.table import (
    baseline_table,
    cox_rows,
    curve_rows,
    follow_up_rows,
    logrank_rows,
    quantile_rows,
    rmst_rows,
    survival_rows,
)
from posthaz.baselines.turnbull import turnbull, turnbull_at
from posthaz.baselines.univariable import covariate_columns, univariable_cox
from posthaz.baselines.weighted_logrank import logrank
from posthaz.cohort import Cohort


def frequentist_answers(
    cohort: Cohort,
    *,
    covariates: Sequence[str] = (),
    columns: pd.DataFrame | None = None,
    times: Sequence[float] = (),
    horizon: float | None = None,
    quantiles: Sequence[float] = (0.5,),
    with_kaplan_meier: bool = True,
    with_logrank: bool = True,
    fleming_harrington: Sequence[tuple[float, float]] = (),
    cox: Sequence[str] = ("univariable", "multivariable"),
    transform: str = "log-log",
    level: float = 0.95,
) -> pd.DataFrame:
    """Every frequentist answer asked for.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    covariates : sequence of str
        Covariates of the univariable Cox models.
    columns : DataFrame, shape (row, term), optional
        Design of the multivariable Cox model; none is fitted without it.
    times : sequence of float
        Times at which survival is reported.
    horizon : float, optional
        Horizon of the restricted mean survival time.
    quantiles : sequence of float
        Fractions failed whose times are reported.
    with_kaplan_meier, with_logrank : bool
        Whether to give the Kaplan-Meier answers (with follow-up and restricted means) and the
        log-rank test.
    fleming_harrington : sequence of (float, float)
        (rho, gamma) of further weighted log-rank tests.
    cox : sequence of str
        ``"univariable"``, ``"multivariable"``, both or none.
    transform : {"log-log", "log", "plain"}
        Scale of the Kaplan-Meier confidence limits.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        The columns of `baseline_table`. `analysis` is ``kaplan_meier``, ``kaplan_meier_curve``,
        ``reverse_kaplan_meier``, ``rmst``, ``logrank``, ``fleming_harrington(rho, gamma)``,
        ``cox_univariable`` or ``cox_multivariable``.

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
    >>> answers = frequentist_answers(cohort, times=[2], cox=[])
    >>> answers["analysis"].unique().tolist()
    ['reverse_kaplan_meier', 'kaplan_meier', 'logrank', 'kaplan_meier_curve']
    """
    parts: list[pd.DataFrame] = []
    if with_kaplan_meier:
        limits = {"transform": transform, "level": level}
        parts += [
            follow_up_rows(follow_up(cohort, **limits)),
            quantile_rows(median_survival(cohort, quantiles, **limits)),
            survival_rows(survival_at(cohort, times, **limits)),
        ]
        if horizon is not None:
            parts.append(rmst_rows(rmst(cohort, horizon, level=level)))
    if with_logrank:
        parts.append(logrank_rows(logrank(cohort)))
    parts += [logrank_rows(logrank(cohort, rho, gamma)) for rho, gamma in fleming_harrington]
    parts += _cox(cohort, covariates, columns, cox, level)
    if with_kaplan_meier:
        parts.append(curve_rows(kaplan_meier(cohort, transform=transform, level=level)))
    return baseline_table(parts)


def grouped_answers(
    cohort: Cohort,
    *,
    covariates: Sequence[str] = (),
    columns: Mapping[str, pd.DataFrame] | None = None,
    times: Sequence[float] = (),
    level: float = 0.95,
) -> pd.DataFrame:
    """Every frequentist answer where events are only known to lie between two times.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    covariates : sequence of str
        Covariates of the univariable models.
    columns : mapping of str to DataFrame, optional
        Design of each multivariable model, by its formula.
    times : sequence of float
        Times at which survival is reported.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        The columns of `baseline_table`. `analysis` is ``turnbull``, ``turnbull_curve``,
        ``grouped_cox_univariable`` or ``grouped_cox: <formula>``.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"from": [0.0, 0.0, 1.0, 2.0], "to": [1.0, 1.0, 2.0, None]})
    >>> cohort = read_cohort(table, lower="from", upper="to")
    >>> grouped_answers(cohort, times=[1])["analysis"].unique().tolist()
    ['turnbull', 'turnbull_curve']
    """
    parts = [turnbull_at(cohort, times, level=level)] if times else []
    for name, fit in univariable_grouped_cox(cohort, covariates, level=level).items():
        rows = grouped_cox_rows("grouped_cox_univariable", fit)
        parts.append(rows.assign(term=rows["term"].where(rows["term"] != "", name)))
    for formula, design in (columns or {}).items():
        fit = grouped_cox(cohort, design, level=level)
        parts.append(grouped_cox_rows(f"grouped_cox: {formula}", fit))
    curve = turnbull(cohort, level=level)
    parts.append(curve_rows(curve).assign(analysis="turnbull_curve"))
    return baseline_table(parts)


def recurrent_answers(
    cohort: Cohort,
    *,
    covariates: Sequence[str] = (),
    columns: Mapping[str, pd.DataFrame] | None = None,
    times: Sequence[float] = (),
    level: float = 0.95,
) -> pd.DataFrame:
    """Every frequentist answer where each event of a patient counts.

    Parameters
    ----------
    cohort : Cohort
        A cohort read with ``recurrent="all"``.
    covariates : sequence of str
        Covariates of the univariable models.
    columns : mapping of str to DataFrame, optional
        Design of each multivariable model, by its formula.
    times : sequence of float
        Times at which the mean cumulative count is reported.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        The columns of `baseline_table`. `analysis` is ``mean_cumulative_function``,
        ``reverse_kaplan_meier`` (follow-up), ``andersen_gill_univariable`` or
        ``andersen_gill: <formula>``: Cox's model of every event, with errors that are robust to
        what the events of one patient (or cluster) share.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"id": [1, 1, 2], "start": [0, 2, 0], "stop": [2, 4, 3],
    ...                       "relapse": [1, 1, 0]})
    >>> cohort = read_cohort(table, time="stop", event="relapse", entry="start", subject="id",
    ...                      recurrent="all")
    >>> recurrent_answers(cohort, times=[2])["quantity"].unique().tolist()[-2:]
    ['mean cumulative count', 'event rate']
    """
    parts = [
        follow_up_rows(follow_up(cohort, level=level)),
        mean_count_rows(mean_count_at(cohort, times, level=level)),
        event_rate_rows(cohort),
    ]
    for name in covariates:
        alone = covariate_columns(pd.Series(cohort.covariates[name]))
        rows = _andersen_gill(cohort, "andersen_gill_univariable", alone, level)
        parts.append(rows.assign(term=rows["term"].where(rows["term"] != "", name)))
    for formula, design in (columns or {}).items():
        parts.append(_andersen_gill(cohort, f"andersen_gill: {formula}", design, level))
    return baseline_table(parts)


def _andersen_gill(
    cohort: Cohort, analysis: str, columns: pd.DataFrame, level: float
) -> pd.DataFrame:
    fit = cox_model(cohort, columns, robust=True, level=level)
    return cox_rows(analysis, fit, schoenfeld_test(cohort, columns))


def _cox(
    cohort: Cohort,
    covariates: Sequence[str],
    columns: pd.DataFrame | None,
    models: Sequence[str],
    level: float,
) -> list[pd.DataFrame]:
    parts = []
    if "univariable" in models:
        for name, fit in univariable_cox(cohort, covariates, level=level).items():
            test = schoenfeld_test(cohort, covariate_columns(pd.Series(cohort.covariates[name])))
            rows = cox_rows("cox_univariable", fit, test)
            # what belongs to the whole model is told apart by the covariate
            parts.append(rows.assign(term=rows["term"].where(rows["term"] != "", name)))
    if "multivariable" in models and columns is not None and columns.shape[1]:
        fit = cox_model(cohort, columns, level=level)
        parts.append(cox_rows("cox_multivariable", fit, schoenfeld_test(cohort, columns)))
    return parts


_REGRESSION = re.compile(r"(?P<method>[a-z_]+): (?P<model>.+)")
_UNIVARIABLE = "_univariable"
_OF_CURVES = {"rmst": "kaplan_meier"}
_NUMBERS = ("value", "lower", "upper", "statistic", "df", "p", "n", "events", "note")
_AGAINST, _WEIGHTED = "against ", "fleming_harrington"


def baseline_answers(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``baselines.csv`` as answers, the steps of curves left out.

    Parameters
    ----------
    table : DataFrame
        Columns as in ``baselines.csv``.

    Returns
    -------
    DataFrame
        Columns `posthaz.answers.COLUMNS`. The standard error stands under ``sd``.

    Examples
    --------
    >>> from posthaz.baselines.table import baseline_table
    >>> row = pd.DataFrame({"analysis": ["cox: arm"], "quantity": ["hazard_ratio"]})
    >>> answers = baseline_answers(baseline_table([row]))
    >>> answers.loc[0, ["method", "model"]].tolist()
    ['cox', 'arm']
    """
    kept = table[~table["analysis"].str.endswith("_curve")]
    return answer_frame([_answer(row) for row in kept.to_dict(orient="records")])


def _answer(row: Mapping[Any, Any]) -> dict[str, object]:
    """One row of the table of baselines."""
    analysis, term, arm = (str(row[name]) for name in ("analysis", "term", "arm"))
    regression = _REGRESSION.fullmatch(analysis)
    method, model = regression.groups() if regression else (analysis, "")
    if method.startswith(_WEIGHTED):
        method, model = "logrank", method
    if method.endswith(_UNIVARIABLE):
        method, model = method.removesuffix(_UNIVARIABLE), "univariable"
    quantity = str(row["quantity"]).replace(" ", "_")
    if analysis == "rmst":
        quantity = {"difference": "rmst_difference", "ratio": "rmst_ratio"}.get(quantity, quantity)
    reference = term.removeprefix(_AGAINST) if term.startswith(_AGAINST) else ""
    return {
        **{"analysis": MAIN, "method": _OF_CURVES.get(method, method), "model": model},
        **{"arm": "" if arm == "overall" else arm, "reference": reference},
        **{"term": "" if reference else term, "quantity": quantity},
        **{"time": row["time"] if np.isfinite(float(str(row["time"]))) else np.nan},
        **{"sd": row["std_error"]},
        **{name: row[name] for name in _NUMBERS},
    }
