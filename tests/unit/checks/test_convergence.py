"""Bad chains are found, each fault in words."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import posthaz as ph
from posthaz.checks import convergence
from posthaz.inference import Fit


@pytest.fixture(scope="module")
def good() -> Fit:
    spec = ph.ModelSpec("exponential", ph.Exponential(), "arm")
    return ph.fit(spec, ph.simulated_example(), chains=4, draws=1000, tune=300, seed=8)


def _with(fit: Fit, group: str, name: str, array: np.ndarray) -> Fit:
    tree = fit.draws.copy(deep=True)
    dataset = tree[group].to_dataset()
    dataset[name] = dataset[name].copy(data=array)
    tree[group] = xr.DataTree(dataset)
    return replace(fit, draws=tree)


def test_good_chains_pass(good: Fit) -> None:
    assert convergence(good).passed


def test_chains_that_disagree(good: Fit) -> None:
    array = good.draws["posterior"]["log_rate"].to_numpy().copy()
    array[1] += 5.0 * array.std()
    check = convergence(_with(good, "posterior", "log_rate", array))
    assert check.worst == "log_rate"
    assert any("R-hat of log_rate" in text for text in check.failures)


def test_a_sticking_chain(good: Fit) -> None:
    array = np.repeat(good.draws["posterior"]["log_rate"].to_numpy()[:, ::50], 50, axis=1)
    check = convergence(_with(good, "posterior", "log_rate", array))
    assert any("effective sample size" in text for text in check.failures)


def test_divergences_and_energy(good: Fit) -> None:
    diverging = np.zeros((4, 1000), dtype=bool)
    diverging[0, :3] = True
    check = convergence(_with(good, "sample_stats", "diverging", diverging))
    assert "3 transition(s) diverged" in check.failures
    slow = np.cumsum(np.random.default_rng(1).normal(size=(4, 1000)), axis=1)
    check = convergence(_with(good, "sample_stats", "energy", slow))
    assert any("missing information" in text for text in check.failures)


def test_figures_that_can_not_be_computed_are_called_that(good: Fit) -> None:
    """R-hat of one chain is nan, which is not "above 1.01"; nor is nan of a later one ignored."""
    one = replace(good, draws=good.draws.isel(chain=[0]))
    assert (
        convergence(one)
        .failures[0]
        .endswith("can't be computed: one chain has nothing to agree with")
    )
    last = list(good.draws["posterior"].data_vars)[-1]
    still = np.ones_like(good.draws["posterior"][last].to_numpy())
    check = convergence(_with(good, "posterior", last, still))
    assert "can't be computed: its draws do not vary" in check.failures[0]
    assert "nan" not in " ".join(check.failures)
