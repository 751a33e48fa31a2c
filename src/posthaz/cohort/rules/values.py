"""Rules on covariates that are numbers."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.cohort.columns import Column
from posthaz.cohort.covariates import factor_levels, is_factor, needs_numbers
from posthaz.cohort.draft import Draft
from posthaz.cohort.identifiers import identifying
from posthaz.cohort.levels import level_texts
from posthaz.cohort.missing_markers import heaped_code, marking_codes, marking_levels
from posthaz.cohort.numbers import Numbers, measured, read_numbers
from posthaz.cohort.plausibility import impossible
from posthaz.cohort.quantities import counted
from posthaz.cohort.rows import listed, shown_values
from posthaz.cohort.rules.times import holds_dates
from posthaz.errors import Finding

_MARKED = r"^\s*[<>~≤≥]?\s*(\d+)[.,]?(\d*)\s*%?$"


def measurements_are_numbers(draft: Draft) -> Iterator[Finding]:
    """A measurement has no text in it."""
    for name in draft.kept:
        if not draft.has(name):
            continue
        column = draft.column(name)
        stated = needs_numbers(column)
        if column.levels or name == draft.spec.treatment:
            continue
        numbers = read_numbers(draft.values(name))
        asked = name in draft.needed or name in draft.spec.columns
        if not numbers.text.any():
            continue
        if stated or (asked and (measured(numbers) or measured(_unmarked(draft, name)))):
            found = shown_values(str(value) for value in draft.values(name)[numbers.text])
            yield Finding(
                draft.where(numbers.text, name),
                f"text in a column of numbers: {found}",
                "correct the values and leave missing ones empty, or list what stands for them "
                'in missing_values (decimal = "," reads decimal commas)' + _or_levels(column),
            )


def no_dates(draft: Draft) -> Iterator[Finding]:
    """A covariate of the analysis is no date, each of which would be a level."""
    for name in draft.needed:
        if not draft.has(name) or draft.column(name).levels or name == draft.spec.treatment:
            continue
        values = draft.values(name)
        if not holds_dates(values):
            continue
        if why := identifying(name, values, len(values)):  # which is not shown then
            what = f"it looks like an identifier: {why}"
        else:
            what = f"its values are dates ({shown_values(map(str, values.dropna().unique()[:3]))})"
        yield Finding(
            draft.where(column=name),
            f"{what}, and each would be a level",
            "give a number, as the years since a common day; for periods, name their levels",
        )


def numbers_finite(draft: Draft) -> Iterator[Finding]:
    """A covariate that is a number is finite."""
    for name in draft.kept:
        if not draft.has(name) or is_factor(draft, name):
            continue
        infinite = np.isinf(read_numbers(draft.values(name)).values)
        if infinite.any():
            yield Finding(
                draft.where(infinite, name), "value is infinite", "correct it or leave it empty"
            )


def numbers_vary(draft: Draft) -> Iterator[Finding]:
    """A covariate of the analysis has more than one value."""
    for name in draft.needed:
        if not draft.has(name) or is_factor(draft, name):
            continue
        values = read_numbers(draft.values(name)).values
        different = np.unique(values[np.isfinite(values)])
        if len(different) == 1:
            yield Finding(
                draft.where(column=name),
                f"the covariate has one value only ({different[0]:g})",
                "leave it out of the analysis",
            )


def values_possible(draft: Draft) -> Iterator[Finding]:
    """Volumes, doses and ages are possible in the unit named."""
    yield from impossible(draft)


def _unmarked(draft: Draft, name: str) -> Numbers:
    """A column without what stands about its numbers: decimal commas, bounds, per cent."""
    if isinstance(draft.values(name).dtype, pd.CategoricalDtype):
        return read_numbers(draft.values(name))
    texts = level_texts(draft.values(name))
    return read_numbers(texts.replace({_MARKED: r"\1.\2"}, regex=True))


def _or_levels(column: Column) -> str:
    return "" if needs_numbers(column) else "; for a factor, name its levels"


VALUE_RULES = (measurements_are_numbers, no_dates, numbers_finite, numbers_vary, values_possible)


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
        codes = marking_codes(values, _FEW) or (heaped_code(values) if name not in times else ())
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
