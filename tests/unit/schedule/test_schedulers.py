"""One answer whoever computes it; nothing lost when a task refuses or a worker dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from posthaz.errors import ScheduleError, SpecError
from posthaz.schedule import DaskCluster, InProcess, ProcessPool, Scheduler, Task, task_seeds
from tests.unit.schedule import tasks


def local_cluster(workers: int, **settings: object) -> AbstractContextManager:
    """Worker processes on this machine; two deaths, not four, make a task suspect."""
    distributed = pytest.importorskip("distributed")
    import dask

    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        return distributed.LocalCluster(
            n_workers=workers, host="127.0.0.1", dashboard_address=":0", **settings
        )


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    with local_cluster(2, threads_per_worker=1, processes=True) as made:
        yield made


def on(cluster: object) -> DaskCluster:
    """The scheduler of a cluster; patient, since a worker may just be starting again."""
    return DaskCluster(cluster.scheduler_address, timeout=120.0)


@pytest.fixture(scope="module", params=["here", "processes", "dask"])
def scheduler(request: pytest.FixtureRequest) -> Scheduler:
    if request.param == "dask":
        return on(request.getfixturevalue("cluster"))
    return InProcess() if request.param == "here" else ProcessPool(2)


def test_values_are_those_of_a_plain_loop_in_the_order_of_the_tasks(scheduler: Scheduler) -> None:
    work = tasks.seeded_tasks(20)
    outcomes = scheduler.map(tasks.seeded_mean, work)
    assert [outcome.value for outcome in outcomes] == [
        tasks.seeded_mean(task.argument) for task in work
    ]
    assert [outcome.label for outcome in outcomes] == [task.label for task in work]


def test_order_of_the_tasks_changes_no_value(scheduler: Scheduler) -> None:
    work = tasks.seeded_tasks(8)
    forward = scheduler.map(tasks.seeded_mean, work)
    backward = scheduler.map(tasks.seeded_mean, work[::-1])
    assert forward == backward[::-1]


def test_progress_counts_every_task(scheduler: Scheduler) -> None:
    seen: list[tuple[int, int]] = []
    work = tasks.seeded_tasks(5)
    scheduler.map(tasks.seeded_mean, work, lambda done, total: seen.append((done, total)))
    assert seen == [(k, 5) for k in range(1, 6)]


def test_a_refusal_is_the_outcome_of_its_task_only(scheduler: Scheduler) -> None:
    outcomes = scheduler.map(tasks.refuse_odd, [Task(f"n = {k}", k) for k in range(4)])
    assert [outcome.value for outcome in outcomes] == [0, None, 2, None]
    error = outcomes[1].error
    assert isinstance(error, SpecError)
    assert (outcomes[1].label, str(error)) == ("n = 1", "1 is odd. Fix: give an even number.")
    assert outcomes[2].error is None


@pytest.mark.parametrize("fault", [ZeroDivisionError, FileNotFoundError, TimeoutError])
def test_a_fault_stops_everything(scheduler: Scheduler, fault: type[Exception]) -> None:
    with pytest.raises(fault, match="not a refusal"):
        scheduler.map(tasks.fail, [Task("a", fault), Task("b", fault)])


def test_no_tasks_no_outcomes(scheduler: Scheduler) -> None:
    assert scheduler.map(tasks.seeded_mean, []) == []


@pytest.mark.parametrize("scheduler", ["processes", "dask"], indirect=True)
def test_a_worker_that_dies_once_loses_no_task(scheduler: Scheduler, tmp_path: Path) -> None:
    seeds = task_seeds(7, 12)
    mark = str(tmp_path / "killed")
    work = [Task(f"task {k}", (seed, mark)) for k, seed in enumerate(seeds)]
    outcomes = scheduler.map(tasks.kill_once, work)
    assert Path(mark).exists()
    assert [outcome.error for outcome in outcomes] == [None] * 12
    assert [outcome.value for outcome in outcomes] == [tasks.seeded_mean(seed) for seed in seeds]


@pytest.mark.parametrize("scheduler", ["processes", "dask"], indirect=True)
def test_a_task_that_kills_every_worker_is_said_and_the_others_are_done(
    scheduler: Scheduler,
) -> None:
    seeds = task_seeds(7, 6)
    work = [Task(f"task {k}", (seed, k == 2)) for k, seed in enumerate(seeds)]
    outcomes = scheduler.map(tasks.kill_always, work)
    assert [outcome.value for outcome in outcomes] == [
        None if k == 2 else tasks.seeded_mean(seed) for k, seed in enumerate(seeds)
    ]
    assert isinstance(outcomes[2].error, ScheduleError)
    assert str(outcomes[2].error).startswith("task 2: ")


def test_a_dask_worker_killed_from_outside_loses_no_task(cluster: object, tmp_path: Path) -> None:
    seeds = task_seeds(7, 20)
    work = [Task(f"task {k}", (seed, str(tmp_path))) for k, seed in enumerate(seeds)]
    killed: list[int] = []

    def kill() -> None:
        while not any(tmp_path.iterdir()):
            time.sleep(0.01)
        killed.append(int(next(tmp_path.iterdir()).name))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    outcomes = on(cluster).map(tasks.slow_mean, work)
    killer.join()
    assert killed
    assert [outcome.value for outcome in outcomes] == [tasks.seeded_mean(seed) for seed in seeds]


def test_seeds_belong_to_positions_and_differ() -> None:
    seeds = task_seeds(1, 1000)
    assert len(set(seeds)) == 1000
    assert task_seeds(1, 10) == seeds[:10]
    assert not set(seeds) & set(task_seeds(2, 1000))


def test_a_cluster_that_does_not_answer() -> None:
    with pytest.raises(ScheduleError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9\."):
        DaskCluster("tcp://127.0.0.1:9", timeout=0.5).map(abs, [Task("a", 1)])


def test_a_cluster_without_workers() -> None:
    with (
        local_cluster(0, processes=False, protocol="tcp") as empty,
        pytest.raises(ScheduleError, match="has no workers"),
    ):
        DaskCluster(empty.scheduler_address, timeout=0.5).map(abs, [Task("a", 1)])


def test_a_cluster_that_is_lost_leaves_what_was_done() -> None:
    seeds = task_seeds(7, 6)
    work = [Task(f"task {k}", seed) for k, seed in enumerate(seeds)]
    with local_cluster(1, threads_per_worker=1, processes=False, protocol="tcp") as made:

        def stop(done: int, total: int) -> None:
            if done == 2:
                made.close()

        outcomes = on(made).map(tasks.slowly, work, stop)
    done = [outcome for outcome in outcomes if outcome.error is None]
    assert len(done) >= 2
    expected = {f"task {k}": tasks.seeded_mean(seed) for k, seed in enumerate(seeds)}
    assert all(outcome.value == expected[outcome.label] for outcome in done)
    lost = [outcome for outcome in outcomes if outcome.error is not None]
    assert lost
    assert all("before all was done" in str(outcome.error) for outcome in lost)


def test_a_missing_library_is_named_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ScheduleError, match=r"pip install posthaz\[cluster\]"):
        DaskCluster("tcp://127.0.0.1:8786").map(abs, [Task("a", 1)])


def test_other_versions_on_a_worker_are_refused(
    cluster: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from posthaz.schedule import dask_cluster

    monkeypatch.setattr(dask_cluster, "version", lambda name: "0.0.0")
    with pytest.raises(ScheduleError, match=r"has posthaz .+ \(here 0\.0\.0\), numpy"):
        on(cluster).map(abs, [Task("a", 1)])


def test_a_script_without_guard_is_refused_in_words(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from posthaz.schedule import ProcessPool, Task\nProcessPool(1).map(abs, [Task('a', -1)])\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count('if __name__ == "__main__":') >= 1
    assert "ScheduleError: the worker processes die as they start" in done.stderr
