"""Weights: targets, trimming, effective sizes, balance and overlap."""

from dataclasses import replace

import numpy as np
import pytest

from posthaz.adjust import (
    TARGETS,
    balance_table,
    balancing_weights,
    effective_size,
    overlap_table,
    propensity_score,
    sample_sizes,
    target_weight,
)
from posthaz.errors import AdjustmentError
from tests.unit.adjust.cohorts import chosen_cohort, cohort_of

SCORE = propensity_score(chosen_cohort(400), "x + site")


@pytest.mark.parametrize("target", TARGETS)
def test_both_arms_look_like_the_target(target):
    weighted = balancing_weights(SCORE, target)
    x = SCORE.cohort.covariates["x"].to_numpy()
    whom = np.average(x, weights=target_weight(SCORE, target))
    for group in (SCORE.treated, ~SCORE.treated):
        # exact for the arm itself and for overlap weights, up to chance otherwise
        assert np.average(x[group], weights=weighted.weight[group]) == pytest.approx(whom, abs=0.15)


def test_overlap_weights_balance_exactly():
    table = balance_table(SCORE, {"overlap": balancing_weights(SCORE, "ATO")})
    after = table[(table["sample"] == "overlap") & (table["variable"] != table["variable"][0])]
    assert after["smd_pooled_sd"].abs().max() < 1e-9


def test_rows_that_stand_for_several_patients_are_not_weighted():
    counted = replace(SCORE.cohort, weight=np.full(400, 3.0), weight_kind="frequency")
    with pytest.raises(AdjustmentError, match="rows stand for several patients"):
        balancing_weights(propensity_score(counted, "x + site"))


def test_stabilised_weights_are_the_same_up_to_a_factor_in_each_arm():
    plain = balancing_weights(SCORE).weight
    stabilised = balancing_weights(SCORE, stabilised=True).weight
    ratio = stabilised / plain
    share = SCORE.treated.mean()
    assert ratio[SCORE.treated] == pytest.approx(share)
    assert ratio[~SCORE.treated] == pytest.approx(1 - share)
    assert stabilised.sum() == pytest.approx(len(SCORE.cohort), rel=0.05)


def test_trimming_leaves_out_and_says_whom():
    weighted = balancing_weights(SCORE, trim=0.2)
    outside = (SCORE.probability < 0.2) | (SCORE.probability > 0.8)
    assert np.array_equal(weighted.trimmed, outside)
    assert len(weighted.cohort) == (~outside).sum()
    sizes = sample_sizes(SCORE, {"w": weighted})
    assert sizes[sizes["sample"] == "w"]["left_out"].sum() == outside.sum()


def test_trimming_that_empties_an_arm_is_refused():
    treated = np.arange(60) < 4
    x = treated * 0.3 + np.tile([0.0, 0.5, -0.5], 20)
    cohort = cohort_of(np.arange(60) + 1, np.ones(60), treated, x=x)
    with pytest.raises(AdjustmentError, match=r"no patient of arm '[TC]' has a weight after trim"):
        balancing_weights(propensity_score(cohort, "x"), trim=0.49)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "ATX"}, "choose among ATE"),
        ({"target": "ATT", "stabilised": True}, "no meaning for ATT"),
        ({"trim": 0.7}, "between 0 and 0.5"),
    ],
)
def test_options(options, message):
    with pytest.raises(AdjustmentError, match=message):
        balancing_weights(SCORE, **options)


def test_effective_size():
    assert effective_size(np.full(7, 0.3)) == pytest.approx(7)
    assert effective_size(np.array([1.0, 0.0, 0.0])) == pytest.approx(1)
    assert effective_size(np.zeros(3)) == 0


def test_overlap_counts_those_without_a_counterpart():
    table = overlap_table(SCORE).set_index("arm")
    treated = SCORE.probability[SCORE.treated]
    control = SCORE.probability[~SCORE.treated]
    assert table.loc["T", "outside"] == np.sum(
        (treated > control.max()) | (treated < control.min())
    )
    assert table.loc["C", "minimum"] == control.min()


def test_balance_of_numbers_and_levels():
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    treated = np.array([0, 0, 0, 1, 1, 1], dtype=bool)
    group = np.array(["a", "b", "c", "a", "a", "b"])
    noise = np.array([0.0, 1.0, 0.3, 0.5, 0.1, 0.9])
    cohort = cohort_of(x, np.ones(6), treated, x=x, group=group, noise=noise)
    score = propensity_score(cohort, "noise")
    table = balance_table(score, {}, ["x", "group"])
    row = table[table["variable"] == "x"].iloc[0]
    assert row["smd_treated_sd"] == pytest.approx(3.0)
    assert row["smd_pooled_sd"] == pytest.approx(3.0)
    assert row["variance_ratio"] == pytest.approx(1.0)
    levels = table[table["variable"] == "group"].set_index("level")
    assert list(levels.index) == ["a", "b", "c"]
    pooled = np.sqrt((1 / 3 * 2 / 3 + 2 / 3 * 1 / 3) / 2)
    assert levels.loc["a", "smd_pooled_sd"] == pytest.approx((2 / 3 - 1 / 3) / pooled)
    assert np.isnan(levels.loc["c", "smd_treated_sd"])
