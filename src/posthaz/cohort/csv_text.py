"""CSV as it comes from R, SAS and Excel: encodings, separators, decimal commas."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from posthaz.cohort.marks import marks_of, settled
from posthaz.cohort.rows import shown_rows, shown_values
from posthaz.errors import CohortError, Finding, Findings

MISSING_WORDS = (
    "", "NA", "N/A", "n/a", "<NA>", "#N/A", "NaN", "nan", "-nan", "NULL", "null", "."
)  # fmt: skip
SEPARATORS = (",", ";", "\t")
_UNNAMED = "\x00"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_STATED = re.compile(r'\s*"?sep=([,;|:\t])"?[ \t;,]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_REMARK = re.compile(r"\s*#[^\r\n]*(?:\r\n|\r|\n|$)")
_NUMBER = re.compile(r"\s*[-+]?\d[\d.,]*\s*")


def read_csv_text(content: bytes, name: str) -> pd.DataFrame:
    r"""Table in the bytes of a CSV file.

    The separator is the comma, semicolon or tab that splits the first line into most
    columns, or the one that Excel's ``sep=;`` names. Remarks (``#``) before the header and
    columns without a name, such as R's row names, are left out. Columns whose numbers can be
    read in two ways, such as 1.250 under semicolons, stay text.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.

    Returns
    -------
    DataFrame
        One row a record; numbers where a whole column is numbers.

    Raises
    ------
    CohortError
        For bytes that are not text, duplicate column names and ragged rows.

    Examples
    --------
    >>> read_csv_text(b"time;event\n1,5;1\n2;0\n", "x.csv")["time"].tolist()
    [1.5, 2.0]
    """
    return parsed_csv(content, name).frame


@dataclass(frozen=True, eq=False)
class ParsedCsv:
    """A CSV file as read.

    Parameters
    ----------
    frame : DataFrame
        Its rows.
    separator : str
        What parts its columns.
    decimal : str
        The decimal mark that its numbers show; empty where none does.
    """

    frame: pd.DataFrame
    separator: str = ","
    decimal: str = ""


def parsed_csv(content: bytes, name: str) -> ParsedCsv:
    """Table in the bytes of a CSV file, and the marks that it is written with.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.

    Returns
    -------
    ParsedCsv
        See `read_csv_text`.

    Raises
    ------
    CohortError
        As `read_csv_text`.
    """
    stated, text = without_preamble(_decoded(content, name))
    findings = Findings()
    try:
        separator, header = csv_header(text, (stated,) if stated else SEPARATORS)
        if header:
            findings.extend(duplicate_names(header, name))
            findings.extend(_ragged_rows(text, separator, len(header), name))
        findings.raise_if_any(CohortError, f"{name} can't be read as a table:")
        if not header:
            return ParsedCsv(pd.DataFrame())
        frame = _frame(text, separator, header)
        texts = frame if separator == "," else _frame(text, separator, header, str)
    except (csv.Error, pd.errors.ParserError) as error:
        raise refused(name, f"not a readable CSV file ({error})", _EXPORT) from error
    named = [not str(name).startswith(_UNNAMED) for name in frame.columns]
    frame, texts = frame.loc[:, named], texts.loc[:, named]
    decimal = ""
    if separator != ",":
        marks = {key: marks_of(column.dropna().unique()) for key, column in texts.items()}
        shown = {mark for one in marks.values() if one.numbers for mark in one.sure}
        decimal = shown.pop() if len(shown) == 1 else ""
        # what pandas takes for decimals may be thousands
        unsure = {key: texts[key] for key, one in marks.items() if one.numbers and one.open}
        frame = frame.assign(**{str(key): column for key, column in unsure.items()})
    frame = frame.apply(_settled, separator=separator, decimal=decimal)
    return ParsedCsv(frame, separator, decimal)


def _frame(text: str, separator: str, header: list[str], kind: type | None = None) -> pd.DataFrame:
    """The rows below a header; each column of one type, that found or the one given."""
    return pd.read_csv(
        io.StringIO(text),
        sep=separator,
        header=0,
        names=[column or f"{_UNNAMED}{at}" for at, column in enumerate(header)],
        index_col=False,
        keep_default_na=False,
        na_values=list(MISSING_WORDS),
        skipinitialspace=True,
        float_precision="round_trip",
        low_memory=False,
        dtype=kind,
    )


def _settled(column: pd.Series, separator: str, decimal: str) -> pd.Series:
    types = pd.api.types
    if types.is_numeric_dtype(column) or types.is_bool_dtype(column) or column.isna().all():
        return column
    return settled(column, separator, decimal)


_EXPORT = "export the table again as CSV with UTF-8 encoding, or as Parquet"


def refused(name: str, what: str, fix: str) -> CohortError:
    """The error for a table that can't be read at all."""
    return CohortError.from_findings(
        f"{name} can't be read as a table:", (Finding(name, what, fix),)
    )


