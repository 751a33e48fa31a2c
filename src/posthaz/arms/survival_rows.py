"""Rows of survival in a subset: rates, medians, tests and hazard ratios, each with its source."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from posthaz.baselines import cox_or_firth, logrank, median_survival, survival_at
from posthaz.cohort import Cohort
from posthaz.estimands import coefficient_table, summary, survival, survival_quantile
from posthaz.inference import Fit

KAPLAN_MEIER, LOGRANK, COX, FIRTH, POSTERIOR = (
    "Kaplan-Meier", "log-rank", "Cox", "Firth's Cox", "posterior",
)  # fmt: skip
COLUMNS = [
    *("quantity", "arm", "time", "source", "value", "lower", "upper", "p", "n", "events", "note"),
]


def frequentist_rows(
    part: Cohort, times: Sequence[float], transform: str, interval: float
) -> pd.DataFrame:
    """Kaplan-Meier rates and medians, and the log-rank test."""
    limits = {"transform": transform, "level": interval}
    medians = median_survival(part, **limits)
    rates = survival_at(part, times, **limits)
    test = logrank(part)
    parts = [
        medians.rename(columns={"time": "value"}).assign(
            quantity="median",
            source=KAPLAN_MEIER,
            note=np.where(medians["time"].isna(), "not reached", ""),
        ),
        rates.rename(columns={"survival": "value", "at_risk": "n"}).assign(
            quantity="survival",
            source=KAPLAN_MEIER,
            note=np.where(rates["survival"].isna(), "beyond the last follow-up", ""),
        ),
    ]
    if len(test):
        one = test.iloc[:1].assign(
            quantity="test", arm="", source=LOGRANK, value=test["chisq"], n=test["n"].sum()
        )
        parts.append(one.assign(events=part.event_count))
    return pd.concat([rows.reindex(columns=COLUMNS) for rows in parts], ignore_index=True)


def posterior_rows(fit: Fit, times: Sequence[float], interval: float) -> pd.DataFrame:
    """Standardised survival and medians of each arm, and the hazard ratio of each."""
    table = coefficient_table(fit, interval=interval).set_index("term")
    rows = []
    for arm, term in _arm_terms(fit).items():
        row = table.loc[term]
        numbers = {"value": row["hr_median"], "lower": row["hr_lower"], "upper": row["hr_upper"]}
        rows.append({"quantity": "hazard_ratio", "arm": arm, **numbers})
    return pd.concat(
        [posterior_curves(fit, times, interval), _of_fit(fit, rows)], ignore_index=True
    )


def posterior_curves(fit: Fit, times: Sequence[float], interval: float) -> pd.DataFrame:
    """Standardised survival and medians of each arm."""
    rows = []
    for quantity, draws in (
        ("survival", survival(fit, list(times))) if len(times) else ("", None),
        ("median", survival_quantile(fit, (0.5,))),
    ):
        if draws is None:
            continue
        for arm in draws["profile"].to_numpy():
            for time in draws["time"].to_numpy():
                numbers = summary(draws.sel(profile=arm, time=time), interval)
                rows.append(
                    {
                        "quantity": quantity,
                        "arm": str(arm),
                        "time": float(time) if quantity == "survival" else np.nan,
                        "value": numbers["median"],
                        "lower": numbers["lower"],
                        "upper": numbers["upper"],
                    }
                )
    return _of_fit(fit, rows)


def _of_fit(fit: Fit, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows).reindex(columns=COLUMNS)
    return frame.assign(
        source=POSTERIOR, n=fit.provenance.patients, events=fit.provenance.events, note=""
    )


def cox_rows(part: Cohort, fit: Fit, interval: float) -> pd.DataFrame:
    """Cox hazard ratio of each arm, of the model's formula; penalised where it has to be."""
    terms = _arm_terms(fit)
    if not terms:
        return pd.DataFrame(columns=COLUMNS)
    complete = part.covariates[list(fit.design.variables)].notna().all(axis=1).to_numpy()
    part = part.where(complete)
    matrix = fit.design.matrix(part.covariates)
    columns = pd.DataFrame(matrix, columns=list(fit.design.columns))
    cox, penalised = cox_or_firth(part, columns, level=interval)
    table = cox.table.set_index("term")
    rows = [
        {
            "quantity": "hazard_ratio",
            "arm": arm,
            "source": FIRTH if penalised else COX,
            "value": table.loc[term, "hr"],
            "lower": table.loc[term, "hr_lower"],
            "upper": table.loc[term, "hr_upper"],
            "p": table.loc[term, "p"],
            "n": cox.n,
            "events": cox.events,
            "note": penalised or table.loc[term, "note"],
        }
        for arm, term in terms.items()
    ]
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


def _arm_terms(fit: Fit) -> dict[str, str]:
    """Coefficient of each arm but the reference, where its hazard ratio is one number."""
    if not fit.treatment or fit.design.in_product(fit.treatment):
        return {}
    arms = [str(arm) for arm in fit.design.frame[fit.treatment].cat.categories[1:]]
    terms = {arm: f"{fit.treatment}[{arm}]" for arm in arms}
    return {arm: term for arm, term in terms.items() if term in fit.design.columns}
