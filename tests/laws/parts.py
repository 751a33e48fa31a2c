"""The examples of every registered baseline, with hypothesis strategies for their parameters."""

import numpy as np
from hypothesis import strategies as st

from posthaz.hazards import BASELINES, Baseline, Hazard

BASELINE_EXAMPLES = [example for kind in BASELINES.values() for example in kind.examples()]
# every structure that a registered baseline can have, not resolved where it is the default
EVERY_BASELINE = list(
    {
        (kind, example.parameters()): example
        for kind in BASELINES.values()
        for example in (*kind.examples(), kind())
    }.values()
)


@st.composite
def hazards(draw: st.DrawFn, baseline: Baseline) -> Hazard:
    """A hazard of the baseline at drawn parameter values."""
    values: dict[str, np.ndarray | float] = dict(baseline.constants())
    sizes = {name: len(labels) for name, labels in baseline.coordinates().items()}
    for parameter in baseline.parameters():
        number = st.floats(*parameter.range)
        if parameter.dim:
            size = sizes[parameter.dim]
            values[parameter.name] = np.array(draw(st.lists(number, min_size=size, max_size=size)))
        else:
            values[parameter.name] = draw(number)
    return baseline.hazard(values, np)
