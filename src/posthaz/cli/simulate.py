"""``posthaz simulate``: a twin of a paper's cohort, as a table that says that it is simulated."""

from pathlib import Path
from typing import Annotated

import typer

from posthaz.cli.options import Outside, Quiet, Spec
from posthaz.cli.say import say
from posthaz.errors import OutputError

TwinSeed = Annotated[
    int | None, typer.Option("--seed", min=0, help="Seed of the cohort; the file's own without it.")
]
TwinOut = Annotated[Path, typer.Option("--out", help="CSV file to write.")]


def simulate(
    spec: Spec,
    seed: TwinSeed = None,
    out: TwinOut = Path("cohort.csv"),
    allow_outside: Outside = False,
    quiet: Quiet = False,
) -> None:
    """Draw a simulated cohort with the numbers that a paper printed."""
    if out.suffix.lower() != ".csv":
        raise OutputError(f"{out}: not a name of a CSV file", fix="give one that ends in .csv")
    from posthaz.files import csv_text, write_text
    from posthaz.spec import load_analysis, simulate_patients

    analysis = load_analysis(spec, allow_outside=allow_outside)
    table = simulate_patients(analysis, seed)
    write_text(out, csv_text(table))
    if not quiet:
        say(f"wrote {len(table)} simulated patients to {out}")
