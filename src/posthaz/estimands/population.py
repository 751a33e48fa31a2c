"""Whom an answer is about: one profile, or a whole cohort given one arm."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.inference import Fit

WHOLE = "all"


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
    """

    label: str
    frame: pd.DataFrame
    weight: np.ndarray


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
    """
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
