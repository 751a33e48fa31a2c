"""Reading a registry: files larger than memory to a cohort of distinct rows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from posthaz.cohort.cohort import Cohort
from posthaz.cohort.registry.connection import grouping_connection
from posthaz.cohort.registry.distinct import distinct_cohort
from posthaz.cohort.registry.grouping import column_types, grouped_rows
from posthaz.cohort.registry.hashes import file_hash, joint_hash
from posthaz.cohort.registry.plan import plan_registry
from posthaz.cohort.registry.subjects import subject_findings
from posthaz.cohort.spec import CohortSpec


def read_registry(
    source: str | Path,
    spec: CohortSpec,
    covariates: Sequence[str] = (),
    memory: str = "1GB",
    folder: str | Path | None = None,
) -> Cohort:
    """Read a registry that doesn't fit in memory as a cohort of its distinct rows.

    DuckDB groups the rows, on disk where memory doesn't suffice. The distinct rows are held to
    the rules of `read_cohort`; a message says how many of the registry's rows a problem has.

    Parameters
    ----------
    source : str or Path
        A Parquet or CSV file, a folder with such files at any depth, or a glob. Folders named
        ``year=2001`` give a column.
    spec : CohortSpec
        Which column means what. Name the levels of factors whose order matters. A subject is
        used to check that its rows don't overlap and is not kept.
    covariates : sequence of str, optional
        Covariates that the analysis needs. Kept are these and the treatment; when none are
        named, those of `spec`. Each one more makes more rows distinct.
    memory : str
        What grouping may use, such as ``"1GB"``; also what the distinct rows may take.
    folder : str or Path, optional
        Where to put what exceeds `memory` while grouping; the system's temporary folder when
        not given.

    Returns
    -------
    Cohort
        One row for each distinct row, in an order that depends on their values alone. Its
        weights count the registry's rows (times case weights), and so does ``source.rows``.

    Raises
    ------
    CohortError
        When files can't be read, columns are missing, a rule is broken, or too many rows are
        distinct.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from posthaz.cohort import CohortSpec
    >>> folder = Path(tempfile.mkdtemp())
    >>> frame = pd.DataFrame({"months": [3, 8, 3, 3], "dead": [1, 0, 1, 1], "sex": list("fmfm")})
    >>> frame.to_parquet(folder / "registry.parquet")
    >>> spec = CohortSpec(time="months", event="dead")
    >>> cohort = read_registry(folder / "registry.parquet", spec, ["sex"])
    >>> cohort.source.rows, len(cohort), cohort.weight.tolist()
    (4, 3, [2.0, 1.0, 1.0])
    """
    plan = plan_registry(source, spec, covariates)
    found = ()
    with grouping_connection(memory, folder) as connection:
        types = column_types(connection, plan)
        if spec.subject:
            found = tuple(subject_findings(connection, plan, types))
        grouped = grouped_rows(connection, plan, plan.parts, types, memory)
    sha256 = joint_hash(plan.parts, [file_hash(part.path) for part in plan.parts])
    return distinct_cohort(
        grouped, replace(plan, spec=replace(plan.spec, subject="")), sha256, found
    )
