"""Current and historical patients as one cohort."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, Column, between_steps
from posthaz.cohort.argument import require_cohort
from posthaz.cohort.own_columns import same_unit
from posthaz.cohort.patients import stacked
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
        Current rows first. Its patients, by whom a design is centred and over whom answers are
        averaged, are the current ones at their own weights, whatever the two arguments.

    Raises
    ------
    CohortError
        When a covariate or level is missing from the history, or units, landmarks or what counts as
        an event differ.

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
    alike = _recoded(history.covariates[names], current.covariates)
    both = stacked(
        [
            replace(current, weight=current_weight * current.weight, cluster=None),
            replace(history, weight=discount * history.weight, covariates=alike),
        ]
    )
    study = np.repeat([CURRENT, HISTORY], [len(current), len(history)])
    covariates = both.covariates.assign(
        **{STUDY: pd.Categorical(study, [CURRENT, HISTORY], ordered=True)}
    )
    standing = np.concatenate([current.weight, np.zeros(len(history))])
    return replace(both, covariates=covariates, standing=standing)


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
    if current.landmark != history.landmark or current.recurrent != history.recurrent:
        what = "which events count" if current.landmark == history.landmark else "the landmark"
        raise CohortError(
            f"{history.source.name}: {what} is another than in the current cohort",
            fix="read both cohorts alike",
        )
    for name in current.covariates.columns:
        own, other = (one.columns.get(name, Column(name)).unit for one in (current, history))
        if own and other and not same_unit(own, other):
            raise CohortError(
                f"{history.source.name}: '{name}' is in {other}, in the current cohort in {own}",
                fix=f'give convert = "{other} to {own}"',
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
