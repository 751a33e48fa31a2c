"""From specifications and cohorts to fits, one or many at a time."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal, overload
from warnings import warn

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.cohort import Cohort, changing
from posthaz.cohort.argument import checks_arguments, require_cohort
from posthaz.design import formula_groups
from posthaz.errors import Finding, SpecError, nearest
from posthaz.inference.fit import Fit
from posthaz.inference.groups import all_groups, posterior_only, shared_groups
from posthaz.inference.prepare import Prepared, in_batches, prepare_fit, prepare_many
from posthaz.inference.provenance import Provenance, installed_versions
from posthaz.inference.pymc_sampler import pymc_draws
from posthaz.inference.sampled import Drawn, draw_posteriors, takes_weights
from posthaz.inference.shared_proposals import FEWEST, SharedDraws, shared_draws
from posthaz.inference.summaries import SUMMARY_COLUMNS, posterior_summaries
from posthaz.spec import ModelSpec, Sampling
from posthaz.spec.measured_after import measured_after_warning
from posthaz.spec.support import cuts_beyond

_LOG = logging.getLogger(__name__)
_AT_ONCE = 64
WITHOUT_FRAILTY = (
    "the events of one subject are taken as independent, so that credible intervals are too narrow"
)


@checks_arguments
def fit(
    spec: ModelSpec,
    cohort: Cohort,
    sampling: Sampling | None = None,
    progress: Callable[[int, int], None] | None = None,
    **settings: int | float | str,
) -> Fit:
    """Fit one model to a cohort.

    Rows that are equal in follow-up and in the covariates of the formula are collapsed to one
    weighted row for sampling, which changes nothing but the time it takes.

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
    check_settings(settings, "fit")
    sampling = replace(sampling or Sampling(), **settings)
    prepared = prepare_fit(spec, cohort)
    if cohort.recurrent and not formula_groups(spec.formula):
        frailty = "add a frailty of the subject, as (1 | id), to the formula"
        found = Finding(f"model '{spec.name}'", WITHOUT_FRAILTY, frailty)
        warn(str(found), stacklevel=3)
    if later := measured_after_warning(spec, cohort):
        warn(later, stacklevel=3)
    if beyond := cuts_beyond(prepared.spec, prepared.cohort):
        warn(str(beyond), stacklevel=3)
    return fit_prepared(prepared, sampling, progress)


def fit_prepared(
    prepared: Prepared,
    sampling: Sampling,
    progress: Callable[[int, int], None] | None = None,
    note: str = "",
) -> Fit:
    """Draw from what is prepared, with every group that ArviZ knows.

    Parameters
    ----------
    prepared : Prepared
        Everything about the fit but its draws.
    sampling : Sampling
        How to sample.
    progress : callable, optional
        Called with (draws done, draws in all).
    note : str
        What provenance says after the method.

    Returns
    -------
    Fit
        The posterior.
    """
    if sampling.method == "pymc":
        drawn = Drawn(pymc_draws(prepared.model, sampling, progress), "NUTS (PyMC)")
    else:
        (drawn,) = draw_posteriors([prepared], [sampling.seed], sampling, progress)
    drawn = replace(drawn, method=f"{drawn.method}{note}")
    _log(prepared, drawn, sampling.seed)
    groups = all_groups(prepared, drawn.sampled, sampling.seed)
    return _fit(prepared, drawn, sampling, _tree(groups, drawn.method))


def check_settings(settings: Mapping[str, object], name: str) -> None:
    """Refuse settings that sampling doesn't have."""
    known = [field.name for field in fields(Sampling)]
    for setting in settings:
        if setting not in known:
            raise SpecError(
                f"{name} has no argument '{setting}' ({nearest(setting, known)})",
                fix=f"give one of {', '.join(known)}",
            )


