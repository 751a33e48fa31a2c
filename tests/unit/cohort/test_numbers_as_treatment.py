"""A measured number is no treatment; a few codes and stated levels are."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.errors import CohortError


def _frame(doses: list[float]) -> pd.DataFrame:
    random = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "t": random.exponential(10, 60),
            "d": random.integers(0, 2, 60),
            "dose_gy": np.resize(doses, 60),
        }
    )


def test_a_measured_number_is_refused() -> None:
    doses = [float(dose) for dose in range(45, 69, 2)]
    with pytest.raises(CohortError) as caught:
        ph.read_cohort(_frame(doses), time="t", event="d", treatment="dose_gy")
    assert "the treatment is a number with 12 values" in str(caught.value)
    assert "exposure in the formula" in str(caught.value)


@pytest.mark.parametrize("doses", [[0.0, 1.0], [1.0, 2.0, 3.0], [45.0, 50.0, 60.0, 66.0]])
def test_a_few_codes_are_arms(doses: list[float]) -> None:
    cohort = ph.read_cohort(_frame(doses), time="t", event="d", treatment="dose_gy")
    assert len(cohort.arms) == len(doses)


def test_stated_levels_are_arms() -> None:
    doses = [45.0, 48.0, 50.0, 54.0, 60.0, 66.0]
    column = ph.Column("dose_gy", levels=tuple(f"{dose:g}" for dose in doses))
    cohort = ph.read_cohort(
        _frame(doses), time="t", event="d", treatment="dose_gy", columns={"dose_gy": column}
    )
    assert len(cohort.arms) == 6


@pytest.mark.parametrize("kind", ["day", "patient"])
def test_dates_and_names_of_patients_are_no_arms(kind: str) -> None:
    frame = _frame([0.0]).assign(x=[f"2020-01-{1 + i % 20:02d}" for i in range(60)])
    if kind == "patient":
        frame["x"] = [f"p{i}" for i in range(60)]
    with pytest.raises(CohortError, match="each would be an arm of its own"):
        ph.read_cohort(frame, time="t", event="d", treatment="x")
