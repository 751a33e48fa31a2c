"""Draws to a DataTree with the groups that ArviZ knows."""

import logging
from collections.abc import Mapping
from warnings import catch_warnings, filterwarnings

import numpy as np
import xarray as xr
from scipy.sparse import csr_array

from posthaz.cohort import Cohort, changing
from posthaz.design import Design
from posthaz.inference.conditional import hazard_of
from posthaz.inference.engine import answers_of
from posthaz.inference.named_priors import labelled_log_priors
from posthaz.inference.nuts import Sampled
from posthaz.inference.patients import distinct_patients, ended_and_seen, row_shares
from posthaz.inference.prepare import Prepared
from posthaz.model.baseline import STRATUM
from posthaz.model.graph import pm
from posthaz.model.outline import Outline
from posthaz.model.prior_draws import prior_draws
from posthaz.simulate import simulate_times
from posthaz.spec import ModelSpec, spread_names

_MOST_PREDICTED = 1_000_000
_MOST_POINTWISE = 30_000_000
_MOST_AT_ONCE = 8_000_000
_PRIOR_DRAWS = 1000
_FRAILTY, _SD = "frailty_", "frailty_sd_"
_SPREADS = ("slope_sd_", "slope_variance_", "slope_precision_")
_COORDINATES = ("_scaled", "_standard", "_step", "_first")
Answers = Mapping[tuple[str, str], np.ndarray]


def all_groups(prepared: Prepared, sampled: Sampled, seed: int) -> dict[str, xr.Dataset]:
    """Every group that ArviZ knows, pointwise values one a patient."""
    cohort = prepared.cohort
    many = int(cohort.first.sum()) * sampled.theta[..., 0].size > _MOST_POINTWISE
    if many:
        return {**posterior_only(prepared, sampled), **_distinct_patients(prepared, sampled)}
    shares = row_shares(cohort, prepared.collapsed)
    groups = _pointwise_groups(prepared, sampled.theta, shares, cohort.subject[cohort.first])
    groups["coordinates"] = coordinates_group(prepared, sampled.theta)
    groups["sample_stats"] = statistics_group(prepared.outline, sampled.statistics)
    groups["log_prior"] = labelled_log_priors(
        prepared.spec, prepared.design, prepared.priors, groups
    )
    names = [str(name) for name in groups["posterior"].data_vars]
    prior = prior_group(prepared, seed, names) if drawable(prepared) else None
    groups.update({"prior": prior} if prior is not None else {})
    # of deaths expected of anybody only a rate is known, so that no time of death can be drawn
    if prepared.spec.background is None and not changing(cohort, prepared.design.variables):
        groups["posterior_predictive"] = predictive_group(
            prepared.spec, prepared.design, cohort, groups["posterior"], seed
        )
    groups.update(data_groups(cohort, prepared.design))
    return groups


def drawable(prepared: Prepared) -> bool:
    """Whether the prior can be drawn from: no improper density, and nothing added by hand."""
    return prepared.priors.drawable and prepared.edited_model is None


