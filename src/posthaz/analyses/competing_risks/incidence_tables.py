"""Cumulative incidence as tables: without a model, from the posterior, and side by side."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from posthaz.analyses.competing_risks.incidence import posterior_incidence
from posthaz.analyses.competing_risks.spec import CompetingRisksSpec
from posthaz.baselines import cumulative_incidence, gray_test, naive_incidence
from posthaz.cohort import Cohort
from posthaz.errors import CohortError
from posthaz.errors.lost import Lost
from posthaz.estimands import band
from posthaz.inference import Fit

NAIVE = "1 - Kaplan-Meier"
AALEN_JOHANSEN = "Aalen-Johansen"
POSTERIOR = "posterior"
_COLUMNS = ["cause", "label", "arm", "time", "source", "incidence", "lower", "upper"]


def without_model(
    cohort: Cohort,
    causes: tuple[int, ...],
    times: tuple[float, ...],
    interval: float,
    notes: list[str],
) -> tuple[tuple[pd.DataFrame, pd.DataFrame], pd.DataFrame]:
    """Rows at the times asked for and of whole curves, and Gray's tests.

    Parameters
    ----------
    cohort : Cohort
        The cohort with its causes.
    causes : tuple of int
        Causes that rows of it have.
    times : tuple of float
        Times.
    interval : float
        Confidence level.
    notes : list of str
        Where it is said why there is nothing.

    Returns
    -------
    tuple of (DataFrame, DataFrame) and DataFrame
        Empty where the cohort's follow-up can't be used.
    """
    try:
        tables = [
            pd.concat(
                [
                    *(
                        naive_incidence(cohort, cause, wanted, level=interval).assign(source=NAIVE)
                        for cause in causes
                    ),
                    cumulative_incidence(cohort, wanted, causes=causes, level=interval).assign(
                        source=AALEN_JOHANSEN
                    ),
                ]
            )
            for wanted in (times, None)
        ]
        tests = pd.concat([gray_test(cohort, cause) for cause in causes], ignore_index=True)
    except CohortError as error:
        notes.append(Lost("estimate without a model", str(error)))
        return (pd.DataFrame(), pd.DataFrame()), pd.DataFrame()
    return (tables[0], tables[1]), tests


def posterior_rows(fits: Mapping[int, Fit], times: np.ndarray, interval: float) -> pd.DataFrame:
    """Posterior median and band of every cause's incidence, by arm."""
    draws = posterior_incidence(fits, times)
    parts = [
        band(draws.sel(cause=cause), interval)
        .rename(columns={"median": "incidence"})
        .assign(cause=cause, source=POSTERIOR)
        for cause in fits
    ]
    return pd.concat(parts, ignore_index=True)


def labelled(rows: pd.DataFrame, asked: CompetingRisksSpec, arms: tuple[str, ...]) -> pd.DataFrame:
    """Rows with the names of their causes, in order of cause, arm (reference first) and time."""
    rows = named(rows, asked).reindex(columns=[*_COLUMNS, "at_risk", "events"])
    place = rows["arm"].astype(str).map({arm: number for number, arm in enumerate(arms)})
    rows = rows.assign(place=place).sort_values(["cause", "place", "time"], kind="stable")
    return rows.drop(columns="place").reset_index(drop=True)


def named(rows: pd.DataFrame, asked: CompetingRisksSpec) -> pd.DataFrame:
    """Rows with the names of their causes."""
    if rows.empty:
        return rows
    return rows.assign(label=[asked.label(int(cause)) for cause in rows["cause"]])
