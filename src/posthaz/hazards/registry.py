"""Which baseline hazards there are."""

from dataclasses import is_dataclass

from posthaz.errors import SpecError, nearest
from posthaz.hazards.baseline import Baseline
from posthaz.hazards.exponential import Exponential
from posthaz.hazards.gamma import Gamma
from posthaz.hazards.generalised_gamma import GeneralisedGamma
from posthaz.hazards.gompertz import Gompertz
from posthaz.hazards.log_logistic import LogLogistic
from posthaz.hazards.log_normal import LogNormal
from posthaz.hazards.m_spline import MSpline
from posthaz.hazards.piecewise_exponential import PiecewiseExponential
from posthaz.hazards.weibull import Weibull

BASELINES: dict[str, type[Baseline]] = {
    baseline.kind: baseline
    for baseline in (
        Exponential,
        Weibull,
        Gompertz,
        LogNormal,
        LogLogistic,
        Gamma,
        GeneralisedGamma,
        PiecewiseExponential,
        MSpline,
    )
}


def register_baseline(baseline: type[Baseline]) -> type[Baseline]:
    """Make a baseline hazard of your own known to analysis files, archives and reports.

    Parameters
    ----------
    baseline : type
        A frozen dataclass derived from `posthaz.hazards.Baseline`, with a `kind` of its own.

    Returns
    -------
    type
        The class itself, so that this may stand above it as a decorator.

    Raises
    ------
    SpecError
        When it is no such class, or another baseline has its name.

    Examples
    --------
    >>> from posthaz.hazards import Weibull
    >>> register_baseline(Weibull) is Weibull
    True
    """
    fix = "derive a frozen dataclass from posthaz.hazards.Baseline"
    if not (isinstance(baseline, type) and issubclass(baseline, Baseline)):
        raise SpecError(f"{baseline!r} is no baseline hazard", fix=fix)
    frozen = is_dataclass(baseline) and baseline.__dataclass_params__.frozen  # type: ignore[attr-defined]
    if not frozen or not isinstance(getattr(baseline, "kind", None), str):
        raise SpecError(
            f"{baseline.__name__} can't be registered: it has no kind, or isn't frozen",
            fix=f"{fix}, with its kind and title",
        )
    known = BASELINES.setdefault(baseline.kind, baseline)
    if known is not baseline:
        raise SpecError(
            f"{baseline.__name__} can't be registered: '{baseline.kind}' is the name of the "
            f"{known.title} baseline",
            fix="give it another kind",
        )
    return baseline


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
