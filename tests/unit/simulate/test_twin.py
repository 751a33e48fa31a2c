"""A twin has the printed margins, is drawn by its seed alone, and its end points agree."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from posthaz.cohort import SIMULATED, read_cohort
from posthaz.simulate import calibrated_hazards, simulate_twin
from posthaz.simulate.draw import BLOCK, latin_uniforms
from posthaz.simulate.margins import largest_remainders, simulate_covariates
from tests.unit.simulate.printed import COHORT


@pytest.fixture(scope="module")
def hazards():
    return calibrated_hazards(COHORT)


@pytest.fixture(scope="module")
def twins(hazards):
    return [simulate_twin(COHORT, seed, hazards) for seed in range(1, 21)]


def test_margins_are_met_exactly(twins):
    for twin in twins:
        a, b = (twin[twin["arm"] == arm] for arm in "ab")
        assert (len(a), len(b)) == (90, 60)
        assert a["sex"].value_counts().to_dict() == {"m": 60, "f": 30}
        assert b["sex"].value_counts().to_dict() == {"m": 24, "f": 36}
        assert (a["volume"] < 100).sum() == 40
        assert ((twin["volume"] < 100) == (twin["volume_group"] == "small")).all()
        assert b["volume"].quantile([0.25, 0.5, 0.75]).to_numpy() == pytest.approx(
            [60, 100, 180], rel=0.02
        )
        assert b["ptv"].isna().all()
        assert a["ptv"].notna().all()


def test_patients_are_shuffled_between_seeds(twins):
    first, second = twins[:2]
    assert not first["sex"].equals(second["sex"])
    assert (first.groupby("sex")["volume"].sum() != second.groupby("sex")["volume"].sum()).all()


def test_correlations_are_those_asked_for():
    frames = [simulate_covariates(COHORT, np.random.default_rng(seed)) for seed in range(20)]
    found = [f[f["arm"] == "a"][["volume", "ptv"]].corr("spearman").iloc[0, 1] for f in frames]
    assert np.mean(found) == pytest.approx(6 / np.pi * np.arcsin(0.3), abs=0.03)


def test_the_same_seed_gives_the_same_table(hazards, twins):
    pd.testing.assert_frame_equal(simulate_twin(COHORT, 1), twins[0])
    assert not simulate_twin(COHORT, 2, hazards)["os"].equals(twins[0]["os"])


def test_end_points_agree_with_one_another(twins):
    for twin in twins:
        assert (twin["pfs"] <= twin["os"]).all()
        assert twin.loc[twin["pfs"] < twin["os"], "pfs_event"].eq(1).all()
        assert twin.loc[twin["dead"] == 1, "pfs_event"].eq(1).all()
        assert ((twin["cause"] == 1) == (twin["cancer_death"] == 1)).all()
        assert ((twin["cause"] > 0) == (twin["dead"] == 1)).all()
        assert (twin[["pfs", "os"]] >= 1.0).all(axis=None)
        assert np.allclose(twin["os"] * 10, np.round(twin["os"] * 10))


def test_deaths_without_progression_have_the_share_asked_for(twins):
    both = pd.concat(twins)
    seen = both[both["pfs_event"] == 1]
    died = (seen["pfs"] == seen["os"]) & (seen["dead"] == 1)
    assert died.mean() == pytest.approx(0.2, abs=0.03)


def test_every_row_says_that_it_is_simulated(twins, tmp_path):
    twin = twins[0]
    assert twin[SIMULATED].eq("by posthaz: small, seed 1").all()
    path = tmp_path / "cohort.csv"
    twin.to_csv(path, index=False)
    columns = {"time": "os", "event": "dead", "treatment": "arm"}
    assert read_cohort(path, **columns).source.simulated
    assert SIMULATED not in read_cohort(path, **columns).covariates
    twin.assign(**{SIMULATED: "no"}).to_csv(path, index=False)
    assert not read_cohort(path, **columns).source.simulated
    assert not read_cohort(twin.drop(columns=SIMULATED), **columns).source.simulated


def test_uniform_numbers_cover_the_interval_over_a_block_and_are_independent_in_a_seed():
    streams = [np.array([latin_uniforms(seed, 500, k) for seed in range(21, 41)]) for k in (0, 1)]
    for block in streams:
        gaps = np.diff(np.sort(block, axis=0), axis=0)
        assert np.allclose(gaps, 1 / BLOCK)
        for one in block[:5]:
            assert kstest(one, "uniform").pvalue > 1e-3
            assert abs(np.corrcoef(one[:-1], one[1:])[0, 1]) < 0.15
    assert abs(np.corrcoef(streams[0][0], streams[1][0])[0, 1]) < 0.15
    assert not np.array_equal(latin_uniforms(1, 5, 0), latin_uniforms(21, 5, 0))


def test_averages_over_a_block_settle_sooner_than_over_independent_seeds(hazards, twins):
    """Mean of deaths by a time: its spread over blocks is below that of independent cohorts."""

    def early(twin):
        return float((twin["os"] < 20).mean())

    blocks = [
        np.mean([early(simulate_twin(COHORT, seed, hazards)) for seed in range(first, first + 20)])
        for first in (21, 41, 61, 81, 101)
    ]
    independent = np.std([early(twin) for twin in twins], ddof=1) / np.sqrt(20)
    assert np.std(blocks, ddof=1) < independent


def test_counts_come_back_from_their_shares():
    for counts in ({"a": 66, "b": 27}, {"a": 1, "b": 0, "c": 1604}):
        size = sum(counts.values())
        assert largest_remainders({k: n / size for k, n in counts.items()}, size) == counts
