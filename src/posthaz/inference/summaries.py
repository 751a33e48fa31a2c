"""Posteriors of many fits as a few numbers each, without their draws."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from posthaz.inference.engine import answers_of
from posthaz.inference.groups import sampling_coordinates
from posthaz.inference.prepare import Prepared
from posthaz.inference.sampled import Drawn
from posthaz.inference.shared_proposals import SharedDraws
from posthaz.model.baseline import STRATUM
from posthaz.model.outline import Outline

SUMMARY_COLUMNS = ("task", "parameter", "mean", "sd", "median", "lower", "upper", "method", "khat",
                   "log_evidence")  # fmt: skip
_POINTS = (0.5, 0.025, 0.975)


def weighted_figures(
    values: np.ndarray, order: np.ndarray, weights: np.ndarray, points: Sequence[float] = _POINTS
) -> tuple[np.ndarray, ...]:
    """Means, sd and points of weighted values.

    Parameters
    ----------
    values : ndarray of float, shape (draw, quantity)
        The values.
    order : ndarray of int, shape (draw, quantity)
        ``values.argsort(axis=0)``.
    weights : ndarray of float, shape (draw,)
        Weights of sum 1.
    points : sequence of float
        Probabilities of the points.

    Returns
    -------
    tuple of ndarray of float, shape (quantity,)
        Mean, sd and each point.
    """
    mean = weights @ values
    sd = np.sqrt(weights @ (values - mean) ** 2)
    ranked, found = weights[order], []
    below = np.cumsum(ranked, axis=0) - ranked / 2.0
    for column, level in enumerate(below.T):
        found.append(np.interp(points, level, values[order[:, column], column]))
    return mean, sd, *np.transpose(found)


def posterior_summaries(
    drawn: Mapping[int, tuple[Prepared, Drawn | SharedDraws]],
) -> pd.DataFrame:
    """Every scalar of each posterior in one row.

    Parameters
    ----------
    drawn : mapping of int to (Prepared, Drawn or SharedDraws)
        What was fitted and its draws, by number of the task.

    Returns
    -------
    DataFrame
        Columns `SUMMARY_COLUMNS`; ``lower`` and ``upper`` are 2.5 and 97.5 % points.
    """
    columns: dict[str, list[np.ndarray]] = {name: [] for name in SUMMARY_COLUMNS}
    pools: dict[int, tuple[list[str], np.ndarray, np.ndarray]] = {}
    for task, (prepared, one) in sorted(drawn.items()):
        if isinstance(one, Drawn):
            named, values = _values(prepared, one.sampled.theta)
            found = (named, values.mean(axis=0), values.std(axis=0, ddof=1))
            found += tuple(np.quantile(values, _POINTS, axis=0))
        else:
            if id(one.theta) not in pools:
                named, values = _values(prepared, one.theta[None])
                pools[id(one.theta)] = named, values, values.argsort(axis=0)
            named, values, order = pools[id(one.theta)]
            found = (named, *weighted_figures(values, order, one.weights))
        found += (one.method, one.khat, one.log_evidence)
        for name, value in zip(SUMMARY_COLUMNS, (task, *found), strict=True):
            missing = np.nan if value is None else value
            columns[name].append(np.broadcast_to(np.asarray(missing), len(named)))
    return pd.DataFrame({name: np.concatenate(parts) for name, parts in columns.items()})


def _values(prepared: Prepared, theta: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Names of all scalars of a posterior, and their values, shape (draw, scalar)."""
    answers = answers_of(prepared.posterior, theta, pointwise=False)
    left_out = sampling_coordinates(prepared.outline)
    kept = {
        name: array
        for (_, name), array in answers.items()
        if name not in left_out and not name.startswith(STRATUM)
    }
    total = theta.shape[0] * theta.shape[1]
    values = np.concatenate([array.reshape(total, -1) for array in kept.values()], axis=1)
    return [label for name in kept for label in _labels(prepared.outline, name, kept[name])], values


def _labels(outline: Outline, name: str, array: np.ndarray) -> Iterator[str]:
    """Names of a variable's scalars, as ArviZ writes them: ``log_hazard_ratio[arm[B]]``."""
    sizes = array.shape[2:]
    if not sizes:
        yield name
        return
    dims = outline.dims.get(name, ())
    own = [
        outline.coords[dims[k]] if len(dims) == len(sizes) else range(size)
        for k, size in enumerate(sizes)
    ]
    for labels in product(*own):
        yield f"{name}[{', '.join(str(label) for label in labels)}]"
