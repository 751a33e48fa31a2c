"""Rules on covariates that are numbers."""

from collections.abc import Iterator

import numpy as np

from posthaz.cohort.columns import Column
from posthaz.cohort.covariates import is_factor, needs_numbers
from posthaz.cohort.draft import Draft
from posthaz.cohort.numbers import measured, read_numbers
from posthaz.cohort.plausibility import impossible
from posthaz.cohort.rows import shown_values
from posthaz.errors import Finding


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
        if numbers.text.any() and (stated or (asked and measured(numbers))):
            found = shown_values(str(value) for value in draft.values(name)[numbers.text])
            yield Finding(
                draft.where(numbers.text, name),
                f"text in a column of numbers: {found}",
                "correct the values and leave missing ones empty, or list what stands for them "
                "in missing_values" + _or_levels(column),
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


def _or_levels(column: Column) -> str:
    return "" if needs_numbers(column) else "; for a factor, name its levels"


VALUE_RULES = (measurements_are_numbers, numbers_finite, numbers_vary, values_possible)
