"""One run of an input, and what it may end in."""

import contextlib
import csv
import io
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pandas as pd

from posthaz.cli.app import main
from posthaz.errors import PosthazError, plain_text
from posthaz.run import read_inputs
from posthaz.spec import load_analysis
from tests.fuzz.inputs import toml_text

FINE = (0, 2, 3)
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")


FORMULA = re.compile(r"[=@\t]|[+-](?![0-9.]|inf|$)")
"""Begins of cells that a spreadsheet computes; numbers are not among them."""
MOST_SECONDS = 20.0
"""Processor time that reading and checking one small input may take."""
MOST_LETTERS = 20_000


def outcome(attempt: Callable[[], object]) -> str:
    """``"answer"``, or the message of the one error it may end in; anything else is raised."""
    message, began = "answer", time.process_time()
    try:
        attempt()
    except PosthazError as error:
        message = str(error)
        assert message, "an error without a word"
        assert message == plain_text(message)
        assert len(message) < MOST_LETTERS
    assert time.process_time() - began < MOST_SECONDS, message
    return message


def checked(values: Mapping[str, Any], table: pd.DataFrame | str) -> str:
    """What `check` makes of an analysis and its table."""
    with TemporaryDirectory() as folder:
        path = _written(Path(folder), values, table)
        return outcome(lambda: read_inputs(load_analysis(path)))


def written(values: Mapping[str, Any], table: pd.DataFrame, command: str, *options: str) -> int:
    """Exit code of ``posthaz fit`` or ``report``; nothing may be written beside ``--out``."""
    with TemporaryDirectory() as folder:
        path = _written(Path(folder) / "in" / "own", values, table)
        out = Path(folder) / "in" / "out"
        before = _files(Path(folder), out)
        code, said = run([command, str(path), "--out", str(out), "--quiet", *options])
        assert code in FINE, said
        assert _files(Path(folder), out) == before
        assert said == plain_text(said)
        found = [path for path in out.rglob("*") if path.is_file()]
        assert bool(found) == (code != 2), said
        assert all(path.resolve().is_relative_to(out.resolve()) for path in found)
        assert not list(out.rglob(".*"))
        for file in found:
            check_text(file)
        return code


def check_text(file: Path) -> None:
    """Assert that a file read as text drives no terminal and no spreadsheet."""
    if file.suffix in (".csv", ".md", ".html", ".json"):
        text = file.read_text(encoding="utf-8")
        assert not CONTROLS.search(text), file.name
        if file.suffix == ".csv":
            cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
            assert not [cell for cell in cells if FORMULA.match(cell)], file.name


def _written(folder: Path, values: Mapping[str, Any], table: pd.DataFrame | str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = table if isinstance(table, str) else table.to_csv(index=False)
    (folder / "cohort.csv").write_bytes(text.encode("utf-8", "replace"))
    (folder / "x.toml").write_text(toml_text(values), encoding="utf-8")
    return folder / "x.toml"


def run(arguments: list[str]) -> tuple[int, str]:
    """Exit code of a command line in this process, and all that it printed."""
    said = io.StringIO()
    with (
        patch.object(sys, "argv", ["posthaz", *arguments]),
        patch.dict(os.environ, {"POSTHAZ_TRACEBACK": "1"}),
        contextlib.redirect_stderr(said),
        contextlib.redirect_stdout(said),
    ):
        try:
            main()
        except SystemExit as ended:
            return int(ended.code or 0), said.getvalue()
    return 0, said.getvalue()


def _files(folder: Path, out: Path) -> dict[Path, int]:
    return {
        path: path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_relative_to(out)
    }
