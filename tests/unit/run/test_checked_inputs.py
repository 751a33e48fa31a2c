"""What `check` refuses in a cohort that it could read."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import posthaz as ph
from posthaz.cli.check import check
from posthaz.errors import SpecError
from posthaz.run.inputs import read_inputs

_FILE = """
[cohort]
table = "x.csv"
time = "t"
event = "d"
unit = "months"
[cohort.columns.age]
unit = "years"
[models.m]
baseline = "piecewise_exponential"
cuts = CUTS
formula = "age"
[estimands.profiles.elderly]
age = AGE
"""


def _analysis(folder: Path, cuts: str, age: str) -> ph.Analysis:
    ages = [50 + (7 * i) % 23 for i in range(40)]
    table = pd.DataFrame({"t": [i + 1.5 for i in range(40)], "d": [1, 0] * 20, "age": ages})
    table.to_csv(folder / "x.csv", index=False)
    (folder / "x.toml").write_text(_FILE.replace("CUTS", cuts).replace("AGE", age))
    return ph.load_analysis(folder / "x.toml")


@pytest.mark.parametrize(
    ("cuts", "age", "said"),
    [
        ("[12, 60]", "60", "60 is beyond the last follow-up time, 40.5"),
        ("[12]", '"old"', "[estimands.profiles.elderly], age: found the text 'old'"),
        ("[12]", "true", "found true, where a number belongs"),
    ],
)
def test_refused(tmp_path: Path, cuts: str, age: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_inputs(_analysis(tmp_path, cuts, age))
    assert said in str(caught.value)


def test_cuts_beyond_follow_up_are_said_in_python_too(tmp_path: Path) -> None:
    analysis = _analysis(tmp_path, "[12, 60]", "60")
    (spec,) = analysis.models
    cohort = read_inputs(replace(analysis, models=(replace(spec, baseline=ph.Weibull()),)))
    with pytest.warns(UserWarning, match="60 is beyond the last follow-up time, 40.5 months"):
        ph.fit(spec, cohort, method="laplace", draws=200)


def test_events_are_counted_by_one_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{i + 1},{i + 3 if i % 2 else 'inf'},{1 + i % 3},{40 + i}" for i in range(30)]
    (tmp_path / "y.csv").write_text("from,to,n,age\n" + "\n".join(rows))
    events = sum(1 + i % 3 for i in range(30) if i % 2)
    (tmp_path / "y.toml").write_text("""
