"""Scores of predictions for patients left out."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from posthaz.checks.calibration import prediction_scores
from tests.shared_data import plain_cohort


def test_left_out_patients_of_equal_covariates_are_ties() -> None:
    # two groups of one prediction each: without a patient whose event came, the prediction of
    # the group is a little better, so that pairs of one group were all ordered backwards (0.43)
    random = np.random.default_rng(5)
    group = np.arange(200) % 2
    time = random.exponential(np.where(group == 1, 8.0, 10.0))
    event = time < 15.0
    cohort = plain_cohort(np.minimum(time, 15.0), event, pd.DataFrame({"group": group}))
    seen = np.where(group == 1, 0.3, 0.4)[:, None]
    without = seen + np.where(event, 0.002, -0.003)[:, None] / (1.0 + time[:, None])
    predicted: Any = SimpleNamespace(
        rows=cohort,
        left_out=without,
        survival=lambda times: None,
        mean=lambda drawn, left_out=False: without if left_out else seen,
    )
    scores = prediction_scores(predicted, [10.0]).set_index("score").loc["concordance"]
    assert scores["left_out"] == pytest.approx(scores["in_sample"])
    assert 0.5 < scores["left_out"] < 0.6
