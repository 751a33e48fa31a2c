"""Patients whom the paper matched are alike; those whom it left out had no partner."""

import numpy as np
import pandas as pd

from posthaz.simulate.description import CovariateMargins, Margin, PrintedCohort

_TRIES = 2_000
_MOST_CELLS = 1e6


def alike(
    cohort: PrintedCohort,
    covariate: CovariateMargins,
    margin: Margin,
    values: np.ndarray,
    group: np.ndarray,
) -> np.ndarray | None:
    """Levels that the patients of a margin share with their partners, as places in the margin.

    Parameters
    ----------
    cohort : PrintedCohort
        The description.
    covariate : CovariateMargins
        The column.
    margin : Margin
        Margin of the patients.
    values : ndarray, shape (patient,)
        The column as far as it is filled: the first of the matched groups.
    group : ndarray, shape (patient,)
        Position of the group of each patient.

    Returns
    -------
    ndarray, shape (patient of the margin,), or None
        None where these patients share nothing with others.
    """
    matched = cohort.matched
    if covariate.factor not in matched.on or margin.groups[0] not in matched.groups[1:]:
        return None
    first = next(at for at, one in enumerate(cohort.groups) if one.name == matched.groups[0])
    of_partners = values[group == first]
    if covariate.grouped:
        return of_partners >= covariate.cut
    levels = list(margin.shares)
    return np.array([levels.index(value) for value in of_partners])


def part_left_out(
    frame: pd.DataFrame, cohort: PrintedCohort, random: np.random.Generator
) -> pd.DataFrame:
    """Swap values within groups until nobody left out has a partner among the others left out.

    Parameters
    ----------
    frame : DataFrame
        Covariates of every patient, with ``group``.
    cohort : PrintedCohort
        The description.
    random : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    DataFrame
        The same margins. Where they leave no other way, some partners remain.
    """
    matched = cohort.matched
    left_out = [at for at, one in enumerate(cohort.groups) if one.name in matched.left_out]
    if not left_out:
        return frame
    rows = np.flatnonzero(frame["group"].isin(left_out))
    group = frame["group"].to_numpy()[rows]
    levels = np.array([pd.factorize(frame[factor].iloc[rows])[0] for factor in matched.on])
    source = np.tile(np.arange(len(rows)), (len(levels), 1))
    for _ in range(_TRIES):
        paired = _with_partner(levels, source, group)
        if not paired.any():
            break
        one, factor = random.choice(np.flatnonzero(paired)), random.integers(len(levels))
        other = random.choice(np.flatnonzero(group == group[one]))
        swapped = source.copy()
        swapped[factor, [one, other]] = source[factor, [other, one]]
        more = int(_with_partner(levels, swapped, group).sum()) - int(paired.sum())
        # now and then a step back, since some ends can't be reached by steps forward alone
        if more <= 0 or random.random() < np.exp(-more):
            source = swapped
    frame = frame.copy()
    for factor, taken in zip(matched.on, source, strict=True):
        made = next(one.name for one in cohort.covariates if one.factor == factor)
        for name in dict.fromkeys((made, factor)):
            column = frame[name].to_numpy().copy()
            column[rows] = column[rows[taken]]
            frame[name] = column
    return frame


def _with_partner(levels: np.ndarray, source: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Whether somebody of another group is alike, shape (patient,)."""
    taken = np.take_along_axis(levels, source, axis=1)
    sizes = taken.max(axis=1, initial=0) + 1
    if float(np.prod(sizes.astype(float))) < _MOST_CELLS:
        cell = np.ravel_multi_index(tuple(taken), tuple(sizes))
    else:
        cell = np.unique(taken, axis=1, return_inverse=True)[1]
    first = np.full(cell.max(initial=0) + 1, group.max(initial=0))
    last = np.zeros_like(first)
    np.minimum.at(first, cell, group)
    np.maximum.at(last, cell, group)
    return (first < last)[cell]
