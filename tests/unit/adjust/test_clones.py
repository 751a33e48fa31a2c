"""Clones, their weights, and sequences of trials, by hand."""

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import clone_censor_weight, sequential_trials, split_at_treatment
from posthaz.baselines import cox_model
from posthaz.cohort import Cohort, read_cohort
from posthaz.errors import AdjustmentError
from tests.recovery.immortal_time import no_effect


def cohort_of(rows: list[tuple[float, int, float | None]], **columns: list[float]) -> Cohort:
    time, event, start = zip(*rows, strict=True)
    table = pd.DataFrame({"time": time, "event": event, "start": pd.Series(start, dtype=float)})
    table["arm"] = np.where(table["start"].notna(), "T", "C")
    table = table.assign(**columns)
    return read_cohort(table, time="time", event="event", treatment="arm", unit="months")


def pieces(cohort: Cohort) -> list[tuple[str, int, float, float, bool]]:
    columns = (cohort.arm, cohort.row_number, cohort.entry, cohort.exit, cohort.event)
    return [
        (str(arm), int(row), float(entry), float(exit_), bool(event))
        for arm, row, entry, exit_, event in zip(*columns, strict=True)
    ]


def test_clones_leave_their_arm_when_they_leave_their_strategy():
    # begun early, begun late, never begun, dead in the grace period, treated at once
    rows = [(9.0, 1, 2.0), (8.0, 1, 5.0), (7.0, 0, None), (2.5, 1, None), (6.0, 1, 0.0)]
    found = clone_censor_weight(cohort_of(rows), "start", 3.0)
    never = [piece for piece in pieces(found.cohort) if piece[0] == "C"]
    assert never == [
        ("C", 1, 0.0, 2.0, False),
        ("C", 2, 0.0, 5.0, False),
        ("C", 3, 0.0, 7.0, False),
        ("C", 4, 0.0, 2.5, True),
    ]
    treated = [piece for piece in pieces(found.cohort) if piece[0] == "T"]
    assert treated == [
        ("T", 1, 0.0, 3.0, False),
        ("T", 1, 3.0, 9.0, True),
        ("T", 2, 0.0, 3.0, False),
        ("T", 3, 0.0, 3.0, False),
        ("T", 4, 0.0, 2.5, True),
        ("T", 5, 0.0, 3.0, False),
        ("T", 5, 3.0, 6.0, True),
    ]
    assert found.weights["censored"].tolist() == [3, 2]
    assert found.weights["events"].tolist() == [1, 3]
    assert np.all(found.cohort.weight == 1)
    assert "start" not in found.cohort.covariates


def test_a_start_at_the_end_of_follow_up_is_no_treatment():
    found = clone_censor_weight(
        cohort_of([(4.0, 1, 4.0), (9.0, 1, 1.0), (9.0, 0, None)]), "start", 5.0
    )
    assert ("C", 1, 0.0, 4.0, True) in pieces(found.cohort)


def test_weights_at_the_end_of_the_grace_period_are_those_of_a_saturated_model():
    rows = [(9.0, 1, 1.0)] * 3 + [(9.0, 0, None)] + [(9.0, 0, 2.0)] + [(9.0, 0, None)] * 3
    cohort = cohort_of(rows, high=[1.0] * 4 + [0.0] * 4)
    clones = clone_censor_weight(cohort, "start", 3.0, ["high"]).cohort
    late = (clones.arm == "T") & (clones.entry == 3.0)
    weight = dict(zip(clones.covariates["high"][late], clones.weight[late], strict=True))
    # half begin by month 3: three quarters of those with a high value, a quarter of the others
    assert weight == pytest.approx({1.0: 0.5 / 0.75, 0.0: 0.5 / 0.25}, rel=1e-8)
    assert clones.weight_kind == "probability"


