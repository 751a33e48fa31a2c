"""What whole months taken as exact times cost, and that a stated resolution fixes it.

A minute on two cores: ``uv run pytest tests/recovery/test_whole_months.py -m slow -s``.
"""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.estimands import arm_populations
from posthaz.inference import fit_many

pytestmark = pytest.mark.slow
COHORTS, PATIENTS, RATIO, LATE = 200, 300, 0.7, 12.0
MONTHLY = -np.log(0.9)
MODEL = ph.ModelSpec(
    "weibull",
    ph.Weibull(),
    "arm",
    priors={"arm": ph.hazard_ratio(median=1.0, upper=20.0)},
)
SAMPLING = ph.Sampling(method="laplace", chains=2, draws=500)


def recorded(seed: int) -> pd.DataFrame:
    """A tenth of the controls dies every month; times are recorded at the end of the month."""
    random = np.random.default_rng(seed)
    treated = np.arange(PATIENTS) % 2
    time = np.ceil(random.exponential(1.0 / (MONTHLY * np.where(treated, RATIO, 1.0))))
    return pd.DataFrame(
        {
            "time": np.minimum(time, 36.0),
            "event": (time <= 36.0).astype(int),
            "arm": np.where(treated, "B", "A"),
        }
    )


def errors(resolution: float) -> pd.DataFrame:
    """Error of survival of the controls and of the log hazard ratio, and whether intervals hold."""
    cohorts = [
        ph.read_cohort(
            recorded(seed),
            **{"time": "time", "event": "event", "treatment": "arm", "treatment_reference": "A"},
            resolution=resolution,
        )
        for seed in range(COHORTS)
    ]
    truth = {"survival": np.exp(-MONTHLY * LATE), "log_hr": np.log(RATIO)}
    rows = []
    for fit in fit_many([(MODEL, cohort) for cohort in cohorts], SAMPLING):
        survival = ph.survival(fit, [LATE], arm_populations(fit)).isel(profile=0, time=0)
        log_hr = fit.draws["posterior"]["log_hazard_ratio"].isel(covariate=0)
        row = {}
        for name, draws in (("survival", survival), ("log_hr", log_hr)):
            low, high = np.quantile(draws, [0.025, 0.975])
            row[f"{name}_error"] = float(draws.mean()) - truth[name]
            row[f"{name}_held"] = low <= truth[name] <= high
        rows.append(row)
    return pd.DataFrame(rows).astype(float)


def test_a_stated_resolution_removes_the_bias_of_whole_months() -> None:
    found = pd.DataFrame({"exact": errors(0.0).mean(), "in steps": errors(1.0).mean()})
    print(found.round(4).to_string())
    assert found.loc["survival_error", "exact"] > 0.01
    assert abs(found.loc["survival_error", "in steps"]) < 0.006
    assert abs(found.loc["log_hr_error", "in steps"]) < 0.02
    assert found.loc["survival_held", "in steps"] > 0.91
    assert found.loc["log_hr_held", "in steps"] > 0.91
