"""PyMC's own NUTS: the fallback, and a second opinion."""

from collections.abc import Callable

import numpy as np

from posthaz.inference.nuts import Sampled
from posthaz.model.graph import pm
from posthaz.spec import Sampling

_STATISTICS = (
    "diverging",
    "energy",
    "lp",
    "tree_depth",
    "reached_max_treedepth",
    "n_steps",
    "step_size",
    "acceptance_rate",
)


def pymc_draws(
    model: "pm.Model", sampling: Sampling, progress: Callable[[int, int], None] | None = None
) -> Sampled:
    """Sample with `pymc.sample`, in the model's own coordinates.

    Parameters
    ----------
    model : pymc.Model
        The model.
    sampling : Sampling
        Chains, draws, seed.
    progress : callable, optional
        Called with (draws done, draws in all).

    Returns
    -------
    Sampled
        Draws of the unbounded parameters.
    """
    done = 0
    total = sampling.chains * (sampling.draws + sampling.tune)

    def report(**_: object) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    trace = pm.sample(
        draws=sampling.draws,
        tune=sampling.tune,
        chains=sampling.chains,
        cores=1,
        random_seed=sampling.seed,
        target_accept=sampling.target_accept,
        model=model,
        progressbar=False,
        compute_convergence_checks=False,
        return_inferencedata=False,
        callback=report,
    )
    parts = []
    for variable in (model.rvs_to_values[rv] for rv in model.free_RVs):
        array = np.stack([trace.get_values(variable.name, chains=[c]) for c in trace.chains])
        parts.append(array.reshape(*array.shape[:2], -1))
    statistics = {
        name: np.stack(
            [np.asarray(trace.get_sampler_stats(name, chains=[c])) for c in trace.chains]
        ).reshape(sampling.chains, sampling.draws)
        for name in _STATISTICS
        if name in trace.stat_names
    }
    steps = statistics.get("n_steps")
    return Sampled(
        np.concatenate(parts, axis=-1), statistics, 0 if steps is None else int(steps.sum())
    )
