"""Matched patients share what they were matched on; who was left out has no partner left."""

from dataclasses import replace

import numpy as np
import pytest

from posthaz.simulate import (
    CovariateMargins,
    Group,
    Margin,
    MatchedGroups,
    PrintedCohort,
    calibrated_hazards,
    simulate_covariates,
    simulate_twin,
)
from tests.unit.simulate.printed import OS, PFS

FOLLOW_UP = ((0.0, 12.0), (1.0, 60.0))
SIZES = {"a_in": 40, "b_in": 40, "a_out": 20, "b_out": 15}
GROUPS = tuple(
    Group(name, size, {"arm": name[0], "kept": name[2:]}, FOLLOW_UP) for name, size in SIZES.items()
)
SEX = CovariateMargins(
    "sex",
    (
        Margin(("a_in",), {"m": 0.6, "f": 0.4}),
        Margin(("b_in",), {"m": 0.6, "f": 0.4}),
        Margin(("a_out", "b_out"), {"m": 20 / 35, "f": 15 / 35}),
    ),
)
VOLUME = CovariateMargins(
    "volume",
    tuple(
        Margin((name,), below=share)
        for name, share in zip(SIZES, (0.5, 0.5, 0.75, 0.2), strict=True)
    ),
    cut=100.0,
    spread=0.8,
    grouped=("large", "no", "yes"),
)
STAGE = CovariateMargins(
    "stage",
    tuple(
        Margin((name,), {"III": share, "IV": 1 - share})
        for name, share in zip(SIZES, (0.5, 0.5, 0.9, 0.2), strict=True)
    ),
)
ON = ("sex", "large", "stage")
MATCHED = MatchedGroups(("a_in", "b_in"), ON, ("a_out", "b_out"))
COHORT = PrintedCohort(
    "matched", GROUPS, (SEX, VOLUME, STAGE), (PFS, replace(OS, effects=())), matched=MATCHED
)


def drawn(cohort, seed):
    frame = simulate_covariates(cohort, np.random.default_rng(seed))
    return frame, {g: frame[(frame["arm"] == g[0]) & (frame["kept"] == g[2:])] for g in SIZES}


@pytest.mark.parametrize("seed", range(10))
def test_matched_patients_are_alike_and_those_left_out_are_not(seed):
    frame, groups = drawn(COHORT, seed)
    one, other = (groups[name][list(ON)].reset_index(drop=True) for name in ("a_in", "b_in"))
    assert one.equals(other)
    cells = {name: set(groups[name][list(ON)].itertuples(index=False)) for name in SIZES}
    assert not cells["a_out"] & cells["b_out"]
    assert ((frame["volume"] < 100) == (frame["large"] == "no")).all()


def test_volumes_within_a_level_are_not_those_of_the_partner():
    _, groups = drawn(COHORT, 1)
    one, other = (groups[name]["volume"].to_numpy() for name in ("a_in", "b_in"))
    assert np.mean(one == other) < 0.2


def test_margins_are_those_without_matching():
    for seed in range(5):
        frame, plain = (
            drawn(c, seed)[0] for c in (COHORT, replace(COHORT, matched=MatchedGroups()))
        )
        for name in SIZES:
            keys = ["arm", "kept"]
            rows, others = (f[(f[keys] == [name[0], name[2:]]).all(axis=1)] for f in (frame, plain))
            for column in ("volume", *ON) if name.endswith("_in") else ("volume", "large", "stage"):
                assert sorted(rows[column]) == sorted(others[column])
        assert sorted(frame["sex"]) == sorted(plain["sex"])


def test_without_matching_partners_are_left_and_pairs_differ():
    """What the two tests above could not tell from chance."""
    plain = replace(COHORT, matched=MatchedGroups())
    for seed in range(5):
        _, groups = drawn(plain, seed)
        cells = {name: set(groups[name][list(ON)].itertuples(index=False)) for name in SIZES}
        assert cells["a_out"] & cells["b_out"]
        one, other = (groups[name][list(ON)].reset_index(drop=True) for name in ("a_in", "b_in"))
        assert not one.equals(other)


def test_margins_that_leave_no_other_way_leave_partners():
    same = replace(STAGE, margins=(Margin(tuple(SIZES), {"III": 1.0}),))
    cohort = replace(
        COHORT,
        covariates=(SEX, same),
        matched=MatchedGroups(("a_in", "b_in"), ("sex",), ("a_out", "b_out")),
    )
    frame, groups = drawn(cohort, 1)
    assert len(frame) == sum(SIZES.values())
    assert set(groups["a_out"]["sex"]) | set(groups["b_out"]["sex"]) == {"m", "f"}


def test_the_table_begins_with_the_patients_that_were_matched():
    hazards = calibrated_hazards(COHORT)
    twins = [simulate_twin(COHORT, seed, hazards) for seed in (1, 2)]
    for twin in twins:
        assert twin["kept"].iloc[:80].eq("in").all()
        assert twin["kept"].iloc[80:].eq("out").all()
        assert 10 < twin["arm"].iloc[:40].eq("a").sum() < 30
    assert not twins[0]["sex"].equals(twins[1]["sex"])
