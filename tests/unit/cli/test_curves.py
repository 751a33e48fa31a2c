"""``posthaz curves``: files, words, and one error with nothing written."""

import sys

import numpy as np
import pandas as pd
import pytest

from posthaz.cli import main
from posthaz.cohort import read_cohort


@pytest.fixture
def inputs(tmp_path):
    time = np.arange(0, 41, 1.0)
    parts = [
        pd.DataFrame({"arm": arm, "time": time, "survival": (100 * np.exp(-rate * time)).round(1)})
        for arm, rate in (("A", 0.05), ("B", 0.03))
    ]
    pd.concat(parts).to_csv(tmp_path / "clicks.csv", index=False)
    risk = {"time": [0, 12, 24], "A": [100, 54, 29], "B": [100, 69, 48]}
    pd.DataFrame(risk).to_csv(tmp_path / "risk.csv", index=False)
    return tmp_path


@pytest.fixture
def run(inputs, monkeypatch, capsys):
    def call(*more):
        arguments = ["curves", str(inputs / "clicks.csv"), "--at-risk", str(inputs / "risk.csv")]
        out = inputs / "out"
        monkeypatch.setattr(sys, "argv", ["posthaz", *arguments, "--out", str(out), *more])
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out + said.err, out

    return call


def test_it_writes_a_cohort_and_its_checks(run):
    code, said, out = run("--hr", "0.6", "--medians", "A=13.9,B=23.1")
    assert code == 0
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert names == {
        "cohort.csv",
        "reconstruction.csv",
        "at_risk.csv",
        "hazard_ratio.csv",
        "figures/reconstruction.png",
        "figures/reconstruction.svg",
    }
    cohort = read_cohort(out / "cohort.csv", time="time", event="event", treatment="arm")
    assert len(cohort) == 200
    assert cohort.source.origin == "a printed curve (clicks.csv)"
    ratio = pd.read_csv(out / "hazard_ratio.csv").iloc[0]
    assert ratio["hr"] == pytest.approx(0.6, abs=0.03)
    assert ratio["difference"] == pytest.approx(ratio["hr"] / 0.6 - 1)
    assert "A: 100 patients" in said
    assert "(printed 13.9)" in said
    assert "printed 0.6" in said


def test_names_totals_and_origin_are_taken(run):
    # other names than those below the numbers at risk: columns then go by their order
    code, said, out = run("--arms", "RT,RT+C", "--events", "RT=80,RT+C=65", "--origin", "Figure 2")
    assert code == 0
    table = pd.read_csv(out / "cohort.csv")
    assert table.groupby("arm")["event"].sum().to_dict() == {"RT": 80, "RT+C": 65}
    assert set(table["reconstructed_from"]) == {"Figure 2"}
    assert "RT+C: 100 patients, 65 events" in said


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (("--scale", "shares"), "--scale: 'shares' is not known"),
        (("--unit", "moons"), "--unit: 'moons' is not known"),
        (("--events", "A:80"), "--events: 'A:80' is not ARM=NUMBER"),
        (("--events", "C=80"), "there is no curve of 'C'"),
        (("--scale", "share"), "row 1: survival is 100, outside 0 to 1"),
    ],
)
def test_unusable_input_ends_with_2_and_writes_nothing(run, more, expected):
    code, said, out = run(*more)
    assert code == 2
    assert expected in said
    assert not out.exists()


def test_a_curve_that_goes_up_names_its_row(run, inputs):
    clicks = pd.read_csv(inputs / "clicks.csv")
    clicks.loc[20, "survival"] = 80.0
    clicks.to_csv(inputs / "clicks.csv", index=False)
    code, said, out = run()
    assert code == 2
    assert "clicks.csv, row 21: the curve of 'A' rises by" in said
    assert not out.exists()


def test_one_curve_alone_needs_no_treatment(inputs, run):
    (inputs / "clicks.csv").write_text("0,1\n2,1\n2,0.9\n4,0.9\n4,0.8\n6,0.8\n6,0.6\n10,0.6\n")
    (inputs / "risk.csv").write_text("time,n\n0,10\n5,8\n10,3\n")
    code, said, out = run()
    assert code == 0, said
    made = pd.read_csv(out / "cohort.csv")
    assert (len(made), int(made["event"].sum())) == (10, 4)
    assert (out / "figures" / "reconstruction.png").stat().st_size > 1000


def test_numbers_of_unknown_arms_and_a_ratio_of_one_curve_are_refused(run):
    code, said, out = run("--medians", "C=13.9")
    assert (code, out.exists()) == (2, False)
    assert "--medians: there is no curve of 'C'" in said
    code, said, _ = run("--events", "A=80,A=81")
    assert (code, "--events: 'A' is named twice" in said) == (2, True)
    code, said, _ = run("--hr", "0")
    assert code == 2
    assert "--hr: 0.0 is no hazard ratio" in said


def test_the_unit_follows_the_column(run, inputs):
    clicks = pd.read_csv(inputs / "clicks.csv").rename(columns={"time": "weeks"})
    clicks.to_csv(inputs / "clicks.csv", index=False)
    risk = pd.read_csv(inputs / "risk.csv").rename(columns={"A": "n1", "B": "n2"})
    risk.to_csv(inputs / "risk.csv", index=False)
    code, said, _ = run("--events", "A=86")
    assert code == 0
    assert "weeks" in said.split("median", 1)[1][:20]
    assert "(printed 86)" in said
    assert "no name tells the numbers at risk of A: by its place, 'n1'" in said
    code, said, _ = run("--unit", "months")
    assert code == 2
    assert "--unit: months, and the column of time is named weeks" in said
