"""``posthaz fit``: posteriors, their tables and diagnostics, without the report."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

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
from posthaz.cli.say import say

if TYPE_CHECKING:
    from posthaz.report import Results, Written


def fit(
    spec: Spec,
    data: Data = None,
    column_map: Map = None,
    out: Out = Path("out"),
    seed: Seed = None,
    draws: Draws = None,
    chains: Chains = None,
    method: Method = None,
    allow_outside: Outside = False,
    quiet: Quiet = False,
) -> None:
    """Fit the models of an analysis; write posteriors, tables and diagnostics."""
    from posthaz.cli.run import run
    from posthaz.files import staged_folder
    from posthaz.spec import load_analysis

    analysis = load_analysis(spec, allow_outside=allow_outside)
    analysis = with_options(analysis, data, seed, draws, chains, method, column_map)
    results = run(analysis, out, quiet)
    from posthaz.report import write_results

    with staged_folder(out) as stage:
        written = write_results(results, stage)
    raise typer.Exit(finish(results, written, out, quiet))


def finish(results: "Results", written: "Written", out: Path, quiet: bool) -> int:
    """Say what was written, what failed and what is missing.

    Parameters
    ----------
    results : Results
        The results.
    written : Written
        Files written, and what is missing.
    out : Path
        Folder written to.
    quiet : bool
        Print nothing but failed checks.

    Returns
    -------
    int
        0, or 3 when a convergence check failed or something is missing.
    """
    if not quiet:
        say(f"wrote {len(written.files)} files to {out}")
    for failure in results.failures:
        say(f"posthaz: convergence check failed: {failure}", err=True)
    for part in written.missing:
        say(f"posthaz: missing from the results: {part.name}: {part.reason}", err=True)
    return 3 if results.failures or written.missing else 0