def test_weights_of_the_untreated_are_inverse_probabilities_of_not_having_begun():
    cohort = no_effect(3, patients=60)
    found = clone_censor_weight(cohort, "start", 6.0, ["stage"]).cohort
    begin = cohort.covariates["start"].fillna(np.inf).to_numpy()
    begins = begin < cohort.exit
    last = np.where(begins, begin, cohort.exit)
    waiting = read_cohort(pd.DataFrame({"t": last, "e": begins.astype(int)}), time="t", event="e")
    stage = cohort.covariates["stage"].to_numpy()
    fitted = cox_model(waiting, pd.DataFrame({"stage": stage}), ties="breslow")
    risk = np.exp(float(fitted.table["log_hr"].iloc[0]) * stage)

    def hazards(time: float) -> tuple[float, float]:
        steps = [d for d in np.unique(last[begins]) if d <= time]
        own = sum(np.sum(begins & (last == d)) / risk[last >= d].sum() for d in steps)
        return own, sum(np.sum(begins & (last == d)) / np.sum(last >= d) for d in steps)

    never = np.flatnonzero(found.arm == "none")
    for row in never[:: max(len(never) // 25, 1)]:
        own, common = hazards(found.entry[row])
        expected = np.exp(own * risk[found.cluster[row]] - common)
        assert found.weight[row] == pytest.approx(expected, rel=1e-6)


def test_patients_are_the_clusters_of_their_clones():
    clones = clone_censor_weight(no_effect(1, patients=50), "start", 6.0, ["stage"]).cohort
    assert len(np.unique(clones.subject)) == pytest.approx(100, abs=1)
    assert len(np.unique(clones.cluster)) == 50


def test_rows_of_a_patient_before_treatment_are_no_late_start():
    table = pd.DataFrame(
        {"id": [1, 1, 2], "entry": [0.0, 2.0, 0.0], "time": [2.0, 9.0, 5.0], "event": [0, 1, 1],
         "arm": list("TTC"), "start": [4.0, 4.0, np.nan], "ldh": [1.0, 2.0, 1.0]}
    )  # fmt: skip
    cohort = read_cohort(
        table, time="time", event="event", entry="entry", subject="id", treatment="arm"
    )
    split = split_at_treatment(cohort, "start")
    assert pieces(split) == [
        ("C", 1, 0.0, 2.0, False),
        ("C", 2, 2.0, 4.0, False),
        ("T", 2, 4.0, 9.0, True),
        ("C", 3, 0.0, 5.0, True),
    ]
    assert not any("when follow-up ended" in notice.what for notice in split.notices)


def test_trials_compare_those_who_just_began_with_those_who_have_not():
    rows = [(9.0, 1, 2.0), (8.0, 1, 5.0), (7.0, 0, None), (1.5, 1, None), (6.0, 1, 0.0)]
    found = sequential_trials(cohort_of(rows), "start", [0.0, 3.0, 5.0])
    assert found.trials.to_numpy().tolist() == [[0, 1, 4], [3, 1, 2], [5, 1, 1]]
    assert pieces(found.cohort) == [
        ("C", 1, 0.0, 2.0, False),
        ("C", 2, 0.0, 5.0, False),
        ("C", 3, 0.0, 7.0, False),
        ("C", 4, 0.0, 1.5, True),
        ("T", 5, 0.0, 6.0, True),
        ("T", 1, 3.0, 9.0, True),
        ("C", 2, 3.0, 5.0, False),
        ("C", 3, 3.0, 7.0, False),
        ("T", 2, 5.0, 8.0, True),
        ("C", 3, 5.0, 7.0, False),
    ]
    assert found.trial.tolist() == [0] * 5 + [1] * 3 + [2] * 2


@pytest.mark.parametrize(
    ("grace", "covariates", "said"),
    [(0.5, (), "nobody who began treatment within 0.5 months"), (-1.0, (), "is not above 0"),
     (3.0, ("size",), "no covariate 'size'")],
)  # fmt: skip
def test_what_cannot_be_cloned_is_refused(grace, covariates, said):
    cohort = cohort_of([(9.0, 1, 2.0), (8.0, 1, None)])
    with pytest.raises(AdjustmentError, match=said) as caught:
        clone_censor_weight(cohort, "start", grace, covariates)
    assert "Fix: " in str(caught.value)
