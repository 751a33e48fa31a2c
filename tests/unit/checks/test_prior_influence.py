"""What a prior does to its estimate, from draws of any kind."""

from dataclasses import replace

import numpy as np
import xarray as xr

import posthaz as ph
from posthaz.checks import prior_influence


def test_draws_whose_tails_are_all_equal_are_answered() -> None:
    """Chains that stick give equal weights, and ArviZ "All tail values are the same"."""
    spec = ph.ModelSpec("exponential", ph.Exponential(), "arm")
    fit = ph.fit(spec, ph.simulated_example(), chains=2, draws=100, seed=8, method="laplace")
    tree = fit.draws.copy(deep=True)
    for group, name in (("posterior", "log_rate"), ("log_likelihood", "time")):
        dataset = tree[group].to_dataset()
        array = dataset[name].to_numpy()
        across = tuple(range(2, array.ndim))
        order = array.sum(across).ravel().argsort()
        flat = array.reshape(order.size, -1).copy()
        flat[order[:60]], flat[order[-60:]] = flat[order[60]], flat[order[-60]]
        dataset[name] = dataset[name].copy(data=flat.reshape(array.shape))
        tree[group] = xr.DataTree(dataset)
    found = prior_influence(replace(fit, draws=tree)).set_index("parameter")
    assert np.isfinite(found.loc["log_rate", ["prior_sensitivity", "likelihood_sensitivity"]]).all()
