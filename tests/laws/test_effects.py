"""Laws of the maps from hazard to hazard."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthaz.effects import (
    Cure,
    accelerated,
    along_path,
    changing,
    mixture_cure,
    promotion_time,
    proportional,
    stratified,
    with_background,
    yang_prentice,
)
from posthaz.hazards import Baseline, Hazard, Weibull, survival_area
from tests.laws.parts import BASELINE_EXAMPLES, hazards

EFFECTS = {"proportional": proportional, "accelerated": accelerated}
TIMES = np.array([0.1, 1.0, 3.0, 8.0, 20.0])
every_baseline = pytest.mark.parametrize("baseline", BASELINE_EXAMPLES, ids=repr)
every_effect = pytest.mark.parametrize("name", EFFECTS)


def _same(left: Hazard, right: Hazard) -> None:
    np.testing.assert_allclose(left.log_hazard(TIMES), right.log_hazard(TIMES), atol=1e-9)
    np.testing.assert_allclose(
        left.cumulative_hazard(TIMES), right.cumulative_hazard(TIMES), rtol=1e-9
    )
    np.testing.assert_allclose(survival_area(left, TIMES), survival_area(right, TIMES), rtol=1e-7)
    reached = np.asarray(right.cumulative_hazard(TIMES))
    np.testing.assert_allclose(left.time_at(reached), right.time_at(reached), rtol=1e-7)


@every_effect
@every_baseline
@given(data=st.data())
def test_no_effect_is_the_identity(baseline: Baseline, name: str, data: st.DataObject) -> None:
    hazard = data.draw(hazards(baseline))
    _same(EFFECTS[name](hazard, np.zeros(1), np), hazard)


@every_effect
@every_baseline
@given(data=st.data(), first=st.floats(-1, 1), second=st.floats(-1, 1))
def test_effects_add_up(
    baseline: Baseline, name: str, data: st.DataObject, first: float, second: float
) -> None:
    hazard = data.draw(hazards(baseline))
    effect = EFFECTS[name]
    twice = effect(effect(hazard, np.array([first]), np), np.array([second]), np)
    _same(twice, effect(hazard, np.array([first + second]), np))


CURES = {"mixture": mixture_cure, "promotion_time": promotion_time}


@pytest.mark.parametrize("kind", CURES)
@every_baseline
@settings(deadline=None)
@given(data=st.data(), predictor=st.floats(-2, 2))
def test_cured_shares_hold_the_laws_of_a_hazard(
    baseline: Baseline, kind: str, data: st.DataObject, predictor: float
) -> None:
    hazard = data.draw(hazards(baseline))
    cured = CURES[kind](hazard, np.array([predictor]), np)
    share = np.exp(Cure(kind=kind).log_share(np.array([predictor]), np))
    own = np.asarray(cured.cumulative_hazard(TIMES))
    assert float(cured.cumulative_hazard(np.zeros(1))[0]) == pytest.approx(0.0, abs=1e-12)
    assert (np.diff(own) >= 0).all()
    assert (np.exp(-own) >= share - 1e-12).all()
    step = 1e-6 * TIMES
    rise = cured.cumulative_hazard(TIMES + step) - cured.cumulative_hazard(TIMES - step)
    if baseline.kind != "piecewise_exponential":  # its hazard jumps
        slope = rise / (2.0 * step)
        np.testing.assert_allclose(np.exp(cured.log_hazard(TIMES)), slope, rtol=1e-3, atol=1e-8)
    reached = (own > 1e-290) & (own < -np.log(share) - 1e-6)  # what is 0 in a float has no time
    np.testing.assert_allclose(cured.time_at(own)[reached], TIMES[reached], rtol=1e-4)
    assert np.isinf(cured.time_at(-np.log(share) + 0.1)).all()


@every_baseline
@settings(deadline=None)
@given(data=st.data())
def test_no_cure_one_stratum_and_no_background_change_nothing(
    baseline: Baseline, data: st.DataObject
) -> None:
    hazard = data.draw(hazards(baseline))
    _same(mixture_cure(hazard, np.array([-1e9]), np), hazard)
    _same(stratified([hazard, hazard], np.array([1]), np), hazard)
    with_none = with_background(hazard, np.array([-np.inf]), np)
    np.testing.assert_allclose(with_none.log_hazard(TIMES), hazard.log_hazard(TIMES))


@every_baseline
@settings(deadline=None)
@given(data=st.data(), ratios=st.lists(st.floats(-1.5, 1.5), min_size=3, max_size=3))
def test_changing_effects_hold_the_laws_of_a_hazard(
    baseline: Baseline, data: st.DataObject, ratios: list[float]
) -> None:
    hazard = data.draw(hazards(baseline))
    starts = np.array([0.0, 2.0, 7.0])
    changed = changing(hazard, [np.array([ratio]) for ratio in ratios], starts, np)
    _same(
        changing(hazard, [np.array([ratios[0]])] * 3, starts, np),
        proportional(hazard, np.array([ratios[0]]), np),
    )
    edges = np.array([*starts, 20.0])
    accrued = np.diff(np.asarray(changed.cumulative_hazard(edges)))
    expected = np.diff(np.asarray(hazard.cumulative_hazard(edges))) * np.exp(ratios)
    np.testing.assert_allclose(accrued, expected, rtol=1e-9, atol=1e-12)
    at_end = changed.log_hazard(edges[1:]) - hazard.log_hazard(edges[1:])
    np.testing.assert_allclose(at_end, ratios, atol=1e-9)
    reached = np.asarray(changed.cumulative_hazard(TIMES))
    there = reached > 1e-290  # what is 0 in a float has no time
    np.testing.assert_allclose(changed.time_at(reached)[there], TIMES[there], rtol=1e-6)


@every_baseline
@settings(deadline=None)
@given(data=st.data(), short=st.floats(-2, 2), long=st.floats(-2, 2))
def test_short_and_long_term_ratios_hold_the_laws_of_a_hazard(
    baseline: Baseline, data: st.DataObject, short: float, long: float
) -> None:
    hazard = data.draw(hazards(baseline))
    ends = np.array([short]), np.array([long])
    moved = yang_prentice(hazard, *ends, np)
    assert float(moved.cumulative_hazard(np.zeros(1))[0]) == pytest.approx(0.0, abs=1e-12)
    passed = np.asarray(moved.cumulative_hazard(TIMES))
    gone = np.asarray(hazard.cumulative_hazard(TIMES))
    assert (np.diff(passed) >= 0).all()
    apart = moved.log_hazard(TIMES) - hazard.log_hazard(TIMES)
    expected = -np.log(np.exp(-gone - short) - np.expm1(-gone) * np.exp(-long))
    np.testing.assert_allclose(apart, expected, rtol=1e-9, atol=1e-9)
    reached = (passed > 1e-290) & (passed < 600)
    np.testing.assert_allclose(moved.time_at(passed)[reached], TIMES[reached], rtol=1e-6)
    low, high = sorted(ends, key=lambda end: float(end[0]))
    assert (passed <= gone * np.exp(high) * (1 + 1e-9)).all()
    assert (passed >= gone * np.exp(low) * (1 - 1e-9)).all()


@every_baseline
@settings(deadline=None)
@given(data=st.data(), ratio=st.floats(-1.5, 1.5))
def test_equal_short_and_long_term_ratios_are_proportional(
    baseline: Baseline, data: st.DataObject, ratio: float
) -> None:
    hazard = data.draw(hazards(baseline))
    one = np.array([ratio])
    moved = yang_prentice(hazard, one, one, np)
    # quadrature between the kinks, as `hazard_of` does it
    starts = [0.0, *(float(time) for time in baseline.breaks() if time > 0)]
    pieces = along_path([moved] * len(starts), starts)
    moved = replace(moved, survival_integral=pieces.survival_integral)
    _same(moved, proportional(hazard, one, np))


@given(data=st.data(), short=st.floats(-2, 2), long=st.floats(-2, 2), log_shape=st.floats(-0.5, 1))
@settings(max_examples=20, deadline=None)
def test_the_cumulative_hazard_is_the_integral_of_the_hazard(
    data: st.DataObject, short: float, long: float, log_shape: float
) -> None:
    control = Weibull().hazard({"log_scale": np.float64(1.0), "log_shape": log_shape}, np)
    moved = yang_prentice(control, np.array([short]), np.array([long]), np)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    for start, end in ((1.0, 3.0), (3.0, 20.0)):
        time = start + (nodes + 1.0) * (end - start) / 2.0
        area = np.sum(weights * np.exp(moved.log_hazard(time))) * (end - start) / 2.0
        accrued = np.diff(np.asarray(moved.cumulative_hazard(np.array([start, end]))))
        np.testing.assert_allclose(accrued, area, rtol=1e-8)


@given(data=st.data(), ratio=st.floats(-1.5, 1.5), log_shape=st.floats(-0.7, 0.9))
def test_accelerated_weibull_is_proportional(
    data: st.DataObject, ratio: float, log_shape: float
) -> None:
    hazard = Weibull().hazard({"log_scale": np.float64(1.0), "log_shape": log_shape}, np)
    stretched = accelerated(hazard, np.array([ratio]), np)
    _same(stretched, proportional(hazard, np.array([-ratio * np.exp(log_shape)]), np))


@every_baseline
@given(data=st.data(), effect=st.floats(-1.5, 1.5))
def test_a_higher_hazard_ratio_shortens_survival(
    baseline: Baseline, data: st.DataObject, effect: float
) -> None:
    hazard = data.draw(hazards(baseline))
    area = survival_area(proportional(hazard, np.array([abs(effect)]), np), TIMES)
    assert (area <= survival_area(hazard, TIMES) + 1e-9).all()
