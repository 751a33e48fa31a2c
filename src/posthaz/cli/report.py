"""``posthaz report``: everything, and the page to read and sign."""

from pathlib import Path
from typing import Annotated

import typer

from posthaz.cli.fit import finish
from posthaz.cli.options import (
    Chains,
    Data,
    Draws,
    Map,
    Method,
    Out,
    Outside,
    Quiet,
    Seed,
    Spec,
    with_options,
)
from posthaz.errors import SpecError

FORMATS = ("html", "md", "docx", "pdf", "summary")
Formats = Annotated[
    str,
    typer.Option(
        "--format",
        help="Comma-separated: html, md, docx, pdf, summary (one page). The HTML page is always "
        "made.",
    ),
]


def report(
    spec: Spec,
    data: Data = None,
    column_map: Map = None,
    out: Out = Path("out"),
    formats: Formats = "html",
    seed: Seed = None,
    draws: Draws = None,
    chains: Chains = None,
    method: Method = None,
    allow_outside: Outside = False,
    quiet: Quiet = False,
) -> None:
    """Fit the models of an analysis and write the report."""
    wanted = _formats(formats)
    from posthaz.cli.run import run
    from posthaz.spec import load_analysis

    analysis = load_analysis(spec, allow_outside=allow_outside)
    analysis = with_options(analysis, data, seed, draws, chains, method, column_map)
    results = run(analysis, out, quiet)
    raise typer.Exit(finish(results, results.report(out, wanted), out, quiet))


def _formats(text: str) -> tuple[str, ...]:
    chosen = [part.strip().lower() for part in text.split(",") if part.strip()]
    unknown = [part for part in chosen if part not in FORMATS]
    if unknown:
        raise SpecError(
            f"--format: '{unknown[0]}' is not known", fix=f"choose among {', '.join(FORMATS)}"
        )
    if "pdf" in chosen:
        from posthaz.report.pdf import printer

        printer()  # what it lacks is said before anything is fitted
    return tuple(dict.fromkeys(["html", *chosen]))
