"""Tasks on a dask.distributed cluster, by the address of its scheduler."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

from posthaz.errors import ScheduleError
from posthaz.schedule.scheduler import Outcome, Progress, Scheduler, Task, attempt

_LIBRARIES = ("posthaz", "numpy", "pymc", "jax", "jaxlib", "blackjax")  # numbers hang on these
_RETRIES = 2
_PATIENCE = 30.0


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
            When `distributed` is not installed, no scheduler answers, it has no workers, a worker
            has other versions of the libraries that decide the numbers, or the scheduler is lost.
        """
        with self._client() as client:
            _check_workers(client, self.address)
            # a task, not scattered data: made again where its worker died with it
            held = client.submit(partial, attempt, function, pure=False)
            outcomes: dict[int, Outcome] = {}

            def keep(position: int, outcome: Outcome) -> None:
                outcomes[position] = outcome
                if progress is not None:
                    progress(len(outcomes), len(tasks))

            # Dask blames every task that a dead worker had before it: each gets a try alone
            suspects = self._done_together(client, held, dict(enumerate(tasks)), keep)
            for position in suspects:
                alone = {position: tasks[position]}
                if self._done_together(client, held, alone, keep):
                    keep(position, _died(tasks[position]))
            return [outcomes[position] for position in range(len(tasks))]

    def _done_together(
        self, client: Any, held: Any, tasks: dict[int, Task], keep: Callable[[int, Outcome], None]
    ) -> list[int]:
        """Do tasks together; positions of those that Dask gave up since workers died on them."""
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        futures = client.map(
            _attempt_held, list(tasks.values()), held=held, pure=False, retries=_RETRIES
        )
        position = dict(zip((future.key for future in futures), tasks, strict=True))
        suspects = []
        for future in self._completed(client, futures):
            try:
                outcome = future.result()
            except KilledWorker:
                suspects.append(position[future.key])
            except FutureCancelledError as error:
                raise self._lost("was lost") from error
            else:
                keep(position[future.key], outcome)
        return sorted(suspects)

    def _completed(self, client: Any, futures: list[Any]) -> Iterator[Any]:
        """Futures as they are done; refuses to wait for workers that are all gone."""
        from distributed import as_completed

        waiting = {future.key: future for future in futures}
        while waiting:
            try:
                for future in as_completed(waiting.values(), loop=client.loop, timeout=_PATIENCE):
                    del waiting[future.key]
                    yield future
            except TimeoutError:
                if not client.scheduler_info()["workers"]:
                    raise self._lost("lost all its workers") from None

    @contextmanager
    def _client(self) -> Iterator[Any]:
        try:
            from distributed import Client
        except ImportError as error:
            raise ScheduleError(
                "a Dask cluster was asked for, but the library 'distributed' is not installed. "
                "Mend: pip install posthaz[cluster], here and on the workers."
            ) from error
        try:
            client = Client(self.address, timeout=self.timeout, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ScheduleError(
                f"no Dask scheduler answers at {self.address}. "
                "Mend: check the address, and start one with 'dask scheduler'."
            ) from error
        try:
            with client:
                try:
                    client.wait_for_workers(1, timeout=self.timeout)
                except TimeoutError as error:
                    raise ScheduleError(
                        f"the Dask scheduler at {self.address} has no workers. "
                        f"Mend: start some with 'dask worker {self.address}'."
                    ) from error
                yield client
        except OSError as error:
            raise self._lost("was lost") from error

    def _lost(self, what: str) -> ScheduleError:
        return ScheduleError(
            f"the Dask scheduler at {self.address} {what} before all was done. "
            "Mend: start the cluster again and repeat the command."
        )


def _attempt_held(task: Task, held: Callable[[Task], Outcome]) -> Outcome:
    return held(task)


def _check_workers(client: Any, address: str) -> None:
    """Refuse workers whose versions differ from those here: their numbers could too."""
    here = {name: version(name) for name in _LIBRARIES}
    there = client.run(_versions, on_error="return")
    for worker, versions in there.items():
        if isinstance(versions, Exception):
            raise ScheduleError(
                f"worker {worker} of {address} can't load posthaz ({versions}). "
                "Mend: install the same version of posthaz[cluster] on every worker."
            )
        other = [
            f"{name} {found} (here {here[name]})"
            for name, found in versions.items()
            if found != here[name]
        ]
        if other:
            raise ScheduleError(
                f"worker {worker} of {address} has {', '.join(other)}, and its numbers could "
                "differ. Mend: install the same versions on every worker."
            )


def _versions() -> dict[str, str]:
    return {name: version(name) for name in _LIBRARIES}


def _died(task: Task) -> Outcome:
    return Outcome(
        task.label,
        error=ScheduleError(
            f"{task.label}: every worker that tried it died, the last ones with nothing else to "
            "do. Mend: look for a lack of memory, or do this task in this process to see why."
        ),
    )
