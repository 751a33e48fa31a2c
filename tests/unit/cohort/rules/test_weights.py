"""Weights that are no counts: what they are is said, and what they do follows."""

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import table_one
from posthaz.baselines import cox_model, kaplan_meier
from posthaz.cohort import collapse, read_cohort
from posthaz.cohort.registry import read_registry
from tests.unit.cohort.small_tables import good_table, notices, read, refusal


def _weighted(scale: float) -> pd.DataFrame:
    weights = np.random.default_rng(4).uniform(0.5, 1.5, 40) * scale
    return good_table().assign(w=weights)


def _arms(cohort) -> pd.DataFrame:
    return pd.DataFrame({"B": (cohort.arm == "B").astype(float)})


@pytest.mark.parametrize("weight", [12.0, 144.3, 0.02])
def test_a_sum_far_from_the_patients_is_refused_with_three_ways(weight: float):
    said = refusal(good_table().assign(w=weight), weight="w")
    assert f"column 'w': the weights sum to {weight * 40:.6g}, and there are 40 patients" in said
    for kind in ("frequency", "probability", "importance"):
        assert f'"{kind}"' in said


def test_a_sum_near_the_patients_is_read_and_said():
    table = _weighted(1.0)
    table["w"] *= 40 / table["w"].sum()
    assert "weights that are no counts, and nothing says what they are" in notices(
        table, weight="w"
    )
    assert notices(good_table().assign(w=1), weight="w") == ""


@pytest.mark.parametrize("scale", [1.0, 144.0, 1e15])
def test_probability_weights_count_the_patients_whatever_their_scale(scale: float):
    cohort = read(_weighted(scale), weight="w", weight_kind="probability")
    assert cohort.weight.sum() == pytest.approx(40)
    assert "generalised posterior" in str(cohort.notices[-1])
    base = read(_weighted(1.0), weight="w", weight_kind="probability")
    np.testing.assert_allclose(cohort.weight, base.weight, rtol=1e-12)


def test_equal_whole_probability_weights_have_robust_variance():
    plain = read(good_table())
    robust = cox_model(plain, _arms(plain), robust=True, ties="breslow").table["se"].item()
    for weight in (1, 144):
        cohort = read(good_table().assign(w=weight), weight="w", weight_kind="probability")
        assert not cohort.weights_count
        found = cox_model(cohort, _arms(cohort), ties="breslow").table["se"].item()
        assert found == pytest.approx(robust, rel=1e-9)


def test_probability_weights_count_a_patient_once():
    table = pd.DataFrame(
        {"id": [1, 1, 2, 3], "a": [0.0, 4.0, 0.0, 0.0], "b": [4.0, 9.0, 5.0, 6.0],
         "d": [0, 1, 1, 0], "w": [10.0, 10.0, 20.0, 30.0]}
    )  # fmt: skip
    cohort = read_cohort(
        table, time="b", entry="a", event="d", subject="id", weight="w", weight_kind="probability"
    )
    assert cohort.weight.tolist() == pytest.approx([0.5, 0.5, 1.0, 1.5])


def test_frequency_weights_are_rows():
    table = good_table().assign(w=[1, 2, 3, 2] * 10)
    cohort = read(table, weight="w", weight_kind="frequency")
    rows = read(table.loc[table.index.repeat(table["w"])].drop(columns="w"))
    assert cohort.notices == ()
    counted = kaplan_meier(cohort)["survival"].to_numpy()
    np.testing.assert_allclose(counted, kaplan_meier(rows)["survival"], rtol=1e-12)
    assert collapse(rows).cohort.weights_count
    assert len(table_one(cohort, ["age"])) == len(table_one(rows, ["age"]))


@pytest.mark.parametrize(
    ("weights", "kind", "said"),
    [(1.5, "frequency", "frequency weights are no whole numbers (1.5)"),
     (1e15, "frequency", "the weights count 4e+16 patients"),
     (1.0, "frequences", "unknown kind 'frequences'")],
)  # fmt: skip
def test_weights_that_cannot_be(weights: float, kind: str, said: str):
    assert said in refusal(good_table().assign(w=weights), weight="w", weight_kind=kind)


def test_a_kind_without_weights():
    assert "no column of weights is named" in refusal(good_table(), weight_kind="probability")


def test_importance_weights_stay():
    table = _weighted(3.0)
    cohort = read(table, weight="w", weight_kind="importance")
    assert cohort.weight.tolist() == table["w"].tolist()
    assert "its width hangs on their scale" in str(cohort.notices[-1])
    table_one(read(good_table().assign(w=1e15), weight="w", weight_kind="importance"), ["age"])


def test_a_registry_asks_too(tmp_path):
    from posthaz.cohort import CohortSpec

    table = good_table()[["time", "event"]].assign(w=12.0)
    table.to_parquet(tmp_path / "r.parquet")
    spec = CohortSpec(time="time", event="event", weight="w")
    with pytest.raises(Exception, match="the weights sum to 480"):
        read_registry(tmp_path / "r.parquet", spec)
    made = read_registry(
        tmp_path / "r.parquet",
        CohortSpec(time="time", event="event", weight="w", weight_kind="probability"),
    )
    assert made.weight.sum() == pytest.approx(40)
