"""Progress on the terminal: a bar where there is one, a line a model where there isn't."""

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
