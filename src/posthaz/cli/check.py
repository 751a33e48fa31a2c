"""``posthaz check``: is the input usable? Starts no sampler and no PyMC."""

import typer

from posthaz.cli.options import Data, Quiet, Spec, with_options


def check(spec: Spec, data: Data = None, quiet: Quiet = False) -> None:
    """Check an analysis file and its cohort without fitting anything."""
    from posthaz.cli.inputs import read_inputs
    from posthaz.spec import load_analysis

    analysis = with_options(load_analysis(spec), data, None, None, None)
    cohort = read_inputs(analysis)
    if quiet:
        return
    typer.echo(
        f"{analysis.name}: usable. {len(cohort)} rows, {int(cohort.event.sum())} events, "
        f"{len(analysis.models)} model(s): {', '.join(model.name for model in analysis.models)}."
    )
    for left_out in cohort.dropped:
        typer.echo(f"left out: {len(left_out.rows)} row(s): {left_out.reason}")
    for notice in cohort.notices:
        typer.echo(f"notice: {notice}")
