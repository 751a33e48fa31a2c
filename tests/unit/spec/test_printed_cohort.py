"""Cohort descriptions are read whole, and refused with every problem named."""

import re
import tomllib

import numpy as np
import pytest

from posthaz.errors import Findings, SpecError
from posthaz.spec import load_analysis, read_analysis_cohort, simulate_patients
from posthaz.spec.printed_cohort import read_printed_cohort

DESCRIPTION = """
[about]
title = "170 patients"
source = "A paper"
unit = "months"
earliest = 1

[groups.a]
size = 90
values = { arm = "a" }

[groups.b]
size = 60
values = { arm = "b" }

[groups.c]
size = 10
values = { arm = "a" }

[groups.d]
size = 10
values = { arm = "b" }

[follow_up]
quantiles = [[0, 12], [1, 60]]

[follow_up.b]
quantiles = [[0, 6], [0.5, 20], [1, 48]]

[columns.sex]
counts.a = { m = 60, f = 30 }
like.b = "a"
like."c" = "a"
like."d" = "a"

[columns.volume]
cut = 100
below."a+b" = 70
below.c = 4
below.d = 4
spread = 0.8
grouped = { column = "large", levels = ["no", "yes"] }

[columns.grade]
number = true
shares.all = { "0" = 3, "1" = 1 }

[columns.ptv]
quartiles.a = [100, 200, 300]
empty = ["b", "c", "d"]

[correlations]
volume = { ptv = 0.4 }

[matched]
groups = ["c", "d"]
on = ["sex", "large"]
left_out = ["a", "b"]
where = "Table 2"

[endpoints.os]
after = "pfs"
time = "os"
event = "dead"
knots = [12, 24]

[endpoints.pfs]
time = "pfs"
event = "pfs_event"
knots = [6, 12]
effects = ["sex", "large:arm"]
deaths = 0.2

[[endpoints.pfs.printed]]
quantity = "survival"
times = [12, 24]
values = [0.4, 0.2]
among = { arm = "a" }
where = "Table 1"

[[endpoints.pfs.printed]]
quantity = "p_value"
value = 0.05
column = "arm"
level = "b"
reference = "a"
direction = "lower"
where = "Figure 1"

[[endpoints.os.printed]]
quantity = "median"
value = "not reached"
where = "Figure 2"
"""

ANALYSIS = """
[cohort]
time = "os"
event = "dead"
[cohort.columns.arm]
levels = ["a", "b"]
[cohort.columns.sex]
levels = ["f", "m"]
[treatment]
column = "arm"
[models.weibull]
baseline = "weibull"
formula = "arm"
[simulate]
cohort = "cohorts/paper.toml"
seed = 3
"""


def read(text, tmp_path):
    findings = Findings()
    cohort = read_printed_cohort(tomllib.loads(text), "x.toml", tmp_path / "x.toml", findings)
    return cohort, [str(finding) for finding in findings.found]


