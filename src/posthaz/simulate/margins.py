"""Covariates of a simulated cohort: printed margins met exactly, patients shuffled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from posthaz.simulate.description import CovariateMargins, Margin, PrintedCohort

_QUARTILE = float(ndtri(0.75))
_TRIES = 2_000


def simulate_covariates(cohort: PrintedCohort, random: np.random.Generator) -> pd.DataFrame:
    """Covariates of every patient, with the printed margins in every group.

    Each column's values are those that its margin dictates; which patient has which is decided by
    the ranks of normal scores, correlated where the description says so (Iman and Conover,
    Communications in Statistics B 1982;11:311-334). Patients of a matched set have the factors
    they were matched on in common, and those left out have them in common with nobody left out.

    Parameters
    ----------
    cohort : PrintedCohort
        The description.
    random : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    DataFrame
        ``group`` (position of the group), the groups' own columns, then the covariates; one row
        a patient, by group.
    """
    sizes = [group.size for group in cohort.groups]
    group = np.repeat(np.arange(len(sizes)), sizes)
    columns: dict[str, np.ndarray] = {"group": group}
    for name in dict.fromkeys(key for one in cohort.groups for key in one.values):
        of_group = np.array([one.values.get(name, "") for one in cohort.groups], dtype=object)
        columns[name] = of_group[group]
    positions = {one.name: at for at, one in enumerate(cohort.groups)}
    scores = _scores(cohort, len(group), random)
    for at, covariate in enumerate(cohort.covariates):
        values = np.full(len(group), np.nan, dtype=float if covariate.numeric else object)
        for margin in covariate.margins:
            if margin.empty:
                continue
            rows = np.flatnonzero(np.isin(group, [positions[name] for name in margin.groups]))
            order = np.argsort(scores[rows, at])
            shared = alike(cohort, covariate, margin, values, group)
            if shared is not None:
                order = np.lexsort((scores[rows, at], shared))
            values[rows[order]] = margin_values(covariate, margin, len(rows))
        columns[covariate.name] = _whole(values) if covariate.numeric else values
        if covariate.grouped:
            name, low, high = covariate.grouped
            columns[name] = np.where(
                np.isnan(values), np.nan, np.where(values < covariate.cut, low, high).astype(object)
            )
    return part_left_out(pd.DataFrame(columns), cohort, random)


def margin_values(covariate: CovariateMargins, margin: Margin, size: int) -> np.ndarray:
    """Values of `size` patients, in order.

    Parameters
    ----------
    covariate : CovariateMargins
        The column.
    margin : Margin
        Its distribution.
    size : int
        Number of patients.

    Returns
    -------
    ndarray, shape (size,)
        Numbers from the smallest, or levels in the order of the margin.

    Examples
    --------
    >>> margin = Margin(("all",), shares={"male": 0.7, "female": 0.3})
    >>> margin_values(CovariateMargins("sex", (margin,)), margin, 10).tolist().count("male")
    7
    >>> margin = Margin(("all",), quartiles=(100.0, 146.0, 260.0))
    >>> values = margin_values(CovariateMargins("gtv", (margin,)), margin, 99)
    >>> float(np.median(values))
    146.0
    """
    if margin.shares:
        levels = np.array(list(margin.shares), dtype=float if covariate.number else object)
        counts = largest_remainders(margin.shares, size)
        order = np.argsort(levels) if covariate.number else np.arange(len(levels))
        return np.repeat(levels[order], np.array(list(counts.values()))[order])
    values = _below_cut(covariate, margin, size) if margin.below is not None else _by_quartiles(
        covariate, margin, size)  # fmt: skip
    return np.round(np.clip(values, *covariate.limits), covariate.decimals)


def largest_remainders(shares: Mapping[str, float], size: int) -> dict[str, int]:
    """Whole counts that add up to `size` and are nearest to the shares.

    Examples
    --------
    >>> largest_remainders({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, 10)
    {'a': 4, 'b': 3, 'c': 3}
    """
    exact = np.array(list(shares.values()), dtype=float)
    exact = exact / exact.sum() * size
    counts = np.floor(exact + 1e-9).astype(int)
    left = np.argsort(-(exact - counts), kind="stable")[: size - counts.sum()]
    counts[left] += 1
    return dict(zip(shares, counts.tolist(), strict=True))


def _whole(values: np.ndarray) -> np.ndarray:
    """Whole numbers without decimals, so that grades and years are written as such."""
    whole = bool(np.all(values == np.round(values)))
    return values.astype(int) if whole else values


def _scores(cohort: PrintedCohort, size: int, random: np.random.Generator) -> np.ndarray:
    names = [covariate.name for covariate in cohort.covariates]
    correlation = np.eye(len(names))
    for (one, other), value in cohort.correlations.items():
        correlation[names.index(one), names.index(other)] = value
        correlation[names.index(other), names.index(one)] = value
    return random.standard_normal((size, len(names))) @ np.linalg.cholesky(correlation).T


def _probabilities(size: int) -> np.ndarray:
    return (np.arange(size) + 0.5) / size


def _by_quartiles(covariate: CovariateMargins, margin: Margin, size: int) -> np.ndarray:
    """A normal (of the logs) on either side of the median, each with its own spread."""
    log = covariate.shape == "lognormal"
    lower, middle, upper = (np.log(q) if log else q for q in margin.quartiles)
    z = ndtri(_probabilities(size))
    values = middle + z / _QUARTILE * np.where(z > 0, upper - middle, middle - lower)
    return np.exp(values) if log else values


def _below_cut(covariate: CovariateMargins, margin: Margin, size: int) -> np.ndarray:
    """Exactly the printed share below the cut-off, and a normal (of the logs) around it."""
    assert covariate.cut is not None
    assert margin.below is not None
    log = covariate.shape == "lognormal"
    few = round(margin.below * size)
    # nobody on one side says only that the cut-off lies far out
    share = np.clip(few / size, 0.25 / size, 1 - 0.25 / size)
    below, above = share * _probabilities(few), share + (1 - share) * _probabilities(size - few)
    z = ndtri(np.concatenate([below, above])) - ndtri(share)
    cut = np.log(covariate.cut) if log else covariate.cut
    values = cut + covariate.spread * z
    values = np.exp(values) if log else values
    grain = 10.0**-covariate.decimals
    values[:few] = np.minimum(values[:few], covariate.cut - grain)
    values[few:] = np.maximum(values[few:], covariate.cut)
    return values


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
    cells = _Cells.of(levels, group)
    mates = [np.flatnonzero(group == at) for at in range(group.max(initial=0) + 1)]
    for _ in range(_TRIES):
        candidates = np.flatnonzero(cells.paired)
        if not len(candidates):
            break
        one, factor = random.choice(candidates), random.integers(len(levels))
        other = random.choice(mates[group[one]])
        more = cells.swapped(one, other, factor)
        # now and then a step back, since some ends can't be reached by steps forward alone
        if more <= 0 or random.random() < np.exp(-more):
            source[factor, [one, other]] = source[factor, [other, one]]
        else:
            cells.swapped(one, other, factor)
    frame = frame.copy()
    for factor, taken in zip(matched.on, source, strict=True):
        made = next(one.name for one in cohort.covariates if one.factor == factor)
        for name in dict.fromkeys((made, factor)):
            column = frame[name].to_numpy().copy()
            column[rows] = column[rows[taken]]
            frame[name] = column
    return frame


@dataclass
class _Cells:
    """Patients by what they are matched on, how many of each group are alike, who has a mate."""

    level: np.ndarray
    step: np.ndarray
    cell: np.ndarray
    group: np.ndarray
    counts: dict[int, list[int]]
    paired: np.ndarray

    @classmethod
    def of(cls, levels: np.ndarray, group: np.ndarray) -> "_Cells":
        """Cells of patients with levels (factor, patient)."""
        sizes = levels.max(axis=1, initial=0) + 1
        step = np.append(1, np.cumprod(sizes[:-1], dtype=np.int64))
        cell = (levels * step[:, None]).sum(axis=0)
        counts: dict[int, list[int]] = {}
        for place, at in zip(cell, group, strict=True):
            counts.setdefault(int(place), [0] * (int(group.max(initial=0)) + 1))[at] += 1
        paired = np.array([_paired(counts[int(place)]) > 0 for place in cell], dtype=bool)
        return cls(levels.copy(), step, cell, group, counts, paired)

    def swapped(self, one: Any, other: Any, factor: Any) -> int:
        """Swap a factor of two patients; how many more have a partner then."""
        gap = int((self.level[factor, other] - self.level[factor, one]) * self.step[factor])
        moves = ((one, int(self.cell[one]) + gap), (other, int(self.cell[other]) - gap))
        touched = {place for patient, new in moves for place in (int(self.cell[patient]), new)}
        nobody = [0] * (int(self.group.max(initial=0)) + 1)
        before = sum(_paired(self.counts.get(place, nobody)) for place in touched)
        for patient, new in moves:
            self.counts[int(self.cell[patient])][self.group[patient]] -= 1
            self.counts.setdefault(new, list(nobody))[self.group[patient]] += 1
            self.cell[patient] = new
        self.level[factor, [one, other]] = self.level[factor, [other, one]]
        after = {place: _paired(self.counts[place]) for place in touched}
        for place, number in after.items():
            self.paired[self.cell == place] = number > 0
        return sum(after.values()) - before


def _paired(counts: list[int]) -> int:
    """How many patients of a cell have somebody of another group there."""
    return sum(counts) if sum(count > 0 for count in counts) > 1 else 0
