"""The option that says where tasks are done."""

import os

import pytest

from posthaz.errors import ScheduleError
from posthaz.schedule import DaskCluster, InProcess, ProcessPool, read_scheduler


@pytest.mark.parametrize(
    ("text", "scheduler"),
    [
        ("here", InProcess()),
        ("processes:3", ProcessPool(3)),
        ("processes", ProcessPool(len(os.sched_getaffinity(0)))),
        ("dask:tcp://127.0.0.1:8786", DaskCluster("tcp://127.0.0.1:8786")),
        ("dask:cluster.example.org:8786", DaskCluster("cluster.example.org:8786")),
    ],
)
def test_forms(text: str, scheduler: object) -> None:
    assert read_scheduler(text) == scheduler


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("process:2", "did you mean 'processes'"),
        ("4", "Fix: give here, processes"),
        ("processes:two", "'two' is not a number"),
        ("processes:0", "1 worker or more"),
        ("processes:-1", "'-1' is not a number"),
        ("dask:", "not the address"),
        ("dask:tcp://somewhere", "not the address"),
        ("here:2", "names no workers"),
        ("", "names no workers"),
    ],
)
def test_other_texts_are_refused(text: str, message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        read_scheduler(text)
