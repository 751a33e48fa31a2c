"""Tables of SAS, Stata, SPSS and spreadsheets."""

import io
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from warnings import catch_warnings, simplefilter

import pandas as pd

from posthaz.cohort.csv_text import MISSING_WORDS, refused

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
