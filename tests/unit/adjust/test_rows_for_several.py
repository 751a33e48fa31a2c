"""Emulated trials of rows that stand for several patients are those of the patients."""

import numpy as np
import pandas as pd

import posthaz as ph


def test_clones_and_trials_are_of_patients():
    random = np.random.default_rng(2)
    death, start = random.exponential(12.0, 60), random.exponential(6.0, 60)
    rows = pd.DataFrame(
        {
            "time": death, "event": 1, "arm": np.where(start < death, "treated", "none"),
            "start": np.where(start < death, start, np.nan), "n": 1 + np.arange(60) % 3,
            "age": random.normal(60.0, 8.0, 60),
        }
    )  # fmt: skip
    given = {"time": "time", "event": "event", "treatment": "arm", "treatment_reference": "none"}
    given["columns"] = {name: ph.Column(name) for name in ("start", "age")}
    given["missing"] = "drop"
    grouped = ph.read_cohort(rows, **given, weight="n", weight_kind="frequency")
    single = ph.read_cohort(rows.loc[rows.index.repeat(rows["n"])], **given)
    ours, theirs = (ph.clone_censor_weight(one, "start", 4.0, ["age"]) for one in (grouped, single))
    pd.testing.assert_frame_equal(ours.weights, theirs.weights)
    ours, theirs = (ph.sequential_trials(one, "start").trials for one in (grouped, single))
    pd.testing.assert_frame_equal(ours, theirs)
