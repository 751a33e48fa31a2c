"""Hazard ratios under competing risks: of the cause, and of the subdistribution."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from posthaz.baselines import cox_model, subdistribution_model
from posthaz.cohort import Cohort, cause_of
from posthaz.errors import CohortError
from posthaz.errors.lost import Lost
from posthaz.estimands import coefficient_table
from posthaz.inference import Fit

COX = "Cox, cause-specific"
POSTERIOR = "posterior, cause-specific"
FINE_GRAY = "Fine-Gray"
_COLUMNS = [
    *("cause", "term", "source", "hr", "lower", "upper", "p", "p_below_1", "n", "events", "note"),
]


def cause_ratios(
    cohort: Cohort, fits: Mapping[int, Fit], interval: float, notes: list[str]
) -> pd.DataFrame:
    """Cause-specific and subdistribution hazard ratios of every coefficient of a model.

    Parameters
    ----------
    cohort : Cohort
        The cohort with its causes.
    fits : mapping of int to Fit
        Fit of each cause.
    interval : float
        Probability of the intervals.
    notes : list of str
        Where it is said what could not be given.

    Returns
    -------
    DataFrame
        Columns ``cause, term, source, hr, lower, upper, p, p_below_1, n, events, note``.
    """
    parts = []
    for cause, one in fits.items():
        design = one.design
        if not design.columns:
            continue
        columns = pd.DataFrame(design.matrix(cohort.covariates), columns=list(design.columns))
        waited = cause_of(cohort, cause)
        cox = cox_model(waited, columns, level=interval)
        frequentist = cox.table.assign(source=COX, n=cox.n, events=cox.events)
        found = [frequentist.rename(columns={"hr_lower": "lower", "hr_upper": "upper"})]
        found.append(_posterior(one, interval, cox.n, cox.events))
        try:
            gray = subdistribution_model(cohort, columns, cause, level=interval)
            gray = gray.rename(columns={"hr_lower": "lower", "hr_upper": "upper"})
            found.append(gray.assign(source=FINE_GRAY))
        except CohortError as error:
            said = Lost("Fine-Gray model", str(error))
            notes.extend([] if said in notes else [said])
        parts += [frame.assign(cause=cause) for frame in found]
    if not parts:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat([part.reindex(columns=_COLUMNS) for part in parts], ignore_index=True)


def _posterior(one: Fit, interval: float, n: float, events: int) -> pd.DataFrame:
    table = coefficient_table(one, interval=interval)
    table = table[table["term"].isin(one.design.columns)]
    return pd.DataFrame(
        {
            "term": table["term"],
            "source": POSTERIOR,
            "hr": table["hr_median"],
            "lower": table["hr_lower"],
            "upper": table["hr_upper"],
            "p": np.nan,
            "p_below_1": table["p_hr_below_1"],
            "n": n,
            "events": events,
            "note": "",
        }
    )
