"""Reading curves, and patients behind them."""

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import read_cohort
from posthaz.errors import CohortError
from posthaz.evidence import (
    at_risk_table,
    read_curves,
    reconstruct,
    reconstruct_arms,
    reconstructed_patients,
    reconstruction_checks,
)
from posthaz.evidence.reconstruction_checks import product_limit

RISK = pd.DataFrame({"time": [0, 12, 24, 36], "A": [0, 0, 0, 0]})


def followed(seed=2, size=150):
    """A small trial arm: exponential events, uniform censoring."""
    random = np.random.default_rng(seed)
    event, censored = random.exponential(24.0, size), random.uniform(6.0, 60.0, size)
    return np.round(np.minimum(event, censored), 2), (event <= censored).astype(int)


def digitised(time, event, decimals=3):
    """Both corners of every step, rounded as a digitiser writes them."""
    steps, levels = product_limit(time, event)
    times = np.concatenate([[0.0], np.repeat(steps, 2), [time.max()]])
    corners = np.column_stack([np.append(1.0, levels[:-1]), levels]).ravel()
    level = np.concatenate([[1.0], corners, [levels[-1]]])
    return pd.DataFrame(
        {"arm": "A", "time": times.round(2), "survival": (100 * level).round(decimals - 2)}
    )


def at_risk(time):
    return RISK.assign(A=[(time >= t).sum() for t in RISK["time"]])


def refused(clicks, risk, **options):
    with pytest.raises(CohortError) as raised:
        read_curves(clicks, risk, **options)
    return str(raised.value)


def test_percent_and_shares_are_told_apart():
    time, event = followed()
    clicks = digitised(time, event)
    (percent,) = read_curves(clicks, at_risk(time))
    (share,) = read_curves(clicks.assign(survival=clicks["survival"] / 100), at_risk(time))
    np.testing.assert_allclose(percent.survival, share.survival)
    assert (percent.time[0], percent.survival[0]) == (0.0, 1.0)
    assert (np.diff(percent.survival) <= 0).all()


def test_digitising_noise_is_levelled_out():
    time, event = followed()
    clicks = digitised(time, event)
    random = np.random.default_rng(1)
    noisy = clicks["survival"] + random.normal(0, 0.3, len(clicks))
    (curve,) = read_curves(clicks.assign(survival=noisy.clip(0, 100)), at_risk(time))
    (clean,) = read_curves(clicks, at_risk(time))
    assert (np.diff(curve.survival) <= 0).all()
    assert 0 < curve.repaired < 0.01
    apart = curve.survival_at(clean.time) - clean.survival
    assert np.sqrt(np.mean(apart**2)) < 0.003


def test_a_curve_that_goes_up_is_refused_with_its_row():
    clicks = pd.DataFrame({"arm": "A", "time": [0, 5, 10, 15], "survival": [100, 80, 88, 60]})
    risk = pd.DataFrame({"time": [0], "A": [50]})
    text = refused(clicks, risk)
    assert "row 3: the curve of 'A' rises by 8 at time 10" in text
    (levelled,) = read_curves(clicks, risk, tolerance=0.09)
    np.testing.assert_allclose(levelled.survival[1:3], 0.84)


@pytest.mark.parametrize(
    ("survival", "time", "expected"),
    [
        ([100, 80, -5], [0, 5, 10], "row 3: survival is -5, outside 0 to 100"),
        ([100, 120, 50], [0, 5, 10], "row 2: survival is 120"),
        ([100, 80, 50], [-3, 5, 10], "row 1: time is -3"),
    ],
)
def test_coordinates_outside_the_axes_are_refused(survival, time, expected):
    clicks = pd.DataFrame({"arm": "A", "time": time, "survival": survival})
    assert expected in refused(clicks, pd.DataFrame({"time": [0], "A": [50]}))


@pytest.mark.parametrize(
    ("times", "numbers", "expected"),
    [
        ([0, 12], [50, 60], "row 2: the number at risk in 'A' rises from 50 to 60"),
        (
            [0, 12],
            [50, 48],
            "row 2: 48 are at risk in 'A' at 12, but the curve leaves 25",
        ),
        ([6, 12], [50, 20], "don't begin at time 0"),
        ([0, 12], [50, 20.5], "row 2: 20.5 at risk"),
        ([0, 12, 6], [50, 20, 10], "row 3: time 6 after 12"),
        ([0, 12, 48], [50, 20, 5], "row 3: 5 are at risk in 'A' at 48, after the curve's end"),
    ],
)
def test_numbers_at_risk_that_do_not_fit_are_refused(times, numbers, expected):
    clicks = pd.DataFrame({"arm": "A", "time": [0, 6, 10, 20], "survival": [100, 70, 50, 30]})
    assert expected in refused(clicks, pd.DataFrame({"time": times, "A": numbers}))


def test_patients_give_back_curve_and_numbers():
    time, event = followed()
    (curve,) = read_curves(digitised(time, event), at_risk(time))
    made = reconstruct(curve)
    checks = reconstruction_checks([made]).iloc[0]
    assert checks["patients"] == len(time)
    assert checks["events"] == pytest.approx(event.sum(), abs=3)
    assert checks["largest_deviation"] < 0.01
    assert checks["largest_at_risk_deviation"] <= 1
    assert checks["median"] == pytest.approx(checks["curve_median"], rel=0.02)
    risk = at_risk_table([made])
    assert risk["reconstructed"].iloc[0] == len(time)


def test_a_total_of_events_is_met_by_censoring_after_the_last_number():
    time, event = followed()
    (curve,) = read_curves(digitised(time, event), at_risk(time).head(1))
    free = int(reconstruct(curve).patients["event"].sum())
    told = int(reconstruct(curve, int(event.sum())).patients["event"].sum())
    assert free > event.sum() + 5  # without numbers at risk nobody is known to be censored
    assert told == pytest.approx(event.sum(), abs=1)


def test_the_end_of_a_curve_at_zero():
    clicks = pd.DataFrame({"arm": "A", "time": [0, 1, 2, 3], "survival": [100, 50, 25, 0]})
    patients = reconstructed_patients(clicks, pd.DataFrame({"time": [0], "A": [4]}))
    assert patients["event"].tolist() == [1, 1, 1, 1]
    assert patients["time"].tolist() == [1, 1, 2, 3]


def test_events_of_an_unknown_arm_or_too_many_are_refused():
    clicks = pd.DataFrame({"arm": "A", "time": [0, 1], "survival": [100, 50]})
    curves = read_curves(clicks, pd.DataFrame({"time": [0], "A": [4]}))
    with pytest.raises(CohortError, match="there is no curve of 'B'"):
        reconstruct_arms(curves, {"B": 3})
    with pytest.raises(CohortError, match="5 in 'A', of 4 patients"):
        reconstruct_arms(curves, {"A": 5})


def test_the_cohort_says_what_it_was_made_from():
    time, event = followed()
    patients = reconstructed_patients(
        digitised(time, event), at_risk(time), origin="Figure 2 of a paper"
    )
    cohort = read_cohort(patients, time="time", event="event")
    assert cohort.source.origin == "a printed curve (Figure 2 of a paper)"
    assert list(cohort.covariates) == ["arm"]
    assert any("reconstructed from a printed curve" in str(n) for n in cohort.notices)
