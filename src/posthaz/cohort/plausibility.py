"""Values that a role and unit make implausible: another unit, another scale, a slip.

What holds for a whole column is a mistake in its unit and refuses the table; what holds for
single rows is said and left to the reader. Values below zero are refused wherever they stand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.cohort.covariates import is_factor
from posthaz.cohort.draft import Draft
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.quantities import at_time, counted
from posthaz.cohort.rows import shown_values
from posthaz.errors import Finding

VOLUME_UNITS = ("cm3", "cc", "ml", "ccm")
_BIOLOGICAL = re.compile(r"\bbed|eqd|biolog|gy_?\(?10", re.IGNORECASE)


@dataclass(frozen=True)
class Bounds:
    """What values of a role in a unit may be.

    Parameters
    ----------
    median : float
        A median above it means that the column is in another unit.
    value : float
        A single value above it is doubtful.
    looks_like : str
        What a column above looks like.
    fix : str
        What to do about it.
    """

    median: float
    value: float
    looks_like: str
    fix: str


_VOLUME = Bounds(
    3000, 10000, "mm3 or a count of voxels",
    "divide mm3 by 1000, or multiply a count of voxels by the volume of a voxel in cm3",
)  # fmt: skip
_DOSE = Bounds(150, 150, "cGy", "divide cGy by 100")
_BIOLOGICAL_DOSE = Bounds(1000, 1000, "cGy", "divide cGy by 100")
_AGE = Bounds(120, 120, "months or days", "divide months by 12, or days by 365.25")


def impossible(draft: Draft) -> Iterator[Finding]:
    """Yield what can't be true of a column in its unit.

    Parameters
    ----------
    draft : Draft
        The table.

    Yields
    ------
    Finding
        One a column and reason.
    """
    for name, values, bounds in _measurements(draft):
        negative = values < 0
        if negative.any():
            yield Finding(
                draft.where(negative, name),
                f"a {_noun(draft, name)} below 0 ({shown_values(values[negative].tolist())})",
                "correct the values, and leave missing ones empty",
            )
        if bounds and _unit(draft, name) and draft.median(values) > bounds.median:
            yield _another_unit(draft, name, values, bounds)
        elif _unit(draft, name) == "cgy" and 0 < draft.median(values) < 150:
            yield Finding(
                draft.where(column=name),
                f"the median is {draft.median(values):g} cGy, which looks like Gy",
                'name the unit "Gy"',
            )
    yield from wrong_scale(draft)
    yield from mixed_scales(draft)


def implausible(draft: Draft) -> Iterator[Finding]:
    """Yield what is doubtful about single rows, or about a column without a unit.

    Parameters
    ----------
    draft : Draft
        A table that keeps the rules.

    Yields
    ------
    Finding
        One a column and reason.
    """
    for name, values, bounds in _measurements(draft):
        if draft.column(name).role in ("gtv", "ptv") and (values == 0).any():
            yield Finding(
                draft.where(values == 0, name),
                "a volume of 0",
                "see whether there was no tumour or no contour; its logarithm can't be taken",
            )
        if not bounds:
            continue
        if not _unit(draft, name) and draft.median(values) > bounds.median:
            yield _another_unit(draft, name, values, bounds)
        elif draft.median(values) <= bounds.median and (high := values > bounds.value).any():
            yield Finding(
                draft.where(high, name),
                f"{counted(draft.number(high), 'value')} above {bounds.value:g}"
                f" ({shown_values(values[high].tolist())}), which looks like {bounds.looks_like}",
                f"see whether these rows are in another unit: {bounds.fix}",
            )
    yield from _planning_below_gross(draft)
    yield from stray_scores(draft)


def _measurements(draft: Draft) -> Iterator[tuple[str, np.ndarray, Bounds | None]]:
    for name in draft.kept:
        role = draft.column(name).role
        if role in ("gtv", "ptv", "dose", "age") and draft.has(name) and not is_factor(draft, name):
            yield name, read_numbers(draft.values(name)).values, _bounds(draft, name)


def _bounds(draft: Draft, name: str) -> Bounds | None:
    """Bounds of a column, where its unit is one that they are known for, or not named."""
    column, unit = draft.column(name), _unit(draft, name)
    if column.role in ("gtv", "ptv"):
        return _VOLUME if unit in ("", *VOLUME_UNITS) else None
    if column.role == "age":
        return _AGE if unit in ("", "years", "year", "y", "yr", "yrs", "a") else None
    if _BIOLOGICAL.search(f"{name} {column.label} {column.unit}"):
        return _BIOLOGICAL_DOSE
    return _DOSE if unit in ("", "gy", "gy(rbe)", "gyrbe", "cge") else None


def _unit(draft: Draft, name: str) -> str:
    """Unit of a column, in small letters; age counts in years when nothing is said."""
    column = draft.column(name)
    unit = column.unit.lower().replace("^", "").replace("³", "3").replace(" ", "")
    return unit or ("years" if column.role == "age" else "")


def _noun(draft: Draft, name: str) -> str:
    role = draft.column(name).role
    return "volume" if role in ("gtv", "ptv") else role


def _another_unit(draft: Draft, name: str, values: np.ndarray, bounds: Bounds) -> Finding:
    unit = draft.column(name).unit or ("years" if draft.column(name).role == "age" else "")
    named = (
        f"{at_time(draft.median(values), unit)}"
        if unit
        else f"{draft.median(values):g}, no unit is named"
    )
    return Finding(
        draft.where(column=name),
        f"the median {_noun(draft, name)} is {named}, which looks like {bounds.looks_like}",
        f"{bounds.fix}; or name the unit that the column is in",
    )


def _planning_below_gross(draft: Draft) -> Iterator[Finding]:
    """A planning target volume holds the gross tumour volume."""
    gross = [name for name, _, _ in _measurements(draft) if draft.column(name).role == "gtv"]
    planning = [name for name, _, _ in _measurements(draft) if draft.column(name).role == "ptv"]
    if len(gross) != 1 or len(planning) != 1 or _unit(draft, gross[0]) != _unit(draft, planning[0]):
        return
    gtv, ptv = (read_numbers(draft.values(name)).values for name in (gross[0], planning[0]))
    below = ptv < gtv
    both = np.isfinite(gtv) & np.isfinite(ptv)
    if below.any():
        most = draft.number(below) > draft.number(both) / 2
        yield Finding(
            draft.where(below, planning[0]),
            f"the PTV is smaller than the GTV ('{gross[0]}') in {draft.number(below)} of "
            f"{counted(draft.number(both), 'row')} with both",
            "see whether the two columns were swapped" if most else "see whether these are slips",
        )


_SCORE = re.compile(r"(\d+(?:\.\d+)?)\s*%?$")
_KARNOFSKY = re.compile(r"karno|kps|\bpercent|%", re.IGNORECASE)
_ECOG = re.compile(r"ecog|\bwho|zubrod", re.IGNORECASE)
_MIXED_SHARE = 0.1
_FIX = "use one scale: ECOG 0 is Karnofsky 90-100, 1 is 70-80, 2 is 50-60, 3 is 30-40, 4 is 10-20"


def wrong_scale(draft: Draft) -> Iterator[Finding]:
    """Yield columns that say one scale and hold the other.

    Parameters
    ----------
    draft : Draft
        The table.

    Yields
    ------
    Finding
        One a column.
    """
    for name, scores in _columns(draft):
        column = draft.column(name)
        said = f"{name} {column.label} {column.unit}"
        ecog, karnofsky = draft.number(_ecog(scores)), draft.number(_karnofsky(scores))
        if _KARNOFSKY.search(said) and ecog > karnofsky:
            yield Finding(
                draft.where(column=name), "named Karnofsky, but the scores look like ECOG", _FIX
            )
        elif _ECOG.search(said) and not _KARNOFSKY.search(said) and karnofsky > ecog:
            yield Finding(
                draft.where(column=name), "named ECOG, but the scores look like Karnofsky", _FIX
            )


def mixed_scales(draft: Draft) -> Iterator[Finding]:
    """Yield columns that hold both scales in many rows.

    Parameters
    ----------
    draft : Draft
        The table.

    Yields
    ------
    Finding
        One a column, with the rows of the rarer scale.
    """
    for name, rarer, share in _mixtures(draft):
        if share > _MIXED_SHARE:
            yield Finding(draft.where(rarer, name), "ECOG and Karnofsky scores are mixed", _FIX)


def stray_scores(draft: Draft) -> Iterator[Finding]:
    """Yield single rows on another scale than the rest, or on none.

    Parameters
    ----------
    draft : Draft
        The table.

    Yields
    ------
    Finding
        One a column and reason.
    """
    for name, rarer, share in _mixtures(draft):
        if share <= _MIXED_SHARE:
            yield Finding(
                draft.where(rarer, name), "the score is on another scale than the rest", _FIX
            )
    for name, scores in _columns(draft):
        stray = np.isfinite(scores) & ~_ecog(scores) & ~_karnofsky(scores)
        if stray.any():
            yield Finding(
                draft.where(stray, name),
                "the score is neither ECOG (0 to 5) nor Karnofsky (tens from 10 to 100)",
                "correct it or leave it empty",
            )


def _columns(draft: Draft) -> Iterator[tuple[str, np.ndarray]]:
    for name in draft.kept:
        if draft.column(name).role == "performance_status" and draft.has(name):
            yield name, _scores(draft.values(name))


def _scores(column: pd.Series) -> np.ndarray:
    """Number at the end of each value, as in "WHO1"."""
    found = [_SCORE.search(str(value).strip()) for value in column.astype(object)]
    return np.array([float(match[1]) if match else np.nan for match in found])


def _ecog(scores: np.ndarray) -> np.ndarray:
    return np.isin(scores, np.arange(6))


def _karnofsky(scores: np.ndarray) -> np.ndarray:
    return np.isin(scores, np.arange(10, 101, 10))


def _mixtures(draft: Draft) -> Iterator[tuple[str, np.ndarray, float]]:
    """Columns with both scales: the rows of the rarer one, and their share."""
    for name, scores in _columns(draft):
        ecog, karnofsky = _ecog(scores), _karnofsky(scores)
        if ecog.any() and karnofsky.any():
            rarer = min(ecog, karnofsky, key=draft.number)
            share = draft.number(rarer) / (draft.number(ecog) + draft.number(karnofsky))
            yield name, rarer, share
