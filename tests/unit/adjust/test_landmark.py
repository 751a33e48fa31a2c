"""Landmarks and treatment that begins during follow-up."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import landmark, split_at_treatment
from posthaz.cohort import Cohort, read_cohort
from posthaz.errors import AdjustmentError


def cohort(**columns) -> Cohort:
    frame = pd.DataFrame(
        {"time": [2.0, 4.0, 6.0, 8.0, 10.0], "event": [1, 0, 1, 0, 1], "arm": list("CTCTT")}
    ).assign(**columns)
    fields = {"treatment": "arm", "treatment_reference": "C"}
    fields |= {name: name for name in ("entry", "subject") if name in columns}
    return read_cohort(frame, time="time", event="event", **fields)


def test_times_restart_and_the_left_out_are_told():
    found = landmark(cohort(), 4.0)
    assert found.cohort.exit.tolist() == [2.0, 4.0, 6.0]
    assert found.cohort.event.tolist() == [True, False, True]
    assert found.excluded.to_numpy().tolist() == [["C", "event", 1], ["T", "censored", 1]]
    reasons = [(dropped.reason, dropped.rows) for dropped in found.cohort.dropped]
    assert reasons == [
        ("an event by the landmark at 4 months (C 1)", (1,)),
        ("censored by the landmark at 4 months (T 1)", (2,)),
    ]


def test_late_entries_are_left_out():
    found = landmark(cohort(entry=[0.0, 0.0, 5.0, 1.0, 0.0], arm=list("CTTTC")), 4.0)
    assert found.excluded["reason"].tolist() == ["event", "censored", "not yet followed"]
    assert found.cohort.entry.tolist() == [0.0, 0.0]


def test_several_rows_a_subject():
    frame = {"entry": [0.0, 2.0, 0.0, 6.0, 0.0], "subject": ["a", "a", "b", "b", "c"]}
    rows = cohort(**frame, event=[0, 0, 0, 0, 1])
    found = landmark(rows, 5.0)
    assert found.cohort.entry.tolist() == [0.0, 1.0, 0.0]
    assert found.cohort.exit.tolist() == [1.0, 3.0, 5.0]
    assert found.excluded["n"].sum() == 1


def test_a_landmark_after_the_last_event():
    late = replace(cohort(), cause=np.array([1, 0, 1, 0, 0]))
    late = replace(late, upper=np.where(late.cause == 1, late.lower, np.inf))
    with pytest.raises(AdjustmentError, match="last one is at 6 months, and 1 patients"):
        landmark(late, 9.0)
    with pytest.raises(AdjustmentError, match="not a time above 0"):
        landmark(late, 0.0)


def test_the_arm_is_that_of_the_landmark():
    found = landmark(cohort(start=[np.nan, 1.0, np.nan, 3.0, 7.0]), 4.0, "start")
    assert found.cohort.arm.tolist() == ["C", "T", "C"]
    assert "start" not in found.cohort.covariates


def test_time_before_treatment_is_of_the_reference_arm():
    split = split_at_treatment(cohort(start=[np.nan, 1.0, np.nan, 0.0, 12.0]), "start")
    rows = zip(split.arm, split.entry, split.exit, split.cause, split.subject, strict=True)
    assert [(a, float(b), float(c), int(d), int(e)) for a, b, c, d, e in rows] == [
        ("C", 0.0, 2.0, 1, 0),
        ("C", 0.0, 1.0, 0, 1),
        ("T", 1.0, 4.0, 0, 1),
        ("C", 0.0, 6.0, 1, 2),
        ("T", 0.0, 8.0, 0, 3),
        ("C", 0.0, 10.0, 1, 4),
    ]
    assert "follow-up ended" in split.notices[-1].what
    whole = cohort()
    assert np.sum(split.exit - split.entry) == np.sum(whole.exit)
    assert split.event.sum() == whole.event.sum()


def test_starts_that_cannot_be_are_found_together():
    with pytest.raises(AdjustmentError) as error:
        split_at_treatment(cohort(start=[3.0, np.nan, np.nan, -1.0, 2.0]), "start")
    first = [finding.what.split(" ")[0] for finding in error.value.findings]
    assert first == ["treated,", "the", "a"]
    with pytest.raises(AdjustmentError, match=r"no column 'begin'"):
        split_at_treatment(cohort(), "begin")


def test_an_arm_that_nobody_is_left_in_is_named():
    frame = pd.DataFrame({"t": [1.0, 2, 3, 5, 6], "d": [1, 1, 0, 1, 1], "a": list("TTTCC")})
    cohort = read_cohort(frame, time="t", event="d", treatment="a", treatment_reference="C")
    with pytest.raises(AdjustmentError, match="nobody is left in arm T at the landmark of 4") as e:
        landmark(cohort, 4.0)
    assert "2 with an event by then, 1 censored by then" in str(e.value)
    assert "set the landmark before 3 months" in str(e.value)
    late = frame.assign(s=[9.0, 9.0, 9.0, np.nan, np.nan])
    cohort = read_cohort(late, time="t", event="d", treatment="a", treatment_reference="C")
    with pytest.raises(AdjustmentError, match="nobody is left in arm T: treatment began when"):
        split_at_treatment(cohort, "s")
