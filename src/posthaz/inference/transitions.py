"""NUTS transitions in coordinates where the posterior is round, for JAX to compile and map."""

from collections.abc import Callable
from typing import Any, cast

from posthaz.inference.translated import JaxFunction

_FIRST_STEP = 0.5
_MOST_DOUBLINGS = 10


def chain_starter(log_density: JaxFunction) -> Callable[..., Any]:
    """A function that puts a chain at its first point.

    Parameters
    ----------
    log_density : callable
        ``log_density(theta, *data)``.

    Returns
    -------
    callable
        ``start(z, centre, whitening, *data)`` gives the state that `chain_stepper` carries:
        position, step size and metric, with ``theta = centre + whitening z``.
    """
    from blackjax.mcmc import nuts

    adapt_step, _, adapt_metric, _, _ = _adaptation(0.8)

    def start(z: Any, centre: Any, whitening: Any, *data: Any) -> Any:
        position = nuts.init(z, _in_z(log_density, centre, whitening, data))
        return position, adapt_step(_FIRST_STEP), adapt_metric(z.shape[0])

    return start


def chain_stepper(log_density: JaxFunction) -> Callable[..., Any]:
    """A function that moves a chain by a few NUTS transitions, adapting while it warms up.

    Step sizes follow Nesterov's dual averaging; the metric is the diagonal of variances seen in
    the middle half of the warm-up, as Stan estimates it, which fixes where the curvature at the
    mode misjudges a skewed posterior.

    Parameters
    ----------
    log_density : callable
        ``log_density(theta, *data)``.

    Returns
    -------
    callable
        ``step(state, keys, schedule, centre, whitening, target_accept, *data)`` gives the new
        state and, one a transition, position, density and statistics. ``schedule`` has a row a
        transition: warm-up or not, counted for the metric or not, metric taken over or not.
    """
    import jax
    import jax.numpy as jnp
    from blackjax.mcmc import nuts

    kernel = nuts.build_kernel()

    def step(
        state: Any, keys: Any, schedule: Any, centre: Any, whitening: Any, target: Any, *data: Any
    ) -> Any:
        density = _in_z(log_density, centre, whitening, data)
        restart, adapt_step, _, adapt_metric, take_metric = _adaptation(target)

        def one(carried: Any, given: Any) -> Any:
            position, steps, metric = carried
            key, (warm, counted, taken) = given
            size = jnp.exp(jnp.where(warm, steps.log_step_size, steps.log_step_size_avg))
            position, info = kernel(
                key,
                position,
                density,
                cast(float, size),
                metric.inverse_mass_matrix,
                _MOST_DOUBLINGS,
            )
            steps = jax.lax.cond(
                warm, lambda: adapt_step(steps, info.acceptance_rate), lambda: steps
            )
            metric = jax.lax.cond(
                counted, lambda: adapt_metric(metric, position.position), lambda: metric
            )
            metric, steps = jax.lax.cond(
                taken,
                lambda: (take_metric(metric), restart(jnp.exp(steps.log_step_size_avg))),
                lambda: (metric, steps),
            )
            return (position, steps, metric), (position.position, _statistics(info, position, size))

        return jax.lax.scan(one, state, (keys, schedule))

    return step


def _statistics(info: Any, position: Any, step_size: Any) -> dict[str, Any]:
    """What ArviZ and the convergence checks want to know of a transition."""
    deepest = info.num_trajectory_expansions >= _MOST_DOUBLINGS
    return {
        "diverging": info.is_divergent,
        "energy": info.energy,
        "lp": position.logdensity,
        "tree_depth": info.num_trajectory_expansions,
        "reached_max_treedepth": deepest & ~info.is_turning,
        "n_steps": info.num_integration_steps,
        "step_size": step_size,
        "acceptance_rate": info.acceptance_rate,
    }


def _in_z(
    log_density: JaxFunction, centre: Any, whitening: Any, data: tuple[Any, ...]
) -> Callable[[Any], Any]:
    return lambda z: log_density(centre + whitening @ z, *data)


def _adaptation(target_accept: Any) -> tuple[Callable[..., Any], ...]:
    from blackjax.adaptation.mass_matrix import mass_matrix_adaptation
    from blackjax.adaptation.step_size import dual_averaging_adaptation

    start_steps, adapt_step, _ = dual_averaging_adaptation(target_accept)
    start_metric, adapt_metric, take_metric = mass_matrix_adaptation(True)
    return start_steps, adapt_step, start_metric, adapt_metric, take_metric
