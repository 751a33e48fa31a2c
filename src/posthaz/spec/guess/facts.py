"""What can be seen of a column, and a guess at what a key of an analysis file should say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort.levels import level_texts, sorted_levels
from posthaz.cohort.numbers import read_numbers

type Key = tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """What a key of the analysis file should say, and why.

    Parameters
    ----------
    key : tuple of str
        Tables and key, as ``("cohort", "unit")``.
    value : object
        What the key says: text, number, truth, list or mapping; None where it is left out.
    why : str
        What in the table tells so.
    choices : tuple
        Other values that may be meant, the guess among them.
    doubtful : bool
        Whether the table leaves it open, so that a person should be asked.
    decisive : bool
        Whether another value would change the answer: always shown.
    """

    key: Key
    value: Any
    why: str = ""
    choices: tuple[Any, ...] = ()
    doubtful: bool = False
    decisive: bool = False

    @property
    def place(self) -> str:
        """The key as a message names it."""
        return ".".join(self.key)


class Guesses:
    """Guesses as they are made, in which what a person stated goes before.

    Parameters
    ----------
    stated : mapping of tuple or str to object
        Values by key, the key as a tuple or with points between its parts.
    """

    def __init__(self, stated: Mapping[Any, Any] | None = None) -> None:
        self.stated = {
            tuple(key.split(".")) if isinstance(key, str) else tuple(key): value
            for key, value in (stated or {}).items()
        }
        self.made: list[Guess] = []

    def take(
        self,
        key: str | Key,
        value: Any,
        why: str = "",
        *,
        choices: Sequence[Any] = (),
        doubtful: bool = False,
        decisive: bool = False,
    ) -> Any:
        """Record a guess.

        Parameters
        ----------
        key : str or tuple of str
            Its key.
        value : object
            What it says, unless something was stated.
        why : str
            What tells so.
        choices : sequence
            What else may be meant.
        doubtful, decisive : bool
            As `Guess` says.

        Returns
        -------
        object
            The value to go on with: what was stated, or the guess.

        Examples
        --------
        >>> guesses = Guesses({"cohort.unit": "days"})
        >>> guesses.take("cohort.unit", "months", doubtful=True), guesses.made[0].doubtful
        ('days', False)
        """
        place = tuple(key.split(".")) if isinstance(key, str) else key
        if place in self.stated:
            value, why, doubtful = self.stated[place], "as stated", False
        self.made.append(Guess(place, value, why, tuple(choices), doubtful, decisive))
        return value


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
