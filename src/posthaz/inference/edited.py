"""Models edited by hand in PyMC: built, changed by the user, fitted like any other."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import Finding, Findings, SpecError
from posthaz.inference.engine import outlined_posterior
from posthaz.inference.fit import Fit
from posthaz.inference.prepare import prepare_fit
from posthaz.inference.sample import check_settings, fit_prepared
from posthaz.model.graph import pm
from posthaz.model.outline import built_outline
from posthaz.spec import ModelSpec, Sampling

EDITED = "of a model edited by hand"
"""What provenance says of such a fit."""
_FIX = "start from ph.build_model of the same specification and cohort, and add to it"


@checks_arguments
def build_model(spec: ModelSpec, cohort: Cohort) -> "pm.Model":
    """The PyMC model that `fit` samples, to look at or to add to.

    Its rows are the distinct rows of the cohort. ``log_hazard_ratio`` (``log_time_ratio`` in the
    accelerated form) has the effects by dimension ``covariate``, whose coordinates are the
    columns of the formula; parameters of the baseline have their own names.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    cohort : Cohort
        The cohort.

    Returns
    -------
    pymc.Model
        With one observed variable, ``event``.

    Raises
    ------
    PosthazError
        When the model can't be fitted to the cohort.

    Examples
    --------
    >>> import posthaz as ph
    >>> model = ph.build_model(ph.ModelSpec("m", ph.Weibull(), "arm"), ph.simulated_example())
    >>> list(model.coords["covariate"]), [variable.name for variable in model.observed_RVs]
    (['arm[B]'], ['event'])
    """
    return prepare_fit(spec, cohort).model


@checks_arguments
def fit_model(
    model: "pm.Model",
    spec: ModelSpec,
    cohort: Cohort,
    sampling: Sampling | None = None,
    progress: Callable[[int, int], None] | None = None,
    **settings: int | float | str,
) -> Fit:
    """Fit a model of `build_model` to which potentials or variables were added.

    Everything that takes a fit takes this one: curves, estimands, checks, an archive. Variables
    that were added are in its posterior. Its provenance names what was added, since the
    specification doesn't; there are no prior draws, for nobody can draw from a potential.

    Parameters
    ----------
    model : pymc.Model
        The edited model.
    spec : ModelSpec
        What it was built from.
    cohort : Cohort
        The cohort that it was built for.
    sampling : Sampling, optional
        How to sample.
    progress : callable, optional
        Called with (draws done, draws in all).
    **settings
        Fields of `Sampling` to change.

    Returns
    -------
    Fit
        The posterior.

    Raises
    ------
    SpecError
        When a variable of the standard model is missing or has another shape, another variable
        is observed, one added is discrete, or the data are those of another cohort.

    Examples
    --------
    >>> import posthaz as ph
    >>> import pymc as pm
    >>> spec, cohort = ph.ModelSpec("m", ph.Weibull(), "arm"), ph.simulated_example()
    >>> model = ph.build_model(spec, cohort)
    >>> with model:
    ...     doubt = pm.logp(pm.Normal.dist(0.0, 0.1), model["log_hazard_ratio"]).sum()
    ...     _ = pm.Potential("doubt", doubt)
    >>> fit = ph.fit_model(model, spec, cohort, draws=200, method="laplace")
    >>> fit.provenance.method.split("; ")[-1]
    'of a model edited by hand (added: doubt)'
    """
    check_settings(settings, "fit_model")
    if not isinstance(model, pm.Model):
        what = f"fit_model takes a pymc.Model, and was given a {type(model).__name__}"
        raise SpecError(what, fix="make one by ph.build_model")
    sampling = replace(sampling or Sampling(), **settings)
    prepared = prepare_fit(spec, cohort)
    standard = prepared.model
    findings = Findings()
    findings.extend(_unlike(model, standard, f"model '{spec.name}'"))
    findings.raise_if_any(SpecError, f"The edited model '{spec.name}' can't be fitted:")
    if same_density(model, standard):
        return fit_prepared(prepared, sampling, progress)
    added, found = added_names(model, standard), built_outline(model)
    posterior = outlined_posterior(found, None, lambda: model, pad=False)
    edited = replace(prepared, outline=found, posterior=posterior, edited_model=model)
    note = f"; {EDITED} ({f'added: {", ".join(added)}' if added else 'densities changed'})"
    return fit_prepared(edited, sampling, progress, note)


def same_density(model: "pm.Model", standard: "pm.Model") -> bool:
    """Whether two models with the same data have one graph of the log density and its variables."""
    from pytensor.graph.basic import equal_computations

    names = [
        [str(one.name) for one in (*given.value_vars, *given.data_vars, *given.deterministics)]
        for given in (model, standard)
    ]
    if names[0] != names[1]:
        return False
    graphs = [
        [given.logp(), *given.replace_rvs_by_values(given.deterministics)]
        for given in (model, standard)
    ]
    known = [[*given.value_vars, *given.data_vars] for given in (model, standard)]
    return equal_computations(graphs[0], graphs[1], known[0], known[1])


def added_names(model: "pm.Model", standard: "pm.Model") -> tuple[str, ...]:
    """Variables and potentials of a model that another lacks."""
    known = {variable.name for variable in (*standard.free_RVs, *standard.deterministics)}
    every = (*model.free_RVs, *model.deterministics, *model.potentials)
    return tuple(str(variable.name) for variable in every if variable.name not in known)


def _unlike(model: "pm.Model", standard: "pm.Model", place: str) -> Iterator[Finding]:
    """What of the standard model an edited one has lost, or has that can't be sampled."""
    for variable in (*standard.free_RVs, *standard.deterministics):
        if variable.name not in model.named_vars:
            yield Finding(place, f"it has no variable '{variable.name}' any more", _FIX)
        elif model[str(variable.name)].type.ndim != variable.type.ndim:
            yield Finding(place, f"its variable '{variable.name}' has another shape", _FIX)
    sampled = {variable.name for variable in model.free_RVs}
    for variable in standard.free_RVs:
        if variable.name in model.named_vars and variable.name not in sampled:
            yield Finding(place, f"its variable '{variable.name}' is no longer free", _FIX)
    observed = [str(variable.name) for variable in model.observed_RVs]
    if observed != [str(variable.name) for variable in standard.observed_RVs]:
        what = f"its observed variables are {', '.join(observed) or 'none'}, and 'event' is read"
        yield Finding(place, what, "add further data as a pm.Potential")
    for variable in model.free_RVs:
        if variable.dtype.startswith(("int", "bool", "uint")):
            what = f"'{variable.name}' is discrete, and has no gradient"
            yield Finding(place, what, "sum it out of the density")
    for data in standard.data_vars:
        name = str(data.name)
        theirs = model.named_vars.get(name)
        value = getattr(theirs, "get_value", lambda: None)()
        if value is None or not np.array_equal(value, data.get_value(), equal_nan=True):
            yield Finding(place, f"its data '{name}' are not those of the cohort", _FIX)
