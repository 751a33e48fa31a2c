"""Net survival without a model of the excess: Ederer II and Pohar Perme."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import CohortError

Accrued = Callable[[np.ndarray], np.ndarray]
METHODS = ("ederer_2", "pohar_perme")


@checks_arguments
def relative_survival(
    cohort: Cohort,
    accrued: Accrued,
    method: Literal["pohar_perme", "ederer_2"] = "pohar_perme",
    level: float = 0.95,
) -> pd.DataFrame:
    """Survival as if nobody died of anything but the disease, from expected deaths.

    Ederer II sets the hazard of those at risk against what the life table expects of them; it is
    biased for net survival, because those who die of other causes leave the risk set. Pohar Perme
    weighs each patient by the inverse of the expected survival, which undoes that. Between times
    at which somebody leaves, the risk set stays what it is.

    Parameters
    ----------
    cohort : Cohort
        A cohort, with exact event times.
    accrued : callable
        Expected cumulative hazard of every row at times: (time,) to (row, time).
    method : {"ederer_2", "pohar_perme"}
        The estimate.
    level : float
        Confidence level, on the log scale.

    Returns
    -------
    DataFrame
        Columns ``time, survival, lower, upper, at_risk, events``, from time 0 on.

    References
    ----------
    Ederer F, Heise H (1959), Methodological note 10, End Results Evaluation Section, NCI.
    Pohar Perme M, Stare J, Estève J (2012), Biometrics 68:113-120.

    Examples
    --------
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"t": [1.0, 2.0, 3.0, 4.0], "d": [1, 0, 1, 0]})
    >>> cohort = read_cohort(table, time="t", event="d")
    >>> none = lambda times: np.zeros((4, len(times)))
    >>> relative_survival(cohort, none, "ederer_2")["survival"].round(3).tolist()
    [1.0, 0.75, 0.75, 0.375, 0.375]
    """
    if cohort.interval_censored.any():
        raise CohortError(
            "net survival needs exact event times, and some are only known to lie between two",
            fix="fit a model with [models.NAME.background]",
        )
    times = np.unique(np.concatenate([[0.0], cohort.entry, cohort.exit]))
    passed = accrued(times)
    before, after = times[:-1], times[1:]
    # at risk throughout (before, after], for every exit and entry is a boundary
    here = (cohort.entry[:, None] <= before) & (cohort.exit[:, None] >= after)
    died = cohort.event[:, None] & (cohort.exit[:, None] == after)
    middle = (passed[:, 1:] + passed[:, :-1]) / 2.0
    own = cohort.weight[:, None]
    weight, at_event = (own * np.ones_like(middle),) * 2
    if method == "pohar_perme":
        weight, at_event = own * np.exp(middle), own * np.exp(passed[:, 1:])
    at_risk = (weight * here).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (weight * here * np.diff(passed, axis=1)).sum(axis=0) / at_risk
        under = (at_event * here).sum(axis=0)
        share = (at_event * died).sum(axis=0) / under
        spread = (at_event**2 * died).sum(axis=0) / under**2
        if method == "ederer_2":
            left = under * (under - (at_event * died).sum(axis=0))
            spread = np.where(left > 0, (at_event * died).sum(axis=0) / left, 0.0)
            share = -np.log1p(-share)
    excess = np.cumsum(np.nan_to_num(share - expected, posinf=np.inf))
    half = norm.ppf(0.5 + level / 2) * np.sqrt(np.cumsum(np.nan_to_num(spread)))
    start = {"time": [0.0], "survival": [1.0], "lower": [1.0], "upper": [1.0]}
    start |= {"at_risk": [(own * here).sum(axis=0)[0]], "events": [0.0]}
    rows = pd.DataFrame(
        {
            "time": after,
            "survival": np.exp(-excess),
            "lower": np.exp(-excess - half),
            "upper": np.exp(-excess + half),
            "at_risk": (own * here).sum(axis=0),
            "events": (own * died).sum(axis=0),
        }
    )
    return pd.concat([pd.DataFrame(start), rows], ignore_index=True)
