"""Current and historical patients as one cohort."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, between_steps
from posthaz.cohort.argument import require_cohort
from posthaz.errors import CohortError

STUDY = "study"
CURRENT, HISTORY = "current", "history"


def pooled_rows(
    current: Cohort, history: Cohort, discount: float = 1.0, current_weight: float = 1.0
) -> Cohort:
    """Current and historical patients as one cohort, with the covariate ``study``.

    Parameters
    ----------
    current, history : Cohort
        The cohorts; the history needs the current cohort's covariates and unit.
    discount : float
        Weight of a historical row.
    current_weight : float
        Weight of a current row.

    Returns
    -------
    Cohort
        Current rows first.

    Raises
    ------
    CohortError
        When a covariate or level is missing from the history, or units differ.

    Examples
    --------
    >>> import posthaz as ph
    >>> ours, theirs = ph.simulated_example(size=20), ph.simulated_example(size=50, seed=2)
    >>> both = pooled_rows(ours, theirs, 0.5)
    >>> len(both), float(both.weight.sum())
    (70, 45.0)
    """
    _check_alike(current, history)
    current, history = between_steps(current), between_steps(history)
    names = list(current.covariates.columns)
    frames = [current.covariates, _recoded(history.covariates[names], current.covariates)]
    covariates = pd.concat(frames, ignore_index=True)
    for name in names:
        column = current.covariates[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            covariates[name] = pd.Categorical(covariates[name], dtype=column.dtype)
    sizes = [len(current), len(history)]
    covariates[STUDY] = pd.Categorical(
        np.repeat([CURRENT, HISTORY], sizes), [CURRENT, HISTORY], ordered=True
    )

    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(current, name), getattr(history, name)])

    return replace(
        current,
        entry=joined("entry"),
        lower=joined("lower"),
        upper=joined("upper"),
        cause=joined("cause"),
        subject=np.concatenate([current.subject, history.subject + current.subject.max() + 1]),
        weight=np.concatenate([current_weight * current.weight, discount * history.weight]),
        cluster=None,
        covariates=covariates,
        row_number=joined("row_number"),
    )


def _check_alike(current: Cohort, history: Cohort) -> None:
    for one in (current, history):
        require_cohort(one, "borrowing")
    missing = [n for n in current.covariates.columns if n not in history.covariates.columns]
    if missing:
        raise CohortError(
            f"{history.source.name}: the history has no column "
            f"{', '.join(map(repr, missing))} of the current cohort",
            fix="add it, or leave it out of [cohort.columns]",
        )
    if current.unit != history.unit:
        raise CohortError(
            f"{history.source.name}: the history counts {history.unit}, the current cohort "
            f"{current.unit}",
            fix="give both in one unit",
        )


def _recoded(frame: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    made = frame.copy()
    for name, column in like.items():
        if not isinstance(column.dtype, pd.CategoricalDtype):
            continue
        known = set(column.cat.categories.astype(str))
        strange = set(made[name].astype(str)) - known
        if strange:
            raise CohortError(
                f"history: '{name}' has the level(s) {', '.join(sorted(strange))}, which the "
                "current cohort does not name",
                fix="recode the history's levels",
            )
        made[name] = made[name].astype(str).astype(column.dtype)
    return made
