"""A small registry as a frame and as files."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import Cohort, CohortSpec, read_cohort
from posthaz.cohort.collapse import collapse
from posthaz.errors import CohortError

SPEC = CohortSpec(time="months", event="dead", treatment="arm")
COVARIATES = ("stage", "sex")


def registry(rows: int = 600, seed: int = 1) -> pd.DataFrame:
    """Whole months, an event and three factors."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "months": random.integers(1, 8, rows),
            "dead": random.integers(0, 2, rows),
            "arm": random.choice(["A", "B"], rows),
            "stage": random.choice(["I", "II", "III"], rows),
            "sex": random.choice([1, 2], rows),
            "id": np.arange(rows),
        }
    )


def changed(column: str, rows: list[int], value: object) -> pd.DataFrame:
    """The registry with another value in some rows."""
    table = registry().astype({column: object})
    table.loc[rows, column] = value
    return table.convert_dtypes() if not isinstance(value, str) else table


def parquet_files(folder: Path, table: pd.DataFrame, files: int = 3) -> Path:
    """The table in several Parquet files."""
    folder.mkdir(exist_ok=True)
    for at, rows in enumerate(np.array_split(np.arange(len(table)), files)):
        table.iloc[rows].to_parquet(folder / f"part-{at}.parquet", index=False)
    return folder


def expected_rows(table: pd.DataFrame, spec: CohortSpec = SPEC, **fields: object) -> pd.DataFrame:
    """Distinct rows and weights by way of `read_cohort` and `collapse`."""
    cohort = read_cohort(table, spec, covariates=COVARIATES, **fields)
    return as_rows(collapse(cohort, ["arm", *COVARIATES]).cohort)


def as_rows(cohort: Cohort) -> pd.DataFrame:
    """A cohort as sorted rows that can be compared."""
    frame = cohort.covariates.loc[:, sorted(cohort.covariates)].copy()
    names = ("entry", "lower", "upper", "cause", "weight")
    frame = frame.assign(**{name: getattr(cohort, name) for name in names})
    return frame.sort_values(list(frame.columns)).reset_index(drop=True)


def refusal(call, *arguments, **named) -> str:
    """Message of the error that a call raises."""
    with pytest.raises(CohortError) as caught:
        call(*arguments, **named)
    return str(caught.value)
