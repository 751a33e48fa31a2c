"""Times recorded in steps: what models are given, and what reading says of them."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.borrowing.pooled import pooled_rows
from posthaz.baselines import survival_at
from posthaz.cohort import between_steps, person_time
from posthaz.errors import CohortError


def whole_months(size: int = 400, seed: int = 3) -> pd.DataFrame:
    """Deaths at 10 % a month, recorded at the end of the month, and censoring at 24."""
    time = np.ceil(np.random.default_rng(seed).exponential(1 / -np.log(0.9), size))
    return pd.DataFrame({"months": np.minimum(time, 24.0), "dead": (time <= 24).astype(int)})


def read(frame: pd.DataFrame, **fields: object) -> ph.Cohort:
    return ph.read_cohort(frame, time="months", event="dead", **fields)


def test_only_events_of_interest_are_widened_and_never_before_entry() -> None:
    frame = pd.DataFrame(
        {"months": [2, 5, 5, 7], "dead": [1, 1, 0, 2], "start": [0.0, 4.5, 0.0, 0.0]}
    )
    cohort = read(frame, entry="start", event_codes={"0": 0, "1": 1, "2": 2}, resolution=1.0)
    found = between_steps(cohort)
    assert found.lower.tolist() == [1.0, 4.5, 5.0, 7.0]
    np.testing.assert_array_equal(found.upper, cohort.upper)
    assert found.interval_censored.tolist() == [True, True, False, False]
    assert between_steps(found) is found
    assert cohort.event.tolist() == [True, True, False, False]


def test_models_and_kaplan_meier_agree_on_whole_months() -> None:
    frame, late = whole_months(), [6.0, 12.0, 18.0]
    cohort = read(frame, resolution=1.0)
    km = survival_at(cohort, late)["survival"].to_numpy()
    monthly = ph.PiecewiseExponential(cuts=tuple(range(1, 24)), intervals=24)
    wide = {"log_hazard": ph.Prior("normal", (-2.0, 5.0))}
    model = ph.ModelSpec("monthly", monthly, priors=wide)

    def posterior(cohort: ph.Cohort) -> np.ndarray:
        fit = ph.fit(model, cohort, ph.Sampling(method="laplace", draws=2000))
        draws = ph.survival(fit, late)
        return draws.mean(("chain", "draw")).to_numpy().ravel()

    np.testing.assert_allclose(posterior(cohort), km, atol=0.006)
    assert (posterior(read(frame)) - km > 0.01).any()


def test_times_taken_as_exact_are_doubted_with_the_step_they_were_recorded_in() -> None:
    said = [str(one) for one in read(whole_months()).notices]
    assert any("share a time" in one and "say resolution = 1 in" in one for one in said)
    days = whole_months().assign(months=lambda f: f["months"] * 7)
    said = [str(one) for one in read(days, unit="days").notices]
    assert any("say resolution = 7 in" in one for one in said)
    assert not any("share a time" in str(one) for one in read(whole_months(), resolution=1).notices)


def test_ties_that_move_nothing_are_not_doubted() -> None:
    fine = whole_months()
    fine["months"] = np.round(np.random.default_rng(1).exponential(20, len(fine)), 1) + 0.1
    assert not any("share a time" in str(one) for one in read(fine).notices)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"resolution": -1.0}, "-1.0 is not a step"),
        ({"resolution": "month"}, "'month' is not a step"),
    ],
)
def test_a_step_that_cannot_be_is_refused(fields: dict[str, object], message: str) -> None:
    frame = pd.DataFrame({"months": [2, 3, 5], "dead": [1, 1, 0]})
    with pytest.raises(CohortError, match=message):
        read(frame, **fields)


def test_times_finer_than_the_step_are_taken_as_exact_and_said_to_be() -> None:
    frame = pd.DataFrame({"months": [2.0, 3.4, 5.1], "dead": [1, 1, 0]})
    cohort = read(frame, resolution=1.0)
    assert cohort.resolution == 0.0
    said = [str(one) for one in cohort.notices]
    assert any("row 2" in one and "resolution = 1 (3.4)" in one for one in said), said
    assert read(frame.assign(months=[2.0, 3.0, 5.1]), resolution=1.0).resolution == 1.0


def test_bounds_and_a_step_exclude_each_other() -> None:
    frame = pd.DataFrame({"from": [1.0, 2.0], "to": [2.0, np.nan]})
    with pytest.raises(CohortError, match="the bounds of events are given"):
        ph.read_cohort(frame, lower="from", upper="to", resolution=1.0)


def test_a_time_of_zero_lies_between_zero_and_what_stands_for_it() -> None:
    frame = pd.DataFrame({"months": [0, 3, 5], "dead": [1, 1, 0]})
    found = between_steps(read(frame, zero_time=0.5, resolution=1.0))
    assert (found.lower[0], found.upper[0]) == (0.0, 0.5)


def test_history_and_current_patients_each_keep_their_step() -> None:
    ours, theirs = read(whole_months(20)), read(whole_months(30, 5), resolution=1.0)
    both = pooled_rows(ours, theirs)
    assert both.resolution == 0.0
    assert not both.interval_censored[:20].any()
    np.testing.assert_array_equal(both.interval_censored[20:], theirs.event)


def test_person_time_keeps_events_of_whole_months() -> None:
    cohort = read(whole_months(50), resolution=1.0)
    reduced = person_time(cohort, [6.0])
    assert reduced.interval_censored.sum() == cohort.event.sum()
