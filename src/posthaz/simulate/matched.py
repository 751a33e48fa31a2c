"""Patients whom the paper matched are alike; those whom it left out had no partner."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.simulate.description import CovariateMargins, Margin, PrintedCohort

_TRIES = 2_000


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

    def swapped(self, one: int, other: int, factor: int) -> int:
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
