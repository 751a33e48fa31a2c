"""A guess at what a key of an analysis file should say, as a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
