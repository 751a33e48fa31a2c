"""A table as read from any kind of file, before anything is asked of it."""

import hashlib
import io
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from warnings import catch_warnings, simplefilter

import narwhals
import numpy as np
import pandas as pd

from posthaz.cohort.csv_text import MISSING_WORDS, ParsedCsv, duplicate_names, parsed_csv, refused
from posthaz.errors import CohortError, nearest
from posthaz.files import file_bytes

SHEETS = (".xlsx", ".xls", ".ods")
BINARY_ENDINGS = {
    ".xpt": "SAS transport", ".sas7bdat": "SAS", ".dta": "Stata", ".sav": "SPSS",
    **dict.fromkeys(SHEETS, "spreadsheet"),
}  # fmt: skip
"""Endings of files that aren't text, and what they are called."""


def binary_frame(content: bytes, name: str) -> pd.DataFrame:
    """Table in the bytes of a file of SAS, Stata, SPSS or a spreadsheet.

    Codes that Stata or SPSS label become their labels. Of a spreadsheet the first sheet is read.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, whose ending tells what it is.

    Returns
    -------
    DataFrame
        One row a record.

    Raises
    ------
    CohortError
        When the library that reads such files isn't installed, or a workbook has several sheets
        with rows.
    Exception
        Whatever a library says of damaged bytes.
    """
    ending = Path(name).suffix.lower()
    if ending == ".sas7bdat":
        return pd.read_sas(io.BytesIO(content), format="sas7bdat", encoding="infer")
    if ending == ".dta":
        return _stata(content)
    if ending in (".xpt", ".sav"):
        return _by_path(content, name, ending)
    return _sheet(content, name)


def _stata(content: bytes) -> pd.DataFrame:
    with catch_warnings():
        simplefilter("ignore")  # damaged files overflow before they are refused
        try:
            return pd.read_stata(io.BytesIO(content))
        except ValueError:  # labels of one variable that are not distinct
            return pd.read_stata(io.BytesIO(content), convert_categoricals=False)


def _by_path(content: bytes, name: str, ending: str) -> pd.DataFrame:
    """A file of SPSS, or of SAS for transport, whose last rows pandas may lose."""
    pyreadstat = _library("pyreadstat", "sas" if ending == ".xpt" else "spss", name)
    with TemporaryDirectory() as folder:  # the library reads by path alone
        path = Path(folder) / f"table{ending}"
        path.write_bytes(content)
        if ending == ".sav":
            return pyreadstat.read_sav(str(path), apply_value_formats=True)[0]
        try:
            return pyreadstat.read_xport(str(path))[0]
        except UnicodeDecodeError:  # such files don't say how their text is encoded
            return pyreadstat.read_xport(str(path), encoding="WINDOWS-1252")[0]


def _sheet(content: bytes, name: str) -> pd.DataFrame:
    _library("python_calamine", "excel", name)
    sheets: dict[str, pd.DataFrame] = pd.read_excel(
        io.BytesIO(content), sheet_name=None, engine="calamine",
        keep_default_na=False, na_values=list(MISSING_WORDS),
    )  # fmt: skip
    filled = [sheet for sheet, frame in sheets.items() if len(frame)]
    if len(filled) > 1:
        listed = ", ".join(f"'{sheet}'" for sheet in filled)
        raise refused(
            name,
            f"several sheets have rows ({listed}), and nothing tells which is the cohort",
            "save the sheet with the patients as a file of its own, or as CSV",
        )
    return sheets[filled[0]] if filled else next(iter(sheets.values()), pd.DataFrame())


