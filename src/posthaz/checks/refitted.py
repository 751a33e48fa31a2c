"""Leave-one-out by refits, for the patients for whom importance weights can't be trusted."""

from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr
from arviz_stats.utils import ELPDData
from scipy.special import logsumexp

from posthaz.cohort import Cohort
from posthaz.inference import EDITED, Fit, fit
from posthaz.inference.patients import fitted_rows
from posthaz.spec import Sampling

MOST_REFITS = 20
_NOTHING = 1e-6


def high_pareto(result: ELPDData) -> np.ndarray:
    """Places of the patients whose Pareto k is above its threshold."""
    pareto: Any = result.pareto_k
    return np.flatnonzero(~(pareto.to_numpy().ravel() <= result.good_k))


def refitted(result: ELPDData, of: Fit, cohort: Cohort) -> ELPDData:
    """Leave-one-out with refits where Pareto k is too high.

    The model is fitted again, by Laplace with importance weights where these serve, with a weight
    of one in a million for such a patient, whose log-likelihood is then divided by it: cuts,
    coding and clusters stay those of the whole cohort.

    Parameters
    ----------
    result : ELPDData
        Result of `leave_one_out`, one point a patient.
    of : Fit
        The fit.
    cohort : Cohort
        Its cohort.

    Returns
    -------
    ELPDData
        With these patients' densities by refits, the Pareto k as they were and ``warning``
        False; the same as `result` where no k is too high, where it is for more than
        `MOST_REFITS` patients (the model is then at fault), or where the model was edited by hand.
    """
    bad = high_pareto(result)
    subjects = of.draws["log_likelihood"]["subject"].to_numpy()
    if not len(bad) or len(bad) > MOST_REFITS or EDITED in of.provenance.method:
        return result
    fitted_rows(of, cohort)
    by_weights: Any = result.elpd_i
    pointwise = by_weights.to_numpy().ravel().copy()
    lost = pointwise[bad] - [_without(of, cohort, int(subjects[k])) for k in bad]
    pointwise[bad] -= lost
    return replace(
        result,
        elpd=float(pointwise.sum()),
        se=float(np.sqrt(len(pointwise) * pointwise.var(ddof=1))),  # as ArviZ's
        p=float(result.p + lost.sum()),
        elpd_i=xr.DataArray(pointwise, dims=("subject",)),
        warning=False,
    )


def _without(of: Fit, cohort: Cohort, subject: int) -> float:
    """Log density of a patient under the model fitted without that patient."""
    weight = np.where(cohort.subject == subject, cohort.weight * _NOTHING, cohort.weight)
    kind = cohort.weight_kind if cohort.weight_kind == "probability" else "importance"
    draws = Sampling(method="auto", draws=of.provenance.draws, seed=of.provenance.seed)
    again = fit(of.spec, replace(cohort, weight=weight, weight_kind=kind), draws)
    own = again.draws["log_likelihood"]["time"].sel(subject=subject).to_numpy().ravel() / _NOTHING
    return float(logsumexp(own) - np.log(len(own)))
