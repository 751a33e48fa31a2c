"""Printed numbers and the answers of this cohort, side by side: ``published.csv``."""

import numpy as np
import pandas as pd

from posthaz.report.clinical import clinical_counterpart
from posthaz.report.counterpart import Counterpart, counterpart
from posthaz.report.printed_rows import whom
from posthaz.report.results import Results
from posthaz.spec import Published, Within

COLUMNS = (
    *("quantity", "arm", "time", "covariate", "level", "grade", "model", "within"),
    *("printed", "printed_lower", "printed_upper", "below"),
    *("value", "lower", "upper", "median", "credible_lower", "credible_upper"),
    *("tolerance", "agrees", "where"),
)


def published_answers(results: Results) -> pd.DataFrame:
    """Every printed number of the analysis, with the answer of this cohort and the posterior.

    Parameters
    ----------
    results : Results
        The results, those of the clinical analyses among them.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, one row a printed number, in the file's order. `value` is the
        frequentist answer; `agrees` is ``"yes"``, ``"no"``, or empty where nothing was stated
        or nothing was found.
    """
    rows = [_row(results, one) for one in results.analysis.published]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(results: Results, one: Published) -> dict[str, object]:
    found = _found(results, one)
    return {
        **{"quantity": one.quantity, "arm": one.arm, "time": one.time},
        **{"covariate": one.covariate, "level": one.level, "grade": one.grade},
        **{"model": one.model, "within": whom(one.within)},
        **{"printed": one.value, "printed_lower": one.lower, "printed_upper": one.upper},
        **{"below": one.below, "value": found.ours.value},
        **{"lower": found.ours.lower, "upper": found.ours.upper},
        **{"median": found.bayes.value, "credible_lower": found.bayes.lower},
        **{"credible_upper": found.bayes.upper, "tolerance": one.tolerance},
        **{"agrees": _agrees(one, found.ours.value), "where": one.where},
    }


def _found(results: Results, one: Published) -> Counterpart:
    """The whole cohort's answer, else what a clinical analysis gives."""
    whole = counterpart(results, one) if one.within == Within() else Counterpart()
    return (clinical_counterpart(results, one) or whole) if whole.ours.missing else whole


def _agrees(one: Published, ours: float) -> str:
    """Whether the frequentist number counts as the printed one."""
    if np.isnan(ours):
        return ""
    if one.below:
        return "yes" if ours < one.value else "no"
    if one.tolerance is None:
        return ""
    if not np.isfinite(one.value):
        return "no" if np.isfinite(ours) else "yes"
    # printed numbers carry rounding: the last bit of a float must not decide
    return "yes" if abs(ours - one.value) <= one.tolerance * (1 + 1e-9) else "no"
