"""Many tasks in this process, on many cores, on many machines."""

from posthaz.schedule.dask_cluster import DaskCluster
from posthaz.schedule.process_pool import ProcessPool
from posthaz.schedule.read import read_scheduler
from posthaz.schedule.scheduler import InProcess, Outcome, Progress, Scheduler, Task, task_seeds

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
