"""How far an observed curve stays within replicated ones."""

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.checks import predictive_agreement, replicated_kaplan_meier


def _curves(levels: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"arm": "A", "replicate": k, "time": time, "survival": level ** (time / 10.0)}
            for k, level in enumerate(levels)
            for time in (0.0, 5.0, 10.0)
        ]
    )


def test_a_curve_among_the_replicates_is_inside() -> None:
    replicated = _curves(list(np.linspace(0.3, 0.7, 41)))
    observed = _curves([0.5]).drop(columns="replicate")
    table = predictive_agreement(observed, replicated)
    assert table["inside"].tolist() == [1.0]
    assert table["largest"].item() < 1e-9


def test_a_curve_below_all_replicates_is_outside() -> None:
    replicated = _curves(list(np.linspace(0.6, 0.7, 41)))
    observed = _curves([0.2]).drop(columns="replicate")
    table = predictive_agreement(observed, replicated)
    assert table["inside"].item() == 1 / 3  # only time 0 agrees
    assert table["largest"].item() > 0.4


def test_replicates_are_recorded_in_the_steps_of_the_cohort() -> None:
    time = np.round(np.ceil(np.random.default_rng(2).exponential(30.0, 60)) * 0.1, 1)
    frame = pd.DataFrame({"months": time, "dead": 1})
    cohort = ph.read_cohort(frame, time="months", event="dead", resolution=0.1)
    fit = ph.fit(ph.ModelSpec("weibull", ph.Weibull()), cohort, ph.Sampling(method="laplace"))
    curves = replicated_kaplan_meier(fit, cohort, replicates=20)
    assert set(curves["time"]) <= {0.0, *(float(f"{k / 10:.1f}") for k in range(1, 400))}
    assert curves["time"].max() <= time.max()
