"""Rows of the estimates of a screening: who is estimated, by which model, how much."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.baselines import Candidate, CoxFit
from posthaz.estimands import coefficient_table
from posthaz.inference import Fit

COLUMNS = [
    *("analysis", "candidate", "term", "hr", "lower", "upper", "p", "p_below_1"),
    *("sd", "n", "events", "note"),
]


def candidate_rows(candidates: Sequence[Candidate]) -> pd.DataFrame:
    """Univariable estimates of all candidates."""
    parts = [
        cox_rows_of(candidate.fit, [candidate], "univariable")
        for candidate in candidates
        if candidate.fit is not None
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)


def cox_rows_of(cox: CoxFit, members: Sequence[Candidate], analysis: str) -> pd.DataFrame:
    """Estimates of a Cox model, each with the candidate it belongs to."""
    table = cox.table
    bounded = table["hr_lower"].notna()
    return pd.DataFrame(
        {
            "analysis": analysis,
            "candidate": [_owner(term, members) for term in table["term"]],
            "term": table["term"],
            # a coefficient on its way to infinity has no estimate
            "hr": table["hr"].where(bounded),
            "lower": table["hr_lower"],
            "upper": table["hr_upper"],
            "p": table["p"],
            "p_below_1": np.nan,
            "sd": [_spread(term, members) for term in table["term"]],
            "n": cox.n,
            "events": cox.events,
            "note": table["note"],
        }
    )


def posterior_rows(
    fit: Fit, members: Sequence[Candidate], analysis: str, interval: float
) -> pd.DataFrame:
    """Estimates of a Bayesian model, each with the candidate it belongs to."""
    table = coefficient_table(fit, interval=interval)
    table = table[table["term"].isin(fit.design.columns)]
    return pd.DataFrame(
        {
            "analysis": analysis,
            "candidate": [_owner(term, members) for term in table["term"]],
            "term": table["term"],
            "hr": table["hr_median"],
            "lower": table["hr_lower"],
            "upper": table["hr_upper"],
            "p": np.nan,
            "p_below_1": table["p_hr_below_1"],
            "sd": [_spread(term, members) for term in table["term"]],
            "n": fit.provenance.patients,
            "events": fit.provenance.events,
            "note": "",
        }
    )


def _owner(term: str, members: Sequence[Candidate]) -> str:
    for one in members:
        if one.columns is not None and term in one.columns.columns:
            return one.term
    return ""


def _spread(term: str, members: Sequence[Candidate]) -> float:
    """Standard deviation of a column of numbers; NaN for an indicator."""
    for one in members:
        if one.columns is not None and term in one.columns.columns:
            values = one.columns[term].dropna()
            return float("nan") if values.isin((0.0, 1.0)).all() else float(values.std(ddof=0))
    return float("nan")
