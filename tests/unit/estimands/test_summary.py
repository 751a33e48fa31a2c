"""Summaries of draws."""

import numpy as np
import pytest
import xarray as xr

from posthaz.estimands import band, difference, probability_above, probability_below, ratio, summary


def _draws(array: np.ndarray) -> xr.DataArray:
    return xr.DataArray(array, dims=("chain", "draw"))


def test_numbers_of_normal_draws() -> None:
    array = np.random.default_rng(5).normal(2.0, 0.5, (4, 5000))
    numbers = summary(_draws(array))
    assert numbers["mean"] == pytest.approx(array.mean())
    assert numbers["sd"] == pytest.approx(array.std(ddof=1))
    assert numbers["lower"] == pytest.approx(np.quantile(array, 0.025))
    assert numbers["mcse"] == pytest.approx(0.5 / np.sqrt(20000), rel=0.1)


def test_infinite_draws_keep_quantiles_and_lose_the_mean() -> None:
    array = np.random.default_rng(5).normal(2.0, 0.5, (2, 500))
    array[:, :25] = np.inf
    numbers = summary(_draws(array))
    assert np.isnan(numbers["mean"])
    assert np.isfinite(numbers["median"])
    assert numbers["upper"] == np.inf


def test_constant_draws_have_no_error() -> None:
    assert summary(_draws(np.ones((2, 50))))["mcse"] == 0.0


def test_contrasts_are_taken_draw_by_draw() -> None:
    array = xr.DataArray(
        np.array([[[1.0, 3.0], [2.0, 3.0]]]),
        dims=("chain", "draw", "profile"),
        coords={"profile": ["A", "B"]},
    )
    assert difference(array, "B", "A").to_numpy().tolist() == [[2.0, 1.0]]
    assert ratio(array, "B", "A").to_numpy().tolist() == [[3.0, 1.5]]
    assert float(probability_above(difference(array, "B", "A"), 1.5)) == 0.5
    assert float(probability_below(ratio(array, "B", "A"), 1.5)) == 0.0


def test_a_band_has_a_row_for_each_arm_and_time() -> None:
    curves = xr.DataArray(
        np.random.default_rng(1).uniform(size=(2, 100, 2, 3)),
        dims=("chain", "draw", "profile", "time"),
        coords={"profile": ["A", "B"], "time": [0.0, 1.0, 2.0]},
    )
    frame = band(curves, 0.9)
    assert frame[["arm", "time"]].to_numpy().tolist()[:4] == [
        ["A", 0.0],
        ["A", 1.0],
        ["A", 2.0],
        ["B", 0.0],
    ]
    cell = curves.sel(profile="B", time=1.0).to_numpy()
    row = frame[(frame["arm"] == "B") & (frame["time"] == 1.0)].iloc[0]
    assert row["upper"] == pytest.approx(np.quantile(cell, 0.95))
