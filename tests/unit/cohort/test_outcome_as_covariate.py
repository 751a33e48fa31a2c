"""The outcome is no covariate, under its own name or another."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort.derivation import Cut, FractionatedDose
from posthaz.errors import CohortError


@pytest.fixture
def frame() -> pd.DataFrame:
    random = np.random.default_rng(8)
    times = random.exponential(20, 60)
    dead = random.integers(0, 2, 60)
    return pd.DataFrame(
        {
            "t": times,
            "d": dead,
            "start": 0.0,
            "w": 1.0,
            "id": np.arange(60),
            "arm": ["a", "b"] * 30,
            "age": random.normal(60, 8, 60),
            "days": times * 30.4375,
            "os": times,
            "whole": times.round(),
            "status": np.where(dead == 1, "deceased", "living"),
        }
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("t", "it is the follow-up time"),
        ("d", "it is the event"),
        ("start", "it is the time at which follow-up begins"),
        ("w", "it is the case weight"),
        ("os", "it is the follow-up time in every row"),
        ("whole", "orders rows as the follow-up time does (rank correlation"),
        ("days", "orders all rows exactly as the follow-up time does"),
        ("status", "it is 'deceased' in every row with an event and 'living' in every other"),
    ],
)
def test_the_outcome_is_refused(frame: pd.DataFrame, name: str, said: str) -> None:
    with pytest.raises(CohortError) as caught:
        ph.read_cohort(
            frame,
            time="t",
            event="d",
            entry="start",
            weight="w",
            treatment="arm",
            covariates=["age", name],
        )
    assert said in str(caught.value)
    assert "an effect that changes with time" in str(caught.value)


def test_the_event_is_no_treatment(frame: pd.DataFrame) -> None:
    with pytest.raises(CohortError, match="treatment 'd': it is the event"):
        ph.read_cohort(frame, time="t", event="d", treatment="d")


def test_subjects_may_have_a_frailty(frame: pd.DataFrame) -> None:
    cohort = ph.read_cohort(frame, time="t", event="d", subject="id", covariates=["id", "age"])
    assert list(cohort.covariates) == ["id", "age"]


def test_what_is_derived_from_the_outcome_is_refused(frame: pd.DataFrame) -> None:
    columns = {
        "late": ph.Column("late", derived=Cut("long", (5.0,))),
        "long": ph.Column("long", derived=FractionatedDose("bed", "t", 2.0, 3.0)),
    }
    with pytest.raises(CohortError) as caught:
        ph.read_cohort(frame, time="t", event="d", columns=columns, covariates=["late"])
    assert "derived column 'late': it is derived from 't', which is the follow-up time" in str(
        caught.value
    )


def test_age_at_entry_may_follow_age_at_exit(frame: pd.DataFrame) -> None:
    ages = np.linspace(40, 90, 60)
    cut = ph.Column("old", derived=Cut("began", (60.0,)))
    table = frame.assign(began=ages, left=ages + frame["t"] / 20, since=ages)
    cohort = ph.read_cohort(
        table,
        time="left",
        event="d",
        entry="began",
        unit="years",
        columns={"old": cut},
        covariates=["old", "since"],
    )
    assert list(cohort.covariates) == ["old", "since"]
