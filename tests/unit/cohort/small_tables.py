"""Small tables to break, one rule at a time."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import Cohort, read_cohort
from posthaz.errors import CohortError


def good_table(rows: int = 40) -> pd.DataFrame:
    """A table that keeps every rule and raises no doubt."""
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "time": random.uniform(1, 60, rows).round(2),
            "event": [1, 0] * (rows // 2),
            "arm": ["A", "A", "B", "B"] * (rows // 4),
            "age": random.integers(40, 80, rows),
        }
    )


def changed(column: str, row: int, value: Any) -> pd.DataFrame:
    """The good table with one value changed, rows counted from 1."""
    table = good_table().astype({column: object})
    table.loc[row - 1, column] = value
    return table


def read(table: pd.DataFrame, **fields: Any) -> Cohort:
    """The cohort of a table with the columns of `good_table`."""
    return read_cohort(table, **{"time": "time", "event": "event", "treatment": "arm", **fields})


def refusal(table: Any, **fields: Any) -> str:
    """Message of the error that a table gives."""
    with pytest.raises(CohortError) as caught:
        read(table, **fields)
    for finding in caught.value.findings:
        assert finding.where
        assert finding.fix
        assert str(finding) in str(caught.value)
    return str(caught.value)


def notices(table: pd.DataFrame, **fields: Any) -> str:
    """Notices of the cohort of a table, one a line."""
    return "\n".join(str(notice) for notice in read(table, **fields).notices)
