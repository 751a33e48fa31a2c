"""The caliper: how far apart the scores of a pair may be."""

import numpy as np

from posthaz.adjust.score import PropensityScore

SCALES = ("pooled", "all", "logit")


def caliper_width(score: PropensityScore, caliper: float | None, scale: str = "pooled") -> float:
    """Largest distance of a pair on the logit of the score.

    Parameters
    ----------
    score : PropensityScore
        The score.
    caliper : float or None
        Caliper in units of `scale`; None for no limit.
    scale : {"pooled", "all", "logit"}
        See `match_patients`.

    Returns
    -------
    float
        The width; infinite for no limit.
    """
    if caliper is None:
        return float("inf")
    logit, treated = score.logit, score.treated
    if scale == "logit":
        return float(caliper)
    if scale == "all":
        return float(caliper * logit.std(ddof=1))
    groups = [logit[group] for group in (treated, ~treated)]
    variances = [group.var(ddof=1) if len(group) > 1 else 0.0 for group in groups]
    return float(caliper * np.sqrt(np.mean(variances)))
