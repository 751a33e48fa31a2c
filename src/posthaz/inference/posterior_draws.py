"""The posterior of a model that is not about follow-up times, such as one of counts."""

from collections.abc import Callable, Hashable

import xarray as xr

from posthaz.inference.engine import answers_of, outlined_posterior, posterior_modes
from posthaz.inference.groups import posterior_groups, statistics_group
from posthaz.inference.nuts import nuts_draws
from posthaz.inference.pymc_sampler import pymc_draws
from posthaz.model.graph import pm
from posthaz.model.outline import built_outline
from posthaz.spec import Sampling


def posterior_draws(
    model: "pm.Model",
    shape: Hashable,
    sampling: Sampling,
    progress: Callable[[int, int], None] | None = None,
) -> xr.DataTree:
    """Sample a model of any kind with NUTS.

    Parameters
    ----------
    model : pymc.Model
        A model with one observed variable, whose numbers are `pm.Data`.
    shape : hashable
        Equal for models that differ in nothing but data and prior numbers.
    sampling : Sampling
        Chains, draws, seed. Its `method` is followed only as far as ``"pymc"``: there is no
        Laplace approximation here.
    progress : callable, optional
        Called with (draws done, draws in all).

    Returns
    -------
    DataTree
        Groups ``posterior`` and ``sample_stats``.

    Raises
    ------
    ConvergenceError
        When sampling could not start.
    """
    outline = built_outline(model)
    posterior = outlined_posterior(outline, shape, lambda: model)
    if sampling.method == "pymc":
        sampled = pymc_draws(model, sampling, progress)
    else:
        modes = posterior_modes([posterior])
        (sampled,) = nuts_draws([posterior], modes, [sampling.seed], sampling, progress)
    answers = answers_of(posterior, sampled.theta, pointwise=False)
    return xr.DataTree.from_dict(
        {
            "/posterior": posterior_groups(outline, answers)["posterior"],
            "/sample_stats": statistics_group(outline, sampled.statistics),
        }
    )
