"""The end of follow-up as entry and duration."""

import pandas as pd
import pytest

import posthaz as ph
from posthaz.errors import CohortError, SpecError
from posthaz.spec import load_analysis

FRAME = pd.DataFrame({"age": [60.0, 71.5, 55.0], "years": [4.0, 2.5, 9.0], "dead": [1, 0, 1]})


def read(frame=FRAME, **more):
    settings = {"entry": "age", "duration": "years", "event": "dead", "unit": "years"} | more
    return ph.read_cohort(frame, **settings)


def test_follow_up_ends_at_entry_and_duration():
    cohort = read()
    assert cohort.entry.tolist() == [60.0, 71.5, 55.0]
    assert cohort.exit.tolist() == [64.0, 74.0, 64.0]
    stated = ph.read_cohort(
        FRAME.assign(end=FRAME["age"] + FRAME["years"]),
        entry="age", time="end", event="dead", unit="years",
    )  # fmt: skip
    assert (cohort.exit == stated.exit).all()


@pytest.mark.parametrize(
    ("frame", "settings", "words"),
    [
        (FRAME, {"entry": ""}, "no column of entry is named"),
        (FRAME, {"time": "age"}, "the end of follow-up is named too"),
        (FRAME, {"duration": "yaers"}, "there is no column 'yaers'"),
        (FRAME.assign(years=[4.0, -2.5, 9.0]), {}, "it is below 0"),
        (FRAME.assign(years=["4", "x", "9"]), {}, "text where a number belongs"),
        (FRAME.assign(years=[4.0, None, 9.0]), {}, "row 2"),
        (FRAME, {"covariates": ["years"]}, "the length of follow-up"),
    ],
)
def test_what_gives_no_end_is_refused(frame, settings, words):
    with pytest.raises(CohortError) as caught:
        read(frame, **settings)
    assert words in str(caught.value)


def test_in_a_file(tmp_path):
    path = tmp_path / "x.toml"
    models = '\n[models.m]\nbaseline = "exponential"\n'
    path.write_text('[cohort]\nentry = "age"\nduration = "years"\nevent = "dead"' + models)
    assert load_analysis(path).cohort.duration == "years"
    for text, words in (
        ('duration = "years"\nevent = "dead"', "give the time that duration counts from"),
        ('entry = "age"\nduration = "years"\ntime = "t"\nevent = "dead"', "named too"),
    ):
        path.write_text("[cohort]\n" + text + models)
        with pytest.raises(SpecError) as caught:
            load_analysis(path)
        assert words in str(caught.value)
    path.write_text(
        '[cohort]\nentry = "age"\nduration = "years"\nevent = "dead"' + models
        + 'formula = "years"\n'
    )  # fmt: skip
    with pytest.raises(SpecError, match="the length of follow-up"):
        load_analysis(path)
