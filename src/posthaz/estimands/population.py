"""Whom an answer is about: one profile, or a whole cohort given one arm."""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pandas as pd

from posthaz.design import value_faults
from posthaz.errors import SpecError
from posthaz.inference import Fit

WHOLE = "all"
_TOLERANCE = 1e-6


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

    Raises
    ------
    SpecError
        When the weights are not one a row, are below 0 or don't sum to 1, or there is no row.
    """

    label: str
    frame: pd.DataFrame
    weight: np.ndarray

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
        if weight.shape != (len(self.frame),):
            shape = " x ".join(map(str, weight.shape)) or "1"
            self._refuse(f"{len(self.frame)} rows have {shape} weights", "give one weight a row")
        if not np.isfinite(weight).all() or (weight < 0).any():
            self._refuse("a weight is below 0 or no finite number", "give weights of 0 or more")
        if abs(weight.sum() - 1.0) > _TOLERANCE:
            self._refuse(f"its weights sum to {weight.sum():g}", "divide them by their sum")
        object.__setattr__(self, "weight", weight)

    def _refuse(self, what: str, mend: str) -> NoReturn:
        raise SpecError(f"Population {self.label!r}: {what}. Mend: {mend}.")


def profile(fit: Fit, label: str, **values: object) -> Population:
    """A population of one: the covariate values given, the rest at their reference.

    Parameters
    ----------
    fit : Fit
        A fit.
    label : str
        Name of the profile.
    **values
        Covariate values.

    Returns
    -------
    Population
        One row.

    Raises
    ------
    SpecError
        When the model has no such covariate, or its value can't be.
    """
    faults = tuple(value_faults(fit.design.frame, values, f"profile {label!r}"))
    if faults:
        raise SpecError.from_findings(f"profile {label!r} of model '{fit.spec.name}':", faults)
    return Population(label, fit.design.reference(values), np.ones(1))


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
        One an arm, reference first.
    """
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


def observed_population(fit: Fit) -> Population:
    """The patients as they were at first: everybody with their own covariates and their own arm.

    Parameters
    ----------
    fit : Fit
        A fit.

    Returns
    -------
    Population
        Labelled `WHOLE`.
    """
    counted = fit.design.weight > 0
    frame = fit.design.frame.loc[counted].reset_index(drop=True)
    return _distinct(WHOLE, frame, fit.design.weight[counted])


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
