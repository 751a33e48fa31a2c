from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from posthaz.adjust import (
    arm_tests,
    covariate_summary,
    fisher_exact_p,
    standardised_difference,
    table_one,
)
from posthaz.cohort import Cohort, Column, Source, read_cohort
from posthaz.errors import CohortError


def cohort_of(arm: list[str] | None, **covariates: object) -> Cohort:
    frame = pd.DataFrame(covariates)
    rows = len(frame)
    if arm is not None:
        frame["arm"] = pd.Categorical(arm, categories=sorted(set(arm)), ordered=True)
    time = np.arange(1.0, rows + 1)
    return Cohort(
        entry=np.zeros(rows),
        lower=time,
        upper=time,
        cause=np.ones(rows, dtype=int),
        subject=np.arange(rows),
        weight=np.ones(rows),
        covariates=frame,
        columns={"stage": Column("stage", "Stage", levels=("1", "2"), level_labels=("I", "II"))},
        row_number=np.arange(1, rows + 1),
        unit="months",
        source=Source("x", "0", rows),
        treatment="" if arm is None else "arm",
    )


STAGE = pd.Categorical(["1", "2", None, "2"], categories=["1", "2", "3"], ordered=True)


def test_grades_are_counted_and_tested_as_numbers() -> None:
    grades = [0.0, 1.0, 2.0, 1.0, np.nan, 0.0]
    cohort = cohort_of(list("aaabbb"), grade=grades, age=[50, 61, 70, 61, 50, 61])
    table = table_one(cohort, ["grade", "age"])
    assert table["kind"].tolist() == [*["categorical"] * 3, "missing", "numeric"]
    assert table["level_label"].tolist()[:4] == ["0", "1", "2", "Missing"]
    assert table["a"].tolist()[:3] == ["1 (33.3%)"] * 3
    assert table["test"].tolist() == ["wilcoxon", "", "", "", "wilcoxon"]
    assert table["smd"].iloc[0] == standardised_difference(cohort, "grade")
    measured = replace(cohort, columns={"grade": Column("grade", unit="mm")})
    assert table_one(measured, ["grade"])["kind"].tolist() == ["numeric", "missing"]


def test_the_table_as_a_reader_sees_it() -> None:
    cohort = cohort_of(["a", "a", "b", "b"], age=[50.0, 61.0, 70.0, np.nan], stage=STAGE)
    table = table_one(cohort, ["age", "stage"])
    assert list(table["kind"]) == ["numeric", "missing", "categorical", "categorical", "missing"]
    assert list(table["level_label"]) == ["", "Missing", "I", "II", "Missing"]
    assert list(table["label"].unique()) == ["age", "Stage"]
    assert list(table["a"]) == [
        "55.5 (52.8-58.2)",
        "0 (0.0%)",
        "1 (50.0%)",
        "1 (50.0%)",
        "0 (0.0%)",
    ]
    assert list(table["b"])[1:] == ["1 (50.0%)", "0 (0.0%)", "1 (100.0%)", "1 (50.0%)"]
    assert list(table["overall"])[2:4] == ["1 (33.3%)", "2 (66.7%)"]
    assert table["smd"].notna().tolist() == [False, False, True, False, False]


def test_a_single_arm_has_no_tests_and_no_differences() -> None:
    cohort = cohort_of(None, age=[50.0, 60.0, 70.0])
    table = table_one(cohort, ["age"])
    assert list(table["overall"]) == ["60 (55-65)"]
    assert table[["smd", "p"]].isna().all(axis=None)
    assert arm_tests(cohort, ["age"]).empty


def test_numbers_keep_every_digit_before_the_point() -> None:
    cohort = cohort_of(None, pgr=[0.0, 1234.0, 98765.0], change=[-2.0, -1.0, 3.0])
    table = table_one(cohort, ["pgr", "change"])
    assert list(table["overall"]) == ["1234 (617-50000)", "-1 (-1.5 to 1)"]


def test_standardised_differences_by_hand() -> None:
    cohort = cohort_of(
        ["a", "a", "b", "b"], age=[1.0, 3.0, 5.0, 7.0], sex=["f", "m", "m", "m"], one=[1.0] * 4
    )
    assert standardised_difference(cohort, "age") == pytest.approx(4 / np.sqrt(2))
    assert standardised_difference(cohort, "sex") == pytest.approx(0.5 / np.sqrt(0.25 / 2))
    assert standardised_difference(cohort, "one") == 0


def test_standardised_difference_of_three_arms_is_the_average_pair() -> None:
    age = [1.0, 3.0, 5.0, 7.0, 2.0, 4.0]
    cohort = cohort_of(["a", "a", "b", "b", "c", "c"], age=age)
    expected = np.mean([4, 1, 3]) / np.sqrt(2)
    assert standardised_difference(cohort, "age") == pytest.approx(expected)


