"""Operating characteristics, on few cohorts."""

import pytest

from posthaz.analyses.borrowing.characteristics import operating_characteristics
from posthaz.analyses.borrowing.priors import power_prior
from posthaz.priors import historical

HISTORY = historical(0.77, 0.71, 0.84)


@pytest.fixture(scope="module")
def found():
    priors = {"none": power_prior(HISTORY, 0.0), "full": power_prior(HISTORY, 1.0)}
    table = operating_characteristics(priors, [0.77, 1.0], size=60, cohorts=25, seed=3)
    return table.set_index(["truth", "prior"])


def test_full_borrowing_helps_when_history_agrees(found):
    assert found.loc[(0.77, "full"), "rmse"] < 0.2 * found.loc[(0.77, "none"), "rmse"]
    assert found.loc[(0.77, "full"), "coverage"] == 1.0


def test_full_borrowing_is_history_when_it_does_not(found):
    full = found.loc[(1.0, "full")]
    assert full["coverage"] == 0.0
    assert full["success"] == 1.0  # type I errors in every cohort
    assert full["bias"] == pytest.approx(HISTORY.values[0], abs=0.03)


def test_without_history_intervals_hold(found):
    assert (found.xs("none", level="prior")["coverage"] >= 0.8).all()
    assert (found.xs("none", level="prior")["cohorts"] == 25).all()
