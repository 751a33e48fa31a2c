"""Comparison of models by leave-one-out cross-validation (PSIS-LOO), proportional twins too."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import arviz_stats
import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats.utils import ELPDData
from scipy.special import logsumexp

from posthaz.checks.refitted import high_pareto, refitted
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.inference import Fit
from posthaz.inference.patients import follow_up_key
from posthaz.spec import ModelSpec, changed_priors

_arviz: Any = arviz_stats
_FOLLOW_UP = "follow_up"
_COLUMNS = (
    "model",
    "elpd",
    "elpd_se",
    "p",
    "elpd_difference",
    "difference_se",
    "weight",
    "bad_k",
    "refitted",
)


def leave_one_out(fit: Fit, *, weighted: bool = False, cohort: Cohort | None = None) -> ELPDData:
    """PSIS-LOO of a fit, one point a patient, however many rows the follow-up is cut into.

    Parameters
    ----------
    fit : Fit
        A fit.
    weighted : bool
        Whether a row stands for as many patients as it weighs, of whom one is left out, though its
        weight is no whole number: the rows of a life table. They then count by their weights,
        rounded. Rows with frequency weights always do.
    cohort : Cohort, optional
        The fit's cohort: up to 20 patients whose Pareto k is too high are then left out by
        fitting again without each, and ``warning`` is False.

    Returns
    -------
    ELPDData
        ArviZ's result; ``pareto_k`` tells where the weights can't be trusted.

    Examples
    --------
    >>> import posthaz as ph
    >>> from posthaz.checks import leave_one_out
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(ph.ModelSpec("m", ph.Exponential(), "arm"), cohort, method="auto")
    >>> int(leave_one_out(fit, cohort=cohort).n_data_points)
    120
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a high Pareto k is reported, not warned about
        constant = fit.draws["constant_data"]
        if not (weighted or "subjects" in constant or "patients" in constant):
            result: Any = _arviz.loo(fit.draws, var_name="time", pointwise=True)
            result = result if cohort is None else refitted(result, fit, cohort)
            result.elpd_i.attrs[_FOLLOW_UP] = follow_up_key(fit)
            return result
        counts, one = _one_patient(fit)
        result = _arviz.loo(one, pointwise=True)
    return _counted(result, counts, one["log_likelihood"]["time"].to_numpy())


def _one_patient(fit: Fit) -> tuple[np.ndarray, xr.DataTree]:
    """Patients behind each row that has any, and the log-likelihood of one of them."""
    constant = fit.draws["constant_data"].to_dataset()
    # a fit to a large cohort keeps the log-likelihood of one patient of each kind
    grouped = "subjects" in constant
    weight = constant["subjects" if grouped else "weight"].to_numpy()
    counts = np.round(weight).astype(int)
    kept = counts > 0
    array = fit.draws["log_likelihood"]["time"].to_numpy()[:, :, kept]
    array = array if grouped else array / weight[kept]
    single = xr.DataArray(array, dims=("chain", "draw", "subject"))
    return counts[kept], xr.DataTree.from_dict(
        {
            "/posterior": fit.draws["posterior"].to_dataset(),
            "/log_likelihood": xr.Dataset({"time": single}),
        }
    )


def _counted(result: ELPDData, counts: np.ndarray, single: np.ndarray) -> ELPDData:
    """The result with each point as often as there are such patients."""
    pointwise: Any = result.elpd_i
    pareto: Any = result.pareto_k
    each = np.repeat(pointwise.to_numpy(), counts)
    draws = single.reshape(-1, len(counts))
    fitted = logsumexp(draws, axis=0) - np.log(len(draws))
    return replace(
        result,
        elpd=float(each.sum()),
        se=float(np.sqrt(len(each) * each.var(ddof=1))),  # as ArviZ's
        p=float(np.repeat(fitted, counts).sum() - each.sum()),
        n_data_points=len(each),
        elpd_i=xr.DataArray(each, dims=("subject",)),
        pareto_k=xr.DataArray(np.repeat(pareto.to_numpy(), counts), dims=("subject",)),
    )


