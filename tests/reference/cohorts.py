"""Cohorts built from frames, without reading a table."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, Column, Source
from tests.shared_data import DATA, REFERENCE


def cohort_from(
    frame: pd.DataFrame,
    time: str,
    event: str,
    *,
    entry: str = "",
    treatment: str = "",
    cluster: str = "",
    subject: str = "",
    weight: str = "",
    factors: Mapping[str, Sequence[object]] | Sequence[str] = (),
    unit: str = "days",
) -> Cohort:
    """A cohort whose covariates are the whole frame; `factors` become categories of text."""
    frame = frame.reset_index(drop=True)
    seen = frame[event].to_numpy().astype(int)
    exit_ = frame[time].to_numpy(dtype=float)
    rows = len(frame)
    covariates = frame.copy()
    levels = dict(factors) if isinstance(factors, Mapping) else dict.fromkeys(factors)
    if treatment:
        levels.setdefault(treatment, None)
    for name, given in levels.items():
        covariates[name] = _factor(frame[name], given)

    def numbered(column: str) -> np.ndarray:
        return pd.factorize(frame[column])[0] if column else np.arange(rows)

    return Cohort(
        entry=frame[entry].to_numpy(dtype=float) if entry else np.zeros(rows),
        lower=exit_,
        upper=np.where(seen > 0, exit_, np.inf),
        cause=seen,
        subject=numbered(subject),
        cluster=numbered(cluster) if cluster else None,
        weight=frame[weight].to_numpy(dtype=float) if weight else np.ones(rows),
        covariates=covariates,
        columns={name: Column(name) for name in covariates.columns},
        row_number=np.arange(1, rows + 1),
        unit=unit,
        source=Source("test.csv", "0", rows),
        treatment=treatment,
    )


def reference_cohort(name: str, treatment: str = "", **columns: object) -> Cohort:
    """Cohort of a frequentist reference data set."""
    frame = pd.read_csv(REFERENCE / f"{name}.csv")
    return cohort_from(frame, "time", "event", treatment=treatment, **columns)  # type: ignore[arg-type]


def nvalt_cohort() -> Cohort:
    """Overall survival of NVALT-11 by arm, in months."""
    frame = pd.read_csv(DATA / "nvalt11.csv")
    return cohort_from(frame, "os_mth", "os_event", treatment="arm", unit="months")


def _factor(values: pd.Series, levels: Sequence[object] | None) -> pd.Categorical:
    if levels is None:
        levels = sorted(values.dropna().unique())
    text = {level: f"{level:g}" if isinstance(level, float) else str(level) for level in levels}
    return pd.Categorical(values.map(text), categories=list(text.values()), ordered=True)
