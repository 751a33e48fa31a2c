"""Kaplan-Meier survival of each arm against the reference, at asked times."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from posthaz.baselines.influence import clustered, survival_influence
from posthaz.baselines.response import by_arm, whole_weights
from posthaz.baselines.survival_summary import survival_at
from posthaz.cohort import Cohort, after_origin


def survival_difference(
    cohort: Cohort, times: Sequence[float], *, level: float = 0.95, robust: bool | None = None
) -> pd.DataFrame:
    """Difference of Kaplan-Meier survival at given times, each arm minus the reference.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    times : sequence of float
        Times in the cohort's unit.
    level : float
        Confidence level.
    robust : bool, optional
        Whether errors are the infinitesimal jackknife's, by cluster where the cohort has one and
        by subject otherwise, so that arms that share clusters (matched sets) covary. When not
        given: where the weights are not whole numbers. Weights are taken as known.

    Returns
    -------
    DataFrame
        Columns ``arm, reference, time, value, std_error, lower, upper``; no rows for a
        single-arm cohort, NaN after the last follow-up of an arm.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import posthaz as ph
    >>> table = survival_difference(ph.simulated_example(), [12.0])
    >>> table[["arm", "value"]].round(3).to_numpy().tolist()
    [['B', 0.117]]
    """
    robust = not whole_weights(cohort) if robust is None else robust
    z = float(norm.ppf(0.5 + level / 2))
    found = {
        (row["arm"], row["time"]): row
        for row in survival_at(cohort, times, level=level).to_dict("records")
    }
    parts = dict(by_arm(after_origin(cohort)))
    influence = {
        arm: clustered(cohort, part, survival_influence(part, times))
        for arm, part in (parts.items() if robust else ())
    }
    reference, *arms = parts
    rows = []
    for arm in arms:
        for column, time in enumerate(map(float, times)):
            ours, theirs = found[arm, time], found[reference, time]
            value = float(ours["survival"] - theirs["survival"])
            error = float(np.hypot(ours["std_error"], theirs["std_error"]))
            if robust and np.isfinite(value):
                error = float(
                    np.linalg.norm(influence[arm][:, column] - influence[reference][:, column])
                )
            rows.append((arm, reference, time, value, error, value - z * error, value + z * error))
    columns = ["arm", "reference", "time", "value", "std_error", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns)
