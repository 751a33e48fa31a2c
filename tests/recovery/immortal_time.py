"""Cohorts in which treatment begins at exponential times and does nothing."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.adjust import clone_censor_weight, sequential_trials, split_at_treatment
from posthaz.baselines import cox_model
from posthaz.cohort import Cohort, read_cohort

GRACE = 6.0


def no_effect(seed: int, patients: int = 400) -> Cohort:
    """Death at 1/15 a month, treatment at 1/8 a month, both more frequent with a higher stage."""
    random = np.random.default_rng(seed)
    stage = random.binomial(1, 0.5, patients).astype(float)
    death = random.exponential(15.0 * np.exp(-0.5 * stage))
    start = random.exponential(8.0 * np.exp(-0.5 * stage))
    end = random.uniform(12.0, 48.0, patients)
    exit_ = np.minimum(death, end)
    treated = start < exit_
    table = pd.DataFrame(
        {
            "time": exit_,
            "event": (death <= end).astype(int),
            "arm": np.where(treated, "treated", "none"),
            "start": np.where(treated, start, np.nan),
            "stage": stage,
        }
    )
    return read_cohort(
        table, time="time", event="event", treatment="arm", treatment_reference="none"
    )


def log_ratio(cohort: Cohort, *covariates: str, strata: np.ndarray | None = None,
              robust: bool | None = None) -> tuple[float, float]:  # fmt: skip
    """Log hazard ratio of the treatment by Cox, and its standard error."""
    columns = pd.DataFrame({"arm": (cohort.arm == "treated").astype(float)})
    columns = columns.assign(**{name: cohort.covariates[name] for name in covariates})
    row = cox_model(cohort, columns, strata=strata, robust=robust).table.iloc[0]
    return float(row["log_hr"]), float(row["se"] if robust is False else row["robust_se"])


def estimates(seed: int) -> dict[str, tuple[float, float]]:
    """Log hazard ratio and its error by each way of comparing."""
    cohort = no_effect(seed)
    clones = clone_censor_weight(cohort, "start", GRACE, ["stage"]).cohort
    trials = sequential_trials(cohort, "start")
    return {
        "naive": log_ratio(cohort, "stage", robust=False),
        "time_dependent": log_ratio(split_at_treatment(cohort, "start"), "stage", robust=False),
        "clones": log_ratio(clones),
        "clones_unweighted": log_ratio(clone_censor_weight(cohort, "start", GRACE).cohort),
        "trials": log_ratio(trials.cohort, "stage", strata=trials.trial),
    }


def study(cohorts: int) -> pd.DataFrame:
    """Mean log hazard ratio and coverage of 0 over simulated cohorts, by way of comparing."""
    found = [estimates(seed) for seed in range(cohorts)]
    return pd.DataFrame(list(_summaries(found)))


def _summaries(found: list[dict[str, tuple[float, float]]]) -> Iterator[dict[str, object]]:
    for name in found[0]:
        value, error = np.array([one[name] for one in found]).T
        yield {
            "method": name,
            "mean": value.mean(),
            "sd": value.std(ddof=1),
            "mean_se": error.mean(),
            "coverage": np.mean(np.abs(value) < 1.959964 * error),
        }


if __name__ == "__main__":
    print(study(200).round(4).to_string(index=False))
