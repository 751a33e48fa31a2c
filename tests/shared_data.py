"""Real data and reference results that live beside the repository, not in it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import Cohort, Source

SHARED = Path(__file__).resolve().parents[2] / "shared"
REFERENCE = SHARED / "reference"
DATA = SHARED / "data"
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="shared/reference is absent")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="shared/data is absent")


@cache
def reference(name: str) -> dict[str, Any]:
    """A reference result by name."""
    return json.loads((REFERENCE / f"{name}.json").read_text())


def plain_cohort(
    time: np.ndarray, event: np.ndarray, covariates: pd.DataFrame, unit: str = "years"
) -> Cohort:
    """A cohort of right-censored rows, one a subject."""
    exit_ = np.asarray(time, dtype=float)
    seen = np.asarray(event).astype(bool)
    rows = len(exit_)
    return Cohort(
        entry=np.zeros(rows),
        lower=exit_,
        upper=np.where(seen, exit_, np.inf),
        cause=seen.astype(int),
        subject=np.arange(rows),
        weight=np.ones(rows),
        covariates=covariates.reset_index(drop=True),
        columns={},
        row_number=np.arange(1, rows + 1),
        unit=unit,
        source=Source("test", "0", rows),
    )


def bayes_cohort(name: str) -> Cohort:
    """Cohort of a ``*_bayes`` reference, time in years."""
    frame = pd.read_csv(REFERENCE / f"{name}.csv")
    columns = reference(name)["covariates"]
    return plain_cohort(frame["time_years"], frame["event"], frame[columns].astype(float))
