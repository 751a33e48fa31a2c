"""Which answers are differences between arms, whatever arms are called."""

import xarray as xr

from posthaz.estimands import between_arms


def test_an_arm_named_like_a_difference_is_none() -> None:
    draws = xr.DataArray([[0.0]], dims=("chain", "draw"))
    names = ("survival", "survival difference", "P(survival difference > 0)", "survival ratio")
    rows = [(name, "chemotherapy - late", 12.0, draws) for name in names]
    assert [name for name, *_ in between_arms(rows)] == ["survival difference"]
