"""Performance status: ECOG (0-5) and Karnofsky (10-100) kept apart."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.cohort.draft import Draft
from posthaz.errors import Finding

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