def test_the_first_row_of_a_subject_is_described() -> None:
    cohort = cohort_of(["a", "b", "b"], age=[50.0, 70.0, 60.0])
    twice = replace(cohort, subject=np.array([0, 1, 1]), entry=np.array([0.0, 2.5, 0.0]))
    summary = covariate_summary(twice, ["age"]).set_index("arm")
    assert summary.loc["b", "median"] == 60
    assert summary.loc["overall", "n"] == 2


def test_whole_weights_are_so_many_patients() -> None:
    cohort = cohort_of(["a", "b", "b"], age=[50.0, 70.0, 60.0], sex=["f", "m", "f"])
    weighted = replace(cohort, weight=np.array([2.0, 1.0, 3.0]))
    summary = covariate_summary(weighted, ["age", "sex"])
    counts = summary[(summary["arm"] == "b") & (summary["kind"] == "categorical")]
    assert counts["count"].tolist() == [3, 1]
    assert summary.iloc[2]["n"] == 6


def test_all_missing_and_one_level_give_rows_and_no_test() -> None:
    cohort = cohort_of(["a", "a", "b", "b"], ldh=[np.nan] * 4, site=["x"] * 4)
    table = table_one(cohort, ["ldh", "site"])
    assert list(table["overall"]) == ["", "4 (100.0%)", "4 (100.0%)"]
    assert table["p"].isna().all()
    assert arm_tests(cohort, ["ldh", "site"]).empty


def test_the_test_shown_is_exact_when_counts_are_small() -> None:
    arm = ["a"] * 20 + ["b"] * 20
    cohort = cohort_of(arm, rare=[1] + [0] * 39, even=[0, 1] * 20, age=list(range(40)))
    shown = table_one(cohort, ["rare", "even", "age"]).groupby("variable")["test"].first()
    assert shown.to_dict() == {"rare": "fisher", "even": "chi_square", "age": "wilcoxon"}


@pytest.mark.parametrize("table", [[[3, 1], [1, 3]], [[8, 2], [1, 5]], [[0, 10], [7, 4]]])
def test_fisher_two_by_two_is_scipys(table: list[list[int]]) -> None:
    expected = fisher_exact(table)
    assert fisher_exact_p(np.array(table)) == pytest.approx(expected.pvalue, rel=1e-6)


def test_fisher_of_larger_tables_goes_through_all_tables() -> None:
    rng = np.random.default_rng(1)
    for shape in ((3, 3), (4, 2), (2, 4), (4, 3)):
        table = rng.integers(0, 4, shape) + np.eye(*shape, dtype=int)
        assert fisher_exact_p(table) == pytest.approx(_by_shuffling_all(table), rel=1e-9)


def test_fisher_gives_up_on_hopeless_tables() -> None:
    assert np.isnan(fisher_exact_p(np.full((6, 5), 400)))
    assert np.isnan(fisher_exact_p(np.array([[3, 4]])))


def _by_shuffling_all(table: np.ndarray) -> float:
    """Sum over every table with these margins, one cell after another."""
    from math import factorial, prod

    def tables(rows: list[int], columns: list[int]):
        if not rows:
            yield from [()] if not any(columns) else []
            return
        for first in _shares(rows[0], columns):
            rest = [c - f for c, f in zip(columns, first, strict=True)]
            for others in tables(rows[1:], rest):
                yield (first, *others)

    rows, columns = table.sum(axis=1).tolist(), table.sum(axis=0).tolist()
    top = prod(map(factorial, rows)) * prod(map(factorial, columns)) / factorial(sum(rows))
    weights = [
        top / prod(factorial(c) for row in found for c in row) for found in tables(rows, columns)
    ]
    seen = top / prod(factorial(int(c)) for c in table.ravel())
    assert sum(weights) == pytest.approx(1)
    return sum(w for w in weights if w <= seen * (1 + 1e-7))


def _shares(total: int, caps: list[int]):
    if len(caps) == 1:
        if total <= caps[0]:
            yield (total,)
        return
    for first in range(min(total, caps[0]) + 1):
        for rest in _shares(total - first, caps[1:]):
            yield (first, *rest)


def test_arms_are_told_from_the_columns_of_the_table():
    table = pd.DataFrame(
        {"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": ["control", "test"] * 2,
         "age": [50, 61, 70, 55]}
    )  # fmt: skip
    roles = {"time": "time", "event": "event", "treatment": "arm"}
    made = table_one(read_cohort(table, **roles), ["age"]).iloc[0]
    assert made["arm test"] == "58 (56.5-59.5)"
    assert made["test"] == "wilcoxon"
    everybody = table.replace({"arm": {"test": "overall"}})
    with pytest.raises(CohortError, match="an arm is called 'overall'"):
        read_cohort(everybody, **roles)
