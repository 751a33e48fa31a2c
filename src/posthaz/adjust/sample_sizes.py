"""How many patients a sample has, how many it is worth, and where scores overlap."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from posthaz.adjust.balance import BEFORE
from posthaz.adjust.matched import Matched
from posthaz.adjust.score import PropensityScore
from posthaz.adjust.weighting import Weighted, effective_size


def sample_sizes(score: PropensityScore, samples: Mapping[str, Matched | Weighted]) -> pd.DataFrame:
    """Patients and effective sample sizes of each arm, before and in each sample.

    Returns
    -------
    DataFrame
        Columns ``sample, arm, n, left_out, events, effective, largest_share``: patients with a
        weight, those without, events among the former, Kish's effective sample size, and the
        share of the arm's weight that its heaviest patient has.
    """
    cohort = score.cohort
    weights = {BEFORE: cohort.weight, **{k: one.weight for k, one in samples.items()}}
    rows = []
    for sample, weight in weights.items():
        for arm in cohort.arms:
            group = cohort.arm == arm
            own = weight[group]
            used = group & (weight > 0)
            rows.append(
                {
                    "sample": sample,
                    "arm": arm,
                    "n": int(used.sum()),
                    "left_out": int(group.sum() - used.sum()),
                    "events": int(cohort.event[used].sum()),
                    "effective": effective_size(own),
                    "largest_share": float(own.max() / own.sum()) if own.sum() else np.nan,
                }
            )
    return pd.DataFrame(rows)


def overlap_table(score: PropensityScore) -> pd.DataFrame:
    """Range of the score in each arm, and how many patients have no counterpart.

    Returns
    -------
    DataFrame
        Columns ``arm, n, minimum, q1, median, q3, maximum, outside, share_outside``: `outside`
        counts patients whose score lies beyond the range of the other arm.

    Examples
    --------
    >>> import posthaz as ph
    >>> score = ph.propensity_score(ph.simulated_example(), ["gtv_cc", "dose_gy"])
    >>> overlap_table(score)[["arm", "n", "outside"]].to_numpy().tolist()
    [['A', 60, 1], ['B', 60, 1]]
    """
    rows = []
    for arm in score.cohort.arms:
        group = score.cohort.arm == arm
        mine, others = score.probability[group], score.probability[~group]
        outside = int(((mine < others.min()) | (mine > others.max())).sum())
        minimum, q1, median, q3, maximum = np.quantile(mine, [0.0, 0.25, 0.5, 0.75, 1.0])
        rows.append(
            {"arm": arm, "n": len(mine), "minimum": minimum, "q1": q1, "median": median}
            | {"q3": q3, "maximum": maximum, "outside": outside}
            | {"share_outside": outside / len(mine)}
        )
    return pd.DataFrame(rows)
