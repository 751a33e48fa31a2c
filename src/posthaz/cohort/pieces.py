"""One weighted row of follow-up that a printed number stands for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """Patients of a printed row who share what is known of their event.

    Parameters
    ----------
    row : int
        Row printed, from 0.
    entry, lower, upper : float
        Time at which they come under observation, and bounds of the event; `upper` is
        infinite for those followed to `lower` without it.
    weight : float
        How many patients there are, not always a whole number.
    """

    row: int
    entry: float
    lower: float
    upper: float
    weight: float
