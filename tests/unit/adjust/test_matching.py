"""Matching: order, ties, calipers, replacement, exact covariates, optimal pairs."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthaz.adjust import MATCHED_SET, balance_table, match_patients, propensity_score
from posthaz.adjust.matching import nearest_pairs, optimal_pairs, repeated_pairs
from posthaz.errors import AdjustmentError
from tests.unit.adjust.cohorts import chosen_cohort, cohort_of

SCORE = propensity_score(chosen_cohort(), "x + site")
values = st.lists(st.integers(0, 20), min_size=1, max_size=5)


def groups_of(mine, others):
    score = np.array([*mine, *others], dtype=float)
    return score, (np.arange(len(mine)), np.arange(len(mine), len(score)))


def test_order_and_ties():
    score, groups = groups_of([5, 4], [4.5, 4.5, 9])
    assert nearest_pairs(score, groups, 9, 1, "largest") == [(0, 3), (1, 2)]
    assert nearest_pairs(score, groups, 9, 1, "smallest") == [(1, 2), (0, 3)]
    assert nearest_pairs(score, groups, 9, 2, "largest") == [(0, 3), (1, 2), (0, 4)]
    # equally near above and below: the lower one
    score, groups = groups_of([5], [6, 4])
    assert nearest_pairs(score, groups, 9, 1, "data") == [(0, 2)]


@given(values, values, st.integers(0, 6), st.integers(1, 2))
@settings(max_examples=60, deadline=None)
def test_greedy_takes_the_nearest_one_left(mine, others, width, ratio):
    score, groups = groups_of(mine, others)
    free = set(groups[1].tolist())
    for i, j in nearest_pairs(score, groups, width, ratio, "largest"):
        gaps = {k: abs(score[k] - score[i]) for k in free}
        assert gaps[j] == min(gaps.values()) <= width
        free.remove(j)


@given(values, values, st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_optimal_is_best_of_all_ways(mine, others, width):
    score, groups = groups_of(mine, others)
    found = optimal_pairs(score, groups, width, 1)
    few, many = sorted(groups, key=len)
    ways = []
    for order in permutations(many, len(few)):
        gaps = [abs(score[i] - score[j]) for i, j in zip(few, order, strict=True)]
        near = [gap for gap in gaps if gap <= width]
        ways.append((-len(near), sum(near)))
    assert (-len(found), sum(abs(score[i] - score[j]) for i, j in found)) == min(ways)


def test_optimal_spreads_before_it_doubles():
    score, groups = groups_of([0, 3], [0, 1, 2])
    pairs = optimal_pairs(score, groups, 2.5, 2)
    assert len(pairs) == 3
    assert {i for i, _ in pairs} == {0, 1}


def test_with_replacement():
    score, groups = groups_of([5, 5.1], [5, 9])
    assert repeated_pairs(score, groups, 1, 2) == [(0, 2), (1, 2)]
    matched = match_patients(SCORE, ratio=2, replace=True)
    part = matched.cohort
    treated = part.arm == "T"
    assert part.weight[treated] == pytest.approx(1)
    assert part.weight[~treated].sum() == pytest.approx((~treated).sum())
    assert MATCHED_SET not in part.covariates
    assert len(np.unique(part.cluster)) == len(part)


def test_sets_weights_and_cohort():
    matched = match_patients(SCORE, ratio=2, caliper=0.4)
    part = matched.cohort
    for number in np.unique(part.cluster):
        inside = part.cluster == number
        controls = inside & (part.arm == "C")
        assert (inside & (part.arm == "T")).sum() == 1
        assert 1 <= controls.sum() <= 2
    controls = part.arm == "C"
    assert part.weight[controls].sum() == pytest.approx(controls.sum())
    assert part.covariates[MATCHED_SET].astype(int).to_numpy() == pytest.approx(part.cluster + 1)
    assert matched.pairs["distance"].max() <= matched.width


def test_exact_covariates():
    matched = match_patients(SCORE, exact=["site"], caliper=None)
    site = SCORE.cohort.covariates["site"].to_numpy()
    pairs = matched.pairs
    assert np.array_equal(site[pairs["treated"]], site[pairs["control"]])


def test_the_reference_arm_may_be_the_target():
    matched = match_patients(SCORE, target="ATC")
    part = matched.cohort
    assert part.weight[part.arm == "C"] == pytest.approx(1)
    assert matched.sets == matched.pairs["control"].nunique()


def test_matching_balances_what_it_matches():
    score = propensity_score(chosen_cohort(900, pull=0.8), "x + site")
    table = balance_table(score, {"matched": match_patients(score)})
    worst = table.groupby("sample")["smd_pooled_sd"].apply(lambda found: found.abs().max())
    assert worst["before"] > 0.3
    assert worst["matched"] < 0.15


def test_a_caliper_that_leaves_nobody():
    score = propensity_score(chosen_cohort(60), "x")
    with pytest.raises(AdjustmentError, match=r"the caliper leaves nobody.*equal in site.*logit"):
        match_patients(score, caliper=1e-12, exact=["site"])


def test_nobody_equal_in_what_has_to_be():
    treated = np.arange(40) < 20
    cohort = cohort_of(np.ones(40) + np.arange(40), np.ones(40), treated, x=np.arange(40) % 7,
                       lone=treated * 1)  # fmt: skip
    score = propensity_score(cohort, "x")
    with pytest.raises(AdjustmentError, match="No two patients of different arms are equal in lo"):
        match_patients(score, caliper=None, exact=["lone"])


def test_options_are_checked_together():
    with pytest.raises(AdjustmentError) as error:
        match_patients(SCORE, ratio=0, caliper=-1.0, order="best", exact=["y"], target="ATE")
    assert len(error.value.findings) == 5


def test_a_missing_value_is_equal_to_nobody():
    covariates = SCORE.cohort.covariates.copy()
    covariates.loc[[0, 5], "site"] = None
    score = replace(SCORE, cohort=replace(SCORE.cohort, covariates=covariates))
    with pytest.raises(AdjustmentError, match=r"exact: 'site' is missing in 2 of \d+ rows"):
        match_patients(score, exact=["site"])
