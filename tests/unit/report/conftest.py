"""Small real results for the sections: a two-arm, a three-arm and a single-arm analysis."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import Cohort, CohortSpec, Column, read_cohort
from posthaz.hazards import Exponential, Weibull
from posthaz.report import Results, gather_results
from posthaz.simulate import simulated_example
from posthaz.spec import Analysis, EstimandSpec, ModelSpec, Published, Sampling

ASKED = EstimandSpec(
    survival_at=(12.0, 24.0), rmst_to=24.0, thresholds=(0.8,), rmst_thresholds=(1.0,)
)


def gathered(cohort: Cohort, *models: ModelSpec, **fields: object) -> Results:
    analysis = Analysis(
        "example",
        models,
        CohortSpec(event_codes={"1": 1, "0": 0}),
        title="An example",
        question="Is B better than A?",
        endpoint="overall survival",
        estimands=ASKED,
        sampling=Sampling(chains=2, draws=500, tune=300),
        **fields,  # type: ignore[arg-type]
    )
    return gather_results(analysis, cohort, "posthaz report example", lambda *_: None)


@pytest.fixture(scope="session")
def two_arms() -> Results:
    return gathered(
        simulated_example(),
        ModelSpec("weibull", Weibull(), "arm"),
        ModelSpec("adjusted", Exponential(), "arm + dose_gy"),
        published=(
            Published("hazard_ratio", 0.66, 0.43, 1.01, tolerance=0.02, where="Table 2"),
            Published("median", 99.0, arm="A", tolerance=0.1, where="page 3"),
            Published("events", 88.0, tolerance=0.0),
        ),
        table_one=("gtv_cc", "dose_gy", "centre"),
    )


@pytest.fixture(scope="session")
def three_arms() -> Results:
    cohort = simulated_example()
    arm = np.array(["A", "B", "C"])[np.arange(len(cohort)) % 3]
    covariates = cohort.covariates.assign(
        arm=pd.Categorical(arm, categories=["A", "B", "C"], ordered=True)
    )
    column = Column("arm", levels=("A", "B", "C"), level_labels=("Control", "Drug 1", "Drug 2"))
    cohort = replace(
        cohort,
        covariates=covariates,
        columns={**cohort.columns, "arm": column},
        source=replace(cohort.source, simulated=False),
    )
    return gathered(cohort, ModelSpec("exponential", Exponential(), "arm"))


@pytest.fixture(scope="session")
def one_arm() -> Results:
    cohort = simulated_example()
    cohort = replace(cohort, treatment="", covariates=cohort.covariates.drop(columns="arm"))
    return gathered(cohort, ModelSpec("weibull", Weibull(), "1"))


@pytest.fixture(scope="session")
def crossing() -> Results:
    """Arms of which one is better early and the other late, in one proportional model."""
    rng = np.random.default_rng(20261128)
    first = rng.exponential(14.0, 70)
    second = 6.0 + rng.exponential(4.5, 70)
    time = np.minimum(np.concatenate([first, second]), 36.0)
    table = pd.DataFrame(
        {"t": time, "d": (time < 36.0).astype(int), "arm": ["none"] * 70 + ["RT"] * 70}
    )
    cohort = read_cohort(
        table, time="t", event="d", treatment="arm", treatment_reference="none", unit="months"
    )
    return gathered(cohort, ModelSpec("exponential", Exponential(), "arm"))
