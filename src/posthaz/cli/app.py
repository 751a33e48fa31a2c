"""The command line: commands, and what becomes of errors."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Annotated

import typer

from posthaz.cli.check import check
from posthaz.cli.curves import curves
from posthaz.cli.evidence import evidence
from posthaz.cli.fit import fit
from posthaz.cli.init import init
from posthaz.cli.report import report
from posthaz.cli.rerun import rerun
from posthaz.cli.say import say
from posthaz.cli.sensitivity import sensitivity
from posthaz.cli.simulate import simulate
from posthaz.errors import PosthazError
from posthaz.files import remove_unused


def schema() -> None:
    """Write the JSON Schema of analysis files, for editors that complete and check them."""
    from posthaz.spec.schema import analysis_schema

    say(json.dumps(analysis_schema(), indent=2))


def models() -> None:
    """List the analyses that come with posthaz."""
    from posthaz.catalogue import catalogue

    entries = catalogue()
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        say(f"{entry.name:<{width}}  {entry.title}")


type Handler = Callable[[int, FrameType | None], object] | int
UNUSABLE_INPUT = 2
INTERRUPTED, TERMINATED = 130, 143


def shown_version(asked: bool) -> None:
    """Print the version and end, where it was asked for."""
    if asked:
        from importlib.metadata import version

        say(f"posthaz {version('posthaz')}")
        raise typer.Exit


app = typer.Typer(
    name="posthaz",
    help="Bayesian survival analysis: from a cohort table and an analysis file to a report.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=shown_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Bayesian survival analysis: from a cohort table and an analysis file to a report."""


_COMMANDS = (
    init,
    models,
    schema,
    check,
    simulate,
    fit,
    report,
    rerun,
    sensitivity,
    curves,
    evidence,
)
for command in _COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command line.

    Exit codes: 0 done; 2 the input can't be used, nothing written; 3 done, but a convergence
    check failed or a part could not be made; 130 stopped by Ctrl-C, nothing written; 1 a fault of
    posthaz itself.
    """
    stopped = Stopped()
    before = stopped.listen()
    try:
        app()
    except PosthazError as error:
        say(f"posthaz: {error}", err=True)
        sys.exit(UNUSABLE_INPUT)
    except KeyboardInterrupt:
        stopped.code = stopped.code or INTERRUPTED
    except SystemExit:
        if not stopped.code:
            raise
    except Exception as error:
        if not stopped.code:
            if os.environ.get("POSTHAZ_TRACEBACK"):
                raise
            say(
                f"posthaz: a fault of posthaz itself ({type(error).__name__}: {error}). Please "
                "report it with the command you ran; POSTHAZ_TRACEBACK=1 shows where it happened.",
                err=True,
            )
            sys.exit(1)
    finally:
        remove_unused()
        for number, handler in before.items():
            signal.signal(number, handler)
    if stopped.code:
        # whatever the interruption became on its way through a library, this is what happened
        say(f"posthaz: stopped by {stopped.how}; nothing was written.", err=True)
        sys.exit(stopped.code)


class Stopped:
    """Whether somebody stopped the run, and how; typer itself says nothing about it."""

    code, how = 0, "Ctrl-C"

    def listen(self) -> dict[int, Handler]:
        """Hear of both signals from now on; gives what heard of them before, to be put back."""
        if threading.current_thread() is not threading.main_thread():
            return {}
        handlers = {signal.SIGINT: self.by_hand, signal.SIGTERM: self.by_signal}
        before = {number: signal.signal(number, own) for number, own in handlers.items()}
        # None stands for a handler that Python didn't set and can't put back
        return {number: own for number, own in before.items() if own is not None}

    def by_hand(self, *_: object) -> None:
        """Stop because of Ctrl-C."""
        self.code = INTERRUPTED
        raise KeyboardInterrupt

    def by_signal(self, *_: object) -> None:
        """Stop because the system asks for it."""
        self.code, self.how = TERMINATED, "a signal to end"
        raise KeyboardInterrupt
