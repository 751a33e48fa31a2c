"""Robust errors of Kaplan-Meier answers: against Greenwood's, greenwood's own, and a bootstrap."""

from dataclasses import replace

import greenwood as gw
import numpy as np
import pytest

from posthaz.baselines import kaplan_meier, rmst, survival_at, survival_difference
from posthaz.baselines.influence import area_influence, survival_influence
from posthaz.cohort import Cohort
from tests.unit.baselines.small_cohorts import random_cohort, small_cohort

TIMES = [2.0, 6.0, 10.0]
HORIZON = 9.0


def weighted_cohort(seed: int = 3, size: int = 200, pairs: bool = False) -> Cohort:
    """Two arms, weights between 0.3 and 2, perhaps in pairs across the arms."""
    random = np.random.default_rng(seed)
    arm = np.repeat(["a", "b"], size // 2)
    shared = np.tile(random.gamma(2.0, 0.5, size // 2), 2)
    time = random.exponential(10.0 / (shared if pairs else 1.0), size)
    until = random.uniform(4.0, 20.0, size)
    cohort = small_cohort(np.minimum(time, until).round(1) + 0.1, (time <= until).astype(int), arm)
    return replace(
        cohort,
        weight=random.uniform(0.3, 2.0, size),
        cluster=np.tile(np.arange(size // 2), 2) if pairs else None,
    )


def test_equal_weights_give_greenwoods_errors():
    cohort = replace(weighted_cohort(), weight=np.ones(200))
    plain, robust = (rmst(cohort, HORIZON, robust=how) for how in (False, True))
    assert robust["std_error"].to_numpy() == pytest.approx(plain["std_error"].to_numpy(), rel=1e-9)
    assert robust["value"].equals(plain["value"])
    plain, robust = (survival_difference(cohort, TIMES, robust=how) for how in (False, True))
    assert robust["std_error"].to_numpy() == pytest.approx(plain["std_error"].to_numpy(), rel=1e-9)


def test_with_delayed_entry_they_are_near_greenwoods():
    cohort = random_cohort(8, late=True)
    plain, robust = (rmst(cohort, 5.0, robust=how) for how in (False, True))
    assert robust["std_error"].to_numpy() == pytest.approx(plain["std_error"].to_numpy(), rel=0.1)
    assert not np.allclose(robust["std_error"], plain["std_error"], rtol=1e-6)


@pytest.mark.parametrize("late", [False, True])
def test_survival_errors_are_those_of_the_weighted_curve(late):
    cohort = random_cohort(5, late=late)
    cohort = replace(cohort, weight=np.random.default_rng(1).uniform(0.2, 3.0, len(cohort)))
    for arm in cohort.arms:
        part = cohort.where(cohort.arm == arm)
        errors = np.linalg.norm(survival_influence(part, TIMES), axis=0)
        curve = survival_at(part, TIMES)
        known = curve["survival"].to_numpy() > 0
        assert known.any()
        expected = curve.loc[curve["arm"] == arm, "std_error"].to_numpy()[known]
        assert errors[known] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("late", [False, True])
def test_influence_is_the_derivative_by_the_weight(late):
    cohort = random_cohort(6, late=late)
    part = cohort.where(cohort.arm == cohort.arms[0])
    part = replace(part, weight=np.random.default_rng(2).uniform(0.5, 2.0, len(part)))
    step = 1e-6
    influence = area_influence(part, 5.0)
    for row in (0, 3, 7):
        moved = part.weight.copy()
        moved[row] *= 1 + step
        change = _area(replace(part, weight=moved), 5.0) - _area(part, 5.0)
        assert influence[row] == pytest.approx(change / step, abs=1e-4)


def test_the_scale_of_the_weights_does_not_matter():
    cohort = weighted_cohort()
    thousandth = replace(cohort, weight=cohort.weight / 1000)
    assert rmst(thousandth, HORIZON)["std_error"].to_numpy() == pytest.approx(
        rmst(cohort, HORIZON)["std_error"].to_numpy()
    )


def test_an_arm_that_dies_out_has_finite_errors():
    cohort = small_cohort([1, 2, 3, 1, 2, 4], [1, 1, 1, 1, 0, 1], ["a", "a", "a", "b", "b", "b"])
    cohort = replace(cohort, weight=np.array([0.3, 0.7, 0.1, 1.1, 0.9, 0.2]))
    table = rmst(cohort, 6.0)
    assert (table["note"] == "").all()
    assert np.isfinite(table["std_error"]).all()
    assert table["std_error"].max() < 6


@pytest.mark.parametrize("pairs", [False, True])
def test_errors_are_those_of_a_bootstrap(pairs):
    """Patients (or pairs) drawn anew with their weights: the errors agree to a tenth."""
    cohort = weighted_cohort(pairs=pairs)
    clusters = cohort.subject if cohort.cluster is None else cohort.cluster
    rows_of = [np.flatnonzero(clusters == one) for one in np.unique(clusters)]
    random = np.random.default_rng(11)
    means, levels = [], []
    for _ in range(400):
        drawn = random.integers(0, len(rows_of), len(rows_of))
        again = cohort.at(np.concatenate([rows_of[one] for one in drawn]))
        arms = [again.where(again.arm == arm) for arm in ("a", "b")]
        means.append(_area(arms[1], HORIZON) - _area(arms[0], HORIZON))
        levels.append(np.subtract(*(_survival(arm, 6.0) for arm in arms)))
    robust = rmst(cohort, HORIZON).set_index("quantity").loc["difference", "std_error"]
    assert robust == pytest.approx(np.std(means, ddof=1), rel=0.1)
    level = survival_difference(cohort, [6.0])["std_error"].iloc[0]
    assert level == pytest.approx(np.std(levels, ddof=1), rel=0.1)


def test_pairs_that_resemble_each_other_make_differences_surer():
    cohort = weighted_cohort(pairs=True, size=600)
    alone = replace(cohort, cluster=None)
    paired, unpaired = (
        rmst(one, HORIZON).set_index("quantity").loc["difference", "std_error"]
        for one in (cohort, alone)
    )
    assert paired < unpaired


def test_curves_of_weighted_clusters_are_robust_by_cluster():
    cohort = weighted_cohort(pairs=True)
    part = cohort.where(cohort.arm == "a")
    halved = replace(part, cluster=part.cluster // 2)
    assert not np.allclose(kaplan_meier(halved)["std_error"], kaplan_meier(part)["std_error"])
    errors = survival_influence(halved, [6.0])[:, 0]
    sums = np.bincount(halved.cluster, weights=errors)
    assert survival_at(halved, [6.0])["std_error"].iloc[0] == pytest.approx(np.linalg.norm(sums))


def _fit(part: Cohort) -> gw.KaplanMeier:
    return gw.KaplanMeier(conf_type="plain").fit(
        gw.Surv(part.entry, part.exit, part.event) if part.entry.any()
        else gw.Surv(part.exit, part.event),
        weights=part.weight,
    )  # fmt: skip


def _area(part: Cohort, horizon: float) -> float:
    return float(_fit(part).rmst(tau=horizon, ci=True)[0])


def _survival(part: Cohort, time: float) -> float:
    curve = _fit(part)
    return float(curve.survival_[curve.time_ <= time][-1])
