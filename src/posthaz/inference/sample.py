"""From a specification and a cohort to a fit."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pymc as pm
import xarray as xr

from posthaz.cohort import Cohort
from posthaz.design import learn_design
from posthaz.errors import CohortError
from posthaz.inference.engine import Engine, compile_engine, model_shape
from posthaz.inference.fit import Fit
from posthaz.inference.groups import data_groups, posterior_groups, predictive_group, prior_group
from posthaz.inference.laplace import laplace_draws
from posthaz.inference.mode import posterior_mode
from posthaz.inference.nuts import Sampled, nuts_draws
from posthaz.inference.provenance import Provenance, installed_versions
from posthaz.inference.pymc_sampler import pymc_draws
from posthaz.model import build_model
from posthaz.spec import ModelSpec, Sampling, choose_priors, resolve


def fit(
    spec: ModelSpec,
    cohort: Cohort,
    sampling: Sampling | None = None,
    progress: Callable[[int, int], None] | None = None,
    **settings: int | float | str,
) -> Fit:
    """Fit one model to a cohort.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    cohort : Cohort
        The cohort.
    sampling : Sampling, optional
        How to sample.
    progress : callable, optional
        Called with (draws done, draws in all).
    **settings
        Fields of `Sampling` to change: ``seed``, ``chains``, ``draws``, ``tune``, ``method``.

    Returns
    -------
    Fit
        The posterior; the same seed, data and versions give the same draws.

    Raises
    ------
    CohortError
        When the cohort has no event to learn from.
    PosthazError
        When formula or priors don't fit the cohort.

    Examples
    --------
    >>> import posthaz as ph
    >>> spec = ph.ModelSpec("exponential", ph.Exponential(), "arm")
    >>> result = ph.fit(spec, ph.simulated_example(), draws=200, tune=200, chains=2, seed=1)
    >>> result.draws["posterior"]["log_hazard_ratio"].dims
    ('chain', 'draw', 'covariate')
    """
    sampling = replace(sampling or Sampling(), **settings)
    events = cohort.event | cohort.interval_censored
    if not events.any():
        raise CohortError(
            f"{cohort.source.name}: no events, so nothing can be learnt about the hazard. "
            "Mend: check the event column and its coding."
        )
    resolved = resolve(spec, cohort.exit[events])
    design = learn_design(cohort.covariates, resolved.formula, resolved.centre)
    person_time = float(np.sum(cohort.weight * (cohort.exit - cohort.entry)))
    crude_rate = float(np.sum(cohort.weight[events])) / person_time
    priors = choose_priors(resolved, design, crude_rate)
    model = build_model(resolved, design, priors, cohort)
    engine = compile_engine(model, model_shape(resolved, design, priors, model))
    if sampling.method == "auto" and priors.scales:
        sampling = replace(sampling, method="nuts")  # the weights of hierarchies seldom hold
    sampled, method = _sampled(model, engine, sampling, progress)
    groups = posterior_groups(model, engine.answers_of(sampled.theta), sampled.statistics)
    names = [str(name) for name in groups["posterior"].data_vars]
    prior = prior_group(model, sampling.seed, names)
    groups.update({"prior": prior} if prior is not None else {})
    groups["posterior_predictive"] = predictive_group(
        resolved, design, cohort, groups["posterior"], sampling.seed
    )
    groups.update(data_groups(model, cohort, design))
    return Fit(
        spec=resolved,
        design=design,
        priors=priors,
        draws=xr.DataTree.from_dict({f"/{name}": group for name, group in groups.items()}),
        unit=cohort.unit,
        treatment=cohort.treatment if cohort.treatment in design.variables else "",
        provenance=_provenance(cohort, sampling, sampled, method),
    )


def _sampled(
    model: pm.Model,
    engine: Engine,
    sampling: Sampling,
    progress: Callable[[int, int], None] | None,
) -> tuple[Sampled, str]:
    """Draws, and in words how they were made."""
    if sampling.method == "pymc":
        return pymc_draws(model, sampling, progress), "NUTS (PyMC)"
    mode = posterior_mode(engine.value, engine.gradient, engine.hessian, engine.start, engine.data)
    reason = ""
    if sampling.method in ("laplace", "auto"):
        weighted = laplace_draws(engine, mode, sampling)
        figures = f"k-hat {weighted.khat:.2f}, threshold {weighted.threshold:.2f}"
        if weighted.trusted:
            size = f"effective size {weighted.effective:.0f}"
            return weighted.sampled, f"Laplace with importance weights ({figures}, {size})"
        reason = f", after Laplace weights that can't be trusted ({figures})"
    return nuts_draws(engine, mode, sampling, progress), f"NUTS (nutpie){reason}"


def _provenance(cohort: Cohort, sampling: Sampling, sampled: Sampled, method: str) -> Provenance:
    return Provenance(
        data=cohort.source.name,
        data_sha256=cohort.source.sha256,
        simulated=cohort.source.simulated,
        rows=len(cohort),
        events=int(cohort.event.sum()),
        method=method,
        seed=sampling.seed,
        chains=sampling.chains,
        draws=sampling.draws,
        tune=sampling.tune,
        gradients=sampled.gradients,
        versions=installed_versions(),
    )
