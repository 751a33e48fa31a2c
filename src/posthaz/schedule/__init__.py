"""Many tasks in this process, on many cores, on many machines."""

from posthaz.schedule.dask_cluster import DaskCluster
from posthaz.schedule.in_process import InProcess, task_seeds
from posthaz.schedule.process_pool import ProcessPool
from posthaz.schedule.read import read_scheduler
from posthaz.schedule.scheduler import Outcome, Progress, Scheduler, Task

__all__ = [
    "DaskCluster",
    "InProcess",
    "Outcome",
    "ProcessPool",
    "Progress",
    "Scheduler",
    "Task",
    "read_scheduler",
    "task_seeds",
]
