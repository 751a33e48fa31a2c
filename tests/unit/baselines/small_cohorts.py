"""Small cohorts for the tests of this folder."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, Source


def small_cohort(
    time: list[float],
    event: list[int],
    arm: list[str] | None = None,
    *,
    entry: list[float] | None = None,
    subject: list[int] | None = None,
    weight: list[float] | None = None,
    **covariates: object,
) -> Cohort:
    """A cohort of exact and right-censored rows."""
    exit_, cause, rows = np.array(time, dtype=float), np.array(event), len(time)
    frame = pd.DataFrame(covariates, index=range(rows))
    if arm is not None:
        frame["arm"] = pd.Categorical(arm, categories=sorted(set(arm)), ordered=True)
    return Cohort(
        entry=np.zeros(rows) if entry is None else np.array(entry, dtype=float),
        lower=exit_,
        upper=np.where(cause > 0, exit_, np.inf),
        cause=cause,
        subject=np.arange(rows) if subject is None else np.array(subject),
        weight=np.ones(rows) if weight is None else np.array(weight, dtype=float),
        covariates=frame,
        columns={},
        row_number=np.arange(1, rows + 1),
        unit="months",
        source=Source("small.csv", "0", rows),
        treatment="" if arm is None else "arm",
    )


def random_cohort(seed: int, rows: int = 60, *, late: bool = False) -> Cohort:
    """Two arms with ties and censoring, two covariates, optionally entered late."""
    rng = np.random.default_rng(seed)
    exit_ = rng.integers(2, 15, rows).astype(float)
    cohort = small_cohort(
        list(exit_),
        list(rng.integers(0, 2, rows)),
        list(rng.choice(["a", "b"], rows)),
        age=rng.normal(60, 8, rows),
        stage=rng.integers(0, 3, rows).astype(float),
    )
    return replace(cohort, entry=rng.uniform(0, exit_ - 1)) if late else cohort


def written_out(cohort: Cohort) -> Cohort:
    """Whole-number weights as so many rows, each its own subject."""
    rows = np.repeat(np.arange(len(cohort)), cohort.weight.astype(int))
    return replace(
        cohort,
        entry=cohort.entry[rows],
        lower=cohort.lower[rows],
        upper=cohort.upper[rows],
        cause=cohort.cause[rows],
        subject=np.arange(len(rows)),
        weight=np.ones(len(rows)),
        covariates=cohort.covariates.iloc[rows].reset_index(drop=True),
        row_number=cohort.row_number[rows],
    )
