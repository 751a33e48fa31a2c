"""NUTS by nutpie, in coordinates where the posterior is round."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from posthaz.errors import ConvergenceError
from posthaz.inference.engine import Engine
from posthaz.inference.mode import Mode
from posthaz.spec.analysis import Sampling

Progress = Callable[[int, int], None]
_STATISTICS = {
    "diverging": "diverging",
    "energy": "energy",
    "logp": "lp",
    "depth": "tree_depth",
    "maxdepth_reached": "reached_max_treedepth",
    "n_steps": "n_steps",
    "step_size": "step_size",
    "mean_tree_accept": "acceptance_rate",
}
_SPREAD = 1.5


@dataclass(frozen=True)
class Sampled:
    """Draws of the unbounded parameters and statistics of the sampler.

    Parameters
    ----------
    theta : ndarray of float, shape (chain, draw, parameter)
        Draws.
    statistics : dict of str to ndarray, shape (chain, draw)
        Named as ArviZ names them.
    gradients : int
        Gradient evaluations, warm-up included.
    """

    theta: np.ndarray
    statistics: dict[str, np.ndarray]
    gradients: int


def nuts_draws(
    engine: Engine, mode: Mode, sampling: Sampling, progress: Progress | None = None
) -> Sampled:
    """Sample with NUTS, whitened by the curvature at the mode.

    Parameters
    ----------
    engine : Engine
        A compiled model.
    mode : Mode
        Its mode and curvature.
    sampling : Sampling
        Chains, draws, seed.
    progress : callable, optional
        Called with (draws done, draws in all), warm-up included.

    Returns
    -------
    Sampled
        Draws in the model's own unbounded parameters.

    Raises
    ------
    ConvergenceError
        When no chain finds a point of finite density.
    """
    import nutpie

    model = _nutpie_model(engine, mode)
    total = sampling.chains * (sampling.draws + sampling.tune)

    def report(chains: list) -> None:
        if progress is not None:
            progress(sum(chain.finished_draws for chain in chains), total)

    try:
        tree = nutpie.sample(
            model,
            draws=sampling.draws,
            tune=sampling.tune,
            chains=sampling.chains,
            seed=sampling.seed,
            target_accept=sampling.target_accept,
            save_warmup=True,
            progress_bar=False,
            progress_callback=report,
        )
    except RuntimeError as error:
        raise ConvergenceError(
            f"sampling could not start: {error}. Mend: check the priors for values that make "
            "the likelihood zero, or rescale the time unit."
        ) from error
    return _collected(tree, mode)


def _nutpie_model(engine: Engine, mode: Mode):  # noqa: ANN202 - nutpie exports no type for it
    import jax.numpy as jnp
    from nutpie.compiled_pyfunc import from_pyfunc

    size = len(mode.point)
    centre, axes = jnp.asarray(mode.point), jnp.asarray(mode.whitening)
    whitened, data = engine.whitened, engine.data

    def make_log_density() -> Callable[..., tuple[float, np.ndarray]]:
        def call(z: np.ndarray) -> tuple[float, np.ndarray]:
            value, gradient = whitened(z, centre, axes, *data)
            return float(value), np.asarray(gradient, dtype="float64")

        return call

    def make_expand(seed: int, other_seed: int, chain: int) -> Callable[..., dict]:
        return lambda z: {"z": np.array(z, dtype="float64")}

    def start(seed: int) -> np.ndarray:
        return _SPREAD * np.random.default_rng(seed).standard_normal(size)

    return from_pyfunc(
        size,
        make_log_density,
        make_expand,
        [np.dtype("float64")],
        [(size,)],
        ["z"],
        make_initial_point_fn=start,
    )


def _collected(tree: xr.DataTree, mode: Mode) -> Sampled:
    z = tree["posterior"]["z"].to_numpy()
    stats = tree["sample_stats"]
    statistics = {
        arviz_name: stats[name].to_numpy()
        for name, arviz_name in _STATISTICS.items()
        if name in stats
    }
    warm_up = tree["warmup_sample_stats"]["n_steps"].to_numpy()
    gradients = int(stats["n_steps"].to_numpy().sum() + warm_up.sum())
    return Sampled(mode.point + z @ mode.whitening.T, statistics, gradients)
