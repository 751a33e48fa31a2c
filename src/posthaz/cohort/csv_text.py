"""CSV as it comes from R, SAS and Excel: encodings, separators, decimal commas."""

import csv
import io
import re

import pandas as pd

from posthaz.cohort.rows import shown_rows, shown_values
from posthaz.errors import CohortError, Finding, Findings

MISSING_WORDS = (
    "", "NA", "N/A", "n/a", "<NA>", "#N/A", "NaN", "nan", "-nan", "NULL", "null", "."
)  # fmt: skip
SEPARATORS = (",", ";", "\t")
_UNNAMED = "\x00"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d+(,\d+)?([eE][-+]?\d+)?\s*")


def read_csv_text(content: bytes, name: str) -> pd.DataFrame:
    r"""Table in the bytes of a CSV file.

    The separator is the comma, semicolon or tab that splits the first line into most
    columns. Under a semicolon or tab, a comma inside a number is a decimal comma. Columns
    without a name, such as R's row names, are left out.

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
    text = _decoded(content, name)
    findings = Findings()
    try:
        separator, header = csv_header(text)
        if header:
            findings.extend(duplicate_names(header, name))
            findings.extend(_ragged_rows(text, separator, len(header), name))
        findings.raise_if_any(CohortError, f"{name} can't be read as a table:")
        if not header:
            return pd.DataFrame()
        frame = pd.read_csv(
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
        )
    except (csv.Error, pd.errors.ParserError) as error:
        raise refused(name, f"not a readable CSV file ({error})", _EXPORT) from error
    if separator != ",":
        frame = frame.apply(with_decimal_points)
    return frame.loc[:, [not str(name).startswith(_UNNAMED) for name in frame.columns]]


_EXPORT = "export the table again as CSV with UTF-8 encoding, or as Parquet"


def refused(name: str, what: str, mend: str) -> CohortError:
    """The error for a table that can't be read at all."""
    return CohortError.from_findings(
        f"{name} can't be read as a table:", (Finding(name, what, mend),)
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


def csv_header(text: str) -> tuple[str, list[str]]:
    """Separator and column names of a CSV text: those that split its first line into most."""
    best: tuple[str, list[str]] = (",", [])
    for separator in SEPARATORS:
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


def with_decimal_points(column: pd.Series) -> pd.Series:
    """A column of text as numbers, when all of it is numbers with decimal commas."""
    if pd.api.types.is_numeric_dtype(column) or column.isna().all():
        return column
    text = column.dropna().astype(str)
    if not text.map(lambda value: bool(_DECIMAL_COMMA.fullmatch(str(value)))).all():
        return column
    return column.str.strip().str.replace(",", ".", regex=False).astype(float)
