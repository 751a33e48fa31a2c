"""What every scheduler offers: many tasks through one function, outcomes in their order."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from posthaz.errors import PosthazError

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
