"""Draws to a DataTree with the groups that ArviZ knows."""

import logging
from collections.abc import Mapping

import numpy as np
import pymc as pm
import xarray as xr

from posthaz.cohort import Cohort
from posthaz.design import Design
from posthaz.inference.conditional import baseline_hazard, hazard_of, linear_predictor
from posthaz.inference.engine import answers_of
from posthaz.inference.nuts import Sampled
from posthaz.inference.prepare import Prepared
from posthaz.model import follow_up_data
from posthaz.simulate import simulate_times
from posthaz.spec import ModelSpec

_MOST_PREDICTED = 1_000_000
_MOST_POINTWISE = 30_000_000
_PRIOR_DRAWS = 1000
_COORDINATES = ("_scaled", "_standard", "_step", "_first")
Answers = Mapping[tuple[str, str], np.ndarray]


def all_groups(prepared: Prepared, sampled: Sampled, seed: int) -> dict[str, xr.Dataset]:
    """Every group that ArviZ knows, pointwise values one a row of the cohort."""
    model, cohort = prepared.model, prepared.cohort
    many = len(cohort) * sampled.theta[..., 0].size > _MOST_POINTWISE
    if many:
        return {**posterior_only(prepared, sampled), **_distinct_rows(prepared, sampled)}
    answers = answers_of(prepared.posterior, sampled.theta)
    groups = posterior_groups(model, answers, sampled.statistics)
    groups["log_likelihood"] = _row_by_row(prepared, groups["log_likelihood"])
    names = [str(name) for name in groups["posterior"].data_vars]
    prior = prior_group(model, seed, names) if prepared.priors.drawable else None
    groups.update({"prior": prior} if prior is not None else {})
    groups["posterior_predictive"] = predictive_group(
        prepared.spec, prepared.design, cohort, groups["posterior"], seed
    )
    groups.update(data_groups(cohort, prepared.design))
    return groups


