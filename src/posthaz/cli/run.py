"""Inputs to results, with the output folder tried first and progress shown."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from posthaz.files import check_empty, prepare_folder
from posthaz.run import read_inputs
from posthaz.spec import Analysis

if TYPE_CHECKING:
    from posthaz.report import Results
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from posthaz.errors import plain_line

Report = Callable[[str, int, int], None]


@contextmanager
def shown_progress(quiet: bool) -> Iterator[Report]:
    """A function that shows how far each model, or other part of the work, is.

    Parameters
    ----------
    quiet : bool
        Show nothing.

    Yields
    ------
    callable
        Takes the name, draws or other steps done, and how many there are in all.
    """
    console = Console(stderr=True)
    if quiet:
        yield lambda name, done, total: None
        return
    if not console.is_terminal:
        seen: set[str] = set()

        def line(name: str, done: int, total: int) -> None:
            if name not in seen:
                seen.add(name)
                console.print(f"working on {plain_line(name)}", highlight=False, markup=False)

        yield line
        return
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
    tasks: dict[str, object] = {}
    with bar:

        def update(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(plain_line(name), total=total)
            bar.update(tasks[name], completed=done)  # type: ignore[arg-type]

        yield update


def run(analysis: Analysis, out: Path, quiet: bool) -> "Results":
    """Read, check, fit and gather.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    out : Path
        Folder that will be written to; tried before anything long is done.
    quiet : bool
        Show no progress.

    Returns
    -------
    Results
        Everything the analysis gives.
    """
    cohort = read_inputs(analysis)
    if "privacy" in analysis.clinical:
        check_empty(out)
    prepare_folder(out)
    # what samples takes seconds to import: whatever can be refused is refused before
    from posthaz.inference.chain_statistics import load_arviz

    load_arviz()
    from posthaz.report import gather_results

    command = shlex.join(["posthaz", *sys.argv[1:]])
    with shown_progress(quiet) as progress:
        return gather_results(analysis, cohort, command, progress)
