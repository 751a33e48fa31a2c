"""The cohorts in which one treatment effect is looked for, each with its own use of time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from posthaz.adjust import (
    begun,
    clone_censor_weight,
    landmark,
    sequential_trials,
    split_at_treatment,
    treatment_starts,
)
from posthaz.analyses.immortal_time.spec import ImmortalTimeSpec
from posthaz.cohort import Cohort
from posthaz.cohort.patients import without
from posthaz.errors import AdjustmentError, PosthazError

NAIVE, EARLY, LANDMARK, TIME_DEPENDENT, CLONES, TRIALS = (
    "naive", "late_excluded", "landmark", "time_dependent", "clones", "trials",
)  # fmt: skip
_QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class Comparison:
    """One way of comparing.

    Parameters
    ----------
    name : str
        Among ``naive``, ``late_excluded``, ``landmark``, ``time_dependent``, ``clones``,
        ``trials``.
    time : float
        Landmark, grace period or first late start; NaN where there is none.
    cohort : Cohort or None
        Rows that are compared; None where there are none, as `note` says.
    strata : ndarray of int, shape (row,), or None
        Strata of the Cox model.
    clustered : bool
        Whether a patient stands in several comparable rows, so that errors are by patient.
    note : str
        Why there is no cohort.
    weights, trials : DataFrame
        Of the clones, and of the sequence of trials.
    """

    name: str
    time: float = float("nan")
    cohort: Cohort | None = None
    strata: np.ndarray | None = None
    clustered: bool = False
    note: str = ""
    weights: pd.DataFrame = field(default_factory=pd.DataFrame)
    trials: pd.DataFrame = field(default_factory=pd.DataFrame)


def default_grid(cohort: Cohort, starts: str) -> tuple[float, ...]:
    """Quartiles of the times at which treatment began, those above 0, without repeats."""
    begin = begun(cohort, starts)[cohort.first]
    begin = begin[np.isfinite(begin)]
    if not len(begin):
        return ()
    times = np.unique(np.quantile(begin, _QUARTILES, method="inverted_cdf"))
    return tuple(float(time) for time in times if time > 0)


def comparisons(
    cohort: Cohort, starts: str, asked: ImmortalTimeSpec, covariates: Sequence[str]
) -> Iterator[Comparison]:
    """Every way of comparing, in the order of the table.

    Parameters
    ----------
    cohort : Cohort
        Whole follow-up, its arm the one that each patient came to be in.
    starts : str
        Covariate with the time at which treatment began.
    asked : ImmortalTimeSpec
        Landmarks and grace period.
    covariates : sequence of str
        Covariates of the censoring weights.

    Yields
    ------
    Comparison
        One a way; what can't be compared says why.
    """
    grid = default_grid(cohort, starts)
    grace = asked.grace or max(grid, default=float("nan"))
    yield Comparison(NAIVE, cohort=without(cohort, starts))
    yield _made(EARLY, grace, lambda: {"cohort": _early(cohort, starts, grace)})
    for time in asked.landmarks or grid:
        yield _made(LANDMARK, time, lambda t=time: {"cohort": landmark(cohort, t, starts).cohort})
    yield _made(
        TIME_DEPENDENT, float("nan"), lambda: {"cohort": split_at_treatment(cohort, starts)}
    )
    yield _made(CLONES, grace, lambda: _clones(cohort, starts, grace, covariates))
    yield _made(TRIALS, float("nan"), lambda: _trials(cohort, starts))


def error_reason(error: PosthazError) -> str:
    """What was found, without its place and its fix."""
    return error.findings[0].what if error.findings else error.reason


def _made(name: str, time: float, make: Callable[[], dict[str, object]]) -> Comparison:
    try:
        return replace(Comparison(name, time), **make())  # type: ignore[arg-type]
    except AdjustmentError as error:
        return Comparison(name, time, note=error_reason(error))


def _early(cohort: Cohort, starts: str, latest: float) -> Cohort:
    """Those never treated, and those treated by a time."""
    begin = treatment_starts(cohort, starts)
    kept = ~(np.isfinite(begin) & (begin > latest))
    if kept.all():
        raise AdjustmentError("nobody began treatment later")
    return without(cohort.where(kept), starts)


def _clones(
    cohort: Cohort, starts: str, grace: float, covariates: Sequence[str]
) -> dict[str, object]:
    made = clone_censor_weight(cohort, starts, grace, covariates)
    return {"cohort": made.cohort, "clustered": True, "weights": made.weights}


def _trials(cohort: Cohort, starts: str) -> dict[str, object]:
    made = sequential_trials(cohort, starts)
    return {"cohort": made.cohort, "clustered": True, "strata": made.trial, "trials": made.trials}
