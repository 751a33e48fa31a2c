"""Patients by worst grade, and tests between arms."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, fisher_exact

from posthaz.adjust import GradeCounts, count_grades, grade_table, grade_tests, threshold_remark
from posthaz.cohort import read_cohort
from posthaz.errors import CohortError

PNEUMONITIS = GradeCounts(
    "pneumonitis", "Pneumonitis", ("no", "trt"), np.array([[135, 21, 8], [103, 192, 64]]), True
)


def cohort_of(**columns):
    rows = len(next(iter(columns.values())))
    table = pd.DataFrame({"time": np.arange(1.0, rows + 1), "event": [1, 0] * (rows // 2)})
    table["arm"] = ["a", "b"] * (rows // 2)
    return read_cohort(table.assign(**columns), time="time", event="event", treatment="arm")


def test_a_grade_or_an_arm_that_changes_counts_for_nobody():
    table = pd.DataFrame(
        {"id": [1, 1, 2], "s": [0, 4, 0], "t": [4, 9, 7], "d": [0, 1, 0], "rash": [0, 3, 1]}
    )
    roles = {"time": "t", "event": "d", "entry": "s", "subject": "id", "treatment": "arm"}
    steady = read_cohort(table.assign(arm=list("aab")), **roles)
    with pytest.raises(CohortError, match=r"'rash': it changes .* worst grade in every row"):
        count_grades(steady, {"rash": "Rash"})
    treated = read_cohort(table.assign(arm=list("abb"), rash=1), **roles)
    with pytest.raises(CohortError, match=r"'arm': it changes .* set a landmark"):
        count_grades(treated, {"rash": "Rash"})


def test_grades_are_counted_by_arm_and_missing_ones_apart():
    cohort = cohort_of(rash=[0, 3, 1, None, 1, 5])
    (counts,) = count_grades(cohort, {"rash": "Rash"})
    assert counts.patients.tolist() == [[1, 2, 0, 0, 0, 0], [0, 0, 0, 1, 0, 1]]
    assert counts.unknown == (0, 1)
    assert counts.at_least(1).tolist() == [2, 2]
    assert counts.at_least(4).tolist() == [0, 1]


def test_a_patient_of_several_rows_counts_once():
    cohort = cohort_of(rash=[0, 3, 0, 3])
    twice = replace(cohort, subject=np.array([0, 1, 0, 1]), entry=np.array([0.0, 0.0, 1.0, 1.0]))
    (counts,) = count_grades(twice, {"rash": ""})
    assert counts.totals.tolist() == [1, 1]
    assert counts.label == "rash"


def test_grades_written_as_levels_are_read_as_numbers():
    (counts,) = count_grades(cohort_of(rash=["0", "2", "1", "2"]), {"rash": "Rash"})
    assert counts.at_least(2).tolist() == [0, 2]


def test_what_is_no_grade_is_named_with_its_row():
    cohort = cohort_of(rash=[0, 6, 1.5, 2], nausea=[0, 1, -1, 2])
    with pytest.raises(CohortError) as caught:
        count_grades(cohort, {"rash": "Rash", "nausea": "Nausea", "fever": "Fever"})
    for part in (
        "6 in row 2",
        "1.5 in row 3",
        "'nausea': 1 value(s)",
        "'fever': it is not there",
    ):
        assert part in str(caught.value), part


def test_shares_and_grades_as_shown():
    table = grade_table([PNEUMONITIS])
    assert table["grade"].tolist() == ["0", "1", "2+"] * 2
    assert table.loc[5, "share"] == pytest.approx(64 / 359)
    unknown = grade_table([replace(PNEUMONITIS, unknown=(3, 0))])
    assert unknown[unknown["grade"] == "unknown"]["patients"].tolist() == [3, 0]


def test_tests_are_those_of_the_table_of_two_by_two():
    tests = grade_tests([PNEUMONITIS], [2]).set_index("test")
    table = [[8, 64], [156, 295]]
    plain, corrected = (chi2_contingency(table, correction=c) for c in (False, True))
    assert tests.loc["chi_square", "statistic"] == pytest.approx(plain[0])
    assert tests.loc["chi_square_corrected", "p"] == pytest.approx(corrected[1])
    assert tests.loc["fisher", "p"] == pytest.approx(fisher_exact(table)[1])


def test_the_printed_p_values_of_xue():
    """Abstract: any grade 71.31 % v 17.68 %, grade 2 and above 17.83 % v 4.88 %, both P < 0.001."""
    shares = [100 * PNEUMONITIS.at_least(g) / PNEUMONITIS.totals for g in (1, 2)]
    assert np.round(shares, 2).tolist() == [[17.68, 71.31], [4.88, 17.83]]
    assert (grade_tests([PNEUMONITIS], [1, 2])["p"] < 0.001).all()


@pytest.mark.parametrize(
    ("patients", "or_higher", "grade", "remark"),
    [
        ([[5, 1], [4, 2]], True, 2, "not told apart in the counts, which end at grade 1+"),
        ([[5, 1], [4, 2]], False, 2, "no patient had it"),
        ([[0, 6], [0, 6]], False, 1, "every patient had it"),
        ([[0, 0], [4, 2]], False, 1, "no patient of Control has a grade"),
        ([[5, 0], [4, 2]], False, 1, "no patient of Control had it"),
        ([[5, 1], [4, 2]], False, 1, ""),
    ],
)
def test_what_the_counts_do_not_tell(patients, or_higher, grade, remark):
    counts = GradeCounts("p", "P", ("0", "1"), np.array(patients), or_higher)
    assert threshold_remark(counts, grade, {"0": "Control"}) == remark
    tests = grade_tests([counts], [grade])
    alone = remark not in ("", "no patient of Control had it")
    assert (tests["test"].tolist() == [""]) is alone
    assert set(tests["remark"]) == {remark.replace("Control", "arm 0")}


def test_one_arm_alone_has_counts_and_no_tests():
    counts = GradeCounts("p", "P", ("all",), np.array([[5, 1]]))
    assert grade_tests([counts], [1])["test"].tolist() == [""]
