"""From a table to a cohort."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import CohortSpec, Column, read_cohort
from posthaz.errors import CohortError
from tests.unit.cohort.small_tables import changed, good_table, read, refusal


def test_exact_and_right_censored_follow_up():
    table = good_table()
    cohort = read(table)
    assert np.array_equal(cohort.lower, table["time"])
    assert np.array_equal(cohort.upper, np.where(table["event"] == 1, table["time"], np.inf))
    assert np.array_equal(cohort.event, table["event"] == 1)
    assert (cohort.entry == 0).all()
    assert (cohort.weight == 1).all()
    assert cohort.row_number.tolist() == list(range(1, 41))
    assert cohort.subject.tolist() == list(range(40))
    assert cohort.cluster is None
    assert cohort.notices == ()
    assert cohort.unit == "months"


def test_the_table_is_not_changed():
    table = good_table()
    before = table.copy()
    read(table, zero_time=0.1, missing="drop")
    pd.testing.assert_frame_equal(table, before)


def test_an_index_of_the_frame_does_not_matter():
    table = good_table()
    table.index = pd.Index([7] * len(table))
    assert read(table).row_number[-1] == 40


def test_entry_subject_cluster_and_weight():
    table = pd.DataFrame(
        {
            "id": ["p", "p", "q"],
            "start": [0.0, 5.0, 2.0],
            "stop": [5.0, 20.0, 30.0],
            "dead": [0, 1, 0],
            "centre": ["x", "x", "y"],
            "w": [1.0, 1.0, 2.5],
        }
    )
    cohort = read_cohort(
        table, time="stop", entry="start", event="dead", subject="id", cluster="centre", weight="w",
        weight_kind="importance",
    )  # fmt: skip
    assert cohort.entry.tolist() == [0, 5, 2]
    assert cohort.subject.tolist() == [0, 0, 1]
    assert cohort.cluster is not None
    assert cohort.cluster.tolist() == [0, 0, 1]
    assert cohort.weight.tolist() == [1, 1, 2.5]


def test_interval_follow_up():
    table = pd.DataFrame({"l": [0, 3, 5, 4], "u": [2, None, 5, 9], "arm": list("abab")})
    cohort = read_cohort(table, lower="l", upper="u", treatment="arm")
    assert cohort.upper.tolist() == [2, np.inf, 5, 9]
    assert cohort.cause.tolist() == [1, 0, 1, 1]
    assert cohort.interval_censored.tolist() == [True, False, False, True]
    assert cohort.event.tolist() == [False, False, True, False]
    assert "empty 'u' is censored" in cohort.event_coding


def test_zero_times_are_replaced_only_when_asked():
    cohort = read(changed("time", 1, 0), zero_time=0.25)
    assert cohort.lower[0] == cohort.upper[0] == 0.25
    assert "row 1" in str(cohort.notices[0])
    assert "replaced by 0.25 months" in str(cohort.notices[0])


def test_spec_and_fields_go_together():
    spec = CohortSpec(time="time", event="event", unit="weeks")
    assert read_cohort(good_table(), spec, unit="days").unit == "days"


def test_without_columns_all_others_are_kept():
    table = good_table().assign(id=range(40))
    assert list(read(table, subject="id").covariates) == ["arm", "age"]
    assert list(read(table, covariates=["age"]).covariates) == ["arm", "age"]
    assert list(read(table, columns={"id": Column("id")}).covariates) == ["id", "arm"]


def test_the_role_treatment_names_the_treatment():
    spec = CohortSpec(time="time", event="event", columns={"arm": Column("arm", role="treatment")})
    assert read_cohort(good_table(), spec).treatment == "arm"
    assert read(good_table()).columns["arm"].role == "treatment"


def test_missing_covariates_are_refused_with_rows_and_columns():
    table = good_table().astype({"age": object})
    table.loc[[2, 4], "age"] = None
    table.loc[4, "arm"] = None
    message = refusal(table, covariates=["age"])
    assert "rows 3 and 5" in message
    assert "2 of 40 rows lack a covariate of the analysis ('arm' in 1 row, 'age' in 2 rows)" in (
        message
    )
    assert 'missing = "drop"' in message


def test_missing_covariates_are_dropped_and_recorded():
    cohort = read(changed("age", 3, None), covariates=["age"], missing="drop")
    assert len(cohort) == 39
    assert 3 not in cohort.row_number
    assert cohort.dropped[0].rows == (3,)
    assert "'age' in 1 row" in cohort.dropped[0].reason
    assert cohort.source.rows == 40
    assert cohort.covariates.index.tolist() == list(range(39))


def test_a_column_that_is_missing_throughout_is_not_a_reason_to_drop_everyone():
    message = refusal(good_table().assign(age=None), covariates=["age"], missing="drop")
    assert "40 of 40 rows" in message
    assert "leave the covariate out" in message


def test_values_missing_in_columns_for_table_one_stay_missing():
    cohort = read(changed("age", 3, None), columns={"age": Column("age", unit="years")})
    assert len(cohort) == 40
    assert np.isnan(cohort.covariates["age"][2])


def test_source_of_a_file_is_the_hash_of_its_bytes(tmp_path: Path):
    path = tmp_path / "trial.csv"
    good_table().to_csv(path, index=False)
    cohort = read_cohort(path, time="time", event="event")
    assert cohort.source.name == "trial.csv"
    assert cohort.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_source_of_a_frame_is_the_hash_of_its_values():
    first, again = read(good_table()).source, read(good_table()).source
    assert first.name == "DataFrame"
    assert first == again
    assert read(changed("age", 3, 44)).source.sha256 != first.sha256


def test_unknown_arguments_name_the_nearest():
    with pytest.raises(CohortError, match="did you mean 'time'"):
        read_cohort(good_table(), tim="time")
    with pytest.raises(CohortError, match="covariates ="):
        read(good_table(), columns=["age"])


def test_all_problems_come_at_once():
    table = changed("time", 2, -3).astype({"event": object})
    table.loc[5, "event"] = "maybe"
    table.loc[8, "age"] = None
    message = refusal(table, covariates=["age", "stge"], weight="wt")
    for said in ("row 2", "row 6", "'maybe'", "row 9", "'stge'", "'wt'"):
        assert said in message
