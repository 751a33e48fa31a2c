"""Doubts about values that look like missing ones: words among levels, codes among numbers."""

from collections.abc import Iterator

import numpy as np

from posthaz.cohort.covariates import factor_levels, is_factor
from posthaz.cohort.draft import Draft
from posthaz.cohort.levels import level_texts
from posthaz.cohort.missing_markers import marking_codes, marking_levels
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.quantities import counted
from posthaz.cohort.rows import listed
from posthaz.errors import Finding

_FEW = 2
_TIMES = ("time", "entry", "lower", "upper")


def marking_words(draft: Draft) -> Iterator[Finding]:
    """Levels of a factor that look like missing values, where nobody named its levels."""
    for name in draft.kept:
        if not draft.has(name) or not is_factor(draft, name) or draft.column(name).levels:
            continue
        marks = marking_levels(factor_levels(draft, name))
        if not marks:
            continue
        texts = level_texts(draft.values(name))
        one = len(marks) == 1
        shown = [
            f"'{mark}' ({counted(draft.number((texts == mark).to_numpy()), 'row')})"
            for mark in marks
        ]
        yield Finding(
            draft.where(texts.isin(marks).to_numpy(), name),
            f"the {'level' if one else 'levels'} {listed(shown)} {'looks' if one else 'look'} "
            f"like {'a missing value' if one else 'missing values'}, and "
            f"{'was' if one else 'were'} read as {'a level' if one else 'levels'}",
            f"say missing_values = [{', '.join(_quoted(mark) for mark in marks)}] in [cohort], or "
            "name the levels of the column when they are levels",
        )


def marking_numbers(draft: Draft) -> Iterator[Finding]:
    """Codes for missing values that lie far outside the other numbers of a column."""
    times = [draft.named(role) for role in _TIMES if draft.named(role)]
    for name in dict.fromkeys((*times, *draft.kept)):
        if not draft.has(name) or draft.column(name).role == "performance_status":
            continue
        if name not in times and is_factor(draft, name):
            continue
        values = read_numbers(draft.values(name)).values
        codes = marking_codes(values, _FEW)
        if not codes:
            continue
        coded = np.isin(values, codes)
        rest = values[np.isfinite(values) & ~coded]
        shown = [f"{code:g} ({counted(draft.number(values == code), 'row')})" for code in codes]
        yield Finding(
            draft.where(coded, name),
            f"{listed(shown)} {'looks' if len(codes) == 1 else 'look'} like a code for missing "
            f"values: the other values lie between {rest.min():g} and {rest.max():g}",
            f"say missing_values = [{', '.join(f'{code:g}' for code in codes)}] in [cohort]; "
            "nothing, when it was measured",
        )


def _quoted(mark: str) -> str:
    return f'"{mark}"'


MARKER_DOUBTS = (marking_words, marking_numbers)
