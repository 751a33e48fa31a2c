"""A model's baseline hazard for fewer events than it was meant for."""

from dataclasses import replace

import numpy as np

from posthaz.errors import SpecError
from posthaz.hazards import PiecewiseExponential
from posthaz.spec import ModelSpec, resolve

_EVENTS_AN_INTERVAL = 5


def sparse_model(
    model: ModelSpec, event_times: np.ndarray, events_an_interval: int = _EVENTS_AN_INTERVAL
) -> ModelSpec:
    """The model with as many intervals as some events bear, its cuts as numbers.

    Parameters
    ----------
    model : ModelSpec
        A model. Only the number of intervals of a piecewise exponential baseline whose cuts are
        placed at quantiles changes.
    event_times : ndarray of float, shape (event,)
        Times of the events it will be fitted to.
    events_an_interval : int, optional
        Fewest events an interval.

    Returns
    -------
    ModelSpec
        With at least so many events an interval, where that leaves one.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import PiecewiseExponential
    >>> model = ModelSpec("m", PiecewiseExponential(intervals=6))
    >>> sparse_model(model, np.arange(1.0, 12.0)).baseline.intervals
    2
    """
    baseline = model.baseline
    if not isinstance(baseline, PiecewiseExponential) or baseline.cuts:
        return resolve(model, event_times)
    intervals = max(1, min(baseline.intervals, len(event_times) // events_an_interval))
    while True:
        walks = baseline.smoothing == "random_walk" and intervals > baseline.order
        fewer = replace(
            baseline, intervals=intervals, smoothing="random_walk" if walks else "independent"
        )
        try:
            return resolve(replace(model, baseline=fewer, changing=()), event_times)
        except SpecError:
            if intervals == 1:
                raise
            intervals -= 1
