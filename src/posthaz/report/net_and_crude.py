"""Net survival and crude probabilities of death of fits whose background is a life table."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from posthaz.baselines import relative_survival
from posthaz.cohort import Cohort
from posthaz.cohort.expected_mortality import (
    expected_hazard,
    patients_of,
    read_expected_mortality,
)
from posthaz.estimands import crude_probability, survival
from posthaz.inference import Fit
from posthaz.spec import EstimandSpec
from posthaz.spec.patients_lost import own_patients

COLUMNS = ("model", "arm", "quantity", "source", "time", "value", "lower", "upper")
NET, DISEASE, OTHER = "net survival", "death from the disease", "death from other causes"
SOURCES: dict[Literal["pohar_perme", "ederer_2"], str] = {
    "pohar_perme": "Pohar Perme",
    "ederer_2": "Ederer II",
}
POSTERIOR = "posterior"


def net_and_crude(fit: Fit, cohort: Cohort, asked: EstimandSpec) -> pd.DataFrame:
    """What patients die of, by a model and beside estimates without one, at the asked times.

    Parameters
    ----------
    fit : Fit
        A fit.
    cohort : Cohort
        Its cohort.
    asked : EstimandSpec
        Times and level.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; no row for a fit without a life table, or where no time is asked.
    """
    background = fit.spec.background
    if background is None or not background.table or not asked.survival_at:
        return pd.DataFrame(columns=list(COLUMNS))
    mortality = read_expected_mortality(background.table, background.per)
    times, rows = np.asarray(asked.survival_at, dtype=float), []
    crude = crude_probability(fit, mortality, times)
    answers = {NET: survival(fit, times)}
    answers |= {
        name: crude.sel(cause=cause, drop=True)
        for name, cause in ((DISEASE, "disease"), (OTHER, "other"))
    }
    tail = (1.0 - asked.interval) / 2.0
    for quantity, draws in answers.items():
        numbers = draws.quantile([0.5, tail, 1.0 - tail], ("chain", "draw"))
        for arm in draws["profile"].to_numpy():
            for k, time in enumerate(times):
                value, lower, upper = numbers.sel(profile=arm).isel(time=k).to_numpy()
                about = (fit.spec.name, str(arm), quantity, POSTERIOR, time)
                rows.append((*about, value, lower, upper))
    if not cohort.interval_censored.any():
        rows += _without_model(fit, own_patients(fit.spec, cohort), times, asked.interval)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _without_model(
    fit: Fit, cohort: Cohort, times: np.ndarray, level: float
) -> list[tuple[object, ...]]:
    """Net survival of each arm by Pohar Perme and Ederer II, of those event-free at the origin."""
    background = fit.spec.background
    assert background is not None
    mortality = read_expected_mortality(background.table, background.per)
    names, rows = (background.age, background.sex, background.year), []
    for arm in cohort.arms if fit.treatment else ("all",):
        inside = (cohort.arm == arm) if fit.treatment else np.ones(len(cohort), dtype=bool)
        own = cohort.where(inside & (cohort.exit > cohort.origin))
        own = replace(own, entry=np.maximum(own.entry, cohort.origin))
        patients = patients_of(own.covariates, names).reset_index(drop=True)

        def accrued(
            at: np.ndarray, patients: pd.DataFrame = patients, left: np.ndarray = own.exit
        ) -> np.ndarray:
            # nobody is followed beyond their exit, where the life table may have no cells
            until = np.minimum(np.maximum(at, cohort.origin), left[:, None])
            begun = np.full_like(until[:, :1], cohort.origin)
            whole, before = (
                expected_hazard(mortality, patients, one, cohort.unit)[1] for one in (until, begun)
            )
            return whole - before

        for method, source in SOURCES.items():
            curve = relative_survival(own, accrued, method, level)
            place = np.searchsorted(curve["time"].to_numpy(), times, side="right") - 1
            found = curve.iloc[place]
            for time, row in zip(times, found.to_dict("records"), strict=True):
                inside = time <= float(own.exit.max())
                numbers = (row["survival"], row["lower"], row["upper"]) if inside else (np.nan,) * 3
                rows.append((fit.spec.name, str(arm), NET, source, time, *numbers))
    return rows
