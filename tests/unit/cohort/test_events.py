"""Event codes and what they are taken for."""

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import Condition, Where, read_cohort
from posthaz.cohort.events import read_causes, read_coding
from posthaz.errors import CohortError

CODINGS = {
    "0/1": ([0, 1, 1], "0/1 coding"),
    "0/1 as float": ([0.0, 1.0, 1.0], "0/1 coding"),
    "0/1 as text": (["0", "1", "1.0"], "0/1 coding"),
    "1/2": ([1, 2, 2], "1/2 coding"),
    "booleans": ([False, True, True], "words"),
    "TRUE/FALSE": (["FALSE", "TRUE", "true"], "words"),
    "dead/alive": (["Alive", "DEAD", "dead"], "words"),
    "died": (["censored", "died", "Deceased"], "words"),
    "event": (["censored", "Event", "event"], "words"),
    "yes/no": (["no", "Yes", "YES"], "words"),
    "cBioPortal": (["0:LIVING", "1:DECEASED", "1:DECEASED"], "words"),
    "categories": (pd.Categorical(["alive", "dead", "dead"]), "words"),
}


@pytest.mark.parametrize("name", CODINGS)
def test_standard_codings(name: str):
    codes, basis = CODINGS[name]
    coding = read_coding(pd.Series(codes, name="status"), {})
    assert coding.cause.tolist() == [0, 1, 1]
    assert not coding.unknown.any()
    assert not coding.missing.any()
    assert basis in coding.sentence
    assert "'status'" in coding.sentence


def test_only_ones_are_events_and_only_twos_too():
    assert read_coding(pd.Series([1, 1]), {}).cause.tolist() == [1, 1]
    assert read_coding(pd.Series([2, 2]), {}).cause.tolist() == [1, 1]


def test_the_code_of_a_part_means_what_it_means_in_the_table():
    table = pd.DataFrame(
        {"t": [3.0, 5, 8, 9], "status": [1, 1, 2, 2], "site": ["a", "a", "a", "b"]}
    )
    in_a = Where((Condition("site", levels=("a",)),))
    roles = {"time": "t", "event": "status"}
    assert read_cohort(table, **roles, where=in_a).cause.tolist() == [0, 0, 1]
    alive = table.assign(site=["a", "a", "b", "b"])
    with pytest.raises(CohortError, match="there are no events: every code is 1"):
        read_cohort(alive, **roles, where=in_a)
    # beside other causes, 1 and 2 are not R's coding
    causes = table.assign(status=[1, 1, 2, 0])
    with pytest.raises(CohortError, match="may be several causes or a slip"):
        read_cohort(causes, **roles, where=in_a)
    assert read_cohort(
        causes, **roles, where=in_a, event_codes={"1": 1, "2": 2, "0": 0}
    ).event.sum()


def test_missing_codes():
    coding = read_coding(pd.Series([1, None, 0]), {})
    assert coding.missing.tolist() == [False, True, False]
    assert not coding.unknown.any()


def test_a_stray_word_is_unknown():
    coding = read_coding(pd.Series(["dead", "alive", "alive", "maybe", "1"]), {})
    assert coding.unknown.tolist() == [False, False, False, True, True]
    assert not coding.ambiguous
    assert "dead/alive" in coding.accepted


@pytest.mark.parametrize("codes", [[0, 1, 2], [0, 1, 9], [1, 2, 3], [0, 2]])
def test_other_numbers_are_ambiguous(codes: list[int]):
    assert read_coding(pd.Series(codes), {}).ambiguous


def test_a_mapping_decides():
    coding = read_coding(
        pd.Series(["Relapse", "death", "none", "lost"], name="state"),
        {"relapse": 1, "death": 2, "none": 0},
    )
    assert coding.cause.tolist() == [1, 2, 0, -1]
    assert coding.unknown.tolist() == [False, False, False, True]
    assert coding.accepted == "'relapse', 'death' and 'none'"
    assert coding.sentence == (
        "In column 'state', Relapse is an event, death is another cause and none is "
        "censored (stated in event_codes)."
    )


def test_a_mapping_can_invert_cdisc():
    assert read_coding(pd.Series([0.0, 1.0, 2.0]), {"0": 1, "1": 0, "2": 0}).cause.tolist() == [
        1,
        0,
        0,
    ]


def test_causes_beside_events():
    seen = np.array([True, True, False, True, True])
    coding = read_causes(pd.Series([1, 3, None, None, 0.5]), seen)
    assert coding.cause.tolist() == [1, 3, 0, -1, -1]
    assert coding.missing.tolist() == [False, False, False, True, False]
    assert coding.unknown.tolist() == [False, False, False, False, True]
