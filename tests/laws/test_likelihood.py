"""Laws of the likelihood: it is the same however the same follow-up is written down."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from posthaz.effects import proportional
from posthaz.hazards import Baseline
from posthaz.model import log_likelihood
from tests.laws.parts import BASELINE_EXAMPLES, hazards

every_baseline = pytest.mark.parametrize("baseline", BASELINE_EXAMPLES, ids=repr)
TIMES = np.array([0.7, 2.0, 3.9, 11.0])
EVENTS = np.array([1.0, 0.0, 1.0, 1.0])


def _total(hazard, **data) -> float:
    given_data = {"weight": np.ones(len(data["exit"])), **data}
    return float(np.sum(log_likelihood(hazard, given_data, np)))


@every_baseline
@given(data=st.data(), fraction=st.floats(0.05, 0.95))
def test_splitting_follow_up_changes_nothing(
    baseline: Baseline, data: st.DataObject, fraction: float
) -> None:
    hazard = data.draw(hazards(baseline))
    whole = _total(hazard, exit=TIMES, event=EVENTS)
    middle = TIMES * fraction
    split = _total(
        hazard,
        exit=np.concatenate([middle, TIMES]),
        event=np.concatenate([np.zeros(4), EVENTS]),
        entry=np.concatenate([np.zeros(4), middle]),
    )
    assert split == pytest.approx(whole, rel=1e-9, abs=1e-9)


@every_baseline
@given(data=st.data(), copies=st.integers(2, 6))
def test_equal_rows_are_one_weighted_row(
    baseline: Baseline, data: st.DataObject, copies: int
) -> None:
    hazard = data.draw(hazards(baseline))
    repeated = _total(hazard, exit=np.repeat(TIMES, copies), event=np.repeat(EVENTS, copies))
    weighted = _total(hazard, exit=TIMES, event=EVENTS, weight=np.full(4, float(copies)))
    assert weighted == pytest.approx(repeated, rel=1e-10)


@every_baseline
@given(data=st.data())
def test_a_narrow_interval_is_an_exact_time(baseline: Baseline, data: st.DataObject) -> None:
    hazard = data.draw(hazards(baseline))
    width = 1e-6
    # an interval's probability is a difference of two cumulative hazards, held to their last digit
    within = np.exp(hazard.log_hazard(TIMES)) * width
    assume(np.all(within > 1e5 * np.spacing(hazard.cumulative_hazard(TIMES))))
    assume(np.all(within > np.finfo(float).tiny))
    exact = _total(hazard, exit=TIMES, event=np.ones(4))
    narrow = _total(
        hazard,
        exit=TIMES - width / 2,
        event=np.zeros(4),
        interval_censored=np.ones(4),
        upper=TIMES + width / 2,
    )
    assert narrow - 4 * np.log(width) == pytest.approx(exact, abs=1e-3)


@every_baseline
@given(data=st.data(), ratio=st.floats(-1.0, 1.0))
def test_interval_probabilities_add_up_to_one(
    baseline: Baseline, data: st.DataObject, ratio: float
) -> None:
    hazard = proportional(data.draw(hazards(baseline)), np.array([ratio]), np)
    edges = np.array([0.0, 1.0, 2.5, 6.0])
    rows = log_likelihood(
        hazard,
        {
            "exit": edges,
            "event": np.zeros(4),
            "weight": np.ones(4),
            "interval_censored": np.array([1.0, 1.0, 1.0, 0.0]),
            "upper": np.array([1.0, 2.5, 6.0, 7.0]),
        },
        np,
    )
    assert np.exp(rows).sum() == pytest.approx(1.0, abs=1e-9)