def _library(module: str, extra: str, name: str) -> Any:
    """A library that not everybody needs, or how to get it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise refused(
            name,
            f"reading it needs {module.replace('_', '-')}, which isn't installed",
            f"pip install 'posthaz[{extra}]', or save the table as CSV",
        ) from error


SIMULATED = "simulated"
"""Column by which a table says that its rows were made by a program."""
RECONSTRUCTED = "reconstructed_from"
"""Column by which a table says that its rows were made from a printed curve, and which."""

CSV_ENDINGS = (".csv", ".tsv", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")
TABLE_ENDINGS = (*CSV_ENDINGS, *PARQUET_ENDINGS, *BINARY_ENDINGS)
_LONGEST_REASON = 200


@dataclass(frozen=True, eq=False)
class Table:
    """A table as read.

    Parameters
    ----------
    frame : DataFrame
        Its rows, in order; text without blanks around it, empty text missing.
    name : str
        File name, or ``"DataFrame"``.
    sha256 : str
        Hash of the bytes of the file, or of the frame written as CSV.
    count : ndarray of int, shape (row,), optional
        Rows of the registry that each row stands for, when the table holds distinct rows.
    simulated : bool
        Whether the file says that a program made its rows.
    separator : str
        What parts the columns of a text file; a comma for other tables.
    decimal : str
        Decimal mark that the numbers of a text file show; empty where none does.
    stated : bool
        Whether what stands for a missing value, and the decimal mark, were applied to its cells.
    """

    frame: pd.DataFrame
    name: str
    sha256: str
    count: np.ndarray | None = None
    simulated: bool = False
    separator: str = ","
    decimal: str = ""
    stated: bool = False

    @property
    def rows(self) -> int:
        """Rows of the table, or of the registry behind it."""
        return len(self.frame) if self.count is None else int(self.count.sum())


def read_table(table: Any) -> Table:
    """Read a file, or take a frame.

    Parameters
    ----------
    table : str, Path or frame
        A file that ends in one of `TABLE_ENDINGS`; or a frame of pandas, Polars, Arrow, DuckDB or
        another library that narwhals knows, lazy ones too, which is not changed.

    Returns
    -------
    Table
        Its rows, name and hash.

    Raises
    ------
    CohortError
        When there is no such file, or it is not a table.

    Examples
    --------
    >>> import pandas as pd
    >>> read_table(pd.DataFrame({"arm": [" A ", "", "B"]})).frame["arm"].tolist()
    ['A', nan, 'B']
    """
    if isinstance(table, str | Path):
        path = Path(table)
        content = _content(path)
        parsed = _parsed(path, content)
        frame = _cleaned(parsed.frame)
        sha256, simulated = hashlib.sha256(content).hexdigest(), says_simulated(frame)
        return Table(frame, path.name, sha256, None, simulated, parsed.separator, parsed.decimal)
    frame = _pandas(table)
    if not isinstance(frame, pd.DataFrame):
        raise refused(
            f"{type(table).__name__} object",
            "not a table",
            "give a path, or a DataFrame of pandas, Polars, Arrow or DuckDB",
        )
    written = frame.to_csv(index=False, lineterminator="\n").encode("utf-8", "replace")
    frame = _cleaned(_distinctly_named(frame, "DataFrame"))
    sha256 = hashlib.sha256(written).hexdigest()
    return Table(frame, "DataFrame", sha256, simulated=says_simulated(frame))


def _pandas(table: Any) -> Any:
    """A frame of any library as pandas; what is no frame as it is."""
    if isinstance(table, pd.DataFrame) and any(
        isinstance(kind, pd.ArrowDtype) for kind in table.dtypes
    ):
        return pd.concat([_of_numpy(table.iloc[:, k]) for k in range(table.shape[1])], axis=1)
    if isinstance(table, pd.DataFrame):
        return table
    if hasattr(table, "to_pandas"):
        return table.to_pandas()
    known = narwhals.from_native(table, pass_through=True)
    if not isinstance(known, narwhals.DataFrame | narwhals.LazyFrame):
        return table
    return known.lazy().collect("pandas").to_native()


def _of_numpy(column: pd.Series) -> pd.Series:
    """A column of Arrow's types in those that pandas has by itself."""
    if not isinstance(column.dtype, pd.ArrowDtype):
        return column
    plain = column.array.__arrow_array__().to_pandas()
    return pd.Series(plain.array, index=column.index, name=column.name)


def says_simulated(frame: pd.DataFrame) -> bool:
    """Whether any row of the column `SIMULATED` says something else than no."""
    if SIMULATED not in frame.columns:
        return False
    said = frame[SIMULATED].dropna().astype(str).str.strip().str.lower()
    return bool((~said.isin(["", "0", "0.0", "no", "false"])).any())


