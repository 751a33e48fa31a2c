"""Rows that stand for several patients: events are those of patients."""

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.baselines import cox_model, firth_model, piecewise_cox

ROWS = pd.DataFrame({"t": np.arange(1.0, 13.0), "d": [1, 1, 0, 1] * 3, "n": [1, 2, 3] * 4})


def test_cox_models_count_the_events_of_patients():
    grouped = ph.read_cohort(ROWS, time="t", event="d", weight="n", weight_kind="frequency")
    x = pd.DataFrame({"x": np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0] * 2)})
    events = int(ROWS["n"][ROWS["d"] == 1].sum())
    assert cox_model(grouped, x).events == events
    assert firth_model(grouped, x).events == events
    early, late = piecewise_cox(grouped, x, {"x": [6.5]})["events"]
    assert early == ROWS["n"][(ROWS["d"] == 1) & (ROWS["t"] < 6.5)].sum()
    assert early + late == events
