"""What a field of a specification or baseline hazard takes when an analysis file gives it."""

from dataclasses import MISSING, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Option:
    """Limits of one field; its kind follows from the field's annotation.

    Parameters
    ----------
    above, below, at_least, at_most : float or None
        Limits of a number, or of each number of a list.
    most : int or None
        Most elements of a list.
    distinct : bool
        Whether nothing may stand twice in a list.
    many : str
        What a list holds, in words that follow "a list of".
    counted_by : str
        Field that a whole number given in place of a list stands for: their number.
    needs : tuple of str
        Another option, the value it must have, and why; empty when the option is always taken.
    in_files : bool
        Whether an analysis file has a key for it.
    key : Field or None
        What the key takes, where an annotation can't say it.
    """

    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    most: int | None = None
    distinct: bool = False
    many: str = "numbers"
    counted_by: str = ""
    needs: tuple[str, ...] = ()
    in_files: bool = True
    key: Any = None


def option(default: Any = MISSING, **limits: Any) -> Any:
    """A field of a dataclass, with what an analysis file may give for it.

    Parameters
    ----------
    default : object
        The field's default; a key without one must be there.
    **limits
        Fields of `Option`.

    Returns
    -------
    dataclasses.Field
        To be assigned in the class body: ``knots: int = option(6, at_least=1)``.

    Examples
    --------
    >>> option(6, at_least=1).metadata["option"].at_least
    1
    """
    return field(default=default, metadata={"option": Option(**limits)})
