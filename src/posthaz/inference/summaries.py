"""Posteriors of many fits as a few numbers each, without their draws."""

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import pandas as pd

from posthaz.inference.engine import answers_of
from posthaz.inference.groups import sampling_coordinates
from posthaz.inference.prepare import Prepared
from posthaz.inference.sampled import Drawn
from posthaz.model.baseline import STRATUM
from posthaz.model.outline import Outline

SUMMARY_COLUMNS = ("task", "parameter", "mean", "sd", "median", "lower", "upper", "method", "khat",
                   "log_evidence")  # fmt: skip
_POINTS = (0.5, 0.025, 0.975)


def posterior_summaries(drawn: Mapping[int, tuple[Prepared, Drawn]]) -> pd.DataFrame:
    """Every scalar of each posterior in one row.

    Parameters
    ----------
    drawn : mapping of int to (Prepared, Drawn)
        What was fitted and its draws, by number of the task.

    Returns
    -------
    DataFrame
        Columns `SUMMARY_COLUMNS`; ``lower`` and ``upper`` are 2.5 and 97.5 % points.
    """
    columns: dict[str, list[np.ndarray]] = {name: [] for name in SUMMARY_COLUMNS}
    for task, (prepared, one) in sorted(drawn.items()):
        answers = answers_of(prepared.posterior, one.sampled.theta, pointwise=False)
        left_out = sampling_coordinates(prepared.outline)
        kept = {
            name: array
            for (_, name), array in answers.items()
            if name not in left_out and not name.startswith(STRATUM)
        }
        total = one.sampled.theta.shape[0] * one.sampled.theta.shape[1]
        values = np.concatenate([array.reshape(total, -1) for array in kept.values()], axis=1)
        named = [label for name in kept for label in _labels(prepared.outline, name, kept[name])]
        found = (named, values.mean(axis=0), values.std(axis=0, ddof=1))
        found += tuple(np.quantile(values, _POINTS, axis=0))
        found += (one.method, one.khat, one.log_evidence)
        for name, value in zip(SUMMARY_COLUMNS, (task, *found), strict=True):
            missing = np.nan if value is None else value
            columns[name].append(np.broadcast_to(np.asarray(missing), values.shape[1]))
    return pd.DataFrame({name: np.concatenate(parts) for name, parts in columns.items()})


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
