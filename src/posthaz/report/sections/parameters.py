"""The parameters of a fit that are shown in pictures, effects of treatment first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from posthaz.cohort import Cohort, Column
from posthaz.inference import Fit
from posthaz.report.sections.naming import (
    capitalised,
    scale_words,
    term_label,
    variable_label,
)
from posthaz.report.sections.wording import at_time, moment
from posthaz.spec import coefficient_name

_MOST = 8
_SPAN = re.compile(r"\((?P<start>[\d.e+-]+), (?P<end>[\d.e+-]+|inf)\]")


@dataclass(frozen=True, eq=False)
class MainParameter:
    """A parameter and its draws, ratios as ratios.

    Parameters
    ----------
    name, label : str
        Name in the files, and as shown.
    posterior : ndarray of float, shape (chain, draw)
        Posterior draws.
    prior : ndarray of float, shape (draw,)
        Prior draws; empty where the prior is improper.
    ratio : str
        Which ratio it is, at home on a log axis; empty for none.
    """

    name: str
    label: str
    posterior: np.ndarray
    prior: np.ndarray
    ratio: str

    @property
    def is_ratio(self) -> bool:
        """Whether it is a ratio."""
        return bool(self.ratio)


def main_parameters(fit: Fit, cohort: Cohort | None = None) -> list[MainParameter]:
    """At most eight parameters of a fit, the treatment's before other effects.

    Parameters
    ----------
    fit : Fit
        A fit.
    cohort : Cohort, optional
        Its cohort, which knows what covariates are called.

    Returns
    -------
    list of MainParameter
        Effects as ratios; a parameter on its natural scale in place of its logarithm.
    """
    return sorted(_all(cohort, fit), key=lambda one: not _of_treatment(fit, one.name))[:_MOST]


def _of_treatment(fit: Fit, name: str) -> bool:
    return bool(fit.treatment) and name.startswith(f"{fit.treatment}[")


def _all(cohort: Cohort | None, fit: Fit) -> Iterator[MainParameter]:
    posterior = fit.draws["posterior"].to_dataset()
    prior = fit.draws["prior"].to_dataset() if "prior" in fit.draws.children else None
    name = coefficient_name(fit.spec)
    what = "hazard ratio" if name == "log_hazard_ratio" else "time ratio"
    chosen = [str(v) for v in posterior.data_vars if v != name and _shown(str(v), posterior)]
    scalars = [v for v in chosen if posterior[v].ndim == 2]
    for term in fit.design.columns:
        after, before = (np.exp(_draws(one, name, term)) for one in (posterior, prior))
        label = f"{term if cohort is None else term_label(cohort, term)}: {what}"
        yield MainParameter(term, label, after, before.ravel(), ratio=what)
    for variable in scalars:
        label = scale_words(cohort, variable)
        after, before = _draws(posterior, variable), _draws(prior, variable)
        yield MainParameter(variable, label, after, before.ravel(), ratio="")
    for variable in chosen:
        if posterior[variable].ndim == 3 and not variable.startswith(("frailty_", "slope_")):
            yield from _elements(variable, posterior, prior, fit, cohort)


def _shown(name: str, posterior: xr.Dataset) -> bool:
    """Whether a variable stands for itself, not as the logarithm of another."""
    return not (name.startswith("log_") and name.removeprefix("log_") in posterior)


def _elements(
    name: str, posterior: xr.Dataset, prior: xr.Dataset | None, fit: Fit, cohort: Cohort | None
) -> Iterator[MainParameter]:
    (dim,) = (d for d in posterior[name].dims if d not in ("chain", "draw"))
    for k in range(posterior.sizes[dim]):
        at = posterior[name][dim].to_numpy()[k] if dim in posterior.coords else k
        values = posterior[name].isel({dim: k}).transpose("chain", "draw").to_numpy()
        before = np.array([]) if prior is None else prior[name].to_numpy()[..., k].ravel()
        where = _where(str(at), fit.unit)
        if dim == "stratum" and cohort is not None:
            where = _of_stratum(str(at), fit, cohort)
        label = f"{capitalised(name.replace('_', ' '))}{where}"
        yield MainParameter(f"{name}[{at}]", label, values, before, ratio="")


def _of_stratum(level: str, fit: Fit, cohort: Cohort) -> str:
    """A stratum by its column and label."""
    column = cohort.columns.get(fit.spec.strata, Column(fit.spec.strata))
    return f", {variable_label(cohort, fit.spec.strata)}: {column.level_label(level)}"


def _where(element: str, unit: str) -> str:
    """Interval of time in words; another element by its name."""
    span = _SPAN.fullmatch(element)
    if not span:
        return f" {element}"
    if span["end"] == "inf":
        return f", after {at_time(round(float(span['start']), 1), unit)}"
    return f", {moment(float(span['start']))} to {at_time(round(float(span['end']), 1), unit)}"


def _draws(group: xr.Dataset | None, name: str, term: str = "") -> np.ndarray:
    if group is None or name not in group:
        return np.array([])
    values = group[name].sel(covariate=term) if term else group[name]
    return values.transpose("chain", "draw").to_numpy()
