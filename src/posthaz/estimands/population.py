"""Whom an answer is about: one profile, or a whole cohort given one arm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from posthaz.cohort.argument import checks_arguments
from posthaz.design import path_faults, value_faults
from posthaz.errors import Findings, PosthazError, SpecError
from posthaz.inference import Fit

WHOLE = "all"
_TOLERANCE = 1e-6
FROM = "from"
_CHANGING_ARM = (
    "treatment began during follow-up, so that patients as they were have no survival of their own"
)
_ASK_FOR_ARMS = "ask for the arms, which are 'never treated' and 'treated from the start'"


@dataclass(frozen=True, eq=False)
class Population:
    """Covariate rows over which an answer is averaged; a profile is a population of one.

    Parameters
    ----------
    label : str
        Name along the dimension ``profile``.
    frame : DataFrame
        Covariates, one row each.
    weight : ndarray of float, shape (row,)
        Weights, summing to 1.
    starts : tuple of float
        For a patient along a path: when each row of `frame` begins to hold. The rows then are
        pieces of one patient, and `weight` has one element.

    Raises
    ------
    SpecError
        When the weights are not one a row, are below 0 or don't sum to 1, or there is no row.
    """

    label: str
    frame: pd.DataFrame
    weight: np.ndarray
    starts: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.frame, pd.DataFrame):
            found = type(self.frame).__name__
            self._refuse(f"its covariates are a {found}", "give a DataFrame, one row a patient")
        if not len(self.frame):
            self._refuse("it has no row", "give at least one")
        try:
            weight = np.asarray(self.weight, dtype=float)
        except (TypeError, ValueError):
            self._refuse("its weights are no numbers", "give one number a row")
        if weight.shape != ((1,) if self.starts else (len(self.frame),)):
            shape = " x ".join(map(str, weight.shape)) or "1"
            self._refuse(f"{len(self.frame)} rows have {shape} weights", "give one weight a row")
        if not np.isfinite(weight).all() or (weight < 0).any():
            self._refuse("a weight is below 0 or no finite number", "give weights of 0 or more")
        if abs(weight.sum() - 1.0) > _TOLERANCE:
            self._refuse(f"its weights sum to {weight.sum():g}", "divide them by their sum")
        object.__setattr__(self, "weight", weight)

    def _refuse(self, what: str, fix: str) -> NoReturn:
        raise SpecError(f"Population {self.label!r}: {what}", fix=fix)


@checks_arguments
def profile(
    fit: Fit,
    label: str,
    *,
    path: Sequence[Mapping[str, Any]] | None = None,
    **values: object,
) -> Population:
    """A population of one: the covariate values given, the rest at their reference.

    Parameters
    ----------
    fit : Fit
        A fit.
    label : str
        Name of the profile.
    path : sequence of mapping, optional
        The course of covariates that change: each piece says from which time (``"from"``, the
        first 0) which covariates have which values; a covariate not named in a piece stays as it
        was.
    **values
        Covariate values, which hold throughout or until a piece changes them.

    Returns
    -------
    Population
        One patient.

    Raises
    ------
    PosthazError
        When the path can't be followed, or a covariate that changes has no stated value.

    Examples
    --------
    >>> import posthaz as ph
    >>> spec = ph.ModelSpec("weibull", ph.Weibull(), "arm + dose_gy")
    >>> fit = ph.fit(spec, ph.simulated_example(), draws=100, method="laplace")
    >>> boosted = [{"from": 0, "dose_gy": 50.0}, {"from": 6, "dose_gy": 66.0}]
    >>> ph.profile(fit, "boosted", path=boosted, arm="B").starts
    (0.0, 6.0)
    """
    pieces = list(path or ({},))
    for stated in (values, *({k: v for k, v in p.items() if k != FROM} for p in pieces)):
        faults = tuple(value_faults(fit.design.frame, stated, f"profile {label!r}"))
        if faults:
            raise SpecError.from_findings(f"profile {label!r} of model '{fit.spec.name}':", faults)
    _check_path(fit, label, pieces, stated=path is not None, values=values)
    frames, current = [], dict(values)
    for piece in pieces:
        current |= {name: value for name, value in piece.items() if name != FROM}
        frames.append(fit.design.reference(current))
    if path is None:
        return Population(label, frames[0], np.ones(1))
    starts = tuple(float(piece[FROM]) for piece in pieces)
    return Population(label, pd.concat(frames, ignore_index=True), np.ones(1), starts)


def of_model(fit: Fit, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values, and pieces of a path, of the covariates that a model has: profiles are of all."""
    known = {*fit.design.variables, FROM}
    kept = {name: value for name, value in values.items() if name in known and name != FROM}
    if "path" in values and "path" not in known:
        pieces = [{k: v for k, v in piece.items() if k in known} for piece in values["path"]]
        kept["path"] = pieces
    return kept


def _check_path(
    fit: Fit,
    label: str,
    pieces: Sequence[Mapping[str, Any]],
    *,
    stated: bool,
    values: Mapping[str, object],
) -> None:
    findings = Findings()
    where = f"profile '{label}'"
    if stated:
        findings.extend(path_faults(pieces, where))
    first = {*values, *(pieces[0] if pieces else {})}
    for name in fit.open_paths:
        if name not in first:
            what = f"'{name}' changes during follow-up, and the profile doesn't say how"
            fix = f"state its course: path = [{{ from = 0, {name} = ... }}, ...]"
            findings.add(where, what, fix)
    findings.raise_if_any(PosthazError, f"model '{fit.spec.name}': no such patient:")


