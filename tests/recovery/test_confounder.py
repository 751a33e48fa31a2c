"""An unmeasured confounder that is known: the true hazard ratio comes back."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.spec import Sampling
from tests.shared_data import plain_cohort

TRUE, COHORTS, PATIENTS = 0.7, 200, 1000


def confounded_cohort(random):
    """Half treated; a characteristic of HR 2 in half of the treated and a fifth of the others."""
    treated = np.repeat([0, 1], PATIENTS // 2)
    having = random.random(PATIENTS) < np.where(treated == 1, 0.5, 0.2)
    rate = 0.08 * np.exp(np.log(TRUE) * treated + np.log(2.0) * having)
    time = (random.exponential(1.0, PATIENTS) / rate) ** (1 / 1.2)
    ended = random.uniform(6.0, 30.0, PATIENTS)
    arm = pd.Categorical(np.where(treated, "B", "A"), categories=["A", "B"])
    frame = pd.DataFrame({"arm": arm})
    cohort = plain_cohort(np.minimum(time, ended), time <= ended, frame, "months")
    return replace(cohort, treatment="arm")


@pytest.mark.slow
def test_the_true_confounder_gives_the_true_hazard_ratio_within_2_percent():
    random = np.random.default_rng(7)
    cohorts = [confounded_cohort(random) for _ in range(COHORTS)]
    spec = ph.ModelSpec("weibull", ph.Weibull(), "arm",
                        priors={"arm": ph.Prior("normal", (0.0, 10.0))})  # fmt: skip
    fits = ph.fit_many([(spec, one) for one in cohorts],
                       Sampling(method="laplace", draws=500, chains=2, seed=1))  # fmt: skip
    known = [ph.Confounder(2.0, 0.5, 0.2)]
    rows = [ph.confounder_effects(fit, one, known).iloc[0]
            for fit, one in zip(fits, cohorts, strict=True)]  # fmt: skip
    naive = np.mean([one.draws["posterior"]["log_hazard_ratio"].mean().item() for one in fits])
    found = np.mean([np.log(row["hr"]) for row in rows])
    assert max(row["khat"] for row in rows) < 0.7
    assert np.exp(naive) / TRUE > 1.15
    assert abs(np.exp(found) / TRUE - 1.0) < 0.02
    inside = np.mean([row["lower"] < TRUE < row["upper"] for row in rows])
    assert 0.90 <= inside <= 0.99