def test_a_description_is_read(tmp_path):
    cohort, problems = read(DESCRIPTION, tmp_path)
    assert problems == []
    assert (cohort.size, cohort.horizon, cohort.earliest) == (170, 60.0, 1.0)
    assert [endpoint.name for endpoint in cohort.endpoints] == ["pfs", "os"]
    sex, volume, grade, ptv = cohort.covariates
    assert sex.margins[1].shares == pytest.approx({"m": 2 / 3, "f": 1 / 3})
    assert volume.margins[0].below == pytest.approx(70 / 150)
    assert volume.grouped == ("large", "no", "yes")
    assert grade.number
    assert ptv.margins[1].empty
    rates, test = cohort.endpoints[0].printed[:2], cohort.endpoints[0].printed[2]
    assert [(one.time, one.value) for one in rates] == [(12.0, 0.4), (24.0, 0.2)]
    assert (test.quantity, test.direction) == ("chi_square", -1)
    assert test.value == pytest.approx(3.841, abs=1e-3)
    assert cohort.endpoints[1].printed[0].value == np.inf
    assert cohort.groups[1].follow_up[1] == (0.5, 20.0)
    matched = cohort.matched
    assert (matched.groups, matched.left_out) == (("c", "d"), ("a", "b"))
    assert matched.on == ("sex", "large")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("size = 90", "size = 91", "the counts add up to 90, and the group has 91"),
        ('like.b = "a"', "", "group 'b' has 0 margins"),
        ('like.b = "a"', 'like.b = "c"', "there is no margin of 'c'"),
        ("counts.a", "counts.aa", "'aa' is not a group"),
        ("spread = 0.8", "", "spread]: it is missing"),
        ("cut = 100", "", "cut]: it is missing"),
        ('below."a+b" = 70', 'below."a+b" = 700', "700 of 150 patients"),
        ("quartiles.a = [100, 200, 300]", "quartiles.a = [300, 200]", "not three numbers in order"),
        ('"0" = 3', "none = 3", "level 'none' is no number"),
        ("[[0, 12], [1, 60]]", "[[0, 12], [0.5, 60]]", "not increasing from probability 0 to 1"),
        ("volume = { ptv = 0.4 }", "volume = { gtv = 0.4 }", "there is no column 'gtv'"),
        ('groups = ["c", "d"]', 'groups = ["c", "e"]', "'e' is not a group"),
        ('groups = ["c", "d"]', 'groups = ["c"]', "not groups of one size"),
        ('groups = ["c", "d"]', 'groups = ["c", "b"]', "not groups of one size"),
        ('groups = ["c", "d"]', "", "groups]: it is missing"),
        ('on = ["sex", "large"]', 'on = ["sex", "volume"]', "'volume' is no factor"),
        ('on = ["sex", "large"]', 'on = ["grade"]', "'grade' is no factor"),
        ("below.d = 4", "below.d = 5", "'large' has not the same counts in c and d"),
        ('on = ["sex"', "on = []  # [", "on]"),
        ('left_out = ["a", "b"]', 'left_out = ["a", "c"]', "'c' is matched"),
        ('left_out = ["a", "b"]', 'left_out = ["a", "e"]', "'e' is not a group"),
        ('after = "pfs"', 'after = "ttp"', "'ttp' is not an end point"),
        ("knots = [6, 12]", "knots = [12, 6]", "not increasing"),
        ("knots = [6, 12]", 'proportional = ["volume"]', "'volume' doesn't tell groups apart"),
        ("knots = [6, 12]", "roughness = 0", "roughness]: found 0"),
        ('"large:arm"', '"larg:arm"', "there is no column 'larg'"),
        ("values = [0.4, 0.2]", "values = [0.4]", "no time and share"),
        ('among = { arm = "a" }', 'among = { arm = "A" }', "'A' is not a level of 'arm'"),
        ('level = "b"', "", "level]: it is missing"),
        ('direction = "lower"', 'direction = "down"', 'found "down"'),
        ('value = "not reached"', "value = -1", "value]: found -1"),
        ('where = "Figure 2"', "", "where]: it is missing"),
        ('title = "170 patients"', 'titel = "170 patients"', "unknown key 'titel'"),
    ],
)
def test_what_is_wrong_is_named(old, new, problem, tmp_path):
    assert old in DESCRIPTION
    cohort, problems = read(DESCRIPTION.replace(old, new, 1), tmp_path)
    assert cohort is None
    assert any(problem in one for one in problems), problems
    assert all("Fix:" in one for one in problems)


def folder(tmp_path, analysis=ANALYSIS, description=DESCRIPTION):
    (tmp_path / "cohorts").mkdir()
    (tmp_path / "cohorts" / "paper.toml").write_text(description, encoding="utf-8")
    path = tmp_path / "analysis.toml"
    path.write_text(analysis, encoding="utf-8")
    return path


def test_an_analysis_without_table_draws_its_twin(tmp_path):
    analysis = load_analysis(folder(tmp_path))
    assert (analysis.simulate.seed, analysis.simulate.cohort.name) == (3, "paper")
    cohort = read_analysis_cohort(analysis)
    assert len(cohort) == 170
    assert cohort.source.simulated
    assert cohort.source.name == "twin of paper (simulated, seed 3)"
    table = simulate_patients(analysis)
    assert sorted(table["os"]) == sorted(cohort.exit)
    assert not simulate_patients(analysis, 4)["os"].equals(table["os"])


def test_problems_of_the_description_come_with_those_of_the_analysis(tmp_path):
    analysis = ANALYSIS.replace('baseline = "weibull"', 'baseline = "weibul"')
    path = folder(tmp_path, analysis, DESCRIPTION.replace("size = 90", "size = 91"))
    with pytest.raises(SpecError, match="weibul") as error:
        load_analysis(path)
    assert re.search(r"paper\.toml \[columns\.sex\.counts\.a\]", str(error.value))


def test_a_description_that_is_not_there_is_named(tmp_path):
    path = folder(tmp_path, ANALYSIS.replace("paper.toml", "papre.toml"))
    said = r"papre\.toml: there is no such file \(did you mean 'paper\.toml'\?\)"
    with pytest.raises(SpecError, match=said):
        load_analysis(path)


def test_simulation_needs_a_description():
    with pytest.raises(SpecError, match="no \\[simulate\\]"):
        simulate_patients(load_analysis("nvalt11_pci_os"))
