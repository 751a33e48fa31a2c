"""``posthaz fit``: posteriors, their tables and diagnostics, without the report."""

from pathlib import Path

import typer

from posthaz.cli.options import Chains, Data, Draws, Out, Quiet, Seed, Spec, with_options


def fit(
    spec: Spec,
    data: Data = None,
    out: Out = Path("out"),
    seed: Seed = None,
    draws: Draws = None,
    chains: Chains = None,
    quiet: Quiet = False,
) -> None:
    """Fit the models of an analysis; write posteriors, tables and diagnostics."""
    from posthaz.cli.run import run
    from posthaz.report import write_tables
    from posthaz.spec import load_analysis

    analysis = with_options(load_analysis(spec), data, seed, draws, chains)
    results = run(analysis, out, quiet)
    written = write_tables(results, out)
    raise typer.Exit(finish(results, written, quiet))


def finish(results, written: list[Path], quiet: bool) -> int:  # noqa: ANN001 - imported late
    """Say what was written and what failed.

    Parameters
    ----------
    results : Results
        The results.
    written : list of Path
        Files written.
    quiet : bool
        Print nothing but failed checks.

    Returns
    -------
    int
        0, or 3 when a convergence check failed.
    """
    if not quiet:
        typer.echo(f"wrote {len(written)} files to {written[0].parent}")
    for failure in results.posterior.failures:
        typer.echo(f"posthaz: convergence check failed: {failure}", err=True)
    return 3 if results.posterior.failures else 0
