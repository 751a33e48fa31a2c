"""One example of every registered baseline, with hypothesis strategies for its parameters."""

import numpy as np
from hypothesis import strategies as st

from posthaz.hazards import (
    BASELINES,
    Baseline,
    Exponential,
    Gompertz,
    Hazard,
    PiecewiseExponential,
    Weibull,
)

EXAMPLES: dict[str, tuple[Baseline, ...]] = {
    "exponential": (Exponential(),),
    "weibull": (Weibull(), Weibull(location="log_rate")),
    "gompertz": (Gompertz(unit_time=10.0),),
    "piecewise_exponential": (
        PiecewiseExponential(cuts=(1.5, 4.0, 9.0)),
        PiecewiseExponential(intervals=1),
    ),
}
BASELINE_EXAMPLES = [example for kind in BASELINES for example in EXAMPLES[kind]]

_RANGES = {
    "log_rate": (-4.0, 0.0),
    "log_scale": (0.0, 3.5),
    "log_shape": (-0.7, 0.9),
    "growth": (-2.0, 2.0),
    "log_hazard": (-4.0, 0.5),
}


@st.composite
def hazards(draw: st.DrawFn, baseline: Baseline) -> Hazard:
    """A hazard of the baseline at drawn parameter values."""
    values: dict[str, np.ndarray | float] = dict(baseline.constants())
    sizes = {name: len(labels) for name, labels in baseline.coordinates().items()}
    for parameter in baseline.parameters():
        number = st.floats(*_RANGES[parameter.name])
        if parameter.dim:
            size = sizes[parameter.dim]
            values[parameter.name] = np.array(draw(st.lists(number, min_size=size, max_size=size)))
        else:
            values[parameter.name] = draw(number)
    return baseline.hazard(values, np)