def _distinct_patients(prepared: Prepared, sampled: Sampled) -> dict[str, xr.Dataset]:
    """Groups of a large cohort: log-likelihood of one patient of each kind.

    Draws are thinned so that no more than `_MOST_POINTWISE` numbers are kept; there are no
    predicted times.
    """
    cohort = prepared.cohort
    shares, first, subjects = distinct_patients(cohort, prepared.collapsed)
    chains, draws = sampled.theta.shape[:2]
    kept = int(np.clip(_MOST_POINTWISE // (chains * len(first)), 1, draws))
    chosen = np.linspace(0, draws - 1, kept).round().astype(int)
    groups = _pointwise_groups(prepared, sampled.theta[:, chosen], shares, cohort.subject[first])
    members = np.isin(cohort.subject, cohort.subject[first])
    data = data_groups(cohort.where(members), prepared.design, with_design=False)
    data["constant_data"]["subjects"] = ("subject", subjects)
    return {"log_likelihood": groups["log_likelihood"], **data}


def posterior_only(prepared: Prepared, sampled: Sampled) -> dict[str, xr.Dataset]:
    """The groups that estimands and convergence checks need."""
    answers = answers_of(prepared.posterior, sampled.theta, pointwise=False)
    posterior = posterior_groups(prepared.outline, answers)["posterior"]
    statistics = statistics_group(prepared.outline, sampled.statistics)
    data = data_groups(prepared.cohort, prepared.design, with_design=False)
    return {"posterior": posterior, "sample_stats": statistics, **data}


def shared_groups(prepared: Prepared, theta: np.ndarray) -> dict[str, xr.Dataset]:
    """The groups that estimands need, of proposals of shape (proposal, parameter)."""
    answers = answers_of(prepared.posterior, theta[None], pointwise=False)
    posterior = posterior_groups(prepared.outline, answers)["posterior"]
    return {
        "posterior": posterior, **data_groups(prepared.cohort, prepared.design, with_design=False)
    }  # fmt: skip


def _pointwise_groups(
    prepared: Prepared, theta: np.ndarray, shares: csr_array, subject: np.ndarray
) -> dict[str, xr.Dataset]:
    """Posterior, log priors and the log-likelihood of each patient, a block of draws at a time."""
    chains, draws = theta.shape[:2]
    rows, patients = shares.shape  # pyright: ignore[reportGeneralTypeIssues]
    size = int(np.clip(_MOST_AT_ONCE // max(chains * rows, 1), 1, draws))
    parts: list[dict[tuple[str, str], np.ndarray]] = []
    for start in range(0, draws, size):
        # blocks of one size: the last begins early, for another length would be compiled anew
        begin = min(start, draws - size)
        answers = answers_of(prepared.posterior, theta[:, begin : begin + size])
        key = next(key for key in answers if key[0] == "log_likelihood")
        by_row = answers.pop(key).reshape(-1, rows)
        own = {name: array[:, start - begin :] for name, array in answers.items()}
        summed = (by_row @ shares).reshape(chains, size, patients)
        parts.append({**own, key: summed[:, start - begin :]})
    whole = {key: np.concatenate([part[key] for part in parts], axis=1) for key in parts[0]}
    key = next(key for key in whole if key[0] == "log_likelihood")
    pointwise = xr.Dataset(
        {"time": (("chain", "draw", "subject"), whole.pop(key))},
        {"chain": np.arange(chains), "draw": np.arange(draws), "subject": subject},
    )
    return {**posterior_groups(prepared.outline, whole), "log_likelihood": pointwise}


def posterior_groups(outline: Outline, answers: Answers) -> dict[str, xr.Dataset]:
    """Groups ``posterior`` and ``log_prior``."""
    groups: dict[str, dict[str, xr.DataArray]] = {"posterior": {}, "log_prior": {}}
    coordinates = sampling_coordinates(outline)
    for (group, name), array in answers.items():
        if group == "posterior" and (name in coordinates or name.startswith(STRATUM)):
            continue
        groups[group][name] = _labelled(outline, name, array)
    return {name: xr.Dataset(variables) for name, variables in groups.items()}


def coordinates_group(prepared: Prepared, theta: np.ndarray) -> xr.Dataset:
    """Group ``coordinates``: sampled variables whose meaning others carry, as PyMC wants them."""
    answers = answers_of(prepared.posterior, theta, pointwise=False)
    kept, named = {}, sampling_coordinates(prepared.outline)
    for (_, name), array in answers.items():
        if name in named or name.startswith(STRATUM):
            kept[name] = _labelled(prepared.outline, name, array)
    return xr.Dataset(kept)


def statistics_group(outline: Outline, statistics: Mapping[str, np.ndarray]) -> xr.Dataset:
    """Group ``sample_stats``."""
    return xr.Dataset({name: _labelled(outline, name, array) for name, array in statistics.items()})


def sampling_coordinates(outline: Outline) -> set[str]:
    """Variables that only serve sampling, their meaning being carried by others.

    The names of clusters are the user's, so that a frailty may be called as coordinates are.
    """
    named = set(outline.deterministic)
    spreads = {
        spread
        for name in named
        if name.startswith(_FRAILTY)
        for spread in spread_names(f"{_SD}{name.removeprefix(_FRAILTY)}")
    }
    return {
        name
        for name in outline.free
        if name not in spreads
        and not name.startswith(_SPREADS)
        and any(part in name for part in _COORDINATES)
    }


def _labelled(outline: Outline, name: str, array: np.ndarray) -> xr.DataArray:
    """Array with dimensions chain and draw, then the model's own."""
    own = outline.dims.get(name, ())
    if len(own) != array.ndim - 2:
        own = tuple(f"{name}_dim_{i}" for i in range(array.ndim - 2))
    coordinates = {
        dim: np.asarray(outline.coords[dim]) for dim in own if outline.coords.get(dim) is not None
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


def prior_group(prepared: Prepared, seed: int, names: list[str]) -> xr.Dataset | None:
    """Group ``prior``, drawn from the same model; None when a prior is improper."""
    if any(one.family == "Flat" for one in prepared.outline.drawn):
        return None
    theta = prior_draws(prepared.outline, _PRIOR_DRAWS, seed)
    if theta is None:
        return _prior_by_pymc(prepared.model, seed, names)
    answers = answers_of(prepared.posterior, theta[None], pointwise=False)
    return posterior_groups(prepared.outline, answers)["posterior"][names]


def _prior_by_pymc(model: "pm.Model", seed: int, names: list[str]) -> xr.Dataset | None:
    """Group ``prior`` of a model with variables that only PyMC can draw."""
    if any(isinstance(rv.owner.op, pm.distributions.continuous.FlatRV) for rv in model.free_RVs):
        return None
    wanted = [name for name in names if name in model.named_vars]
    logger = logging.getLogger("pymc")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with catch_warnings():
            # the draw of a gamma frailty's logarithm is Python's
            filterwarnings("ignore", "Numba will use object mode")
            tree = pm.sample_prior_predictive(
                _PRIOR_DRAWS, model=model, var_names=wanted, random_seed=seed
            )
    finally:
        logger.setLevel(level)
    return tree["prior"].to_dataset().drop_attrs()


def data_groups(cohort: Cohort, design: Design, with_design: bool = True) -> dict[str, xr.Dataset]:
    """Groups ``observed_data`` (times) and ``constant_data`` (everything else that was given)."""
    patients = cohort.patients
    subject = {"subject": patients.subject}
    ended, seen = ended_and_seen(cohort)
    observed = xr.Dataset({"time": ("subject", ended)}, coords=subject)
    constant = {
        # ArviZ looks for the event indicator of a predicted time under the time's own name
        "time": ("subject", seen),
        "weight": ("subject", patients.weight.astype(float)),
        "entry": ("subject", patients.entry.astype(float)),
    }
    if cohort.weights_count and np.any(patients.weight != 1):  # of whom one is left out
        constant["patients"] = ("subject", patients.weight.astype(float))
    dataset = xr.Dataset(constant, coords=subject)
    if design.columns and with_design:
        dataset["design"] = xr.DataArray(
            design.matrix(design.frame),
            dims=("row", "covariate"),
            coords={"row": np.arange(len(cohort)), "covariate": list(design.columns)},
        )
        dataset["subject_of_row"] = ("row", cohort.subject)
    return {"observed_data": observed, "constant_data": dataset}


def predictive_group(
    spec: ModelSpec, design: Design, cohort: Cohort, posterior: xr.Dataset, seed: int
) -> xr.Dataset:
    """Group ``posterior_predictive``: uncensored event times of patients, given survival to entry.

    Draws are thinned so that no more than a million times are kept.
    """
    patients = cohort.patients
    chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
    kept = int(np.clip(_MOST_PREDICTED // (chains * len(patients)), 1, draws))
    chosen = posterior.isel(draw=np.linspace(0, draws - 1, kept).round().astype(int))
    values = {
        str(name): variable.to_numpy().reshape(-1, *variable.shape[2:])
        for name, variable in chosen.data_vars.items()
    }
    hazard = hazard_of(spec, design, values, design.frame.loc[cohort.first])
    times = simulate_times(
        hazard,
        patients.entry[:, None],
        (chains * kept, len(patients), 1),
        np.random.default_rng(seed),
    )[..., 0]
    return xr.Dataset(
        {"time": (("chain", "draw", "subject"), times.reshape(chains, kept, len(patients)))},
        coords={
            "chain": chosen["chain"].to_numpy(),
            "draw": chosen["draw"].to_numpy(),
            "subject": patients.subject,
        },
    )
