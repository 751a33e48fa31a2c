"""Coordinates as WebPlotDigitizer, IPDfromKM and people write them."""

import pandas as pd
import pytest

from posthaz.errors import CohortError
from posthaz.evidence import read_clicks, read_curves, read_numbers_at_risk


def written(folder, text, name="clicks.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "0.1, 0.99\n2.5, 0.8\n",  # WebPlotDigitizer, one data set
        "x,y\n0.1,0.99\n2.5,0.8\n",
        "time,surv\n0.1,0.99\n2.5,0.8\n",
        '"","V1","V2"\n"1",0.1,0.99\n"2",2.5,0.8\n',  # write.csv of what IPDfromKM takes
        "0,1;0,99\n2,5;0,8\n",  # decimal commas
        "x\ty\n0.1\t0.99\n2.5\t0.8\n",
    ],
)
def test_one_curve(tmp_path, text):
    frame = read_clicks(written(tmp_path, text))
    assert frame[["time", "survival"]].to_numpy().tolist() == [[0.1, 0.99], [2.5, 0.8]]
    assert frame["row"].tolist() == [1, 2]
    assert set(frame["arm"]) == {"all"}


def test_pairs_of_columns_under_names(tmp_path):
    text = "radio,,radio plus,\nX,Y,X,Y\n0.1,0.99,0.2,1\n2.5,0.8,3,0.9\n,,5,0.7\n"
    frame = read_clicks(written(tmp_path, text))
    assert frame.groupby("arm", sort=False).size().to_dict() == {"radio": 2, "radio plus": 3}
    assert frame[frame["arm"] == "radio plus"]["row"].tolist() == [1, 2, 3]


def test_one_row_a_click(tmp_path):
    frame = read_clicks(written(tmp_path, "arm,time,surv_pct\nA,1,99\nB,1,98\n"))
    assert frame["arm"].tolist() == ["A", "B"]
    renamed = read_clicks(written(tmp_path, "arm,time,surv_pct\nA,1,99\nB,1,98\n"), ["C", "D"])
    assert renamed["arm"].tolist() == ["C", "D"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty"),
        ("arm,time,surv\nA,1,99\nA,two,98\n", "row 2: time is 'two'"),
        ("name,age\nx,1\n", "the columns are 'name', 'age'"),
    ],
)
def test_unusable_files_are_refused(tmp_path, text, expected):
    with pytest.raises(CohortError, match=expected):
        read_clicks(written(tmp_path, text))


def test_a_wrong_number_of_arms_is_refused(tmp_path):
    path = written(tmp_path, "0.1,0.99\n2.5,0.8\n")
    with pytest.raises(CohortError, match=r"1 curve\(s\) in the file and 2"):
        read_clicks(path, ["A", "B"])


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CohortError, match=r"nowhere\.csv"):
        read_clicks(tmp_path / "nowhere.csv")


def test_numbers_at_risk_are_matched_by_name(tmp_path):
    text = "trisk,nrisk_radioplus,nrisk_radio\n0,211,213\n10,143,122\n20,,80\n"
    found, _ = read_numbers_at_risk(written(tmp_path, text), ["radio", "radioplus"])
    assert found["radio"][1].tolist() == [213, 122, 80]
    assert found["radioplus"][0].tolist() == [0, 10]


def test_numbers_at_risk_go_by_order_when_no_name_fits():
    table = pd.DataFrame({"t": [0, 5], "n1": [10, 4], "n2": [12, 6]})
    found, unit = read_numbers_at_risk(table, ["A", "B"])
    assert found["B"][1].tolist() == [12, 6]
    assert (found["B"][2], unit) == ("n2", "")


def test_new_names_of_arms_leave_their_numbers_at_risk_where_they_were():
    clicks = pd.DataFrame(
        {"arm": list("aabb"), "time": [0, 5, 0, 5], "survival": [100, 40, 100, 50]}
    )
    risk = pd.DataFrame({"t": [0, 5], "b": [12, 6], "a": [10, 4]})
    curves = read_curves(clicks, risk, arms=["X", "Y"])
    assert [(one.arm, one.at_risk.number.tolist()) for one in curves] == [
        ("X", [10, 4]), ("Y", [12, 6]),
    ]  # fmt: skip
    assert [one.at_risk.column for one in curves] == ["", ""]


def test_the_unit_that_a_column_is_named_after(tmp_path):
    clicks = written(tmp_path, "arm,years,survival\nA,0,100\nA,5,40\n")
    risk = pd.DataFrame({"years": [0, 4], "A": [10, 5]})
    assert read_curves(clicks, risk)[0].unit == "years"
    with pytest.raises(CohortError, match="times are in months, and those of the clicks in years"):
        read_curves(clicks, risk.rename(columns={"years": "months"}))


def test_lines_cut_at_decimal_commas_or_thousands_marks_are_refused(tmp_path):
    with pytest.raises(CohortError, match="row 2: 5 cells under 3 names"):
        read_clicks(written(tmp_path, "arm,time,survival\nA,0,100\nA,0,5,98,3\n"))
    with pytest.raises(CohortError, match="row 1: 3 cells under 2 names"):
        read_numbers_at_risk(written(tmp_path, "t,A\n0,1,250\n12,980\n"), ["A"])


def test_three_columns_of_numbers_without_names_are_refused(tmp_path):
    with pytest.raises(CohortError, match="3 columns of numbers without names"):
        read_clicks(written(tmp_path, "1,0,100\n1,2,80\n2,4,70\n"))


def test_numbers_at_risk_of_other_arms_are_refused():
    table = pd.DataFrame({"t": [0, 5], "n1": [10, 4]})
    with pytest.raises(CohortError, match="name the columns after the arms"):
        read_numbers_at_risk(table, ["A", "B"])
    with pytest.raises(CohortError, match=r"row 2: .* are not numbers"):
        read_numbers_at_risk(pd.DataFrame({"t": [0, 5], "A": [10, "few"]}), ["A"])
