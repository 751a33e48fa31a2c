"""Tasks one after another in this process, and the seeds of tasks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

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


def task_seeds(seed: int, count: int) -> tuple[int, ...]:
    """Seeds that belong to tasks by their position, whoever does them and when.

    Derived with NumPy's `SeedSequence.spawn`, whose children are independent of one another and
    of their parent; a longer list begins with the shorter one.

    Parameters
    ----------
    seed : int
        Root seed, 0 or above.
    count : int
        Number of tasks.

    Returns
    -------
    tuple of int
        One seed a task, each below 2**32.

    Examples
    --------
    >>> task_seeds(1, 3)[:2] == task_seeds(1, 2)
    True
    """
    children = np.random.SeedSequence(seed).spawn(count)
    return tuple(int(child.generate_state(1)[0]) for child in children)
