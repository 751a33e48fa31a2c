"""The same model with hazards held proportional, and whether letting effects change predicts."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from arviz_stats.utils import ELPDData

from posthaz.checks.model_comparison import leave_one_out, same_patients
from posthaz.checks.refitted import high_pareto
from posthaz.inference import Fit
from posthaz.spec import ModelSpec, changed_priors


def proportional_twin(spec: ModelSpec) -> ModelSpec:
    """The same model with every effect held the same at all times.

    Parameters
    ----------
    spec : ModelSpec
        A model with effects that change with time.

    Returns
    -------
    ModelSpec
        Without them, nor the priors of how they change.

    Examples
    --------
    >>> import posthaz as ph
    >>> effect = ph.ChangingEffect("arm", cuts=(6.0,))
    >>> proportional_twin(ph.ModelSpec("m", ph.Weibull(), "arm", changing=(effect,))).proportional
    True
    """
    gone = changed_priors(spec)
    priors = {name: prior for name, prior in spec.priors.items() if name not in gone}
    return replace(
        spec, name=f"{spec.name}, proportional", changing=(), crossing=None, priors=priors
    )


def elpd_gain(
    fit: Fit, twin: Fit, left_out: Callable[[Fit], ELPDData] = leave_one_out
) -> tuple[float, float, int]:
    """How much better a fit predicts patients left out than its twin.

    Parameters
    ----------
    fit, twin : Fit
        Two fits to one cohort.
    left_out : callable, optional
        `leave_one_out` of a fit, or what is known of it already.

    Returns
    -------
    difference : float
        Expected log predictive density of `fit` minus that of `twin`, by PSIS-LOO.
    se : float
        Its standard error over patients.
    bad : int
        Patients whose Pareto k in either fit is above its threshold, and who weren't left out
        by refits.
    """
    pair = same_patients({"fit": fit, "twin": twin})
    ours, theirs = left_out(pair["fit"]), left_out(pair["twin"])
    apart = _pointwise(ours) - _pointwise(theirs)
    bad = {k for one in (ours, theirs) if one.warning for k in high_pareto(one).tolist()}
    return float(apart.sum()), float(np.sqrt(len(apart) * apart.var())), len(bad)


def _pointwise(result: ELPDData) -> np.ndarray:
    return np.asarray(result.elpd_i, dtype=float).ravel()
