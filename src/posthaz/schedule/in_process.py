"""Tasks one after another in this process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from posthaz.schedule.scheduler import Outcome, Progress, Scheduler, Task, attempt


@dataclass(frozen=True)
class InProcess(Scheduler):
    """One task after another, here.

    Examples
    --------
    >>> outcomes = InProcess().map(abs, [Task("first", -2), Task("second", 3)])
    >>> [outcome.value for outcome in outcomes]
    [2, 3]
    """

    def map(
        self,
        function: Callable[[Any], Any],
        tasks: Sequence[Task],
        progress: Progress | None = None,
    ) -> list[Outcome]:
        """Outcomes of all tasks, as `Scheduler.map` says."""
        outcomes = []
        for task in tasks:
            outcomes.append(attempt(function, task))
            if progress is not None:
                progress(len(outcomes), len(tasks))
        return outcomes
