"""``posthaz rerun``: a report again from its provenance, and what changed."""

import json
import shlex
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from posthaz.cli.options import Data, Outside, Quiet, with_options
from posthaz.cli.say import say
from posthaz.errors import SpecError

if TYPE_CHECKING:
    from posthaz.report import Results

_SAMPLING = ("seed", "draws", "chains", "method")
_MOST_SAID = 10
Folder = Annotated[Path, typer.Argument(help="Folder that `posthaz report` wrote.")]
Given = Annotated[
    str | None,
    typer.Option("--spec", help="Analysis file; the one that the folder's command names."),
]
Again = Annotated[
    Path | None, typer.Option("--out", help="Folder to write to; FOLDER-again by default.")
]


def rerun(
    folder: Folder,
    spec: Given = None,
    data: Data = None,
    out: Again = None,
    allow_outside: Outside = False,
    quiet: Quiet = False,
) -> None:
    """Repeat a report from its provenance, and say what changed."""
    kept = _provenance(folder)
    target = out or folder.with_name(f"{folder.resolve().name}-again")
    words = _words(kept, spec)
    options = {word.partition("=")[0] for word in words}
    _refuse_other_table(options, data)
    if target.resolve() == folder.resolve():
        raise SpecError(
            f"--out: {target} holds the report that is to be repeated", fix="name another folder"
        )
    from posthaz.cli.fit import finish
    from posthaz.cli.report import in_language, shared
    from posthaz.cli.run import run
    from posthaz.spec import load_analysis

    try:
        analysis = load_analysis(spec or _spec(kept, words), allow_outside=allow_outside)
    except SpecError as error:
        if spec:
            raise
        raise SpecError(
            f"the analysis file of {folder} can't be read again: {error.what}",
            fix="name it with --spec",
        ) from error
    sampling = {name: kept["sampling"].get(name) for name in _SAMPLING}
    analysis = with_options(analysis, data, **sampling)
    if "--share" in options or kept.get("shared"):
        analysis = shared(analysis)
    if "language" in kept:
        analysis = in_language(analysis, kept["language"])
    results = run(analysis, target, quiet)
    written = results.report(target)
    code = finish(results, written, target, quiet)
    for line in changes(kept, folder, results, target):
        say(line)
    raise typer.Exit(code)


def _provenance(folder: Path) -> dict[str, Any]:
    """What a report's folder records; an error where it records nothing usable."""
    path = folder / "provenance.json"
    fix = "name a folder that `posthaz report` wrote"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SpecError(f"{path} can't be read ({error.strerror})", fix=fix) from error
    except ValueError as error:
        raise SpecError(f"{path} is no JSON file", fix=fix) from error
    parts = {"analysis_file": str, "command": str, "data": dict, "sampling": dict, "versions": dict}
    for name, kind in parts.items():
        if not isinstance(kept, dict) or not isinstance(kept.get(name), kind):
            raise SpecError(f"{path} has no '{name}' of a report", fix=fix)
    return kept


def _spec(kept: dict[str, Any], words: list[str]) -> str:
    """The analysis that the recorded command names."""
    named = [word for word in words[2:3] if not word.startswith("-")]
    return named[0] if named else str(kept.get("analysis", ""))


def _refuse_other_table(options: set[str], data: Path | None) -> None:
    """A report on another table than the file's own is not repeated on that one unsaid."""
    if "--map" in options:
        raise SpecError(
            "the report was made with --map, which rerun doesn't take",
            fix="run posthaz report again, as its provenance says",
        )
    if "--data" in options and data is None:
        raise SpecError("the report was made with --data", fix="give --data here too")


def _words(kept: dict[str, Any], spec: str | None) -> list[str]:
    """The recorded command, word by word; as far as it can be read where the file is named."""
    try:
        return shlex.split(kept["command"])
    except ValueError as error:
        if spec:
            return kept["command"].split()
        what = f"the command that the folder records can't be read ({error})"
        raise SpecError(what, fix="name the analysis file with --spec") from error


def changes(kept: dict[str, Any], folder: Path, results: "Results", again: Path) -> Iterator[str]:
    """What differs between a report and its repetition, a line each.

    Parameters
    ----------
    kept : dict
        Provenance of the first.
    folder, again : Path
        Where the first and the second are.
    results : Results
        The second.

    Yields
    ------
    str
        Of the analysis file, the data, versions, and the answers.
    """
    import pandas as pd

    from posthaz.answers.beside import KINDS, changed_answers
    from posthaz.inference.provenance import installed_versions

    before, now = str(kept["analysis_file"]).splitlines(), results.analysis.text.splitlines()
    moved = [line for line in unified_diff(before, now, lineterm="", n=0) if line[:1] in "+-"][2:]
    yield f"analysis file: {f'{len(moved)} lines differ' if moved else 'the same'}"
    yield from (f"  {line}" for line in moved[:_MOST_SAID])
    same = kept["data"].get("sha256") == results.cohort.source.sha256
    yield f"data: {'the same bytes' if same else 'other bytes than those of the report'}"
    versions = dict(installed_versions())
    other = [
        f"{name} {kept['versions'].get(name, 'none')} before, {versions.get(name, 'none')} now"
        for name in dict.fromkeys((*kept["versions"], *versions))
        if kept["versions"].get(name) != versions.get(name)
    ]
    yield f"versions: {'; '.join(other) if other else 'the same'}"
    try:
        first = pd.read_csv(folder / "answers.csv")
    except (OSError, ValueError):
        yield "answers: the folder has no answers.csv to compare with"
        return
    table = changed_answers(first, pd.read_csv(again / "answers.csv"))
    counts = table["kind"].value_counts()
    yield "answers: " + ", ".join(f"{counts.get(kind, 0)} {kind}" for kind in KINDS)
    for row in table[table["kind"].isin(KINDS[2:])].head(_MOST_SAID).to_dict("records"):
        names = ("analysis", "model", "method", "quantity", "arm", "term", "time", "statement")
        named = " ".join(str(row[name]) for name in names if row[name] != "")
        yield f"  {row['kind']}: {named}: {row['before']:.4g} before, {row['after']:.4g} now"
