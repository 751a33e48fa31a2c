"""Numbers with decimal and thousands marks: read where the marks tell, else left as text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

_SPACES = " '\u2019\u00a0\u202f"
_HEAD = r"[1-9]\d{0,2}"
_PLAIN = re.compile(r"\d+")
_SPACED = re.compile(rf"{_HEAD}(?:[{_SPACES}]\d{{3}})+(?:([.,])\d*)?")
_GROUPED = re.compile(rf"{_HEAD}(?:([.,])\d{{3}})(?:\1\d{{3}})+")
_BOTH = re.compile(rf"{_HEAD}(?:([.,])\d{{3}})(?:\1\d{{3}})*(?!\1)([.,])\d+")
_CANDIDATE = re.compile(rf"{_HEAD}([.,])\d{{3}}")
_DECIMAL = re.compile(r"(?:\d+([.,])\d*|([.,])\d+|\d+)(?:[eE][-+]?\d+)?")
OTHER = {",": ".", ".": ","}


@dataclass(frozen=True)
class Marks:
    """How the numbers of a column are written.

    Parameters
    ----------
    numbers : bool
        Whether every text is a number, with whatever marks.
    sure : frozenset of {".", ","}
        Decimal marks that some number shows beyond doubt.
    open : frozenset of {".", ","}
        Marks that may part decimals or thousands, as in 1.250.
    plain : bool
        Whether some numbers have no mark.
    example : str
        One number that can be read in two ways; empty for none.
    number : int
        How many different ones there are.
    """

    numbers: bool
    sure: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    plain: bool = False
    example: str = ""
    number: int = 0


def marks_of(texts: Iterable[object]) -> Marks:
    """How the numbers among some texts are written.

    Examples
    --------
    >>> marks_of(["1.250", "900"]).open, marks_of(["1.250,5"]).sure, marks_of(["II"]).numbers
    (frozenset({'.'}), frozenset({','}), False)
    """
    sure, open_, examples, plain = set[str](), set[str](), list[str](), False
    for text in texts:
        bare = str(text).strip().lstrip("+-")
        if _PLAIN.fullmatch(bare):
            plain = True
        elif found := _SPACED.fullmatch(bare):
            sure |= {found[1]} - {None}
        elif found := _GROUPED.fullmatch(bare):
            sure.add(OTHER[found[1]])
        elif found := _BOTH.fullmatch(bare):
            sure.add(found[2])
        elif found := _CANDIDATE.fullmatch(bare):
            open_.add(found[1])
            examples.append(str(text).strip())
        elif found := _DECIMAL.fullmatch(bare):
            sure |= {found[1] or found[2]} - {None}
        else:
            return Marks(False)
    example = examples[0] if examples else ""
    return Marks(True, frozenset(sure), frozenset(open_), plain, example, len(set(examples)))


def decimal_mark(marks: Marks, separator: str, of_file: str = "") -> str:
    """Decimal mark of a column; empty where its numbers can be read in two ways, or in none.

    Parameters
    ----------
    marks : Marks
        How its numbers are written.
    separator : str
        What parts the columns of the file: a comma also for what is no file. Beside commas a
        point is a decimal point.
    of_file : str
        Decimal mark that the other columns show.

    Returns
    -------
    str
        Point, comma or nothing.

    Examples
    --------
    >>> decimal_mark(marks_of(["1.250", "900"]), ";"), decimal_mark(marks_of(["1.250"]), ",")
    ('', '.')
    >>> decimal_mark(marks_of(["1.250", "12,5"]), ";"), decimal_mark(marks_of(["1.250"]), ";", ",")
    (',', ',')
    """
    if not marks.numbers or len(marks.sure) > 1:
        return ""
    if marks.sure:
        (mark,) = marks.sure
        return mark
    if not marks.open:
        return "."
    if len(marks.open) > 1:
        return ""
    (mark,) = marks.open
    if separator == "," and mark == ".":
        return "."
    # decimals that are always three stand in every number
    same = of_file == mark and not marks.plain
    return of_file if of_file == OTHER[mark] or same else ""


def as_numbers(column: pd.Series, decimal: str) -> pd.Series:
    """Texts as numbers by their decimal mark, the other mark and spaces being thousands marks.

    Examples
    --------
    >>> as_numbers(pd.Series(["1.250,5", None, "1'000"]), ",").tolist()
    [1250.5, nan, 1000.0]
    """
    apart = re.compile(f"[{re.escape(OTHER[decimal])}{_SPACES}]")

    def number(value: object) -> float:
        return float(apart.sub("", str(value).strip()).replace(decimal, "."))

    return column.map(number, na_action="ignore").astype(float)


def settled(column: pd.Series, separator: str, of_file: str = "") -> pd.Series:
    """A column of text as numbers where all of it is numbers in one reading; else as it is.

    Examples
    --------
    >>> settled(pd.Series(["12,5", "3"]), ";").tolist(), settled(pd.Series(["1.250"]), ";").tolist()
    ([12.5, 3.0], ['1.250'])
    """
    texts = column.dropna().unique()
    if not len(texts) or not all(isinstance(text, str) for text in texts):
        return column
    if separator == "," and not any(mark in text for text in texts for mark in f",{_SPACES}"):
        return column  # read as numbers wherever numbers are asked for
    decimal = decimal_mark(marks_of(texts), separator, of_file)
    return as_numbers(column, decimal) if decimal else column
