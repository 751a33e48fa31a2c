"""Patients chosen by conditions, and the cohort seen as waiting for one cause."""

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import (
    Column,
    Condition,
    Where,
    cause_of,
    causes_of,
    read_cohort,
    restricted,
    rows_where,
)
from posthaz.errors import CohortError

TABLE = pd.DataFrame(
    {
        "time": [1.0, 2, 3, 4, 5],
        "event": [1, 2, 0, 1, 3],
        "arm": list("abaab"),
        "stage": ["I", "II", "III", None, "II"],
        "age": [50.0, 61, 70, np.nan, 65],
        "ecog": [0, 1, 2, 1, 0],
    }
)


@pytest.fixture
def cohort():
    columns = {"ecog": Column("ecog"), "age": Column("age"), "arm": Column("arm"),
               "stage": Column("stage", levels=("I", "II", "III", "IV"))}  # fmt: skip
    codes = {str(code): code for code in range(4)}
    return read_cohort(
        TABLE, time="time", event="event", event_codes=codes, treatment="arm", columns=columns
    )


def chosen(cohort, *conditions):
    return np.flatnonzero(rows_where(cohort, Where(conditions))).tolist()


def test_no_condition_chooses_everybody(cohort):
    assert chosen(cohort) == [0, 1, 2, 3, 4]


def test_any_of_the_levels_and_all_of_the_conditions(cohort):
    assert chosen(cohort, Condition("stage", ("II", "III"))) == [1, 2, 4]
    assert chosen(cohort, Condition("stage", ("II", "III")), Condition("age", at_least=65)) == [
        2,
        4,
    ]


def test_limits_are_as_named(cohort):
    assert chosen(cohort, Condition("age", at_least=61, at_most=65)) == [1, 4]
    assert chosen(cohort, Condition("age", above=61, below=65)) == []


def test_levels_of_a_number_are_compared_as_codes(cohort):
    assert chosen(cohort, Condition("ecog", ("1.0", "2"))) == [1, 2, 3]


def test_a_missing_value_meets_no_condition(cohort):
    assert 3 not in chosen(cohort, Condition("age", at_most=1000))
    assert 3 not in chosen(cohort, Condition("stage", ("I", "II", "III")))


def test_a_declared_level_without_rows_chooses_nobody(cohort):
    assert chosen(cohort, Condition("stage", ("IV",))) == []


def test_what_changes_during_follow_up_chooses_no_patients():
    table = pd.DataFrame(
        {"id": [1, 1, 2], "s": [0, 4, 0], "t": [4, 9, 7], "d": [0, 1, 0], "ldh": [1, 2, 1]}
    )
    split = read_cohort(table, time="t", event="d", entry="s", subject="id", covariates=["ldh"])
    with pytest.raises(CohortError, match="'ldh' changes during follow-up"):
        rows_where(split, Where((Condition("ldh", at_least=2),)))


def test_probability_weights_of_a_part_sum_to_its_patients():
    table = pd.DataFrame({"t": [1.0, 2, 3, 4], "d": 1, "g": list("aabb"), "w": [9.0, 9, 1, 1]})
    roles = {"time": "t", "event": "d", "weight": "w", "covariates": ["g"]}
    common = Where((Condition("g", ("a",)),))
    cohort = read_cohort(table, **roles, weight_kind="probability")
    assert cohort.weight.tolist() == pytest.approx([1.8, 1.8, 0.2, 0.2])
    part = restricted(cohort, rows_where(cohort, common))
    assert part.weight.tolist() == pytest.approx([1.0, 1.0])
    assert cohort.where(rows_where(cohort, common)).weight.tolist() == pytest.approx([1.8, 1.8])
    counts = read_cohort(table, **roles, weight_kind="frequency")
    assert restricted(counts, rows_where(counts, common)).weight.tolist() == [9.0, 9.0]


def test_patients_and_events_are_those_that_rows_stand_for():
    table = pd.DataFrame({"t": [1.0, 2, 3], "d": [1, 0, 1], "w": [4, 5, 6]})
    roles = {"time": "t", "event": "d", "weight": "w"}
    counted = read_cohort(table, **roles, weight_kind="frequency")
    assert (counted.patient_count, counted.event_count) == (15, 10)
    scaled = read_cohort(table, **roles, weight_kind="probability")
    assert (scaled.patient_count, scaled.event_count) == (3, 2)


def test_everything_wrong_is_said_at_once(cohort):
    where = Where(
        (Condition("stag", ("I",)), Condition("stage", ("V",)), Condition("arm", below=1))
    )
    with pytest.raises(CohortError) as caught:
        rows_where(cohort, where)
    text = str(caught.value)
    assert "did you mean 'stage'?" in text
    assert "'V' is not a level of 'stage'" in text
    assert "'arm' is a factor" in text


def test_restricted_forgets_levels_without_rows_but_keeps_the_arms(cohort):
    part = restricted(cohort, np.array([True, False, True, False, False]))
    assert list(part.covariates["stage"].cat.categories) == ["I", "III"]
    assert part.arms == ("a", "b")
    assert list(cohort.covariates["stage"].cat.categories) == ["I", "II", "III"]


def test_cause_of_censors_every_other_cause_at_its_time(cohort):
    assert causes_of(cohort) == (1, 2, 3)
    waited = cause_of(cohort, 3)
    assert waited.event.tolist() == [False] * 4 + [True]
    assert waited.exit.tolist() == cohort.exit.tolist()
    assert waited.cause.tolist() == [0, 0, 0, 0, 1]


def test_a_cause_nobody_has_leaves_no_event(cohort):
    assert not cause_of(cohort, 7).event.any()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"where": Where((Condition("age", below=65.0),))},
         "every row of 'c' is left out, by [cohort.where], so that the treatment has"),
        ({"missing": "drop", "covariates": ["score"]},
         "every row of 'r' is left out, by missing = \"drop\", so that the treatment has"),
    ],
)  # fmt: skip
def test_an_arm_that_is_emptied_is_named(fields: dict[str, object], said: str) -> None:
    table = pd.DataFrame({"t": [1.0, 2, 3, 4], "d": [1, 0, 1, 1], "arm": list("rrcc"),
                          "age": [50.0, 60, 70, 71], "score": [None, None, 1.0, 2.0]})  # fmt: skip
    with pytest.raises(CohortError) as raised:
        read_cohort(table, time="t", event="d", treatment="arm", treatment_reference="r", **fields)
    assert said in str(raised.value)
    assert "no row has the reference level" not in str(raised.value)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Condition("stage", "II"), "levels is 'II'. Fix: give several, as ('II',)"),
        (lambda: Condition("age", at_least="60"), "at_least is '60'. Fix: give a number"),
        (lambda: Where(Condition("stage", ("II",))), "Where takes conditions, and was given"),
    ],
)
def test_conditions_made_in_python_are_checked(made, said):
    # the letters of a text were levels: stage I for "II"
    with pytest.raises(CohortError) as caught:
        made()
    assert said in str(caught.value)
