"""Clusters may be named as posthaz names its coordinates."""

import pandas as pd
import pytest

import posthaz as ph
from posthaz.inference.groups import sampling_coordinates
from posthaz.inference.prepare import prepare_fit


@pytest.mark.parametrize("name", ["ward_step", "ward_first", "x_scaled", "sd_standard", "ward"])
def test_a_frailty_is_no_coordinate(name: str) -> None:
    frame = pd.DataFrame(
        {"t": range(1, 13), "d": [1, 0, 1] * 4, name: list("abc") * 4, "arm": list("uv") * 6}
    )
    cohort = ph.read_cohort(frame, time="t", event="d", treatment="arm", covariates=[name])
    spec = ph.ModelSpec("m", ph.Exponential(), f"arm + (1 | {name})")
    coordinates = sampling_coordinates(prepare_fit(spec, cohort).outline)
    assert coordinates == {"log_hazard_ratio_scaled", f"frailty_{name}_standard"}
