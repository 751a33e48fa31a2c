"""Names of candidates and their coefficients, and hazard ratios on scales that can be compared."""

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort
from posthaz.report.sections.naming import term_label, variable_label
from posthaz.report.sections.wording import number_text, plain


def candidate_label(cohort: Cohort, term: str) -> str:
    """Label of a candidate: its covariate's, or the term as written."""
    return variable_label(cohort, term)


def scaled_estimates(cohort: Cohort, estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimates per named step or standard deviation of a number, with labels that say so.

    Parameters
    ----------
    cohort : Cohort
        The cohort, whose columns may have steps.
    estimates : DataFrame
        Estimates of a screening, per unit.

    Returns
    -------
    DataFrame
        The same rows with ``label``, and ``hr, lower, upper`` on the scale it says; indicators
        stay as they are.
    """
    scaled = estimates.copy()
    labels = []
    for place, row in estimates.iterrows():
        factor, label = _scale(cohort, row)
        labels.append(label)
        bounds = sorted(np.power(row[["lower", "upper"]].to_numpy(dtype=float), factor))
        scaled.loc[place, ["hr", "lower", "upper"]] = [row["hr"] ** factor, *bounds]  # type: ignore[call-overload]
    return scaled.assign(label=labels)


def _scale(cohort: Cohort, row: pd.Series) -> tuple[float, str]:
    term = str(row["term"])
    if not np.isfinite(row["sd"]):
        return 1.0, term_label(cohort, term)
    column = cohort.columns.get(term)
    if column is not None and isinstance(column.step, int | float):
        unit = f" {column.unit}" if column.unit else ""
        return float(
            column.step
        ), f"{column.label or term}, per {number_text(float(column.step))}{unit}"
    name = variable_label(cohort, term)
    return float(row["sd"]), f"{name}, per SD ({plain(row['sd'])})"
