"""The command line: commands, and what becomes of errors."""

import os
import sys

import typer

from posthaz.cli.check import check
from posthaz.cli.curves import curves
from posthaz.cli.evidence import evidence
from posthaz.cli.fit import fit
from posthaz.cli.models import models
from posthaz.cli.report import report
from posthaz.cli.sensitivity import sensitivity
from posthaz.cli.simulate import simulate
from posthaz.errors import PosthazError

UNUSABLE_INPUT = 2

app = typer.Typer(
    name="posthaz",
    help="Bayesian survival analysis: from a cohort table and an analysis file to a report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (models, check, simulate, fit, report, sensitivity, curves, evidence):
    app.command()(command)


def main() -> None:
    """Run the command line.

    Exit codes: 0 done; 2 the input can't be used, nothing written; 3 done, but a convergence
    check failed; 1 a fault of posthaz itself.
    """
    try:
        app()
    except PosthazError as error:
        typer.echo(f"posthaz: {error}", err=True)
        sys.exit(UNUSABLE_INPUT)
    except KeyboardInterrupt:
        typer.echo("posthaz: stopped; nothing was written.", err=True)
        sys.exit(130)
    except Exception as error:
        if os.environ.get("POSTHAZ_TRACEBACK"):
            raise
        typer.echo(
            f"posthaz: a fault of posthaz itself ({type(error).__name__}: {error}). Please report "
            "it with the command you ran; POSTHAZ_TRACEBACK=1 shows where it happened.",
            err=True,
        )
        sys.exit(1)
