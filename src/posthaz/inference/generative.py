"""A fit as a PyMC model that can be drawn from."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from posthaz.cohort import Cohort, at_time, collapse
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import Finding, Findings, PosthazError
from posthaz.inference.conditional import hazard_of
from posthaz.inference.fit import Fit
from posthaz.inference.patients import fitted_rows
from posthaz.inference.prepare import of_distinct_rows, understood
from posthaz.model import build_model
from posthaz.model.graph import pm
from posthaz.simulate import simulate_times


@checks_arguments
def generative_model(
    cohort: Cohort, fit: Fit, *, censored_at: float | np.ndarray | None = None
) -> "pm.Model":
    """The model of a fit with a likelihood of times and events that PyMC can draw from.

    Its observed variable is ``follow_up``, of dimensions ``row`` and ``outcome`` (``time``,
    ``event``), so that ``pm.sample_posterior_predictive``, ``pm.sample_prior_predictive``,
    ``pm.draw``, ``pm.model_to_graphviz`` and packages for calibration work on it. A draw takes the
    failure time of each row given survival to its entry, and compares it with the time at which
    the row would have been censored.

    Parameters
    ----------
    cohort : Cohort
        The cohort that the model was fitted to.
    fit : Fit
        The fit.
    censored_at : float or ndarray of shape (row,), optional
        When rows with an event would have been censored, which nobody saw: the longest follow-up
        by default. Rows that were censored are censored when they were.

    Returns
    -------
    pymc.Model
        With the free variables that were sampled; `model_draws` has their posterior.

    Raises
    ------
    PosthazError
        Where follow-up can't be drawn: several rows a patient, every event counting,
        interval-censored rows, weights; or another cohort.

    Examples
    --------
    >>> import pymc as pm
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(ph.ModelSpec("m", ph.Weibull(), "arm"), cohort, draws=100, method="laplace")
    >>> model = ph.generative_model(cohort, fit)
    >>> drawn = pm.draw(model["follow_up"], random_seed=1)
    >>> drawn.shape == (len(cohort), 2)
    True
    """
    from pymc.model.transform.optimization import freeze_dims_and_data

    from posthaz.model.drawable import build_drawable_model

    findings = Findings()
    findings.extend(_undrawable(cohort))
    findings.raise_if_any(PosthazError, f"model '{fit.spec.name}' can't be drawn from:")
    spec, own, design, priors = understood(fit.spec, cohort)
    if own.interval_censored.any():
        what = "times are recorded in steps, and its model takes them as intervals"
        raise PosthazError(
            f"model '{spec.name}' can't be drawn from: {what}",
            fix="leave the resolution out of [cohort], or use ph.survival and its bands",
        )
    fitted_rows(fit, cohort)
    ends = _ends(own, censored_at)
    frame, rate = design.frame, None
    if spec.background is not None:
        rate = own.covariates[spec.background.rate].to_numpy(dtype=float)

    def draw(values: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
        one = {name: array[None] for name, array in values.items()}
        hazard = hazard_of(spec, design, one, frame)
        times = simulate_times(hazard, own.entry[:, None], (1, len(own), 1), rng)[0, :, 0]
        if rate is not None:
            with np.errstate(divide="ignore"):
                times = np.minimum(times, own.entry + rng.standard_exponential(len(own)) / rate)
        return np.column_stack([np.minimum(times, ends), times <= ends])

    model = build_drawable_model(spec, design, priors, own, draw)
    # coordinates are those of the distinct rows that were fitted
    collapsed = collapse(own, tuple(dict.fromkeys((*design.variables, *spec.needed))))
    fitted = build_model(spec, of_distinct_rows(design, collapsed), priors, collapsed.cohort)
    for data in fitted.data_vars:
        if "row" not in (fitted.named_vars_to_dims.get(data.name) or ()):
            model.set_data(str(data.name), np.asarray(data.get_value()))
    # PyMC takes data that a trace doesn't name for changed ones, unless they are constants
    return freeze_dims_and_data(model)


@checks_arguments
def model_draws(fit: Fit) -> xr.DataTree:
    """The posterior of every variable of `generative_model`, those of the sampler among them.

    Parameters
    ----------
    fit : Fit
        A fit by `fit`; `fit_many` keeps no draws of the sampler's own variables.

    Returns
    -------
    DataTree
        Group ``posterior``, as ``pm.sample_posterior_predictive`` takes it.

    Raises
    ------
    PosthazError
        When the fit has none.
    """
    if "coordinates" not in fit.draws.children:
        raise PosthazError(
            f"the fit of '{fit.spec.name}' has no draws of the sampler's own variables",
            fix="fit the model with ph.fit; archives of before and large cohorts lack them",
        )
    posterior = fit.draws["posterior"].to_dataset()
    return xr.DataTree.from_dict(
        {"/posterior": posterior.merge(fit.draws["coordinates"].to_dataset())}
    )


def _undrawable(cohort: Cohort) -> Iterator[Finding]:
    """Why follow-up of a cohort can't be drawn."""
    place = cohort.source.name
    if cohort.recurrent or cohort.several_rows:
        what = "patients have several rows, and which later rows there are depends on the draw"
        yield Finding(place, what, "give one row a patient")
    if cohort.interval_censored.any():
        what = "events are known to lie between two visits, and when visits come isn't modelled"
        yield Finding(place, what, "use ph.survival and its bands")
    if not np.all(cohort.weight == 1.0):
        yield Finding(place, "a weighted row stands for several patients", "leave out the weights")


def _ends(cohort: Cohort, censored_at: float | np.ndarray | None) -> np.ndarray:
    """When each row is censored, whatever happens before."""
    longest = float(np.max(cohort.exit))
    stated = np.broadcast_to(
        np.asarray(longest if censored_at is None else censored_at, dtype=float), len(cohort)
    )
    early = np.flatnonzero(cohort.event & (stated < cohort.exit))
    if len(early):
        at = early[0]
        row, end, event = cohort.row_number[at], float(stated[at]), float(cohort.exit[at])
        raise PosthazError(
            f"censored_at: row {row} would be censored at {at_time(end, cohort.unit)}, before its "
            f"event at {at_time(event, cohort.unit)}",
            fix="give times at or after the events",
        )
    return np.where(cohort.event, stated, cohort.exit)