def _content(path: Path) -> bytes:
    try:
        return file_bytes(path)
    except FileNotFoundError as error:
        raise refused(str(path), f"there is no such file{_neighbour(path)}", "correct the path") \
            from error  # fmt: skip
    except PermissionError as error:
        raise refused(str(path), "reading it is not permitted", "ask for read access") from error
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        folder = path.is_dir() if said == "it is a folder" else False
        fix = "name the table inside it" if folder else "correct the path"
        what = "this is a folder" if folder else f"can't be read ({said})"
        raise refused(str(path)[:200], what, fix) from error


def _neighbour(path: Path) -> str:
    try:
        files = sorted(
            file.name for file in path.parent.iterdir() if file.suffix.lower() in TABLE_ENDINGS
        )
    except OSError:
        return f" (nor a folder {path.parent})"
    hint = nearest(path.name, files) if files else ""
    return f" ({hint})" if hint.startswith("did you mean") else ""


def _parsed(path: Path, content: bytes) -> ParsedCsv:
    ending = path.suffix.lower()
    if ending in CSV_ENDINGS:
        return parsed_csv(content, path.name)
    if ending in PARQUET_ENDINGS:
        read, kind = _parquet, "Parquet"
    elif ending in BINARY_ENDINGS:
        read, kind = (lambda content: binary_frame(content, path.name)), BINARY_ENDINGS[ending]
    else:
        raise refused(
            path.name,
            f"files ending in '{ending}' are not read" if ending else "the file name has no ending",
            f"save the table as one of {', '.join(TABLE_ENDINGS)}",
        )
    try:
        frame = read(content)
    except CohortError:
        raise
    except Exception as error:  # what damaged bytes raise in libraries can be anything
        reason = (str(error).splitlines() or [type(error).__name__])[0][:_LONGEST_REASON]
        raise refused(
            path.name, f"not a readable {kind} file ({reason})", "write the file again"
        ) from error
    return ParsedCsv(_distinctly_named(frame, path.name))


def _parquet(content: bytes) -> pd.DataFrame:
    """The columns of a Parquet file, those that pandas made its index among them."""
    from pyarrow import parquet

    try:
        frame = pd.read_parquet(io.BytesIO(content))
    except Exception:  # perhaps only what pandas wrote about its index is wrong
        frame = parquet.read_table(io.BytesIO(content)).replace_schema_metadata().to_pandas()
    named = [name for name in frame.index.names if name is not None and name not in frame.columns]
    return frame.reset_index(level=named) if named else frame


def _distinctly_named(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    header = [_whole(str(column).strip()) for column in frame.columns]
    twice = duplicate_names(header, name)
    if twice:
        raise CohortError.from_findings(f"{name} can't be read as a table:", tuple(twice))
    return frame.set_axis(header, axis=1)


def _cleaned(frame: pd.DataFrame) -> pd.DataFrame:
    columns = {name: _without_blanks(column) for name, column in frame.items()}
    clean = pd.DataFrame(columns, index=frame.index).reset_index(drop=True)
    filled = np.flatnonzero(clean.notna().to_numpy().any(axis=1))
    return clean.iloc[: int(filled[-1]) + 1 if len(filled) else 0]


def _without_blanks(column: pd.Series) -> pd.Series:
    types = pd.api.types
    if isinstance(column.dtype, pd.CategoricalDtype) or not (
        types.is_object_dtype(column)
        or types.is_string_dtype(column)
        or types.is_complex_dtype(column)
    ):
        return column
    return column.astype(object).map(_plain).infer_objects()


def _plain(value: Any) -> Any:
    """A value as a cell: trimmed text, or text in place of what is no single value."""
    if isinstance(value, str):
        return _whole(value).strip() or np.nan
    if pd.api.types.is_scalar(value) and not isinstance(value, complex | np.complexfloating):
        return value
    return str(value)


def _whole(text: str) -> str:
    """Text without halves of surrogate pairs, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
