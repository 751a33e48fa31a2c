"""Tasks on a dask.distributed cluster, by the address of its scheduler."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from typing import Any

from posthaz.errors import ScheduleError
from posthaz.schedule.scheduler import Outcome, Progress, Scheduler, Task, attempt, collector, died

_DIED = "every worker that tried it died, the last ones with nothing else to do"

_LIBRARIES = ("posthaz", "numpy", "pymc", "jax", "jaxlib", "blackjax")  # numbers hang on these
_PATIENCE = 30.0
_IDLE_ROUNDS = 3


@dataclass(frozen=True)
class DaskCluster(Scheduler):
    """Workers of a cluster that runs already, on this machine or on many.

    A worker killed in the middle loses nothing: the cluster does its tasks again elsewhere. A task
    on which workers die again and again (four of them, by Dask's own setting) is done once more
    with nothing beside it; if they die then too, that is its outcome.

    Parameters
    ----------
    address : str
        Address of the scheduler, such as ``"tcp://127.0.0.1:8786"``.
    timeout : float
        Seconds to wait for the scheduler, and then for its first worker.

    Examples
    --------
    >>> DaskCluster("tcp://127.0.0.1:8786").address
    'tcp://127.0.0.1:8786'
    """

    address: str
    timeout: float = 10.0

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
            When `distributed` is not installed, no scheduler answers, it has no workers, or a
            worker has other versions of the libraries that decide the numbers. A cluster that is
            lost later leaves what was done, and is the outcome of the rest.
        """
        outcomes, keep = collector(len(tasks), progress)
        try:
            self._do_all(function, tasks, keep)
        except _TaskError as fault:
            raise fault.cause from None
        except ScheduleError as error:
            if not outcomes:
                raise
            for position, task in enumerate(tasks):
                outcomes.setdefault(position, Outcome(task.label, error=error))
        return [outcomes[position] for position in range(len(tasks))]

    def _do_all(
        self,
        function: Callable[[Any], Any],
        tasks: Sequence[Task],
        keep: Callable[[int, Outcome], None],
    ) -> None:
        with self._client() as client:
            _check_workers(client, self.address)
            # within each task, not scattered: a dead worker takes nothing that others wait for
            work = partial(_attempt_packed, pickle.dumps(function))
            # Dask blames every task that a dead worker had before it: each gets a try alone
            suspects = self._done_together(client, work, dict(enumerate(tasks)), keep)
            for position in suspects:
                alone = {position: tasks[position]}
                if self._done_together(client, work, alone, keep):
                    keep(position, died(tasks[position], _DIED))

    def _done_together(
        self,
        client: Any,
        work: Callable[[Task], Outcome | Exception],
        tasks: dict[int, Task],
        keep: Callable[[int, Outcome], None],
    ) -> list[int]:
        """Do tasks together; positions of those that were lost with the workers they were on."""
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        futures = client.map(work, list(tasks.values()), pure=False)
        left = dict(zip((future.key for future in futures), tasks, strict=True))
        for future in self._completed(client, futures):
            try:
                # it is done and small: what doesn't come at once died with its worker
                outcome = future.result(timeout=_PATIENCE)
            except (KilledWorker, TimeoutError):
                continue
            except FutureCancelledError as error:
                raise self._lost("was lost") from error
            if isinstance(outcome, Exception):
                raise _TaskError(outcome)
            keep(left.pop(future.key), outcome)
        client.cancel([future for future in futures if future.key in left])
        return sorted(left.values())

    def _completed(self, client: Any, futures: list[Any]) -> Iterator[Any]:
        """Futures as they are done, until nobody works on the rest."""
        from distributed import as_completed

        waiting = {future.key: future for future in futures}
        idle = 0
        while waiting and idle < _IDLE_ROUNDS:
            try:
                for future in as_completed(
                    list(waiting.values()), loop=client.loop, timeout=_PATIENCE
                ):
                    del waiting[future.key]
                    yield future
            except TimeoutError:
                idle = 0 if any(client.processing().values()) else idle + 1
        if waiting and not client.scheduler_info()["workers"]:
            raise self._lost("lost all its workers")

    @contextmanager
    def _client(self) -> Iterator[Any]:
        try:
            from distributed import Client
        except ImportError as error:
            raise ScheduleError(
                "a Dask cluster was asked for, but the library 'distributed' is not installed",
                fix="pip install posthaz[cluster], here and on the workers",
            ) from error
        try:
            client = Client(self.address, timeout=self.timeout, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ScheduleError(
                f"no Dask scheduler answers at {self.address}",
                fix="check the address, and start one with 'dask scheduler'",
            ) from error
        try:
            with client:
                try:
                    client.wait_for_workers(1, timeout=self.timeout)
                except TimeoutError as error:
                    raise ScheduleError(
                        f"the Dask scheduler at {self.address} has no workers",
                        fix=f"start some with 'dask worker {self.address}'",
                    ) from error
                yield client
        except OSError as error:
            raise self._lost("was lost") from error

    def _lost(self, what: str) -> ScheduleError:
        return ScheduleError(
            f"the Dask scheduler at {self.address} {what} before all was done",
            fix="start the cluster again and repeat the command",
        )


class _TaskError(Exception):
    """Carries what a task raised past the handling of what Dask raises."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _attempt_packed(packed: bytes, task: Task) -> Outcome | Exception:
    """The task's outcome, or what it raised: Dask's own errors then can't be mistaken for it."""
    try:
        return attempt(_unpacked(packed), task)
    except Exception as error:
        return error


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Callable[[Any], Any]:
    """The function, unpickled once in each worker."""
    return pickle.loads(packed)


def _check_workers(client: Any, address: str) -> None:
    """Refuse workers whose versions differ from those here: their numbers could too."""
    here = {name: version(name) for name in _LIBRARIES}
    there = client.run(_versions, on_error="return")
    for worker, versions in there.items():
        if isinstance(versions, Exception):
            raise ScheduleError(
                f"worker {worker} of {address} can't load posthaz ({versions})",
                fix="install the same version of posthaz[cluster] on every worker",
            )
        other = [
            f"{name} {found} (here {here[name]})"
            for name, found in versions.items()
            if found != here[name]
        ]
        if other:
            raise ScheduleError(
                f"worker {worker} of {address} has {', '.join(other)}, and its numbers could "
                "differ",
                fix="install the same versions on every worker",
            )


def _versions() -> dict[str, str]:
    return {name: version(name) for name in _LIBRARIES}
