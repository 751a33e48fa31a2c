"""NUTS, compiled whole, in coordinates where the posterior is round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from posthaz.errors import ConvergenceError
from posthaz.inference.engine import Posterior
from posthaz.inference.mode import Mode
from posthaz.spec.analysis import Sampling

Progress = Callable[[int, int], None]
_SPREAD = 1.5
_STRIDE = 100
_TRIES = 100


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

    @property
    def diverged(self) -> int:
        """Number of diverging transitions; none where there are no transitions."""
        return int(np.sum(self.statistics.get("diverging", 0)))


def nuts_draws(
    posteriors: Sequence[Posterior],
    modes: Sequence[Mode],
    seeds: Sequence[int],
    sampling: Sampling,
    progress: Progress | None = None,
) -> list[Sampled]:
    """Sample posteriors of one shape with NUTS, whitened by the curvature at their modes.

    Parameters
    ----------
    posteriors : sequence of Posterior
        All of one engine, their data of equal shapes.
    modes : sequence of Mode
        Their modes and curvatures.
    seeds : sequence of int
        A seed each.
    sampling : Sampling
        Chains, draws, warm-up.
    progress : callable, optional
        Called with (draws done, draws in all), warm-up included.

    Returns
    -------
    list of Sampled
        One each, in the models' own unbounded parameters.

    Raises
    ------
    ConvergenceError
        When a chain finds no point of finite density to start from.
    """
    each = sampling.chains * (sampling.draws + sampling.tune)
    made: list[Sampled] = []
    for posterior, mode, seed in zip(posteriors, modes, seeds, strict=True):

        def report(done: int, before: int = each * len(made)) -> None:
            if progress is not None:
                progress(before + done * sampling.chains, each * len(posteriors))

        made.append(_chains(posterior, mode, seed, sampling, report))
    return made


def _chains(
    posterior: Posterior,
    mode: Mode,
    seed: int,
    sampling: Sampling,
    report: Callable[[int], None],
) -> Sampled:
    engine, data = posterior.engine, posterior.data
    random = np.random.default_rng(seed)
    frame = (mode.point, mode.whitening)
    first = _first(posterior, mode, random, (sampling.chains, len(mode.point)))
    state = engine.starts(first, *frame, *data)
    schedule = _schedule(sampling.tune, sampling.draws)
    total = sampling.tune + sampling.draws
    pieces, statistics = [], []
    for start in range(0, total, _STRIDE):
        keys = _keys(random, sampling.chains)
        stride = tuple(schedule[:, start : start + _STRIDE])
        state, (z, found) = engine.steps(state, keys, stride, *frame, sampling.target_accept, *data)
        pieces.append(np.asarray(z))
        statistics.append({name: np.asarray(array) for name, array in found.items()})
        report(min(start + _STRIDE, total))
    joined = {
        name: np.concatenate([piece[name] for piece in statistics], axis=1)[:, :total]
        for name in statistics[0]
    }
    draws = np.concatenate(pieces, axis=1)[:, sampling.tune : total]
    return Sampled(
        theta=mode.point + draws @ mode.whitening.T,
        statistics={name: array[:, sampling.tune :] for name, array in joined.items()},
        gradients=int(joined["n_steps"].sum()),
    )


def _keys(random: np.random.Generator, chains: int) -> np.ndarray:
    """Keys for a stride of transitions of every chain, shape (chain, transition, 2)."""
    return random.integers(0, 2**32, size=(chains, _STRIDE, 2), dtype=np.uint32)


def _schedule(tune: int, draws: int) -> np.ndarray:
    """For every transition: whether it warms up, counts for the metric, ends the counting."""
    number = np.arange(-(-(tune + draws) // _STRIDE) * _STRIDE)
    middle = (tune // 4, tune * 3 // 4)
    return np.stack(
        [
            number < tune,
            (number >= middle[0]) & (number < middle[1]),
            (number == middle[1] - 1) & (middle[1] > middle[0]),
        ]
    )


def _first(
    posterior: Posterior, mode: Mode, random: np.random.Generator, shape: tuple[int, int]
) -> np.ndarray:
    """Overdispersed first points of finite density, shape (chain, parameter)."""
    data = tuple(np.asarray(array)[None] for array in posterior.data)
    points = _SPREAD * random.standard_normal(shape)
    for _ in range(_TRIES):
        theta = mode.point + points @ mode.whitening.T
        good = np.isfinite(np.asarray(posterior.engine.values(theta[None], *data))[0])
        if good.all():
            return points
        points = np.where(good[:, None], points, _SPREAD * random.standard_normal(shape))
    raise ConvergenceError(
        "sampling could not start: no point of finite density was found near the mode",
        fix=("check the priors for values that make the likelihood zero, or rescale the time unit"),
    )