@overload
def fit_many(
    tasks: Sequence[tuple[ModelSpec, Cohort]],
    sampling: Sampling | None = None,
    seeds: Sequence[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    keep: Literal["draws"] = "draws",
) -> list[Fit]: ...


@overload
def fit_many(
    tasks: Sequence[tuple[ModelSpec, Cohort]],
    sampling: Sampling | None = None,
    seeds: Sequence[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    keep: Literal["summaries"],
) -> pd.DataFrame: ...


def fit_many(
    tasks: Sequence[tuple[ModelSpec, Cohort]],
    sampling: Sampling | None = None,
    seeds: Sequence[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    keep: str = "draws",
) -> list[Fit] | pd.DataFrame:
    """Fit many models, those of one shape and padded size in the same compiled calls.

    For grids of priors, calibration studies and simulated designs: each fit holds the draws of
    the posterior and what estimands need, but no prior draws, predicted times or pointwise
    log-likelihood; `fit` gives those.

    Parameters
    ----------
    tasks : sequence of (ModelSpec, Cohort)
        What to fit.
    sampling : Sampling, optional
        How to sample; ``method="auto"`` suits many small fits.
    seeds : sequence of int, optional
        A seed for each task; that of `sampling` for all without it.
    progress : callable, optional
        Called with (fits done, fits in all).
    keep : {"draws", "summaries"}
        Whether fits are wanted, or only a few numbers of each parameter, which takes a fraction
        of the time and memory. Six and more tasks of one seed and method ``"laplace"`` or
        ``"auto"`` that differ in their priors alone share proposals then: numbers differ from those
        of the fits by Monte Carlo error, and ``method`` says how many share.

    Returns
    -------
    list of Fit, or DataFrame
        In the order of `tasks`. Summaries have columns ``task`` (from 0), ``parameter``, ``mean``,
        ``sd``, ``median``, ``lower``, ``upper`` (2.5 and 97.5 % points), ``method``, ``khat`` and
        ``log_evidence``, one row a scalar of the posterior.

    Raises
    ------
    PosthazError
        When a task can't be fitted; `fit` says the same of it.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> specs = [
    ...     ph.ModelSpec("exponential", ph.Exponential(), "arm", priors={"arm": prior})
    ...     for prior in (ph.Prior("normal", (0.0, 1.0)), ph.Prior("normal", (0.0, 0.2)))
    ... ]
    >>> fits = ph.fit_many([(s, cohort) for s in specs], ph.Sampling(method="laplace", draws=250))
    >>> [round(float(f.draws["posterior"]["log_hazard_ratio"].std()), 1) for f in fits]
    [0.2, 0.1]
    >>> sampling = ph.Sampling(method="laplace", draws=250)
    >>> table = ph.fit_many([(s, cohort) for s in specs], sampling, keep="summaries")
    >>> table.loc[table["parameter"] == "log_hazard_ratio[arm[B]]", "sd"].round(1).tolist()
    [0.2, 0.1]
    """
    for _, cohort in tasks:
        require_cohort(cohort, "fit_many")
    sampling = sampling or Sampling()
    seeds = [sampling.seed] * len(tasks) if seeds is None else list(seeds)
    if len(seeds) != len(tasks):
        raise SpecError(f"{len(tasks)} tasks and {len(seeds)} seeds", fix="give a seed a task")
    if sampling.method == "pymc":
        raise SpecError('method "pymc" fits one model at a time', fix="use posthaz.fit for it")
    if keep not in ("draws", "summaries"):
        raise SpecError(f"keep = {keep!r} is not known", fix='give "draws" or "summaries"')
    fits: list[Fit] = []
    tables: list[pd.DataFrame] = []
    for first in range(0, len(tasks), _AT_ONCE):
        these = range(first, min(first + _AT_ONCE, len(tasks)))
        drawn = _drawn(these, tasks, seeds, sampling, keep == "summaries")
        if keep == "summaries":
            tables.append(posterior_summaries(drawn))
        else:
            for k in these:
                one, result = drawn[k]
                assert isinstance(result, Drawn)
                own = replace(sampling, seed=seeds[k])
                groups = posterior_only(one, result.sampled)
                fits.append(_fit(one, result, own, _tree(groups, result.method)))
        if progress is not None:
            progress(these.stop, len(tasks))
    if keep == "draws":
        return fits
    empty = pd.DataFrame(columns=list(SUMMARY_COLUMNS))
    return pd.concat(tables, ignore_index=True) if tables else empty


def fit_sharing(
    tasks: Sequence[tuple[ModelSpec, Cohort]], sampling: Sampling
) -> list[tuple[Fit, np.ndarray | None]]:
    """Fit many models, those that differ in their priors alone by proposals that they share.

    Parameters
    ----------
    tasks : sequence of (ModelSpec, Cohort)
        What to fit; all are held at once.
    sampling : Sampling
        How to sample; its seed serves all.

    Returns
    -------
    list of (Fit, ndarray of float or None)
        In the order of `tasks`: a fit as `fit_many` makes it, and None; or a fit whose posterior
        are proposals, the same object for all who share them, and their weights, of sum 1.
    """
    drawn = _drawn(range(len(tasks)), tasks, [sampling.seed] * len(tasks), sampling, share=True)
    made: list[tuple[Fit, np.ndarray | None]] = []
    pools: dict[int, xr.DataTree] = {}  # by the proposals, which `drawn` holds meanwhile
    for one, result in (drawn[k] for k in range(len(tasks))):
        if isinstance(result, Drawn):
            draws = _tree(posterior_only(one, result.sampled), result.method)
            made.append((_fit(one, result, sampling, draws), None))
            continue
        pool = id(result.theta)
        if pool not in pools:
            pools[pool] = _tree(shared_groups(one, result.theta), result.method)
        made.append((_fit(one, result, sampling, pools[pool]), result.weights))
    return made


def _drawn(
    numbers: Sequence[int],
    tasks: Sequence[tuple[ModelSpec, Cohort]],
    seeds: Sequence[int],
    sampling: Sampling,
    share: bool,
) -> dict[int, tuple[Prepared, Drawn | SharedDraws]]:
    """Some of the tasks prepared and drawn, those of one shape and size together."""
    prepared = prepare_many([tasks[k] for k in numbers])
    made: dict[int, tuple[Prepared, Drawn | SharedDraws]] = {}
    for members in in_batches(prepared):
        ours = [prepared[k] for k in members]
        own = [seeds[numbers[k]] for k in members]
        one_seed = len(set(own)) == 1 and len(own) >= FEWEST
        found: dict[int, SharedDraws] = {}
        if share and one_seed and all(takes_weights(one, sampling) for one in ours):
            found = shared_draws([one.posterior for one in ours], own[0], sampling)
        every: dict[int, Drawn | SharedDraws] = {**found}
        if left := [k for k in range(len(ours)) if k not in found]:
            alone = draw_posteriors([ours[k] for k in left], [own[k] for k in left], sampling)
            every |= dict(zip(left, alone, strict=True))
        made |= {numbers[members[k]]: (ours[k], one) for k, one in every.items()}
    for number, (one, result) in sorted(made.items()):
        _log(one, result, seeds[number])
    return made


def _log(prepared: Prepared, drawn: Drawn | SharedDraws, seed: int) -> None:
    """Say in the log what was drawn."""
    name, rows = prepared.spec.name, len(prepared.cohort)
    _LOG.info("model '%s', %d rows, seed %d: %s", name, rows, seed, drawn.method)


def _tree(groups: dict[str, xr.Dataset], method: str) -> xr.DataTree:
    """Groups as a tree that says, as ArviZ wants it, when and by what it was made."""
    sampler = "pymc" if "PyMC" in method else "blackjax" if "BlackJAX" in method else "posthaz"
    said = {
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "creation_library": "posthaz",
        "creation_library_version": version("posthaz"),
        "inference_library": sampler,
        "inference_library_version": version(sampler),
    }
    named = {**groups, "posterior": groups["posterior"].assign_attrs(said)}
    tree = xr.DataTree.from_dict({f"/{name}": group for name, group in named.items()})
    tree.attrs.update(said)
    return tree


def _fit(
    prepared: Prepared, drawn: Drawn | SharedDraws, sampling: Sampling, draws: xr.DataTree
) -> Fit:
    cohort = prepared.cohort
    grouped = "subjects" in draws["constant_data"]
    # a large cohort's design holds its distinct rows, with the patients whose first row each is
    design = prepared.distinct_design if grouped else prepared.design
    return Fit(
        spec=prepared.spec,
        design=design,
        priors=prepared.priors,
        draws=draws,
        unit=cohort.unit,
        treatment=cohort.treatment if cohort.treatment in design.variables else "",
        provenance=Provenance(
            data=cohort.source.name,
            data_sha256=cohort.source.sha256,
            simulated=cohort.source.simulated,
            rows=len(cohort),
            patients=cohort.patient_count,
            events=prepared.events,
            method=drawn.method,
            seed=sampling.seed,
            chains=sampling.chains,
            draws=sampling.draws,
            tune=sampling.tune,
            gradients=drawn.gradients,
            versions=installed_versions(),
            collapse_factor=prepared.collapsed.factor,
            khat=drawn.khat,
            log_evidence=drawn.log_evidence,
        ),
        origin=cohort.origin,
        recurrent=cohort.recurrent,
        changing=changing(cohort, design.variables),
    )
