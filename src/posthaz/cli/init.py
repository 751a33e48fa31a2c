"""``posthaz init``: a first analysis file for a table, with what was guessed and why."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from posthaz.cli.options import Quiet
from posthaz.cli.say import say
from posthaz.errors import OutputError, PosthazError, SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from posthaz.spec.guess import Guess, GuessedAnalysis

TablePath = Annotated[
    Path,
    typer.Argument(metavar="TABLE", help="CSV, Parquet, SAS, Stata, SPSS or spreadsheet file."),
]
InitOut = Annotated[Path, typer.Option("--out", help="Analysis file to write.")]
Yes = Annotated[bool, typer.Option("--yes", help="Take every guess; ask nothing.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite analysis files that are there.")]
Endpoint = Annotated[
    str, typer.Option("--endpoint", help="End point: os, pfs, ...; else the first.")
]
MergePath = Annotated[
    Path | None, typer.Option("--merge", help="Second table, one row a patient, as ADSL.")
]
Time = Annotated[str, typer.Option("--time", help="Column of follow-up time.")]
Event = Annotated[str, typer.Option("--event", help="Column of event codes.")]
_SCHEMA, _NEEDS_A_HAND = "analysis.schema.json", 3
_OF_ONE = tuple(
    ("cohort", key) for key in ("time", "event", "event_codes", "where", "unit", "zero_time")
)
"""What is stated of one end point, and of no other."""


def init(
    table: TablePath,
    out: InitOut = Path("analysis.toml"),
    yes: Yes = False,
    force: Force = False,
    endpoint: Endpoint = "",
    merge: MergePath = None,
    time: Time = "",
    event: Event = "",
    quiet: Quiet = False,
) -> None:
    """Write a first analysis file for a table, and check it."""
    if out.suffix.lower() != ".toml":
        raise OutputError(f"{out}: not a name of a TOML file", fix="give one that ends in .toml")
    _refuse_existing(out, force)
    merge = merge or _adsl(table)
    given = {("cohort", "time"): time, ("cohort", "event"): event}
    stated = {key: value for key, value in given.items() if value}
    if bool(time) != bool(event):
        raise SpecError("--time and --event belong together", fix="give both")
    guessed, stated = _asked(table, endpoint, stated, merge, out, yes)
    files = {out: guessed}
    shared = {key: value for key, value in stated.items() if key[:2] not in _OF_ONE}
    for other in () if endpoint else guessed.known_others:
        path = out.with_name(f"{out.stem}_{other}.toml")
        _refuse_existing(path, force)
        files[path] = _asked(table, other, shared, merge, out, yes)[0]
    code = _written(files, quiet)
    raise typer.Exit(code)


def _refuse_existing(path: Path, force: bool) -> None:
    if path.exists() and not force:
        raise OutputError(
            f"{path}: there is such a file already", fix="give another --out, or say --force"
        )


def _adsl(table: Path) -> Path | None:
    """ADSL beside an ADaM table, in any format that is read."""
    if not table.stem.lower().startswith("adtte") or not table.parent.is_dir():
        return None
    return next((one for one in sorted(table.parent.iterdir())
                 if one.stem.lower() == "adsl" and one.suffix.lower() == table.suffix.lower()),
                None)  # fmt: skip


def _asked(
    table: Path,
    endpoint: str,
    stated: "Mapping[Any, Any]",
    merge: Path | None,
    out: Path,
    yes: bool,
) -> "tuple[GuessedAnalysis, dict[Any, Any]]":
    """Guesses, with what is doubtful asked at a terminal; and all that a person stated."""
    from posthaz.cohort.table import read_table
    from posthaz.spec.guess import guess_analysis

    known = dict(stated)
    first, second = read_table(table), None if merge is None else read_table(merge)
    while True:
        guessed = guess_analysis(
            first, endpoint=endpoint, stated=known, merge=second, written=_named(table, out),
            merge_written="" if merge is None else _named(merge, out),
        )  # fmt: skip
        if yes or not guessed.doubtful:
            return guessed, known
        if not _somebody():
            raise SpecError(
                f"{table.name}: {len(guessed.doubtful)} guesses are doubtful "
                f"({', '.join(guess.place for guess in guessed.doubtful)}), and nobody is at a "
                "terminal to be asked",
                fix="say --yes to take them, and read what is shown",
            )
        question = guessed.doubtful[0]
        known[question.key] = _answer(question)


def _answer(guess: "Guess") -> Any:
    """What a person at the terminal says."""
    say(f"\n{guess.place}: {guess.why}")
    choices = list(guess.choices) or [guess.value]
    for number, choice in enumerate(choices, start=1):
        say(f"  {number}) {_shown(choice)}")
    default = choices.index(guess.value) + 1 if guess.value in choices else 1
    while True:
        number = typer.prompt("Which", default=default, type=int)
        if 1 <= number <= len(choices):
            return choices[number - 1]
        say(f"a number from 1 to {len(choices)}")


def _shown(value: Any) -> str:
    from posthaz.spec.guess.write import toml_value

    return "none" if value is None else toml_value(value)


def _named(table: Path, out: Path) -> str:
    """How a file in the folder of `out` names a table."""
    return Path(os.path.relpath(table.resolve(), out.resolve().parent)).as_posix()


def _written(files: "Mapping[Path, GuessedAnalysis]", quiet: bool) -> int:
    """Write the files, show what would change their answers, and check them."""
    from posthaz.files import write_text
    from posthaz.spec.schema import analysis_schema

    code = 0
    for path, guessed in files.items():
        write_text(path, guessed.text)
        say(f"wrote {path}" + (f" ({guessed.endpoint})" if guessed.endpoint else ""))
        for guess in guessed.decisive:
            mark = "?" if guess.doubtful else " "
            say(f" {mark} {guess.place} = {_shown(guess.value)}: {guess.why}")
        code = max(code, _checked(path, quiet))
    schema = next(iter(files)).with_name(_SCHEMA)
    if not schema.exists():
        import json

        write_text(schema, json.dumps(analysis_schema(), indent=2) + "\n")
    return code


def _checked(path: Path, quiet: bool) -> int:
    """Whether the file can be used as it is; what keeps it from that is said."""
    import numpy as np

    from posthaz.cohort.quantities import counted
    from posthaz.run import read_inputs
    from posthaz.spec import load_analysis

    try:
        analysis = load_analysis(path, allow_outside=True)
        cohort = read_inputs(analysis)
    except PosthazError as error:
        say(f"posthaz: {path.name} needs your hand before it can be used: {error}", err=True)
        return _NEEDS_A_HAND
    if not quiet:
        patients, events = cohort.patient_count, round(cohort.known_events, 1)
        clusters = 0 if cohort.cluster is None else len(np.unique(cohort.cluster))
        of = f" in {counted(clusters, 'cluster')}" if 0 < clusters < patients else ""
        whom = counted(patients, "observation" if of else "patient")
        say(f"   usable: {whom}{of}, {counted(events, 'event')}. "
            f"Next: posthaz report {path}{_outside(analysis.table, path)}")  # fmt: skip
    return 0


def _outside(table: Path | None, path: Path) -> str:
    inside = table is None or table.resolve().is_relative_to(path.resolve().parent)
    return "" if inside else " --allow-outside"


def _somebody() -> bool:
    """Whether a person is at a terminal."""
    return sys.stdin.isatty()
