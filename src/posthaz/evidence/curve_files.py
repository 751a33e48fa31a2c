"""Digitised coordinates and numbers at risk as digitisers write them, to one row a click."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort.rows import shown_values
from posthaz.errors import CohortError, Finding
from posthaz.files import file_bytes

_MOST_BYTES = 50_000_000
UNITS = ("days", "weeks", "months", "years")
_LARGEST = 1e9
"""Largest time or number of patients; anything above is a slip."""
COLUMNS = ("arm", "time", "survival", "row")
_LONG = {
    "arm": ("arm", "group", "curve", "treatment", "dataset", "strata"),
    "time": ("time", "x", "t", "months", "years", "days", "weeks"),
    "survival": ("survival", "surv", "surv_pct", "s", "y", "prob", "percent"),
}


def read_clicks(table: str | Path | pd.DataFrame, arms: Sequence[str] = ()) -> pd.DataFrame:
    """Clicked coordinates, one row a click.

    Understood are one row a click with columns arm, time and survival; WebPlotDigitizer's
    export of one data set (two columns, with or without a header) or of several (a first line
    of names, a second of X,Y, and a pair of columns each); and the two columns that IPDfromKM
    takes.

    Parameters
    ----------
    table : str, Path or DataFrame
        A CSV file, or a frame with columns arm, time and survival.
    arms : sequence of str, optional
        Names of the arms, in place of those in the file.

    Returns
    -------
    DataFrame
        Columns ``arm, time, survival, row``; `row` counts lines of data from 1. Its ``attrs``
        hold the ``arms`` as the file calls them, and the ``unit`` that the column of time is named
        after.

    Raises
    ------
    CohortError
        When the file can't be read, or holds text where a coordinate belongs.
    """
    if isinstance(table, pd.DataFrame):
        cells = [list(map(str, table.columns)), *table.astype(object).to_numpy().tolist()]
        name = "DataFrame"
    else:
        name, cells = Path(table).name, read_cells(Path(table))
    if not cells:
        raise _refused(name, "the file is empty", "export the coordinates again")
    frame = _pairs(cells, name) if _paired(cells) else _single(cells, name)
    known = list(dict.fromkeys(frame["arm"]))
    if arms:
        if len(known) != len(arms):
            what = f"{len(known)} curve(s) in the file and {len(arms)} name(s) of arms"
            raise _refused(name, what, "give one name a curve, in the file's order")
        frame["arm"] = frame["arm"].map(dict(zip(known, arms, strict=True)))
    _check_numbers(frame, name)
    frame = frame.astype({"time": float, "survival": float})
    words = [] if _paired(cells) else [str(cell).strip().lower() for cell in cells[0]]
    time = next((word for word in _LONG["time"] if word in words), "")
    frame.attrs |= {"arms": known, "unit": time if time in UNITS else ""}
    return frame


def read_cells(path: Path) -> list[list[Any]]:
    """Cells of a CSV file: numbers where they are numbers, blank lines left out."""
    try:
        text = file_bytes(path, _MOST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise _refused(str(path)[:200], f"can't be read ({said})", "give a CSV file") from error
    separator = next((one for one in ("\t", ";") if one in text), ",")
    lines = [line.split(separator) for line in text.splitlines() if line.strip(" ,;\t")]
    return [[_cell(cell, separator) for cell in line] for line in lines]


def _cell(cell: str, separator: str) -> Any:
    text = cell.strip().strip('"')
    try:
        return float(text.replace(",", ".") if separator != "," else text)
    except ValueError:
        return text


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float | np.integer | np.floating) and not isinstance(cell, bool)


def _cut(cell: Any) -> str:
    """A cell in a message."""
    return shown_values([cell])


def _paired(cells: list[list[Any]]) -> bool:
    """Whether the second line is X, Y, X, Y, ... under a line of names."""
    if len(cells) < 3:
        return False
    second = [str(cell).strip().lower() for cell in cells[1]]
    return len(second) >= 2 and all(
        cell == ("x", "y")[place % 2] for place, cell in enumerate(second) if cell
    ) and "x" in second  # fmt: skip


def _pairs(cells: list[list[Any]], name: str) -> pd.DataFrame:
    width = len(cells[1]) // 2
    rows = []
    for pair in range(width):
        label = next(
            (str(c) for c in cells[0][2 * pair : 2 * pair + 2] if str(c)), f"curve {pair + 1}"
        )
        for number, line in enumerate(cells[2:], start=1):
            x, y = (line[k] if k < len(line) else "" for k in (2 * pair, 2 * pair + 1))
            if x == "" and y == "":
                continue
            rows.append((label, x, y, number))
    if not rows:
        raise _refused(name, "no coordinates under X, Y", "export the coordinates again")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"time": object, "survival": object})


def _single(cells: list[list[Any]], name: str) -> pd.DataFrame:
    """One row a click: with a header that names columns, or two columns of numbers."""
    header = cells[0]
    _refuse_long_lines(cells, name)
    if all(_is_number(cell) for cell in header):
        if len(header) != 2:
            what = f"{len(header)} columns of numbers without names"
            raise _refused(name, what, "name them arm, time and survival in a first line")
        named, body = {"time": 0, "survival": 1}, cells
    else:
        lowered = [str(cell).strip().lower() for cell in header]
        named = {
            role: next((lowered.index(w) for w in words if w in lowered), -1)
            for role, words in _LONG.items()
        }
        body = cells[1:]
        if min(named["time"], named["survival"]) < 0:
            # two unnamed or oddly named columns of numbers, perhaps after R's row names
            if len(header) in (2, 3) and body and all(map(_is_number, body[0][-2:])):
                named = {"time": len(header) - 2, "survival": len(header) - 1}
            else:
                what = f"the columns are {', '.join(map(repr, map(str, header)))}"
                fix = "name them arm, time and survival, or export X, Y pairs"
                raise _refused(name, what, fix)
    place = named.get("arm", -1)
    rows = [
        (
            _text(line[place]) if 0 <= place < len(line) else "all",
            line[named["time"]] if named["time"] < len(line) else "",
            line[named["survival"]] if named["survival"] < len(line) else "",
            number,
        )
        for number, line in enumerate(body, start=1)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"time": object, "survival": object})


def _refuse_long_lines(cells: list[list[Any]], name: str) -> None:
    """Refuse lines with more cells than the first has names: of 0,5;98,3 cut at its commas."""
    fix = "write numbers with a decimal point and no thousands mark, or part columns by semicolons"
    findings = [
        Finding(f"{name}, row {number}", f"{len(line)} cells under {len(cells[0])} names", fix)
        for number, line in enumerate(cells[1:], start=1)
        if any(cell not in ("", None) for cell in line[len(cells[0]) :])
    ]
    if findings:
        raise CohortError.from_findings(f"{name} can't be read:", tuple(findings[:10]))


def _text(cell: Any) -> str:
    return f"{cell:g}" if _is_number(cell) else str(cell)


def _check_numbers(frame: pd.DataFrame, name: str) -> None:
    fix = "give a number, or leave the row out"
    findings = [
        Finding(f"{name}, row {row}", f"{axis} is {_cut(value)}", fix)
        for axis in ("time", "survival")
        for row, value in zip(frame["row"], frame[axis], strict=True)
        if not _is_number(value) or not abs(value) <= _LARGEST
    ]
    if findings:
        raise CohortError.from_findings(f"{name} can't be read as a curve:", tuple(findings))


def read_numbers_at_risk(
    table: str | Path | pd.DataFrame, arms: Sequence[str], called: Sequence[str] = ()
) -> tuple[dict[str, tuple[np.ndarray, np.ndarray, str]], str]:
    """Numbers at risk of each arm: first column times, then one column an arm.

    Columns are matched to arms by name, by a name that ends in the arm's (``nrisk_radio``), or
    else by their order.

    Parameters
    ----------
    table : str, Path or DataFrame
        A CSV file or frame.
    arms : sequence of str
        Arms of the curves, in order.
    called : sequence of str, optional
        The same arms as the file of clicks calls them, which go before the names given to them.

    Returns
    -------
    dict of str to (ndarray, ndarray, str)
        Times and numbers of each arm, and the column where it is matched by its place and not by
        a name; rows without a number are left out.
    str
        Unit that the column of times is named after; empty where it is none.

    Raises
    ------
    CohortError
        When columns don't match the arms, or hold something else than numbers.
    """
    if isinstance(table, pd.DataFrame):
        name, header = "numbers at risk", [str(c) for c in table.columns]
        body = table.astype(object).to_numpy().tolist()
    else:
        name, cells = Path(table).name, read_cells(Path(table))
        if len(cells) < 2:
            raise _refused(name, "the table is empty", "give times and numbers at risk")
        header, body = [str(cell) for cell in cells[0]], cells[1:]
        _refuse_long_lines(cells, name)
    columns, by_name = _matched(header[1:], arms, called or arms, name)
    found = {}
    findings = []
    for arm, place in columns.items():
        rows = []
        for number, line in enumerate(body, start=1):
            cells_ = [line[0], line[place + 1] if place + 1 < len(line) else ""]
            if cells_[1] == "" or cells_[1] != cells_[1]:
                continue
            if not all(_is_number(cell) and abs(cell) <= _LARGEST for cell in cells_):
                what = f"{_cut(cells_[0])}, {_cut(cells_[1])} are not numbers of time and patients"
                findings.append(Finding(f"{name}, row {number}", what, "correct the row"))
                continue
            rows.append(cells_)
        pairs = np.array(rows, dtype=float).reshape(-1, 2)
        found[arm] = (pairs[:, 0], pairs[:, 1], "" if by_name else header[place + 1])
    if findings:
        raise CohortError.from_findings(f"{name} can't be used:", tuple(dict.fromkeys(findings)))
    word = header[0].strip().lower()
    return found, word if word in UNITS else ""


def _matched(
    header: Sequence[str], arms: Sequence[str], called: Sequence[str], name: str
) -> tuple[dict[str, int], bool]:
    """Place of the column of each arm, and whether a name tells it, of the file or as given."""
    for names in (called, arms):
        found = _named(header, names)
        if len(found) == len(arms):
            return dict(zip(arms, (found[one] for one in names), strict=True)), True
        if found:
            break
    if len(header) == len(arms) and not found:
        return {arm: k for k, arm in enumerate(arms)}, False
    what = f"columns {', '.join(header)} for the arms {', '.join(called)}"
    raise _refused(name, what, "name the columns after the arms")


def _named(header: Sequence[str], arms: Sequence[str]) -> dict[str, int]:
    """Columns whose name is an arm's, or ends in it."""
    lowered = [column.strip().lower() for column in header]
    matched: dict[str, int] = {}
    for arm in sorted(arms, key=len, reverse=True):  # "radioplus" before "radio"
        free = [k for k in range(len(header)) if k not in matched.values()]
        exact = [k for k in free if lowered[k] == arm.lower()]
        ends = [k for k in free if lowered[k].endswith(arm.lower())]
        if exact or ends:
            matched[arm] = (exact or ends)[0]
    return matched


def _refused(name: str, what: str, fix: str) -> CohortError:
    return CohortError.from_findings(f"{name} can't be used:", (Finding(name, what, fix),))
