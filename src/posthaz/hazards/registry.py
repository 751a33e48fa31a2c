"""Which baseline hazards there are."""

from posthaz.errors import SpecError, nearest
from posthaz.hazards.baseline import Baseline
from posthaz.hazards.exponential import Exponential
from posthaz.hazards.gompertz import Gompertz
from posthaz.hazards.piecewise_exponential import PiecewiseExponential
from posthaz.hazards.weibull import Weibull

BASELINES: dict[str, type[Baseline]] = {
    baseline.kind: baseline for baseline in (Exponential, Weibull, Gompertz, PiecewiseExponential)
}


def baseline_class(kind: str) -> type[Baseline]:
    """Class of the baseline hazard called `kind`.

    Raises
    ------
    SpecError
        When there is none; the nearest known name is given.

    Examples
    --------
    >>> baseline_class("weibull").title
    'Weibull'
    """
    if kind not in BASELINES:
        raise SpecError(f"baseline '{kind}' is not known; {nearest(kind, list(BASELINES))}")
    return BASELINES[kind]