def marginal_fault(fit: Fit) -> PosthazError | None:
    """Why a fit has no standardised survival, median or restricted mean; None where it has.

    Parameters
    ----------
    fit : Fit
        A fit.

    Returns
    -------
    PosthazError or None
        The reason, with the fix.
    """
    if not fit.open_paths:
        return None
    names = " and ".join(f"'{name}'" for name in fit.open_paths)
    return PosthazError(
        f"model '{fit.spec.name}' has no standardised survival, median or restricted mean: {names} "
        "of its formula changed during follow-up, and nobody knows how it would have gone on in "
        "patients no longer followed. Hazard ratios stand",
        fix="state a course in [estimands.profiles.NAME] path = [{ from = 0, ... }], or put the "
        "value at the start of follow-up into the formula in place of the one that changes",
    )


@checks_arguments
def arm_populations(fit: Fit, weight: np.ndarray | None = None) -> tuple[Population, ...]:
    """The patients' own covariates with everybody given one arm, for each arm.

    A patient counts once, with the covariates of the first row, however many rows the follow-up
    is cut into. Averaging over such a population standardises (g-computation). Without a treatment
    in the formula there is one population, the cohort as it is.

    Parameters
    ----------
    fit : Fit
        A fit.
    weight : ndarray of float, shape (row,), optional
        How much each row of ``fit.design.frame`` counts if it is a patient's first; the patient's
        case weight when not given. Patients of weight 0 are left out.

    Returns
    -------
    tuple of Population
        One an arm, reference first. Where treatment began during follow-up the arms are
        "never treated" and "treated from the start".

    Raises
    ------
    PosthazError
        When another covariate of the formula changes during follow-up.
    """
    if fault := marginal_fault(fit):
        raise fault
    frame = fit.design.frame
    own = fit.design.weight
    given = own if weight is None else np.where(own > 0, weight, 0.0)
    counted = given > 0
    frame, counts = frame.loc[counted].reset_index(drop=True), given[counted]
    if not fit.treatment:
        return (_distinct(WHOLE, frame, counts),)
    arms = frame[fit.treatment].cat.categories
    return tuple(
        _distinct(str(arm), frame.assign(**{fit.treatment: _everybody(frame, fit, arm)}), counts)
        for arm in arms
    )


def everybody_at(fit: Fit, variable: str, values: Sequence[object]) -> tuple[Population, ...]:
    """The patients' own covariates with everybody given one value of a covariate, for each value.

    Parameters
    ----------
    fit : Fit
        A fit.
    variable : str
        A covariate of its formula.
    values : sequence
        Levels of a factor, or numbers.

    Returns
    -------
    tuple of Population
        One a value, labelled by it; none where a covariate that changes leaves no curve.
    """
    if marginal_fault(fit):
        return ()
    counted = fit.design.weight > 0
    frame, counts = (
        fit.design.frame.loc[counted].reset_index(drop=True),
        fit.design.weight[counted],
    )
    kind = frame[variable].dtype
    return tuple(
        _distinct(
            str(value),
            frame.assign(**{variable: pd.Series([value] * len(frame), dtype=kind)}),
            counts,
        )
        for value in values
    )


def patients_each(fit: Fit) -> np.ndarray:
    """Patients that each row of a design stands for: 0 for later rows of a patient, mostly 1."""
    weight = np.asarray(fit.design.weight, dtype=float)
    given = fit.draws.children.get("constant_data", ())
    several = "patients" in given or "subjects" in given
    return weight.round().astype(int) if several else (weight > 0).astype(int)


def observed_population(
    fit: Fit, values: Mapping[str, float] | None = None, label: str = WHOLE
) -> Population:
    """The patients as they were at first: everybody with their own covariates and their own arm.

    Parameters
    ----------
    fit : Fit
        A fit.
    values : mapping of str to float, optional
        Numbers that everybody is given instead of their own.
    label : str, optional
        Name along the dimension ``profile``.

    Returns
    -------
    Population
        Labelled `label`.

    Raises
    ------
    PosthazError
        When a covariate of the formula changes during follow-up, the treatment included.
    """
    if fit.changing:
        raise marginal_fault(fit) or PosthazError(_CHANGING_ARM, fix=_ASK_FOR_ARMS)
    counted = fit.design.weight > 0
    frame = fit.design.frame.loc[counted].reset_index(drop=True).assign(**dict(values or {}))
    return _distinct(label, frame, fit.design.weight[counted])


def _everybody(frame: pd.DataFrame, fit: Fit, arm: object) -> pd.Categorical:
    categories = frame[fit.treatment].cat.categories
    return pd.Categorical([arm] * len(frame), categories=categories, ordered=True)


def _distinct(label: str, frame: pd.DataFrame, weight: np.ndarray) -> Population:
    """Equal rows become one, with their weights added up."""
    if not len(frame.columns):
        return Population(label, frame.iloc[:1].reset_index(drop=True), np.ones(1))
    number = frame.groupby(list(frame.columns), observed=True, dropna=False).ngroup().to_numpy()
    _, first = np.unique(number, return_index=True)
    total = np.bincount(number, weights=weight)
    return Population(label, frame.iloc[first].reset_index(drop=True), total / total.sum())
