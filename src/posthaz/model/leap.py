"""Latent exchangeability: each historical patient is like the current ones, or is not."""

from dataclasses import dataclass

import numpy as np

from posthaz.cohort import Cohort
from posthaz.design import Design
from posthaz.hazards import Array
from posthaz.model.graph import pm, pt
from posthaz.model.likelihood import follow_up_data, likelihood_terms
from posthaz.model.rows_hazard import row_coordinates, rows_hazard
from posthaz.spec import ChosenPriors, ModelSpec

EXCHANGEABLE = "exchangeable_share"
UNLIKE = "unlike"


@dataclass(frozen=True)
class _Rows:
    """What both hazards are built from."""

    spec: ModelSpec
    design: Design
    priors: ChosenPriors
    cohort: Cohort


def build_leap_model(
    spec: ModelSpec,
    design: Design,
    priors: ChosenPriors,
    cohort: Cohort,
    historical: np.ndarray,
    share: tuple[float, float] = (1.0, 1.0),
) -> "pm.Model":
    """PyMC model in which an unknown share of the historical patients is exchangeable.

    The likelihood of a historical patient is that of the current patients' parameters with
    probability ``exchangeable_share``, and that of parameters of its own, under the same priors,
    otherwise (Alt et al., Biometrics 2024;80:ujae083).

    Parameters
    ----------
    spec, design, priors : ModelSpec, Design, ChosenPriors
        The model of the current patients, resolved; its design over all rows.
    cohort : Cohort
        Current and historical rows.
    historical : ndarray of bool, shape (row,)
        Which rows are historical.
    share : tuple of (float, float)
        Beta prior of the exchangeable share.

    Returns
    -------
    pymc.Model
        Variables of the current model under their names, of the other historical patients under
        ``unlike::``, and ``exchangeable_share``.
    """
    rows = _Rows(spec, design, priors, cohort)
    with pm.Model(coords=row_coordinates(spec, design, len(cohort))) as model:
        data = {
            name: pm.Data(name, array, dims=("row",))
            for name, array in follow_up_data(cohort).items()
            if name != "event"
        }
        ours = _terms(rows, data)
        with pm.Model(name=UNLIKE):
            theirs = _terms(rows, data)
        mixed = pm.Data("historical", historical.astype(float), dims=("row",))
        like: Array = pm.Beta(EXCHANGEABLE, *share)
        pm.CustomDist(
            "event",
            *ours,
            *theirs,
            mixed,
            like,
            data["weight"],
            logp=_mixed_log_likelihood,
            observed=pm.Data("event_seen", cohort.event.astype(float), dims=("row",)),
            dims=("row",),
        )
    return model


def _terms(rows: _Rows, data: dict[str, Array]) -> tuple[Array, Array]:
    """What an event adds to each row's log-likelihood, and the rest, for one set of parameters."""
    hazard = rows_hazard(rows.spec, rows.design, rows.priors, rows.cohort)
    return likelihood_terms(hazard, data, pt)


def _mixed_log_likelihood(
    event: Array,
    log_hazard: Array,
    log_rest: Array,
    other_hazard: Array,
    other_rest: Array,
    historical: Array,
    like: Array,
    weight: Array,
) -> Array:
    ours = event * log_hazard + log_rest
    theirs = event * other_hazard + other_rest
    either = pt.logaddexp(pt.log(like) + ours, pt.log1p(-like) + theirs)
    return weight * pt.switch(historical > 0, either, ours)
