"""What an analysis was asked for and could not give: a note that says so, and is counted."""

from typing import Self


class Lost(str):
    """A note on a model or answer that was asked for and is not there.

    Parameters
    ----------
    name : str
        What is not there, in words.
    reason : str
        Why.

    Examples
    --------
    >>> note = Lost("Fine-Gray model", "rows enter late")
    >>> str(note), note.name
    ('There is no Fine-Gray model: rows enter late.', 'Fine-Gray model')
    """

    __slots__ = ("name", "reason")
    name: str
    reason: str

    def __new__(cls, name: str, reason: str) -> Self:
        """The note as text that remembers its parts."""
        why = " ".join(reason.split()).rstrip(".")
        note = super().__new__(cls, f"There is no {name}: {why}.")
        note.name, note.reason = name, why
        return note
