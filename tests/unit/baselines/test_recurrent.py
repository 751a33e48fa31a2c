from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import landmark
from posthaz.baselines import (
    cox_model,
    follow_up,
    kaplan_meier,
    logrank,
    mean_count_at,
    mean_cumulative_count,
    median_survival,
    nelson_aalen,
    recurrent_answers,
    rmst,
    survival_at,
)
from posthaz.cohort import Cohort, read_cohort
from posthaz.errors import PosthazError
from tests.shared_data import DATA, needs_data
from tests.unit.baselines.small_cohorts import small_cohort


def relapses() -> Cohort:
    """Three patients: events at 2 and 4 (to 6), at 3 (to 5), none (to 7)."""
    one = small_cohort(
        [2, 4, 6, 3, 5, 7],
        [1, 1, 0, 1, 0, 0],
        entry=[0, 2, 4, 0, 3, 0],
        subject=[0, 0, 0, 1, 1, 2],
    )
    return replace(one, recurrent=True)


def bladder() -> Cohort:
    table = pd.read_csv(DATA / "bladder2.csv")
    roles = {"time": "stop", "event": "event", "entry": "start", "subject": "id"}
    return read_cohort(table, **roles, covariates=["rx", "number", "size"], recurrent="all")


def test_the_mean_cumulative_count_by_hand() -> None:
    curve = mean_cumulative_count(relapses())
    assert curve["time"].tolist() == [0, 2, 3, 4]
    assert curve["at_risk"].tolist() == [3, 3, 3, 3]  # nobody leaves by an event
    assert curve["mean_count"].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    # by patient, what each has had less what is expected of it: 1 and 1 less, none, one less
    assert curve["std_error"].tolist()[1:] == pytest.approx(
        [
            np.linalg.norm([2 / 9, -1 / 9, -1 / 9]),
            np.linalg.norm([1 / 9, 1 / 9, -2 / 9]),
            np.linalg.norm([1 / 3, 0, -1 / 3]),
        ]
    )


def test_the_count_is_of_those_still_under_observation() -> None:
    shorter = small_cohort([2, 4, 1, 5], [1, 1, 0, 0], entry=[0, 2, 0, 0], subject=[0, 0, 1, 2])
    curve = mean_cumulative_count(replace(shorter, recurrent=True))
    assert curve["mean_count"].tolist() == pytest.approx([0, 1 / 2, 1])


def test_counts_beyond_follow_up_are_not_given() -> None:
    table = mean_count_at(relapses(), [3.5, 8])
    assert table["mean_count"].tolist() == pytest.approx([2 / 3, np.nan], nan_ok=True)
    assert table["events"].tolist()[0] == 2 and table["n"].tolist() == [3, 3]


def test_an_event_does_not_end_follow_up() -> None:
    ends = small_cohort([2, 4, 5], [1, 1, 0], entry=[0, 2, 0], subject=[0, 0, 1])
    table = follow_up(replace(ends, recurrent=True))
    assert table["n"].tolist() == [2] and table["events"].tolist() == [2]
    assert table["median"].tolist() == [4.5]


@pytest.mark.parametrize(
    "asked",
    [
        kaplan_meier,
        nelson_aalen,
        median_survival,
        logrank,
        lambda cohort: survival_at(cohort, [3]),
        lambda cohort: rmst(cohort, 5),
        lambda cohort: landmark(cohort, 1.0),
    ],
)
def test_what_has_no_meaning_is_refused(asked: object) -> None:
    with pytest.raises(PosthazError, match=r"recurrent.*Fix: "):
        asked(relapses())  # pyright: ignore[reportCallIssue]


@needs_data
def test_andersen_and_gill_on_bladder_tumours() -> None:
    cohort = bladder()
    fit = cox_model(cohort, cohort.covariates[["rx", "number", "size"]].astype(float))
    # R: coxph(Surv(start, stop, event) ~ rx + number + size + cluster(id), bladder2)
    assert fit.table["log_hr"].tolist() == pytest.approx([-0.46469, 0.17496, -0.04366], abs=1e-5)
    assert fit.table["se"].iloc[0] == pytest.approx(0.19973, abs=1e-5)
    assert fit.table["robust_se"].iloc[0] == pytest.approx(0.26556, abs=1e-5)


@needs_data
def test_the_answers_of_recurrent_events_have_their_names() -> None:
    cohort = bladder()
    design = {"rx": cohort.covariates[["rx"]].astype(float)}
    table = recurrent_answers(cohort, covariates=["number"], columns=design, times=[12])
    assert set(table["analysis"]) == {
        "reverse_kaplan_meier",
        "mean_cumulative_function",
        "andersen_gill_univariable",
        "andersen_gill: rx",
    }
    count = table[table["quantity"] == "mean cumulative count"]
    assert count["n"].tolist() == [85] and count["events"].tolist() == [48]
