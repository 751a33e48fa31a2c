"""Borrowing under latent exchangeability of historical patients."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from posthaz.analyses.borrowing.pooled import HISTORY, STUDY, pooled_rows
from posthaz.analyses.borrowing.rows import settled
from posthaz.cohort import Cohort, joined
from posthaz.design import Design, learn_design
from posthaz.errors import CohortError
from posthaz.inference import Fit, Provenance, installed_versions, model_shape, posterior_draws
from posthaz.model import EXCHANGEABLE, build_leap_model
from posthaz.spec import ModelSpec, Sampling, choose_priors

_MARK = "::"


@dataclass(frozen=True, eq=False)
class Leap:
    """A posterior that borrows from the exchangeable part of a history.

    Parameters
    ----------
    fit : Fit
        Draws of the current patients' parameters; every estimand takes it.
    share : DataArray
        Draws of the exchangeable share, dimensions ``chain, draw``.
    """

    fit: Fit
    share: xr.DataArray

    @property
    def borrowed(self) -> float:
        """Posterior mean of the exchangeable share."""
        return float(self.share.mean())


def leap_fit(
    spec: ModelSpec,
    current: Cohort,
    history: Cohort,
    share: tuple[float, float] = (1.0, 1.0),
    sampling: Sampling | None = None,
) -> Leap:
    """Fit in which each historical patient is exchangeable with the current ones, or is not.

    Parameters
    ----------
    spec : ModelSpec
        The model, with proper priors.
    current, history : Cohort
        The cohorts.
    share : tuple of (float, float)
        Beta prior of the exchangeable share.
    sampling : Sampling, optional
        How to sample; always by chains.

    Returns
    -------
    Leap
        The posterior (Alt et al., Biometrics 2024;80:ujae083).

    Raises
    ------
    CohortError
        When covariates of the model change in historical patients: one of several rows would be
        exchangeable and another not.
    """
    sampling = sampling or Sampling()
    fixed = settled(spec, current, history)
    pooled = joined(pooled_rows(current, history), (*fixed.needed, STUDY))
    if pooled.where((pooled.covariates[STUDY] == HISTORY).to_numpy()).several_rows:
        raise CohortError(
            f"{history.source.name}: patients have several rows that the model tells apart, and "
            "each patient as a whole is exchangeable or not",
            fix="use values at the start of follow-up, or power_fits",
        )
    design = learn_design(pooled.covariates, fixed.formula, fixed.centre, pooled.patient_weight)
    priors = choose_priors(fixed, design, 1.0)  # `settled` has stated every prior
    historical = (pooled.covariates[STUDY] == HISTORY).to_numpy()
    model = build_leap_model(fixed, design, priors, pooled, historical, share)
    draws = posterior_draws(model, ("leap", model_shape(fixed, design, priors, model)), sampling)
    posterior = draws["posterior"].to_dataset()
    kept = [n for n in posterior.data_vars if _MARK not in str(n) and n != EXCHANGEABLE]
    ours = np.flatnonzero(~historical)
    tree = xr.DataTree.from_dict(
        {
            "/posterior": posterior[kept],
            "/sample_stats": draws["sample_stats"].to_dataset(),
            "/constant_data": xr.Dataset({"weight": ("subject", current.patients.weight)}),
        }
    )
    result = Fit(
        spec=fixed,
        design=_of_rows(design, ours),
        priors=priors,
        draws=tree,
        unit=current.unit,
        treatment=current.treatment if current.treatment in design.variables else "",
        provenance=_provenance(pooled, (current, history), sampling, draws),
        origin=current.origin,
        recurrent=current.recurrent,
    )
    return Leap(result, posterior[EXCHANGEABLE])


def _provenance(
    pooled: Cohort, studies: tuple[Cohort, Cohort], sampling: Sampling, draws: xr.DataTree
) -> Provenance:
    """Where the draws come from: both studies, by what they are in one model."""
    return Provenance(
        data=" and ".join(one.source.name for one in studies),
        data_sha256=studies[0].source.sha256,
        simulated=any(one.source.simulated for one in studies),
        rows=len(pooled),
        patients=len(np.unique(pooled.subject)),
        events=int((pooled.event | pooled.interval_censored).sum()),
        method="NUTS (BlackJAX)",
        seed=sampling.seed,
        chains=sampling.chains,
        draws=sampling.draws,
        tune=sampling.tune,
        gradients=int(draws["sample_stats"]["n_steps"].to_numpy().sum()),
        versions=installed_versions(),
    )


def _of_rows(design: Design, rows: np.ndarray) -> Design:
    """The design of some of its rows."""
    frame = design.frame.iloc[rows].reset_index(drop=True)
    return replace(design, frame=frame, weight=design.weight[rows])
