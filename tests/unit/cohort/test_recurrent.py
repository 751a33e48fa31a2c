import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort import Cohort, read_cohort
from posthaz.errors import CohortError
from tests.shared_data import DATA, needs_data


def relapses() -> pd.DataFrame:
    """Three patients: two relapses, one and none."""
    return pd.DataFrame(
        {
            "id": [1, 1, 1, 2, 2, 3],
            "start": [0, 2, 4, 0, 3, 0],
            "stop": [2, 4, 6, 3, 5, 7],
            "relapse": [1, 1, 0, 1, 0, 0],
        }
    )


def read(table: pd.DataFrame, **fields: object) -> Cohort:
    roles = {"time": "stop", "event": "relapse", "entry": "start", "subject": "id"}
    return read_cohort(table, **(roles | fields))


def test_several_events_of_a_subject_are_refused_with_both_ways_named() -> None:
    with pytest.raises(CohortError) as raised:
        read(relapses())
    text = str(raised.value)
    assert "1 subject of 3 has more than one event (1)" in text
    assert "row 2" in text
    assert 'recurrent = "first"' in text and 'recurrent = "all"' in text


def test_several_rows_with_one_event_are_no_recurrence() -> None:
    table = relapses().assign(relapse=[0, 0, 1, 0, 1, 0])
    assert len(read(table)) == 6
    assert not read(table).recurrent


def test_follow_up_after_the_only_event_is_refused_until_it_is_said_what_is_asked() -> None:
    table = relapses().assign(relapse=[0, 1, 0, 1, 0, 0])
    with pytest.raises(CohortError, match="2 subjects of 3 are still followed after an event"):
        read(table)
    assert len(read(table, recurrent="first")) == 4
    assert len(read(table, recurrent="all")) == 6


def test_first_ends_follow_up_at_the_first_event() -> None:
    cohort = read(relapses(), recurrent="first")
    assert cohort.row_number.tolist() == [1, 4, 6]
    assert cohort.event.tolist() == [True, True, False]
    (dropped,) = cohort.dropped
    assert dropped.rows == (2, 3, 5)
    assert "2 patients, 1 further event" in dropped.reason
    assert not cohort.recurrent


def test_first_does_not_depend_on_the_order_of_rows() -> None:
    cohort = read(relapses().iloc[::-1].reset_index(drop=True), recurrent="first")
    assert sorted(cohort.exit.tolist()) == [2, 3, 7]


def test_all_keeps_every_row() -> None:
    cohort = read(relapses(), recurrent="all")
    assert cohort.recurrent and len(cohort) == 6 and cohort.event.sum() == 3


@pytest.mark.parametrize("choice", ["first", "all"])
def test_without_a_subject_there_is_nothing_to_count(choice: str) -> None:
    with pytest.raises(CohortError, match="name it as subject"):
        read(relapses().drop(columns="id"), subject="", recurrent=choice)


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(CohortError, match='use "first" or "all"'):
        read(relapses(), recurrent="each")


def test_other_causes_and_intervals_cannot_be_counted() -> None:
    table = relapses().assign(relapse=[1, 1, 2, 1, 0, 0])
    with pytest.raises(CohortError, match="other causes end the counting"):
        read(table, recurrent="all", event_codes={"0": 0, "1": 1, "2": 2})
    bounds = pd.DataFrame({"id": [1, 2], "from": [0, 1], "to": [1, 3]})
    with pytest.raises(CohortError, match="between two times"):
        read_cohort(bounds, lower="from", upper="to", subject="id", recurrent="all")


@needs_data
def test_bladder_tumours() -> None:
    table = pd.read_csv(DATA / "bladder2.csv")
    with pytest.raises(CohortError, match="29 subjects of 85 have more than one event"):
        read(table, event="event")
    assert read(table, event="event", recurrent="first").event.sum() == 47
    assert read(table, event="event", recurrent="all").event.sum() == 112


def test_gap_times_begin_at_the_event_before() -> None:
    table = pd.DataFrame(
        {"id": [1, 1, 1, 2, 3, 3], "start": [0, 2, 3, 1, 0, 4], "stop": [2, 3, 7, 6, 4, 9],
         "relapse": [1, 0, 1, 0, 0, 1]}
    )  # fmt: skip
    cohort = read(table, recurrent="all")
    gaps = ph.gap_times(cohort)
    assert gaps.entry.tolist() == [0, 0, 1, 0, 0, 4]
    assert gaps.exit.tolist() == [2, 1, 5, 5, 4, 9]
    assert gaps.covariates["event_number"].tolist() == [1, 2, 2, 1, 1, 1]
    assert gaps.subject.tolist() == [0, 1, 1, 2, 3, 3]
    assert gaps.cluster is not None and gaps.cluster.tolist() == cohort.subject.tolist()
    assert not gaps.recurrent and gaps.event.tolist() == cohort.event.tolist()
    with pytest.raises(CohortError, match="each has at most one"):
        ph.gap_times(gaps)
    moved = table.assign(start=[0, 2, 2.5, 1, 0, 4], stop=[2, 2.5, 7, 6, 4, 9])
    assert ph.gap_times(read(moved, recurrent="all")).exit.tolist()[:3] == [2, 0.5, 5]


@needs_data
def test_gap_times_of_bladder_tumours() -> None:
    table = pd.read_csv(DATA / "bladder2.csv")
    gaps = ph.gap_times(read(table, event="event", recurrent="all"))
    assert gaps.exit.tolist() == (table["stop"] - table["start"]).tolist()
    assert gaps.covariates["event_number"].tolist() == table["enum"].tolist()


@needs_data
def test_follow_up_that_ends_with_the_last_event_counted_is_a_doubt() -> None:
    """All 14 patients of bladder2 with four tumours leave at the fourth."""
    table = pd.read_csv(DATA / "bladder2.csv")
    said = [one.what for one in read(table, event="event", recurrent="all").notices]
    assert any("all 14 patients with 4 events" in what for what in said), said
    first = read(table, event="event", recurrent="first").notices
    fewer = table.groupby("id")["event"].transform("sum") < 4
    going_on = read(table[fewer], event="event", recurrent="all").notices
    assert not any("more than which nobody" in one.what for one in (*first, *going_on))


@pytest.mark.parametrize("asked", [{}, {"recurrent": "first"}, {"recurrent": "all"}])
def test_a_status_that_every_row_repeats_is_no_recurrent_event(asked: dict[str, str]) -> None:
    # timereg's csl: visits of patients, and in each row whether the patient died in the end
    table = pd.DataFrame(
        {
            "id": [patient for patient in range(12) for _ in range(3)],
            "start": [0, 1, 2] * 12,
            "stop": [1, 2, 3] * 12,
            "relapse": [int(patient < 6) for patient in range(12) for _ in range(3)],
        }
    )
    with pytest.raises(CohortError) as raised:
        read(table, **asked)
    text = str(raised.value)
    assert "in all rows of 6 subjects and in none of 6 others" in text
    assert "code the event in a subject's last row" in text and "recurrent" not in text
