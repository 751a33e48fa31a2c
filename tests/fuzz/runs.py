"""One run of an input, and what it may end in."""

import contextlib
import io
import os
import sys
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


def outcome(attempt: Callable[[], object]) -> str:
    """``"answer"``, or the message of the one error it may end in; anything else is raised."""
    try:
        attempt()
    except PosthazError as error:
        message = str(error)
        assert message, "an error without a word"
        assert message == plain_text(message)
        return message
    return "answer"


def checked(values: Mapping[str, Any], table: pd.DataFrame | str) -> str:
    """What `check` makes of an analysis and its table."""
    with TemporaryDirectory() as folder:
        path = _written(Path(folder), values, table)
        return outcome(lambda: read_inputs(load_analysis(path)))


def reported(values: Mapping[str, Any], table: pd.DataFrame | str, *options: str) -> int:
    """Exit code of ``posthaz report``; nothing may be written beside ``--out``."""
    with TemporaryDirectory() as folder:
        path = _written(Path(folder) / "in" / "own", values, table)
        out = Path(folder) / "in" / "out"
        before = _files(Path(folder), out)
        code, said = _run(["report", str(path), "--out", str(out), "--quiet", *options])
        assert code in FINE, said
        assert _files(Path(folder), out) == before
        assert said == plain_text(said)
        written = [path for path in out.rglob("*") if path.is_file()]
        assert bool(written) == (code != 2), said
        assert all(path.resolve().is_relative_to(out.resolve()) for path in written)
        assert not list(out.rglob(".*"))
        return code


def _written(folder: Path, values: Mapping[str, Any], table: pd.DataFrame | str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = table if isinstance(table, str) else table.to_csv(index=False)
    (folder / "cohort.csv").write_bytes(text.encode("utf-8", "replace"))
    (folder / "x.toml").write_text(toml_text(values), encoding="utf-8")
    return folder / "x.toml"


def _run(arguments: list[str]) -> tuple[int, str]:
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