def duplicate_names(header: list[str], name: str) -> list[Finding]:
    """One finding when several columns have the same name."""
    named = [column for column in header if column]
    twice = sorted({column for column in named if named.count(column) > 1})
    if not twice:
        return []
    what = f"several columns have the same name: {shown_values(twice)}"
    return [Finding(name, what, "give each column its own name")]


def _decoded(content: bytes, name: str) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        text = content.decode("latin-1")
        if not _CONTROL.search(text):
            line = content.count(b"\n", 0, error.start) + 1
            raise refused(
                name,
                f"line {line} is not UTF-8 text (byte {content[error.start]:#04x})",
                'save the file with UTF-8 encoding (in Excel: "CSV UTF-8")',
            ) from error
    if _CONTROL.search(text):
        raise refused(name, "this is binary data, not a text table", _EXPORT)
    return text


def without_preamble(text: str) -> tuple[str, str]:
    r"""The separator that Excel's first line names, if any, and the text from the header on.

    Examples
    --------
    >>> without_preamble("sep=;\na;b\n"), without_preamble("# made by X\na,b\n1,2\n")
    ((';', 'a;b\n'), ('', 'a,b\n1,2\n'))
    """
    stated = ""
    if found := _STATED.match(text):
        stated, text = found[1], text[found.end() :]
    while found := _REMARK.match(text):
        rest = text[found.end() :]
        if _REMARK.match(rest) or not _heads(found[0], rest, stated):
            text = rest
        else:
            return stated, text.replace("#", "", 1)
    return stated, text


def _heads(remark: str, rest: str, stated: str) -> bool:
    """Whether a line that begins with # names the columns of the line after it."""
    separators = (stated,) if stated else SEPARATORS
    separator, names = csv_header(remark, separators)
    _, values = csv_header(rest, (separator,))
    numbers = [bool(_NUMBER.fullmatch(value)) for value in values]
    return 1 < len(names) == len(values) and any(numbers) and not any(map(_NUMBER.fullmatch, names))


def csv_header(text: str, separators: Sequence[str] = SEPARATORS) -> tuple[str, list[str]]:
    """Separator and column names of a CSV text: those that split its first line into most."""
    best: tuple[str, list[str]] = (separators[0], [])
    for separator in separators:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if any(field.strip() for field in record):
                names = [field.strip() for field in record]
                best = (separator, names) if len(names) > len(best[1]) else best
                break
    return best


def _ragged_rows(text: str, separator: str, width: int, name: str) -> list[Finding]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    widths = [len(record) for record in records if any(field.strip() for field in record)]
    ragged = [row for row, found in enumerate(widths) if found != width]
    if not ragged:
        return []
    found = shown_values(float(widths[row]) for row in ragged)
    return [
        Finding(
            f"{name}, {shown_rows(ragged)}",
            f"{found} fields where the header names {width} columns",
            "put text that holds the separator in quotes, use decimal points (or semicolons "
            "between columns), and see whether the file was cut short",
        )
    ]
