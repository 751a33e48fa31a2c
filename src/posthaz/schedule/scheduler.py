"""What every scheduler offers: many tasks through one function, outcomes in their order."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from posthaz.errors import PosthazError, ScheduleError

Progress = Callable[[int, int], None]
"""Takes tasks done and tasks in all."""


@dataclass(frozen=True)
class Task:
    """One piece of work.

    Parameters
    ----------
    label : str
        What it is, in words; an outcome and its message name it.
    argument : object
        What the function takes, everything that decides its answer (the seed too). It is sent
        to another process or machine, so that it has to pickle.
    """

    label: str
    argument: Any


@dataclass(frozen=True)
class Outcome:
    """What became of one task.

    Parameters
    ----------
    label : str
        The task's label.
    value : object
        What the function gave; None where it refused.
    error : PosthazError or None
        Why the task has no value: what the function refused, or the workers that died on it.
    """

    label: str
    value: Any = None
    error: PosthazError | None = None


def collector(
    count: int, progress: Progress | None
) -> tuple[dict[int, Outcome], Callable[[int, Outcome], None]]:
    """Outcomes by position, and what keeps one among them and says how many of `count` are done."""
    outcomes: dict[int, Outcome] = {}

    def keep(position: int, outcome: Outcome) -> None:
        outcomes[position] = outcome
        if progress is not None:
            progress(len(outcomes), count)

    return outcomes, keep


def died(task: Task, how: str) -> Outcome:
    """The outcome of a task that took its workers with it."""
    fix = "look for a lack of memory, or do this task in this process to see why"
    return Outcome(task.label, error=ScheduleError(f"{task.label}: {how}", fix=fix))


class Scheduler(ABC):
    """Where tasks are done, as a frozen value; it holds no process and no connection.

    Every scheduler gives the same outcomes, bit for bit on machines of one kind: a task's answer
    depends on its argument alone, never on where or after what it was done.
    """

    @abstractmethod
    def map(
        self,
        function: Callable[[Any], Any],
        tasks: Sequence[Task],
        progress: Progress | None = None,
    ) -> list[Outcome]:
        """Outcomes of all tasks.

        Parameters
        ----------
        function : callable
            Takes a task's argument. It is sent once to each worker and has to pickle: a function
            of a module, or `functools.partial` of one with what all tasks share.
        tasks : sequence of Task
            The tasks.
        progress : callable, optional
            Called after each task with (tasks done, tasks in all).

        Returns
        -------
        list of Outcome
            In the order of `tasks`. A `PosthazError` of one task is that task's outcome, so that
            the others are not lost; any other exception is a fault and stops everything.

        Raises
        ------
        ScheduleError
            When the workers can't be reached or started.
        """


def attempt(function: Callable[[Any], Any], task: Task) -> Outcome:
    """Do one task where it stands.

    Parameters
    ----------
    function : callable
        Takes the task's argument.
    task : Task
        The task.

    Returns
    -------
    Outcome
        Its value, or the `PosthazError` with which the function refused.

    Examples
    --------
    >>> attempt(abs, Task("first", -2))
    Outcome(label='first', value=2, error=None)
    """
    try:
        return Outcome(task.label, function(task.argument))
    except PosthazError as error:
        return Outcome(task.label, error=error)


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