def _distinct_rows(prepared: Prepared, sampled: Sampled) -> dict[str, xr.Dataset]:
    """Groups of a large cohort: log-likelihood of one subject of each distinct row.

    Draws are thinned so that no more than `_MOST_POINTWISE` numbers are kept; there are no
    predicted times.
    """
    cohort = prepared.collapsed.cohort
    chains, draws = sampled.theta.shape[:2]
    kept = int(np.clip(_MOST_POINTWISE // (chains * len(cohort)), 1, draws))
    chosen = np.linspace(0, draws - 1, kept).round().astype(int)
    answers = answers_of(prepared.posterior, sampled.theta[:, chosen])
    groups = posterior_groups(prepared.model, answers, {})
    weight = np.maximum(cohort.weight, np.finfo(float).tiny)
    data = data_groups(cohort, prepared.distinct_design)
    data["constant_data"]["subjects"] = ("row", cohort.weight)
    return {"log_likelihood": groups["log_likelihood"] / weight, **data}


def posterior_only(prepared: Prepared, sampled: Sampled) -> dict[str, xr.Dataset]:
    """The groups that estimands and convergence checks need."""
    answers = answers_of(prepared.posterior, sampled.theta, pointwise=False)
    groups = posterior_groups(prepared.model, answers, sampled.statistics)
    kept = {name: groups[name] for name in ("posterior", "sample_stats")}
    return {**kept, **data_groups(prepared.cohort, prepared.design, with_design=False)}


def _row_by_row(prepared: Prepared, pointwise: xr.Dataset) -> xr.Dataset:
    """Log-likelihood of each row of the cohort from that of the weighted distinct rows."""
    collapsed, cohort = prepared.collapsed, prepared.cohort
    if len(collapsed.cohort) == len(cohort):
        return pointwise
    share = cohort.weight / collapsed.cohort.weight[collapsed.number]
    array = pointwise["time"].to_numpy()[..., collapsed.number] * share
    coords = {name: pointwise[name].to_numpy() for name in ("chain", "draw")}
    return xr.Dataset(
        {"time": (("chain", "draw", "row"), array)}, {**coords, "row": np.arange(len(cohort))}
    )


def posterior_groups(
    model: pm.Model, answers: Answers, statistics: Mapping[str, np.ndarray]
) -> dict[str, xr.Dataset]:
    """Groups ``posterior``, ``sample_stats``, ``log_likelihood`` and ``log_prior``."""
    groups: dict[str, dict[str, xr.DataArray]] = {
        "posterior": {},
        "log_likelihood": {},
        "log_prior": {},
    }
    for (group, name), array in answers.items():
        if group == "posterior" and is_coordinate(name):
            continue
        variable = "follow_up" if group == "log_likelihood" else name
        groups[group][name] = _labelled(model, variable, array)
    groups["sample_stats"] = {
        name: _labelled(model, name, array) for name, array in statistics.items()
    }
    return {name: xr.Dataset(variables) for name, variables in groups.items()}


def is_coordinate(name: str) -> bool:
    """Whether a variable only serves sampling, its meaning being carried by another."""
    return any(part in name for part in _COORDINATES)


def _labelled(model: pm.Model, name: str, array: np.ndarray) -> xr.DataArray:
    """Array with dimensions chain and draw, then the model's own."""
    own = model.named_vars_to_dims.get("event" if name == "follow_up" else name, ())
    if len(own) != array.ndim - 2:
        own = tuple(f"{name}_dim_{i}" for i in range(array.ndim - 2))
    coordinates = {
        dim: np.asarray(model.coords[dim]) for dim in own if model.coords.get(dim) is not None
    }
    return xr.DataArray(
        array,
        dims=("chain", "draw", *own),
        coords={
            "chain": np.arange(array.shape[0]),
            "draw": np.arange(array.shape[1]),
            **coordinates,
        },
    )


def prior_group(model: pm.Model, seed: int, names: list[str]) -> xr.Dataset | None:
    """Group ``prior``, drawn from the same model; None when a prior is improper."""
    if any(isinstance(rv.owner.op, pm.distributions.continuous.FlatRV) for rv in model.free_RVs):
        return None
    wanted = [name for name in names if name in model.named_vars]
    logger = logging.getLogger("pymc")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        tree = pm.sample_prior_predictive(
            _PRIOR_DRAWS, model=model, var_names=wanted, random_seed=seed
        )
    finally:
        logger.setLevel(level)
    return tree["prior"].to_dataset().drop_attrs()


def data_groups(cohort: Cohort, design: Design, with_design: bool = True) -> dict[str, xr.Dataset]:
    """Groups ``observed_data`` (times) and ``constant_data`` (everything else that was given)."""
    row = {"row": np.arange(len(cohort))}
    follow_up = follow_up_data(cohort)
    observed = xr.Dataset({"time": ("row", cohort.exit)}, coords=row)
    constant = {
        # ArviZ looks for the event indicator of a predicted time under the time's own name
        "time": ("row", (cohort.event | cohort.interval_censored).astype(float)),
        "weight": ("row", follow_up["weight"]),
        "entry": ("row", cohort.entry),
        "subject": ("row", cohort.subject),
    }
    dataset = xr.Dataset(constant, coords=row)
    if design.columns and with_design:
        dataset["design"] = xr.DataArray(
            design.matrix(design.frame),
            dims=("row", "covariate"),
            coords={**row, "covariate": list(design.columns)},
        )
    return {"observed_data": observed, "constant_data": dataset}


def predictive_group(
    spec: ModelSpec, design: Design, cohort: Cohort, posterior: xr.Dataset, seed: int
) -> xr.Dataset:
    """Group ``posterior_predictive``: uncensored event times, given survival to entry.

    Draws are thinned so that no more than a million times are kept.
    """
    chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
    kept = int(np.clip(_MOST_PREDICTED // (chains * len(cohort)), 1, draws))
    chosen = posterior.isel(draw=np.linspace(0, draws - 1, kept).round().astype(int))
    values = {
        str(name): variable.to_numpy().reshape(-1, *variable.shape[2:])
        for name, variable in chosen.data_vars.items()
    }
    hazard = hazard_of(
        spec, baseline_hazard(spec, values), linear_predictor(spec, design, values, design.frame)
    )
    times = simulate_times(
        hazard,
        cohort.entry[:, None],
        (chains * kept, len(cohort), 1),
        np.random.default_rng(seed),
    )[..., 0]
    return xr.Dataset(
        {"time": (("chain", "draw", "row"), times.reshape(chains, kept, len(cohort)))},
        coords={
            "chain": chosen["chain"].to_numpy(),
            "draw": chosen["draw"].to_numpy(),
            "row": np.arange(len(cohort)),
        },
    )
