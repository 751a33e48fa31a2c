"""``posthaz report``: everything, and the page to read and sign."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from posthaz.spec import Analysis

FORMATS = ("html", "md", "docx", "pdf", "summary")
Formats = Annotated[
    str,
    typer.Option(
        "--format",
        help="Comma-separated: html, md, docx, pdf, summary (one page). The HTML page is always "
        "made.",
    ),
]

Share = Annotated[
    bool,
    typer.Option(
        "--share", help="Withhold small counts, exact times and patients' rows, as [privacy] does."
    ),
]


Spoken = Annotated[
    str | None,
    typer.Option("--language", help="Language of the report, as [analysis] language: en, zh."),
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
    share: Share = False,
    language: Spoken = None,
    allow_outside: Outside = False,
    quiet: Quiet = False,
) -> None:
    """Fit the models of an analysis and write the report."""
    wanted = _formats(formats)
    from posthaz.cli.run import run
    from posthaz.spec import load_analysis

    analysis = load_analysis(spec, allow_outside=allow_outside)
    analysis = with_options(analysis, data, seed, draws, chains, method, column_map)
    if share:
        analysis = shared(analysis)
    if language is not None:
        analysis = in_language(analysis, language)
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


def in_language(analysis: "Analysis", language: str) -> "Analysis":
    """The analysis with ``[analysis] language`` as asked."""
    from posthaz.languages import speaker_of

    speaker_of(language)  # a language that there isn't is refused before anything is fitted
    return replace(analysis, language=language)


def shared(analysis: "Analysis") -> "Analysis":
    """The analysis with ``[privacy] share = true``, the rest of that table as it is."""
    from posthaz.analyses.privacy.spec import PrivacySpec

    stated = analysis.clinical.get("privacy", PrivacySpec())
    asked = replace(stated.about(analysis.models), share=True)
    return replace(analysis, clinical={**analysis.clinical, "privacy": asked})
