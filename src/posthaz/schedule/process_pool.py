"""Tasks on the cores of this machine, each worker a process of its own."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from posthaz.errors import ScheduleError
from posthaz.schedule.scheduler import Outcome, Progress, Scheduler, Task, attempt, collector, died

_DIED = "its worker process died, and again when it was alone"

_HELD: dict[str, Callable[[Any], Any]] = {}  # filled in a worker, once, before its first task


@dataclass(frozen=True)
class ProcessPool(Scheduler):
    """Worker processes on this machine, started afresh (spawned, not forked).

    When a worker dies, by a signal or for want of memory, nobody can tell which of the tasks then
    running killed it. Each of them is done once more, alone in a worker; one that kills that too
    has the death as its outcome. The others lose nothing.

    Parameters
    ----------
    workers : int
        Number of processes.

    Raises
    ------
    ScheduleError
        When `workers` is below 1.

    Examples
    --------
    >>> ProcessPool(2)
    ProcessPool(workers=2)
    """

    workers: int

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ScheduleError(
                f"a process pool of {self.workers} workers", fix="ask for 1 worker or more"
            )

    def map(
        self,
        function: Callable[[Any], Any],
        tasks: Sequence[Task],
        progress: Progress | None = None,
    ) -> list[Outcome]:
        """Outcomes of all tasks, as `Scheduler.map` says.

        Raises
        ------
        ScheduleError
            When no worker can start, as in a script whose calls aren't guarded by
            ``if __name__ == "__main__":``.
        """
        outcomes, keep = collector(len(tasks), progress)
        while len(outcomes) < len(tasks):
            left = {k: task for k, task in enumerate(tasks) if k not in outcomes}
            suspects = _done_together(function, left, min(self.workers, len(left)), keep)
            if suspects:
                _check_start(function)
            for position in suspects:
                alone = {position: tasks[position]}
                if _done_together(function, alone, 1, keep):
                    keep(position, died(tasks[position], _DIED))
        return [outcomes[position] for position in range(len(tasks))]


def _done_together(
    function: Callable[[Any], Any],
    tasks: dict[int, Task],
    workers: int,
    keep: Callable[[int, Outcome], None],
) -> list[int]:
    """Do tasks in one pool; positions of those that were running when it broke, if it did."""
    with _pool(function, workers) as pool:
        futures: dict[Future[Outcome], int] = {}
        try:
            for position, task in tasks.items():
                futures[pool.submit(_attempt_held, task)] = position
        except BrokenProcessPool:
            pass  # a worker died before all were handed over; the rest stay for the next pool
        running = set(futures.values())
        broken = False
        for future in as_completed(futures):
            position = futures[future]
            try:
                outcome = future.result()
            except BrokenProcessPool:
                broken = True
                continue
            running.discard(position)
            keep(position, outcome)
    # tasks are begun in order, and at most one more than the workers is under way
    return sorted(running)[: workers + 1] if broken or len(futures) < len(tasks) else []


@contextmanager
def _pool(function: Callable[[Any], Any], workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose workers hold `function`; killed at once when the work is interrupted."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_hold,
        initargs=(function,),
    )
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    pool.shutdown()


def _hold(function: Callable[[Any], Any]) -> None:
    """Keep the function in a worker; leave Ctrl-C to the process that waits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _HELD["function"] = function


def _attempt_held(task: Task) -> Outcome:
    return attempt(_HELD["function"], task)


def _ready() -> bool:
    return "function" in _HELD


def _check_start(function: Callable[[Any], Any]) -> None:
    """Refuse to go on where a worker dies before it has done anything."""
    with _pool(function, 1) as pool:
        try:
            pool.submit(_ready).result()
        except BrokenProcessPool as error:
            raise ScheduleError(
                "the worker processes die as they start",
                fix=(
                    'in a script, call this below `if __name__ == "__main__":`, since every worker '
                    "imports the script; otherwise look at what the workers printed, and at the "
                    "machine's free memory"
                ),
            ) from error
