"""A model's baseline hazard for fewer events than it was meant for."""

from dataclasses import replace

import numpy as np

from posthaz.hazards.baseline import EVENTS_A_PIECE
from posthaz.spec import ModelSpec, resolve


def sparse_model(
    model: ModelSpec, event_times: np.ndarray, events_an_interval: int = EVENTS_A_PIECE
) -> ModelSpec:
    """The model with as many intervals as some events bear, its cuts as numbers.

    Parameters
    ----------
    model : ModelSpec
        A model. Only the number of pieces that its baseline places by the data changes, and effects
        that change between them are left out.
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
    fewer = model.baseline.sparser(event_times, events_an_interval)
    placed = fewer.breaks() != model.baseline.breaks()
    changing = () if placed else model.changing
    return resolve(replace(model, baseline=fewer, changing=changing), event_times)
