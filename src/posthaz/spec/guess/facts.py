"""What can be seen of a column: its numbers, its levels, the words of its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from posthaz.cohort.levels import level_texts, sorted_levels
from posthaz.cohort.numbers import read_numbers

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, eq=False)
class Facts:
    """A column of the table.

    Parameters
    ----------
    name : str
        Its name.
    values : Series, shape (row,)
        Its values.
    """

    name: str
    values: pd.Series

    @cached_property
    def numbers(self) -> np.ndarray:
        """Its numbers, shape (row,); not a number where missing or text."""
        return read_numbers(self.values).values

    @cached_property
    def numeric(self) -> bool:
        """Whether it holds numbers and nothing else."""
        return not read_numbers(self.values).text.any() and bool(np.isfinite(self.known).any())

    @property
    def known(self) -> np.ndarray:
        """Its finite numbers."""
        return self.numbers[np.isfinite(self.numbers)]

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Its different values as text, ordered."""
        return sorted_levels(self.values, self.texts)

    @cached_property
    def texts(self) -> pd.Series:
        """Its values as text, shape (row,)."""
        return level_texts(self.values)

    @property
    def lacking(self) -> float:
        """Share of rows that lack it."""
        return float(self.values.isna().mean())

    @property
    def whole(self) -> bool:
        """Whether all its numbers are whole."""
        return bool(np.all(self.known == np.round(self.known)))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words of its name, in small letters."""
        return name_words(self.name)


def name_words(name: str) -> tuple[str, ...]:
    """Words of a name, in small letters.

    Examples
    --------
    >>> name_words("Survival.time"), name_words("futimeYears"), name_words("OS_MTH")
    (('survival', 'time'), ('futime', 'years'), ('os', 'mth'))
    """
    return tuple(part.lower() for part in _PARTS.findall(name))


def facts_of(frame: pd.DataFrame) -> Mapping[str, Facts]:
    """Facts of each column of a table, by name and in order."""
    return {str(name): Facts(str(name), column) for name, column in frame.items()}
