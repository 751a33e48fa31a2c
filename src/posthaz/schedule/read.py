"""A scheduler from the text of an option."""

import os
import re

from posthaz.errors import ScheduleError, nearest
from posthaz.schedule.dask_cluster import DaskCluster
from posthaz.schedule.process_pool import ProcessPool
from posthaz.schedule.scheduler import InProcess, Scheduler

FORMS = "here, processes, processes:N or dask:ADDRESS"


def read_scheduler(text: str) -> Scheduler:
    """The scheduler that a text names.

    Parameters
    ----------
    text : str
        ``"here"`` for this process; ``"processes:4"`` for four processes on this machine,
        ``"processes"`` for one a core; ``"dask:tcp://127.0.0.1:8786"`` for a cluster.

    Returns
    -------
    Scheduler
        Not yet started or connected.

    Raises
    ------
    ScheduleError
        When the text names none.

    Examples
    --------
    >>> read_scheduler("processes:2")
    ProcessPool(workers=2)
    """
    kind, _, rest = text.strip().partition(":")
    if kind == "here" and not rest:
        return InProcess()
    if kind == "processes":
        if not rest:
            return ProcessPool(_processors())
        if re.fullmatch(r"[0-9]+", rest):
            return ProcessPool(int(rest))
        raise ScheduleError(
            f"'{text}': '{rest}' is not a number of processes", fix="give one, as processes:2"
        )
    if kind == "dask":
        if re.fullmatch(r"([a-z]+://)?[^\s/]+:[0-9]+", rest):
            return DaskCluster(rest)
        raise ScheduleError(
            f"'{text}': '{rest}' is not the address of a Dask scheduler",
            fix="give one, as dask:tcp://127.0.0.1:8786",
        )
    raise ScheduleError(
        f"'{text}' names no workers; {nearest(kind, ('here', 'processes', 'dask'))}",
        fix=f"give {FORMS}",
    )


def _processors() -> int:
    """How many processors this process may use."""
    told = hasattr(os, "sched_getaffinity")
    return len(os.sched_getaffinity(0)) if told else os.cpu_count() or 1
