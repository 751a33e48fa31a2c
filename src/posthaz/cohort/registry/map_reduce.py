"""The same grouping as a map and a reduction, on the workers of a scheduler."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from posthaz.cohort.cohort import Cohort
from posthaz.cohort.registry.connection import grouping_connection
from posthaz.cohort.registry.distinct import distinct_cohort, file_hash, joint_hash
from posthaz.cohort.registry.grouping import column_types, combined_rows, grouped_rows
from posthaz.cohort.registry.parts import Part
from posthaz.cohort.registry.plan import Plan, plan_registry
from posthaz.cohort.spec import CohortSpec
from posthaz.errors import CohortError
from posthaz.schedule import Scheduler, Task, read_scheduler

_MOST_TASKS = 256
_JOINED_AT_ONCE = 8


def group_registry(
    source: str | Path,
    spec: CohortSpec,
    covariates: Sequence[str] = (),
    cluster: str | Scheduler = "processes",
    memory: str = "1GB",
) -> Cohort:
    """Read a registry of many files on many workers: `read_registry` as map and reduction.

    Each task groups one file (of more than 256, several); partial counts are added up in a
    tree. The answer is that of `read_registry`, whatever the workers.

    Parameters
    ----------
    source : str or Path
        A folder or a glob; the workers see the files under the same paths.
    spec : CohortSpec
        Which column means what. It can't name a subject, whose rows may lie in several files.
    covariates : sequence of str, optional
        As in `read_registry`.
    cluster : str or Scheduler
        Who works: ``"processes"`` or ``"processes:4"`` on this machine, ``"here"`` one file
        after another, ``"dask:tcp://127.0.0.1:8786"`` a cluster by its address.
    memory : str
        What grouping may use in each task.

    Returns
    -------
    Cohort
        As from `read_registry`.

    Raises
    ------
    CohortError
        As in `read_registry`, and for a subject.
    ScheduleError
        When the workers can't be reached.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from posthaz.cohort import CohortSpec
    >>> folder = Path(tempfile.mkdtemp())
    >>> for year in (2001, 2002):
    ...     frame = pd.DataFrame({"months": [3, 8, 3], "dead": [1, 0, 1]})
    ...     frame.to_parquet(folder / f"{year}.parquet")
    >>> spec = CohortSpec(time="months", event="dead")
    >>> group_registry(folder, spec, cluster="here").weight.tolist()
    [4.0, 2.0]
    """
    if spec.subject:
        raise CohortError(
            f"{Path(source).name}: rows of a subject ('{spec.subject}') can't be compared "
            "where each worker sees some files only",
            fix="use read_registry, or leave out subject",
        )
    scheduler = read_scheduler(cluster) if isinstance(cluster, str) else cluster
    plan = plan_registry(source, spec, covariates)
    with grouping_connection(memory, None) as connection:
        types = column_types(connection, plan)
    size = -(-len(plan.parts) // _MOST_TASKS)
    pieces = [plan.parts[at : at + size] for at in range(0, len(plan.parts), size)]
    # the plan goes without its list of files: each task carries its own
    function = partial(
        _grouped, plan=replace(plan, parts=plan.parts[:1]), types=types, memory=memory
    )
    answers = _values(scheduler, function, pieces)
    tables = [table for table, _ in answers]
    while len(tables) > 1:
        joined = [
            tables[at : at + _JOINED_AT_ONCE] for at in range(0, len(tables), _JOINED_AT_ONCE)
        ]
        tables = _values(scheduler, combined_rows, joined)
    hashes = [digest for _, digests in answers for digest in digests]
    return distinct_cohort(tables[0], plan, joint_hash(plan.parts, hashes))


def _grouped(
    parts: Sequence[Part], plan: Plan, types: dict[str, str], memory: str
) -> tuple[pa.Table, list[str]]:
    """Distinct rows of some files, and the hash of each file."""
    with grouping_connection(memory, None, threads=1) as connection:
        grouped = grouped_rows(connection, plan, parts, types, memory)
    return grouped, [file_hash(part.path) for part in parts]


def _values(scheduler: Scheduler, function: Any, arguments: Sequence[Any]) -> list[Any]:
    """What the function gives for each argument; the first refusal is raised."""
    tasks = [Task(f"files {at + 1} of {len(arguments)}", a) for at, a in enumerate(arguments)]
    outcomes = scheduler.map(function, tasks)
    for outcome in outcomes:
        if outcome.error is not None:
            raise outcome.error
    return [outcome.value for outcome in outcomes]
