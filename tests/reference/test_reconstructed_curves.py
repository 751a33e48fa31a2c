"""Patients reconstructed from curves: real trials digitised again, and real clicks."""

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import covariate_columns, cox_model
from posthaz.cohort import read_cohort
from posthaz.evidence import (
    at_risk_table,
    read_curves,
    reconstruct,
    reconstruct_arms,
    reconstruction_checks,
)
from posthaz.evidence.reconstruction_checks import product_limit
from tests.shared_data import DATA, needs_data

pytestmark = needs_data
TRIALS = (
    *("X2005B3030_2A", "X2005B3030_2B", "Checkmate057_1A", "Checkmate057_1C", "ESPATUE_2"),
    *("ESPATUE_3", "KEYNOTE024_1A", "KEYNOTE024_2", "NTR1527_2", "NTR1527_4", "PROCLAIM_2A"),
    *("PROCLAIM_2B", "QUARTZ_2A", "RTOG0617_2A", "RTOG0617_2B"),
)


def trial(name):
    patients = pd.read_csv(DATA / "kmdata_lung_rt.csv").query("dataset == @name")
    arms = pd.read_csv(DATA / "kmdata_lung_rt_key.csv").query("dataset == @name")["Arms"].item()
    return patients[["arm", "time", "event"]], [arm.strip() for arm in arms.split(",")]


def digitised(patients, arms):
    """Both corners of every step: time to a thousandth of the axis, survival to 0.1 %."""
    longest = patients["time"].max()
    parts = []
    for arm in arms:
        own = patients[patients["arm"] == arm]
        time, event = own["time"].to_numpy(dtype=float), own["event"].to_numpy()
        steps, levels = product_limit(time, event)
        corners = np.column_stack([np.append(1.0, levels[:-1]), levels]).ravel()
        times = np.concatenate([[0.0], np.repeat(steps, 2), [time.max()]])
        level = np.concatenate([[1.0], corners, [levels[-1]]])
        unit = round(longest / 1000, 3)
        parts.append(
            pd.DataFrame(
                {"arm": arm, "time": np.round(times / unit) * unit, "survival": level.round(3)}
            )
        )
    every = next(step for step in (1, 2, 3, 6, 12, 24) if longest / step <= 10)
    times = np.arange(0, longest, every)
    numbers = {
        arm: [(patients.loc[patients["arm"] == arm, "time"] >= t).sum() for t in times]
        for arm in arms
    }
    return pd.concat(parts, ignore_index=True), pd.DataFrame({"time": times, **numbers})


def hazard_ratio(patients, reference):
    cohort = read_cohort(
        patients[["arm", "time", "event"]],
        time="time", event="event", treatment="arm", treatment_reference=reference,
        zero_time=1e-3,
    )  # fmt: skip
    return cox_model(cohort, covariate_columns(cohort.covariates["arm"])).table.iloc[0]


def median(patients, arm):
    own = patients[patients["arm"] == arm]
    steps, levels = product_limit(own["time"].to_numpy(dtype=float), own["event"].to_numpy())
    below = np.flatnonzero(levels <= 0.5)
    return steps[below[0]] if len(below) else np.nan


@pytest.mark.parametrize("name", TRIALS)
def test_a_trial_digitised_again_gives_its_hazard_ratio_and_medians(name):
    patients, arms = trial(name)
    made = reconstruct_arms(read_curves(*digitised(patients, arms)))
    again = pd.concat([one.patients.assign(arm=one.arm) for one in made], ignore_index=True)
    ours, theirs = hazard_ratio(again, arms[0]), hazard_ratio(patients, arms[0])
    assert len(again) == len(patients)
    assert ours["hr"] == pytest.approx(theirs["hr"], rel=0.02)
    for arm in arms:
        assert median(again, arm) == pytest.approx(median(patients, arm), rel=0.02, nan_ok=True)
    checks = reconstruction_checks(made)
    assert checks["largest_deviation"].max() < 0.005
    assert checks["largest_at_risk_deviation"].max() <= 2


def bonner():
    clicks = DATA / "ipdfromkm_bonner_clicks.csv"
    return read_curves(clicks, DATA / "ipdfromkm_bonner_nrisk.csv")


def test_bonner_clicks_give_the_printed_medians_and_numbers():
    made = [reconstruct(curve) for curve in bonner()]
    checks = reconstruction_checks(made).set_index("arm")
    assert checks["patients"].to_dict() == {"radio": 213, "radioplus": 211}
    assert checks["median"]["radio"] == pytest.approx(14.9, rel=0.02)
    assert checks["median"]["radioplus"] == pytest.approx(24.4, rel=0.02)
    assert checks["largest_deviation"].max() < 0.015
    risk = at_risk_table(made)
    assert (risk["printed"] == risk["reconstructed"]).all()


def test_bonner_clicks_give_nearly_the_printed_hazard_ratio():
    # Printed 0.68 (0.52-0.89). The clicks allow 0.714 to 0.729 wherever censoring is put within
    # the intervals, and Guyot's algorithm as IPDfromKM has it gives 0.724.
    made = [reconstruct(curve).patients.assign(arm=curve.arm) for curve in bonner()]
    ratio = hazard_ratio(pd.concat(made, ignore_index=True), "radio")
    assert ratio["hr"] == pytest.approx(0.718, abs=0.005)
    assert abs(ratio["hr"] - 0.68) < 0.05
    assert 0.52 < ratio["hr_lower"] < 0.68 < 0.89 < ratio["hr_upper"]
