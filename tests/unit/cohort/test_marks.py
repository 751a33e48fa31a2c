"""Thousands and decimal marks: read where they tell, refused where they don't."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import CohortSpec, Column, read_cohort
from posthaz.cohort.registry import read_registry
from posthaz.errors import CohortError

SPEC = CohortSpec(time="t", event="d", unit="days")


def _file(tmp_path: Path, values: list[str], separator: str = ";", column: str = "t") -> Path:
    """A table with these texts as times, or as a covariate beside whole times."""
    quote = '"' if separator == "," else ""
    rows = [
        separator.join([f"{quote}{v}{quote}", str(k % 2)] + ([str(k + 5)] if column == "v" else []))
        for k, v in enumerate(values)
    ]
    header = [column, "d"] + (["t"] if column == "v" else [])
    path = tmp_path / "x.csv"
    path.write_text("\n".join([separator.join(header), *rows]) + "\n")
    return path


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("values", [["1.250", "900", "2.400"], ["1,250", "900", "2,400"]])
def test_grouping_that_may_be_decimals_is_refused(tmp_path, separator: str, values: list[str]):
    with pytest.raises(CohortError) as caught:
        read_cohort(_file(tmp_path, values, separator), SPEC)
    assert f"column 't': '{values[0]}' may be 1250 or 1.25" in str(caught.value)
    assert "and so may 1 other number" in str(caught.value)


def test_quoted_groups_between_commas_are_refused(tmp_path):
    with pytest.raises(CohortError, match=r"'1,250' may be 1250 or 1.25"):
        read_cohort(_file(tmp_path, ["1,250", "900", "2,400"], ","), SPEC)
    frame = pd.DataFrame({"t": [4.0, 5, 6], "d": [1, 0, 1], "v": ["1,250", "40", "2,400"]})
    with pytest.raises(CohortError, match="column 'v': '1,250' may be"):
        read_cohort(frame, SPEC, covariates=["v"])


@pytest.mark.parametrize(
    ("values", "separator", "read"),
    [
        (["12,5", "3", "7,25"], ";", [12.5, 3, 7.25]),
        (["1.250,5", "900", "2.400"], ";", [1250.5, 900, 2400]),
        (["1,250.5", "900", "2,400"], ";", [1250.5, 900, 2400]),
        (["1.250.000", "900", "2.400"], ";", [1250000, 900, 2400]),
        (["0,250", "1,125", "2,400"], ";", [0.25, 1.125, 2.4]),
        (["1.25", "900", "2.400"], ";", [1.25, 900, 2.4]),
        (["1 250", "900", "2\u00a0400"], ";", [1250, 900, 2400]),
        (["1'250", "900", "2\u2019400,5"], ";", [1250, 900, 2400.5]),
        (["1,250.5", "900", "2,400"], ",", [1250.5, 900, 2400]),
        (["12,5", "3", "7,25"], ",", [12.5, 3, 7.25]),
        (["1.250", "900", "2.400"], ",", [1.25, 900, 2.4]),
    ],
)
def test_marks_that_tell_are_read(tmp_path, values: list[str], separator: str, read: list[float]):
    assert read_cohort(_file(tmp_path, values, separator), SPEC).exit.tolist() == read
    spec = CohortSpec(time="t", event="d", columns={"v": Column("v", unit="cm3")})
    cohort = read_cohort(_file(tmp_path, values, separator, "v"), spec)
    assert cohort.covariates["v"].tolist() == read


def test_the_other_columns_of_a_file_tell(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("t;d;v\n12,5;1;1.250\n3,5;0;640\n9;1;2.400\n")
    cohort = read_cohort(path, SPEC, covariates=["v"])
    assert cohort.covariates["v"].tolist() == [1250, 640, 2400]
    path.write_text("t;d;v\n12.5;1;1.250\n3.5;0;640\n9;1;2.400\n")
    with pytest.raises(CohortError, match=r"column 'v': '1.250' may be"):
        read_cohort(path, SPEC, covariates=["v"])


def test_columns_that_nobody_asked_for_are_no_matter(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("t;d;age;v\n12;1;60;1.250\n3;0;50;640\n9;1;70;2.400\n")
    assert len(read_cohort(path, SPEC, covariates=["age"])) == 3


@pytest.mark.parametrize(("decimal", "read"), [(",", 1250.0), (".", 1.25)])
def test_the_decimal_mark_can_be_stated(tmp_path, decimal: str, read: float):
    path = _file(tmp_path, ["1.250", "900", "2.400"])
    assert read_cohort(path, SPEC, decimal=decimal).exit[0] == read


def test_a_registry_refuses_too(tmp_path):
    path = _file(tmp_path, ["1.250", "900", "2.400"])
    with pytest.raises(CohortError, match=r"'1.250' may be 1250 or 1.25"):
        read_registry(path, SPEC)
    path = _file(tmp_path, ["1.250,5", "900", "2.400"])
    assert sorted(read_registry(path, SPEC).exit) == [900, 1250.5, 2400]


@pytest.mark.parametrize(
    "text",
    ["sep=;\nt;d\n1,5;1\n2;0\n", "# made by X\n# on Monday\nt;d\n1,5;1\n2;0\n",
     '"sep=;"\r\nt;d\r\n1,5;1\r\n2;0\r\n', "#t;d\n1,5;1\n2;0\n",
     "\n# remark; and more\n\nt;d\n1,5;1\n2;0\n"],
)  # fmt: skip
def test_lines_before_the_header(tmp_path, text: str):
    path = tmp_path / "x.csv"
    path.write_text(text)
    assert read_cohort(path, SPEC).exit.tolist() == [1.5, 2.0]
    if text.startswith("sep"):
        with pytest.raises(CohortError, match="a line stands before the header"):
            read_registry(path, SPEC)


def test_three_decimals_everywhere_are_decimals_beside_decimals(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("t\td\tv\n1.2\t1\t1.250\n3.5\t0\t6.400\n")
    np.testing.assert_array_equal(
        read_cohort(path, SPEC, covariates=["v"]).covariates["v"], [1.25, 6.4]
    )
