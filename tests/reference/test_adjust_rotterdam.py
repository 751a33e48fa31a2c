"""Scores, matches and weights of the Rotterdam patients against R.

The reference was made by MatchIt 4.5.1, whose nearest-neighbour search cut the distance of two
scores to a whole number (issue 163 of that project, mended in 4.5.4): pairs up to 1 apart count as
within a caliper of 0.31, and of two neighbours the lower one is always taken. Given that distance
our search gives the same pairs; by itself it keeps the caliper.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import (
    BEFORE,
    SCORE,
    Matched,
    PropensityScore,
    balance_table,
    balancing_weights,
    caliper_width,
    match_patients,
    matched_sets,
    propensity_score,
    sample_sizes,
)
from posthaz.adjust.matching import nearest_pairs
from posthaz.baselines import cox_model, kaplan_meier, logrank
from posthaz.baselines.partial_likelihood import score_residuals
from posthaz.cohort import Cohort
from tests.reference.cohorts import reference_cohort
from tests.shared_data import needs_reference, reference

pytestmark = needs_reference

NAME = "rotterdam_matching"
WEIGHTS = {
    "ate": ("ATE", False),
    "ate_stabilised": ("ATE", True),
    "att": ("ATT", False),
    "overlap": ("ATO", False),
}


@cache
def cohort() -> Cohort:
    return reference_cohort(NAME, treatment="chemo")


@cache
def score() -> PropensityScore:
    return propensity_score(cohort(), reference(NAME)["formula"].split("~")[1])


def as_matchit(ratio: int) -> Matched:
    """Matched by our search with the distance of MatchIt 4.5.1."""
    width = reference(NAME)["caliper_width"]
    groups = np.flatnonzero(score().treated), np.flatnonzero(~score().treated)
    pairs = nearest_pairs(
        score().logit, groups, width, ratio, "largest", gap=lambda difference: int(abs(difference))
    )
    return matched_sets(
        score(), pairs, width=width, ratio=ratio, replace=False, method="nearest", exact=()
    )


def sets_of(number: np.ndarray) -> set[frozenset[int]]:
    rows: dict[float, set[int]] = {}
    for row, one in enumerate(number):
        if np.isfinite(one) and one >= 0:
            rows.setdefault(one, set()).add(row)
    return {frozenset(members) for members in rows.values()}


def arm(part: Cohort) -> pd.DataFrame:
    return pd.DataFrame({"chemo": (part.arm == "1").astype(float)})


def test_coefficients_of_the_score():
    ours, theirs = score().table.set_index("term"), reference(NAME)["ps_model"]
    for term, value in theirs["coef"].items():
        assert ours.loc[term, "estimate"] == pytest.approx(value, rel=1e-9, abs=1e-12)
        # R's standard errors are those of its last step but one
        assert ours.loc[term, "std_error"] == pytest.approx(theirs["se"][term], rel=1e-6)
    assert score().loglik == pytest.approx(theirs["loglik"], rel=1e-12)
    assert np.allclose(score().logit, cohort().covariates["logit_ps"], rtol=0, atol=1e-10)


def test_width_of_the_caliper():
    theirs = reference(NAME)
    assert score().logit.std(ddof=1) == pytest.approx(theirs["logit_ps_sd_all"], rel=1e-12)
    assert caliper_width(score(), 0.2, "all") == pytest.approx(theirs["caliper_width"], rel=1e-12)
    pooled = theirs["logit_ps_sd_pooled_groups"]
    assert caliper_width(score(), 1.0, "pooled") == pytest.approx(pooled, rel=1e-12)


@pytest.mark.parametrize("ratio", [1, 2])
def test_same_pairs_with_the_same_distance(ratio):
    ours = as_matchit(ratio)
    theirs = cohort().covariates
    assert sets_of(ours.matched_set) == sets_of(theirs[f"subclass_{ratio}"].to_numpy())
    assert np.allclose(ours.weight, theirs[f"weight_{ratio}"], rtol=0, atol=1e-12)
    sizes = sample_sizes(score(), {"matched": ours}).query("sample == 'matched'")
    table = reference(NAME)[f"ratio_{ratio}"]["nn"]
    for column, of_arm in (("control", "0"), ("treated", "1")):
        known = dict(zip(table["rows"], table[column], strict=True))
        mine = sizes.set_index("arm").loc[of_arm]
        assert mine["n"] == known["Matched"]
        assert mine["left_out"] == known["Unmatched"]
        assert mine["effective"] == pytest.approx(known["Matched (ESS)"], rel=1e-12)


@pytest.mark.parametrize("ratio", [1, 2])
def test_differences_before_and_after(ratio):
    table = balance_table(score(), {"matched": as_matchit(ratio)})
    theirs = reference(NAME)[f"ratio_{ratio}"]
    for sample, key in ((BEFORE, "all"), ("matched", "matched")):
        ours = table[table["sample"] == sample].set_index("variable")
        for name, value in theirs[f"matchit_std_mean_diff_{key}"].items():
            ours_of = ours.loc[SCORE if name == "distance" else name]
            assert ours_of["smd_treated_sd"] == pytest.approx(value, rel=1e-9, abs=1e-12), name
    for name, known in theirs["balance"].items():
        # the reference divides shares by the sample's standard deviation, n - 1 below
        before, after = (
            table[table["sample"] == s].set_index("variable") for s in (BEFORE, "matched")
        )
        values = cohort().covariates[name].to_numpy(dtype=float)
        share = set(np.unique(values)) <= {0.0, 1.0}
        spreads = [values[cohort().arm == one].var(ddof=0 if share else 1) for one in "01"]
        exact = [values[cohort().arm == one].var(ddof=1) for one in "01"]
        shrink = np.sqrt(sum(spreads) / sum(exact))
        assert before.loc[name, "smd_pooled_sd"] * shrink == pytest.approx(
            known["smd_before_sd_pooled"], rel=1e-9, abs=1e-12
        )
        assert after.loc[name, "smd_pooled_sd"] * shrink == pytest.approx(
            known["smd_after_sd_pooled_full"], rel=1e-9, abs=1e-12
        )
        assert after.loc[name, "mean_reference"] == pytest.approx(known["matched_mean_control"])


@pytest.mark.parametrize("ratio", [1, 2])
def test_matched_hazard_ratio(ratio):
    part = as_matchit(ratio).cohort
    known = reference(NAME)[f"ratio_{ratio}"]["matched_cox"]
    row = cox_model(part, arm(part)).table.iloc[0]
    # 2:1 weights are not whole, so that ties are Breslow's here and Efron's in R
    close = 1e-9 if ratio == 1 else 2e-4
    assert row["log_hr"] == pytest.approx(known["log_hr"], abs=close)
    assert row["robust_se"] == pytest.approx(known["robust_se_cluster_subclass"], abs=close)
    assert (part.event.sum(), len(part)) == (known["events"], known["n"])
    plain = replace(part, weight=np.ones(len(part)))
    row = cox_model(plain, arm(part), strata=part.cluster, robust=False).table.iloc[0]
    assert row["log_hr"] == pytest.approx(known["stratified_on_subclass_log_hr"], abs=1e-7)
    assert row["se"] == pytest.approx(known["stratified_se"], abs=1e-7)


def test_kaplan_meier_and_logrank_of_the_matched():
    part = as_matchit(1).cohort
    known = reference(NAME)["ratio_1"]["matched_cox"]
    test = logrank(part)
    assert test["chisq"].iloc[0] == pytest.approx(known["logrank"]["chisq"], rel=1e-9)
    curves = kaplan_meier(part)
    for of_arm in "01":
        curve = curves[curves["arm"] == of_arm]
        for point in known["km_by_group"][f"chemo={of_arm}"]["at"]:
            here = curve[curve["time"] <= point["time"]].iloc[-1]
            assert here["survival"] == pytest.approx(point["surv"], rel=1e-10)


def test_our_own_match_keeps_the_caliper():
    for method in ("nearest", "optimal"):
        matched = match_patients(score(), caliper_scale="all", method=method)
        assert matched.pairs["distance"].max() <= matched.width
        assert matched.sets == 560
    greedy = match_patients(score(), caliper_scale="all").pairs["distance"].sum()
    assert matched.pairs["distance"].sum() < greedy


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights(name):
    target, stabilised = WEIGHTS[name]
    weighted = balancing_weights(score(), target, stabilised=stabilised)
    known = reference(NAME)["weighting"][name]
    assert weighted.weight.sum() == pytest.approx(known["sum_w"], rel=1e-10)
    sizes = sample_sizes(score(), {"w": weighted}).query("sample == 'w'").set_index("arm")
    assert sizes.loc["1", "effective"] == pytest.approx(known["ess_treated"], rel=1e-9)
    assert sizes.loc["0", "effective"] == pytest.approx(known["ess_control"], rel=1e-9)
    table = balance_table(score(), {"w": weighted}).query("sample == 'w'").set_index("variable")
    for covariate, value in known["smd_sd_pooled_full"].items():
        # shares over the root of p(1 - p) here, over the sample's deviation in the reference
        ours = table.loc[covariate, "smd_pooled_sd"]
        assert ours == pytest.approx(value, rel=1e-3, abs=1e-9)


@pytest.mark.parametrize("name", WEIGHTS)
def test_weighted_hazard_ratio(name):
    target, stabilised = WEIGHTS[name]
    part = balancing_weights(score(), target, stabilised=stabilised).cohort
    known = reference(NAME)["weighting"][name]
    row = cox_model(part, arm(part)).table.iloc[0]
    # Breslow's ties here, Efron's in R: the two are this far apart
    assert row["log_hr"] == pytest.approx(known["log_hr"], abs=2e-3)
    assert row["robust_se"] == pytest.approx(known["robust_se"], abs=5e-4)
    # with Efron's ties R's estimate makes our score zero
    residuals = score_residuals(
        part, arm(part).to_numpy(), np.array([known["log_hr"]]), "efron", None
    )
    beside = score_residuals(
        part, arm(part).to_numpy(), np.array([known["log_hr"] + 1e-3]), "efron", None
    )
    assert abs(residuals.sum()) < 1e-4 * abs(beside.sum())