def same_patients(fits: Mapping[str, Fit]) -> dict[str, Fit]:
    """Fits with the log-likelihood of the patients that all of them share.

    Parameters
    ----------
    fits : mapping of str to Fit
        Fits by model, each to its own complete cases of one cohort.

    Returns
    -------
    dict of str to Fit
        The fits themselves where they share all patients; otherwise fits for `leave_one_out` and
        `compare_models` alone.

    Raises
    ------
    PosthazError
        When they share none, keep one patient of each kind only (very large cohorts), or differ in
        the deaths that are expected of anybody.
    """
    if fault := background_fault([fit.spec for fit in fits.values()]):
        raise fault
    subjects = {
        name: fit.draws["constant_data"]["subject"].to_numpy() for name, fit in fits.items()
    }
    common = set.intersection(*(set(own.tolist()) for own in subjects.values()))
    keys = {follow_up_key(fit, sorted(common)) for fit in fits.values()} - {""}
    if common and len(keys) > 1:
        raise _other_events(fits)
    if all(len(own) == len(common) for own in subjects.values()):
        return dict(fits)
    if not common or any("subjects" in fit.draws["constant_data"] for fit in fits.values()):
        raise PosthazError(
            f"the models {', '.join(fits)} can't be compared: they were fitted to different "
            "patients",
            fix="fit them to the same ones (same_patients = true in [cohort])",
        )
    return {name: _of_patients(fit, sorted(common)) for name, fit in fits.items()}


def _other_events(models: Iterable[str]) -> PosthazError:
    return PosthazError(
        f"the models {', '.join(models)} can't be compared: they were fitted to other patients, or "
        "to other times and events of the same ones",
        fix="compare models of one end point in one cohort",
    )


def background_fault(specs: Sequence[ModelSpec]) -> PosthazError | None:
    """Why likelihoods of models with unlike backgrounds can't be compared; None where they can.

    What was expected up to each time doesn't depend on parameters and is left out of them.
    """
    if len({repr(one.background) for one in specs}) < 2:
        return None
    return PosthazError(
        f"the models {', '.join(one.name for one in specs)} can't be compared: some are of deaths "
        "in excess of those expected, and their likelihoods leave out what was expected",
        fix="compare models that have the same background",
    )


def _of_patients(fit: Fit, subject: list[int]) -> Fit:
    groups = {f"/{name}": node.to_dataset() for name, node in fit.draws.children.items()}
    for group in ("/log_likelihood", "/constant_data", "/observed_data"):
        groups[group] = groups[group].sel(subject=subject)
    return replace(fit, draws=xr.DataTree.from_dict(groups))


def pareto_table(results: Mapping[str, ELPDData]) -> pd.DataFrame:
    """Pareto k of every subject and model.

    Parameters
    ----------
    results : mapping of str to ELPDData
        Result of `leave_one_out` by model.

    Returns
    -------
    DataFrame
        Columns ``model, subject, pareto_k``.
    """
    parts = [
        pd.DataFrame(
            {"model": name, "subject": np.arange(k.size), "pareto_k": k.to_numpy().ravel()}
        )
        for name, k in ((name, result.pareto_k) for name, result in results.items())
        if k is not None
    ]
    empty = pd.DataFrame(columns=["model", "subject", "pareto_k"])
    return pd.concat(parts, ignore_index=True) if parts else empty


def compare_models(results: Mapping[str, ELPDData]) -> pd.DataFrame:
    """Models in order of expected log predictive density, with stacking weights.

    Parameters
    ----------
    results : mapping of str to ELPDData
        Result of `leave_one_out` by model.

    Returns
    -------
    DataFrame
        Columns ``model, elpd, elpd_se, p, elpd_difference, difference_se, weight, bad_k,
        refitted``; the difference is from the best model, `bad_k` counts the subjects whose Pareto
        k is above its threshold, and `refitted` those of them who were left out by refits.
    """
    if not results:
        return pd.DataFrame(columns=list(_COLUMNS))
    bad = {name: len(high_pareto(result)) for name, result in results.items()}
    again = {name: 0 if result.warning else bad[name] for name, result in results.items()}
    sizes = {name: result.n_data_points for name, result in results.items()}
    if len(set(sizes.values())) > 1:
        counts = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise PosthazError(
            f"models can only be compared on the same patients, and they have {counts}",
            fix="take the patients that they share, by posthaz.checks.same_patients(fits)",
        )
    keys = {result.elpd_i.attrs.get(_FOLLOW_UP, "") for result in results.values()} - {""}
    if len(keys) > 1:
        raise _other_events(results)
    if len(results) == 1:
        ((name, only),) = results.items()
        row = (name, only.elpd, only.se, only.p, 0.0, 0.0, 1.0, bad[name], again[name])
        return pd.DataFrame([row], columns=list(_COLUMNS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table: Any = _arviz.compare(dict(results), method="stacking", round_to="none")
    renamed = table.rename(
        columns={"se": "elpd_se", "elpd_diff": "elpd_difference", "dse": "difference_se"}
    )
    renamed = renamed.rename_axis("model").reset_index()
    for column, counts in (("bad_k", bad), ("refitted", again)):
        renamed[column] = [counts[str(name)] for name in renamed["model"]]
    return renamed[list(_COLUMNS)]


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
