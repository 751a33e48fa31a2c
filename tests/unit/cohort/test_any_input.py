"""Whatever is given, the answer is a valid cohort or one CohortError."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posthaz.cohort import Cohort, read_cohort
from posthaz.errors import CohortError
from tests.unit.cohort.small_tables import good_table

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(), st.text(max_size=3),
    st.sampled_from(["1", "dead", "alive", "inf", " "]), st.dates(), st.complex_numbers(),
    st.lists(st.integers(), max_size=2),
)  # fmt: skip


def _valid(cohort: Cohort) -> None:
    assert (cohort.entry >= 0).all()
    assert (cohort.entry < cohort.exit).all()
    assert (cohort.lower <= cohort.upper).all()
    assert np.isfinite(cohort.exit).all()
    assert (cohort.cause >= 0).all()
    assert (cohort.cause == 1).any()
    assert not cohort.covariates["arm"].isna().any()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), max_size=6), st.booleans())
def test_any_frame(rows: list[tuple], replace: bool):
    columns = ["time", "event", "start", "arm"]
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    with suppress(CohortError):
        _valid(
            read_cohort(
                table,
                time="time",
                event="event",
                entry="start",
                treatment="arm",
                zero_time=0.5 if replace else None,
                missing="drop",
            )
        )


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 900), st.binary(max_size=2)), min_size=1, max_size=4))
def test_any_damage_to_a_file(tmp_path: Path, damage: list[tuple[int, bytes]]):
    content = good_table().to_csv(index=False).encode()
    for place, put in damage:
        content = content[:place] + put + content[place + 1 :]
    path = tmp_path / "cohort.csv"
    path.write_bytes(content)
    with suppress(CohortError):
        _valid(read_cohort(path, time="time", event="event", treatment="arm"))
