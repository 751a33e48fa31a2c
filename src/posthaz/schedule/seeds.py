"""A seed of its own for each task."""

import numpy as np


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
