"""Subjects, clusters and weights."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import read_cohort
from posthaz.errors import CohortError
from tests.unit.cohort.small_tables import good_table, read, refusal


def _episodes(**changes: list) -> pd.DataFrame:
    rows = {
        "id": ["p", "q", "p", "q"],
        "start": [0.0, 0.0, 5.0, 4.0],
        "stop": [5.0, 4.0, 9.0, 30.0],
        "dead": [0, 0, 1, 0],
    }
    return pd.DataFrame({**rows, **changes})


def _read(table: pd.DataFrame, **fields: Any) -> int:
    named = {"time": "stop", "event": "dead", "entry": "start", "subject": "id"}
    return len(read_cohort(table, **{**named, **fields}))


def test_rows_that_touch_do_not_overlap():
    assert _read(_episodes()) == 4


def test_gaps_are_allowed():
    assert _read(_episodes(start=[0.0, 0.0, 6.0, 4.5])) == 4


def test_overlap_names_rows_and_subjects():
    with pytest.raises(CohortError) as caught:
        _read(_episodes(start=[0.0, 0.0, 4.0, 4.0]))
    assert "row 3, column 'id': follow-up overlaps an earlier row of the same subject ('p')" in (
        str(caught.value)
    )


def test_several_rows_without_entry_overlap():
    with pytest.raises(CohortError, match="name the column of entry times; or name the column as"):
        _read(_episodes(), entry="")


@pytest.mark.parametrize("role", ["subject", "cluster"])
def test_everyone_is_named(role: str):
    with pytest.raises(CohortError, match=f"row 2, column 'id': the {role} is missing"):
        _read(_episodes(id=["p", None, "p", "q"]), **{"subject": "", role: "id"})


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "not above 0 (0)"), (-1.0, "not above 0 (-1)"), (None, "missing"), ("x", "text"),
     (np.inf, "infinite")],
)  # fmt: skip
def test_weights(value: Any, said: str):
    table = good_table().assign(w=1.0).astype({"w": object})
    table.loc[2, "w"] = value
    message = refusal(table, weight="w")
    assert "row 3, column 'w': weight is " in message
    assert said in message
    assert len(message.splitlines()) == 2


def test_weights_are_kept():
    assert read(good_table().assign(w=2.0), weight="w", weight_kind="frequency").weight.sum() == 80
