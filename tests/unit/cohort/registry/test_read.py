"""Registries by DuckDB: the cohort that `read_cohort` and `collapse` would give."""

import hashlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from posthaz.cohort import Column, Condition, Cut, Where, read_cohort
from posthaz.cohort.registry import read_registry
from tests.unit.cohort.registry.small_registry import (
    COVARIATES,
    SPEC,
    as_rows,
    changed,
    expected_rows,
    parquet_files,
    refusal,
    registry,
)


def read(source, spec=SPEC, covariates=COVARIATES, **named):
    return read_registry(source, spec, covariates, **named)


def test_parquet_files_give_the_collapsed_cohort(tmp_path):
    table = registry()
    cohort = read(parquet_files(tmp_path / "files", table))
    pd.testing.assert_frame_equal(as_rows(cohort), expected_rows(table))
    assert cohort.source.rows == 600
    assert cohort.source.name == "files"
    assert cohort.weight.sum() == 600
    assert cohort.treatment == "arm"
    assert list(cohort.covariates) == ["arm", "stage", "sex"]
    assert "0/1 coding" in cohort.event_coding


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_gives_the_same_as_parquet(tmp_path, separator):
    table = registry()
    path = tmp_path / "registry.csv"
    table.to_csv(path, index=False, sep=separator)
    pd.testing.assert_frame_equal(as_rows(read(path)), expected_rows(table))
    assert read(path).source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_csv_is_read_as_read_cohort_reads_it(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text(
        '\ufeffmonths;dead;arm;"sta;ge ""T""";sex\n'
        "1,5;dead; A ;I;1\n2,25;alive;B;NA;01\n\n1,50;Dead;A;I;2.0\n3;alive;B;II;2\n",
        encoding="utf-8",
    )
    covariates = ['sta;ge "T"', "sex"]
    spec = replace(SPEC, missing="drop")
    cohort = read(path, spec, covariates)
    small = read_cohort(path, spec, covariates=covariates)
    assert as_rows(cohort)["weight"].tolist() == [1.0, 1.0, 1.0]
    pd.testing.assert_frame_equal(as_rows(cohort), as_rows(small))
    assert cohort.dropped[0].count == small.dropped[0].count == 1
    assert cohort.dropped[0].rows == ()


def test_the_order_of_columns_may_differ_between_files(tmp_path):
    table = registry()
    table.iloc[:200].to_csv(tmp_path / "a.csv", index=False)
    table.iloc[200:, ::-1].to_csv(tmp_path / "b.csv", index=False, sep=";")
    pd.testing.assert_frame_equal(as_rows(read(tmp_path / "*.csv")), expected_rows(table))


def test_folders_give_a_column(tmp_path):
    table = registry()
    for stage, rows in table.groupby("stage"):
        folder = tmp_path / f"stage={stage}"
        folder.mkdir()
        rows.drop(columns="stage").to_parquet(folder / "part.parquet", index=False)
    pd.testing.assert_frame_equal(as_rows(read(tmp_path)), expected_rows(table))


@pytest.mark.parametrize("name", ['sta"ge', "sta'ge", "sta ge; DROP TABLE x", "Stage, TNM", "k0"])
def test_any_column_name_will_do(tmp_path, name):
    table = registry().rename(columns={"stage": name})
    covariates = [name, "sex"]
    expected = as_rows(read_cohort(table, SPEC, covariates=covariates))
    for cohort in (
        read(parquet_files(tmp_path / "it's [a] folder*", table), covariates=covariates),
        read(_csv(tmp_path, table), covariates=covariates),
    ):
        assert cohort.weight.sum() == 600
        assert set(as_rows(cohort)[name]) == set(expected[name])


def test_the_order_of_rows_and_files_does_not_matter(tmp_path):
    table = registry()
    one = read(parquet_files(tmp_path / "a", table))
    other = read(parquet_files(tmp_path / "b", table.sample(frac=1, random_state=2), 7))
    for name in ("entry", "lower", "upper", "cause", "weight", "subject"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    pd.testing.assert_frame_equal(one.covariates, other.covariates)


def test_only_named_covariates_are_kept(tmp_path):
    folder = parquet_files(tmp_path / "files", registry())
    assert list(read(folder, covariates=()).covariates) == ["arm"]
    described = replace(SPEC, columns={"stage": Column("stage", levels=("III", "II", "I"))})
    cohort = read(folder, described, ())
    assert list(cohort.covariates) == ["arm", "stage"]
    assert list(cohort.covariates["stage"].cat.categories) == ["III", "II", "I"]


def test_derived_covariates_are_computed_from_columns_that_are_not_kept(tmp_path):
    table = registry()
    spec = replace(SPEC, columns={"late": Column("late", derived=Cut("id", (300,)))})
    cohort = read(parquet_files(tmp_path / "files", table), spec, ("late",))
    assert list(cohort.covariates) == ["arm", "late"]
    late = (cohort.covariates["late"] == ">=300").to_numpy()
    assert cohort.weight[late].sum() == 300
    assert len(cohort) <= 2 * 2 * 2 * 7


def test_case_weights_are_summed(tmp_path):
    table = registry().assign(w=np.random.default_rng(3).uniform(0.1, 2.0, 600))
    spec = replace(SPEC, weight="w", weight_kind="importance")
    rows = as_rows(read(parquet_files(tmp_path / "files", table), spec))
    expected = expected_rows(table, spec)
    assert np.allclose(rows["weight"], expected["weight"], rtol=1e-12)
    assert len(rows) == len(expected)


def test_weights_that_cannot_be_added_are_refused(tmp_path):
    table = registry().assign(w=1.0)
    table.loc[[3, 4], "w"] = -2.0
    table.loc[7, "w"] = np.nan
    message = refusal(read, parquet_files(tmp_path / "a", table), replace(SPEC, weight="w"))
    assert "2 rows, column 'w': weight is not above 0 (-2)" in message
    assert "1 row, column 'w': weight is missing" in message


def test_entry_cluster_cause_and_zero_times(tmp_path):
    table = registry().assign(start=lambda t: t["months"] // 2, centre=lambda t: t["sex"])
    table.loc[:4, ["months", "start"]] = 0
    table["cause"] = np.where(table["dead"] == 1, np.where(table["sex"] == 1, 1, 2), 0)
    spec = replace(SPEC, entry="start", cluster="centre", cause="cause", zero_time=0.5)
    cohort = read(parquet_files(tmp_path / "files", table), spec)
    small = read_cohort(table, spec, covariates=COVARIATES)
    assert cohort.cluster is not None
    assert small.cluster is not None
    assert set(cohort.cause) == set(small.cause) == {0, 1, 2}
    for arrays in ("entry", "lower"):
        own = np.bincount((2 * getattr(cohort, arrays)).astype(int), cohort.weight)
        assert np.array_equal(own, np.bincount((2 * getattr(small, arrays)).astype(int)))
    replaced = [str(n) for n in cohort.notices if "replaced" in str(n)]
    assert "5 rows" in replaced[0]


def test_interval_censored_registries(tmp_path):
    table = pd.DataFrame({"l": [0, 3, 5, 3] * 50, "u": [2, None, 5, None] * 50})
    cohort = read(parquet_files(tmp_path / "files", table), replace(
        SPEC, time="", event="", treatment="", lower="l", upper="u"), ())  # fmt: skip
    assert cohort.weight.tolist() == [50, 100, 50]
    assert cohort.upper.tolist() == [2, np.inf, 5]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("months", -2, "3 rows, column 'months': time is negative (-2)"),
        ("months", None, "3 rows, column 'months': time is missing"),
        ("months", 0, "3 rows, column 'months': follow-up ends at time 0"),
        ("months", "six", "3 rows, column 'months': time is text: 'six'"),
        ("dead", None, "3 rows, column 'dead': the event code is missing"),
        ("dead", 7, "7 (3 rows)"),
        ("stage", None, "3 of 600 rows lack a covariate of the analysis ('stage' in 3 rows)"),
    ],
)
def test_messages_count_rows_of_the_registry(tmp_path, column, value, said):
    table = changed(column, [5, 6, 411], value)
    path = tmp_path / "registry.csv"
    table.to_csv(path, index=False)
    assert said in refusal(read, path)


def test_missing_covariates_can_be_dropped(tmp_path):
    table = changed("stage", [5, 6, 411], None)
    table.loc[5, "sex"] = None
    folder = parquet_files(tmp_path / "files", table)
    cohort = read(folder, replace(SPEC, missing="drop"))
    assert cohort.weight.sum() == 597
    (dropped,) = cohort.dropped
    assert (dropped.count, dropped.rows) == (3, ())
    assert "'stage' in 3 rows, 'sex' in 1 row" in dropped.reason


def test_doubts_weigh_rows(tmp_path):
    table = pd.DataFrame({"months": [2000] * 300 + [5, 6, 7] * 3, "dead": [1, 0, 0] * 103})
    cohort = read(parquet_files(tmp_path / "f", table), replace(SPEC, treatment=""), ())
    assert any("median of 2000" in str(notice) for notice in cohort.notices)
    assert not any("events, so the answer" in str(notice) for notice in cohort.notices)


def test_subjects_are_checked_and_not_kept(tmp_path):
    table = registry().assign(start=0.0, person=lambda t: "p" + (t["id"] // 2).astype(str))
    second = table["id"] % 2 == 1
    table.loc[second, "start"] = table.groupby("person")["months"].transform("first")[second]
    table["months"] = table["start"] + table["months"]
    table["start"] = np.where(second, table["start"], 0.0)
    spec = replace(SPEC, entry="start", subject="person")
    cohort = read(parquet_files(tmp_path / "good", table), spec)
    assert cohort.weight.sum() == 600
    assert cohort.subject.tolist() == list(range(len(cohort)))
    assert any("300 subjects have 600 rows" in found.what for found in cohort.notices)
    table.loc[[1, 11], "start"] = 0.5
    table.loc[400, "person"] = None
    message = refusal(read, parquet_files(tmp_path / "bad", table), spec)
    assert "2 rows, column 'person': follow-up overlaps" in message
    assert "('p0', 'p5')" in message
    assert "1 row, column 'person': the subject is missing" in message


def test_metadata_say_that_it_is_simulated(tmp_path):
    table = pa.Table.from_pandas(registry(), preserve_index=False)
    pq.write_table(table.replace_schema_metadata({"simulated": "true"}), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").source.simulated
    assert not read(parquet_files(tmp_path / "other", registry())).source.simulated


def test_little_memory_is_enough_when_few_rows_are_distinct(tmp_path):
    random = np.random.default_rng(1)
    table = pd.concat([registry(seed=seed) for seed in range(100)])
    table = table.assign(noise=random.normal(size=len(table)))
    folder = parquet_files(tmp_path / "files", table)
    cohort = read(folder, memory="40MB", folder=tmp_path)
    assert cohort.weight.sum() == 60_000
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


def test_too_many_distinct_rows_are_refused_with_a_mend(tmp_path):
    random = np.random.default_rng(1)
    table = pd.concat([registry(seed=seed) for seed in range(200)])
    table["months"] = random.exponential(5.0, len(table)) + 0.1
    message = refusal(read, parquet_files(tmp_path / "files", table), memory="20MB")
    assert "120000 distinct rows" in message
    assert "round times" in message


def _csv(folder, table):
    path = folder / "it's [one].csv"
    table.to_csv(path, index=False)
    return path


def test_a_column_may_say_that_it_is_simulated(tmp_path):
    table = registry().assign(simulated="by a program")
    assert read(parquet_files(tmp_path / "files", table)).source.simulated


def test_conditions_choose_rows_of_the_registry(tmp_path):
    table = registry()
    old = Condition("old", levels=(">=300",))
    spec = replace(
        SPEC,
        columns={"old": Column("old", derived=Cut("id", (300,)))},
        where=Where((Condition("sex", levels=("2",)), old)),
    )
    cohort = read(parquet_files(tmp_path / "files", table), spec, ("stage",))
    kept = (table["sex"] == 2) & (table["id"] >= 300)
    assert cohort.weight.sum() == kept.sum()
    assert [dropped.count for dropped in cohort.dropped] == [600 - kept.sum()]
    assert list(cohort.covariates) == ["arm", "stage"]
    assert cohort.source.rows == 600


def test_text_where_a_covariate_is_derived_from_numbers(tmp_path):
    path = tmp_path / "registry.csv"
    changed("id", [5, 6, 411], "unknown").to_csv(path, index=False)
    spec = replace(SPEC, columns={"late": Column("late", derived=Cut("id", (300,)))})
    assert "3 rows, column 'id': text where 'late'" in refusal(read, path, spec, ("late",))
