"""[cohort] and [treatment] of an analysis file."""

import pytest

from posthaz.cohort import CohortSpec, Column, Condition, Where
from posthaz.spec.cohort_table import read_cohort_table, read_study_time
from tests.unit.spec.reading import problems, toml_table

TIMES = '[cohort]\ntime = "t"\nevent = "d"\n'


def read(text):
    file = toml_table(text)
    spec, table = read_cohort_table(file.below("cohort"), file.below("treatment"))
    return spec, table, problems(file)


def test_exact_follow_up():
    spec, table, found = read(
        TIMES + 'table = "a.csv"\nentry = "t0"\nunit = "days"\nsubject = "id"\nmissing = "drop"\n'
        'weight = "w"\ncluster = "c"\ncause = "k"\nzero_time = 0.5\n'
        'event_codes = { alive = "censored", dead = "event", "9" = 2 }\n'
        '[cohort.columns.arm]\nlevels = [0, 1]\n[treatment]\ncolumn = "arm"\nreference = 0'
    )
    assert not found
    assert table == "a.csv"
    assert spec == CohortSpec(
        time="t",
        event="d",
        entry="t0",
        cause="k",
        subject="id",
        cluster="c",
        weight="w",
        unit="days",
        event_codes={"alive": 0, "dead": 1, "9": 2},
        zero_time=0.5,
        missing="drop",
        columns={"arm": Column("arm", levels=("0", "1"))},
        treatment="arm",
        treatment_reference="0",
    )


def test_subset_landmark_and_start_of_treatment():
    file = toml_table(
        TIMES + 'landmark = 8\n[cohort.where]\nstage = "III"\nage = { at_least = 60, below = 75 }\n'
        '[treatment]\ncolumn = "arm"\nstarts = "begin"'
    )
    spec, _ = read_cohort_table(file.below("cohort"), file.below("treatment"))
    assert not problems(file)
    assert spec.where == Where(
        (Condition("stage", ("III",)), Condition("age", at_least=60.0, below=75.0))
    )
    assert read_study_time(file.below("cohort"), file.below("treatment")) == (8.0, "begin")


def test_interval_follow_up():
    spec, table, found = read('[cohort]\nlower = "l"\nupper = "u"')
    assert (spec, table, found) == (CohortSpec(lower="l", upper="u"), "", [])


def test_the_column_may_name_the_reference():
    spec, _, found = read(
        TIMES + '[cohort.columns.arm]\nlevels = [0, 1]\nreference = 1\n[treatment]\ncolumn = "arm"'
    )
    assert not found
    assert spec.treatment_reference == "1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "[cohort]: it is missing or empty"),
        ('[cohort]\nunit = "days"', "names no follow-up"),
        ('[cohort]\ntime = "t"', "[cohort.event]: it is missing. Fix: give it beside 'time'"),
        ('[cohort]\nevent = "d"', "[cohort.time]: it is missing. Fix: give it beside 'event'"),
        ('[cohort]\nlower = "l"', "[cohort.upper]: it is missing"),
        (TIMES + 'lower = "l"\nupper = "u"', "names both event and time and lower and upper"),
        (TIMES + 'unit = "month"', "did you mean 'months'"),
        (TIMES + "zero_time = 0", "not above 0"),
        (TIMES + 'missing = "impute"', "[cohort.missing]"),
        (TIMES + "landmark = 0", "[cohort.landmark]: found 0"),
        (TIMES + "[cohort.where]\nage = { above = 70, below = 60 }", "[cohort.where.age]"),
        (
            TIMES + "[cohort.columns.stage]\nlevels = [1, 2]\n[cohort.where]\nstage = 3",
            "[cohort.where.stage]: '3' is not a level of 'stage'",
        ),
        (TIMES + "event_codes = {}", "[cohort.event_codes]: it is empty"),
        (TIMES + 'event_codes = { "1" = "dead" }', "[cohort.event_codes.1]"),
        (TIMES + 'event_codes = { "1" = true }', "[cohort.event_codes.1]"),
        (TIMES + 'event_codes = { "1" = 0 }', "no code means an event"),
        (TIMES + "[treatment]\nreference = 0", "[treatment.column]: it is missing"),
        (
            TIMES + '[treatment]\ncolumn = "arm"\nstarts = 3',
            "[treatment.starts]: found 3",
        ),
        (
            TIMES + "[cohort.columns.arm]\nlevels = [0, 1]\n"
            '[treatment]\ncolumn = "arm"\nreference = 2',
            "'2' is not a level of 'arm'",
        ),
        (
            TIMES + "[cohort.columns.arm]\nlevels = [0, 1]\nreference = 0\n"
            '[treatment]\ncolumn = "arm"\nreference = 1',
            "'1' here, but '0' in [cohort.columns.arm]",
        ),
    ],
)
def test_problems(text, message):
    *_, found = read(text)
    assert len(found) == 1
    assert message in found[0]
