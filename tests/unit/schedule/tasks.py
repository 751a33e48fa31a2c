"""Functions for workers: pure ones, one that refuses, one that kills its worker."""

import os
import signal
from pathlib import Path

import numpy as np

from posthaz.errors import SpecError
from posthaz.schedule import Task, task_seeds


def seeded_mean(seed: int) -> float:
    """Mean of draws that depend on nothing but the seed."""
    return float(np.random.default_rng(seed).standard_normal(1000).mean())


def seeded_tasks(count: int) -> list[Task]:
    """Tasks for `seeded_mean`."""
    return [Task(f"task {k}", seed) for k, seed in enumerate(task_seeds(7, count))]


def refuse_odd(number: int) -> int:
    """A function that refuses odd numbers."""
    if number % 2:
        raise SpecError(f"{number} is odd. Fix: give an even number.")
    return number


def fail(fault: type[Exception]) -> float:
    """A fault, not a refusal."""
    raise fault("not a refusal")


def kill_once(argument: tuple[int, str]) -> float:
    """`seeded_mean`; the first to make the mark kills its worker instead."""
    seed, mark = argument
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return seeded_mean(seed)
    return _die()


def kill_always(argument: tuple[int, bool]) -> float:
    """`seeded_mean`, or the death of the worker."""
    seed, deadly = argument
    return _die() if deadly else seeded_mean(seed)


def slow_mean(argument: tuple[int, str]) -> float:
    """`seeded_mean` after leaving this worker's process number in a folder."""
    import time

    seed, folder = argument
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(0.2)
    return seeded_mean(seed)


def slowly(seed: int) -> float:
    """`seeded_mean` after half a second."""
    import time

    time.sleep(0.5)
    return seeded_mean(seed)


def _die() -> float:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")