[cohort]
table = "y.csv"
lower = "from"
upper = "to"
weight = "n"
weight_kind = "frequency"
unit = "months"
[models.m]
baseline = "weibull"
""")
    check(tmp_path / "y.toml")
    assert f", {events} events," in capsys.readouterr().out
    analysis = ph.load_analysis(tmp_path / "y.toml")
    cohort = read_inputs(analysis)
    assert cohort.known_events == events
    fit = ph.fit(analysis.models[0], cohort, method="laplace", draws=200)
    assert fit.provenance.events == events


def test_a_profile_has_a_name_of_its_own(tmp_path: Path) -> None:
    analysis = _analysis(tmp_path, "[12]", "60")
    asked = replace(analysis.estimands, profiles=(("all", {"age": 60}),))
    with pytest.raises(SpecError, match="answers for all patients stand under the same name"):
        read_inputs(replace(analysis, estimands=asked))


def test_extrapolated_profiles_are_said(tmp_path: Path) -> None:
    cohort = read_inputs(_analysis(tmp_path, "[12]", "95"))
    assert any("95 is beyond the data" in str(notice) for notice in cohort.notices)


def test_a_profile_has_a_number_for_every_term(tmp_path: Path) -> None:
    analysis = _analysis(tmp_path, "[12]", "0")
    model = replace(analysis.models[0], formula="log(age)")
    with pytest.raises(SpecError, match=r"'log\(age\)' is not finite"):
        read_inputs(replace(analysis, models=(model,)))


def test_no_effect_stands_on_the_curves_of_one_arm(tmp_path: Path) -> None:
    analysis = _analysis(tmp_path, "[12]", "60")
    asked = replace(analysis.baselines, kaplan_meier_band=True, effect_on_plot=True)
    with pytest.raises(SpecError) as caught:
        read_inputs(replace(analysis, baselines=asked))
    assert "[baselines], effect_on_plot" in str(caught.value)
    assert "one arm" in str(caught.value) and "kaplan_meier_band" not in str(caught.value)
    alone = replace(asked, effect_on_plot=False)
    assert len(read_inputs(replace(analysis, baselines=alone))) == 40


_VISITS = """
[cohort]
table = "x.csv"
time = "stop"
event = "d"
entry = "start"
subject = "id"
unit = "months"
[cohort.columns.bili]
[models.current]
baseline = "weibull"
formula = "bili"
[models.none]
baseline = "weibull"
"""
_COURSE = "[estimands.profiles.rising]\npath = [{ from = 0, bili = 1.0 }, { from = 2, bili = 3.0 }]"


@pytest.mark.parametrize(
    ("course", "said", "fix"),
    [("", "survival is given for nobody", "state a course in [estimands.profiles.NAME]"),
     (_COURSE, "patients along the stated courses alone", "read hazard ratios")],
)  # fmt: skip
def test_models_without_a_marginal_curve_say_why(
    tmp_path: Path, course: str, said: str, fix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(i, start, start + 2.5, int(start and i % 2), 1.0 + start + i % 3)
            for i in range(30) for start in (0.0, 2.5)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["id", "start", "stop", "d", "bili"])
    table.to_csv(tmp_path / "x.csv", index=False)
    (tmp_path / "x.toml").write_text(_VISITS + course)
    check(tmp_path / "x.toml")
    out = capsys.readouterr().out
    assert "30 patients in 60 rows" in out
    (notice,) = [line for line in out.splitlines() if "changed during follow-up" in line]
    assert "[models.current]: 'bili' of its formula" in notice
    assert said in notice and fix in notice


def test_the_times_of_a_course_rise_from_0(tmp_path: Path) -> None:
    rows = [(i, start, start + 2.5, int(start and i % 2), 1.0 + start + i % 3)
            for i in range(30) for start in (0.0, 2.5)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["id", "start", "stop", "d", "bili"])
    table.to_csv(tmp_path / "x.csv", index=False)
    for course, said in (
        ("{ from = 3, bili = 1.0 }, { from = 2, bili = 3.0 }", "begins pieces at 3, 2"),
        ("{ bili = 1.0 }", "a piece of its path has no time 'from'"),
    ):
        (tmp_path / "x.toml").write_text(f"{_VISITS}[estimands.profiles.rising]\npath = [{course}]")
        with pytest.raises(SpecError, match=said):
            read_inputs(ph.load_analysis(tmp_path / "x.toml"))


def test_recurrent_events_have_no_cured_share(tmp_path: Path) -> None:
    rows = [(i, start, start + 2.5, 1, 1.0) for i in range(30) for start in (0.0, 2.5)]
    rows += [(30 + i, 0.0, 9.0, 0, 1.0) for i in range(30)]
    table = pd.DataFrame(rows, columns=["id", "start", "stop", "d", "bili"])
    table.to_csv(tmp_path / "x.csv", index=False)
    text = _VISITS.replace('unit = "months"', 'unit = "months"\nrecurrent = "all"')
    (tmp_path / "x.toml").write_text(text.replace('formula = "bili"', "") + "[models.none.cure]\n")
    with pytest.raises(SpecError, match="who has had one was not cured"):
        read_inputs(ph.load_analysis(tmp_path / "x.toml"))


@pytest.mark.parametrize(
    "asked",
    [
        '[subgroups]\ncolumns = ["big"]\n',
        "[subgroups]\ncolumns = [{ bili = [2] }]\n",
        '[interactions.x]\neffect = "arm"\nby = "big"\n',
        '[screening]\ncandidates = ["bili"]\n',
    ],
)
def test_groups_of_what_changes_are_refused(tmp_path: Path, asked: str) -> None:
    rows = [(i, start, start + 2.5, int(start and i % 2), 1.0 + start + i % 3, "ab"[i // 2 % 2])
            for i in range(30) for start in (0.0, 2.5)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["id", "start", "stop", "d", "bili", "arm"])
    table.assign(big=table["bili"].gt(3).map({True: "yes", False: "no"})).to_csv(
        tmp_path / "x.csv", index=False
    )
    more = '[cohort.columns.arm]\n[cohort.columns.big]\n[treatment]\ncolumn = "arm"\n'
    text = _VISITS.replace('formula = "bili"', 'formula = "arm"')
    (tmp_path / "x.toml").write_text(text + more + asked)
    with pytest.raises(SpecError, match="changes during follow-up, so that nobody has one value"):
        read_inputs(ph.load_analysis(tmp_path / "x.toml"))
