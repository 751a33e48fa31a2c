"""Current and historical patients are counted alike, or not together."""

from dataclasses import replace

import pytest

import posthaz as ph
from posthaz.analyses.borrowing.pooled import pooled_rows
from posthaz.errors import CohortError


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"landmark": 6.0}, "the landmark is another"),
        ({"recurrent": True}, "which events count is another"),
        ({"columns": {"dose_gy": ph.Column("dose_gy", unit="cGy")}}, "in cGy, .* in Gy"),
    ],
)
def test_a_history_that_counts_otherwise_is_refused(change: dict, said: str) -> None:
    ours, theirs = ph.simulated_example(size=20), ph.simulated_example(size=20, seed=2)
    dose = {"dose_gy": ph.Column("dose_gy", unit="Gy")}
    ours, theirs = (replace(one, columns={**one.columns, **dose}) for one in (ours, theirs))
    assert len(pooled_rows(ours, theirs)) == 40
    with pytest.raises(CohortError, match=said):
        pooled_rows(ours, replace(theirs, **change))
