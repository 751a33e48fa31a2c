"""How much clusters differ, as a number that readers know: the median hazard ratio."""

import numpy as np
from scipy.stats import norm

from posthaz.inference import Fit
from posthaz.report.results import Results
from posthaz.report.sections.wording import interval_name, with_interval
from posthaz.spec.names import frailty_sd_name

_TWO_DRAWN = float(np.sqrt(2.0) * norm.ppf(0.75))


def frailty_sentences(results: Results) -> list[str]:
    """A sentence for each frailty of the primary model; none where it has none.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    list of str
        With the standard deviation and the median ratio, exp(sd x sqrt(2) x 0.6745).
    """
    fit = results.posterior.primary
    level = results.analysis.estimands.interval
    return [
        _sentence(fit, frailty_sd_name(group), group.name, level) for group in fit.design.groups
    ]


def _sentence(fit: Fit, name: str, group: str, level: float) -> str:
    draws = fit.draws["posterior"][name].to_numpy().ravel()
    numbers = median_ratio(draws, level)
    tail = (1.0 - level) / 2.0
    spread = with_interval(*np.quantile(draws, [0.5, tail, 1.0 - tail]))
    of = {"hazard": "hazard", "time": "survival time"}[fit.spec.effect.acts_on]
    return (
        f"Clusters of `{group}` differ: the logarithm of their {of}s varies with a standard "
        f"deviation of {spread} ({interval_name(level)} credible interval). Of two patients alike "
        f"in everything else but from two clusters drawn at random, the one with the larger {of} "
        f"has in the median {with_interval(*numbers)} times that of the other (median {of} ratio)."
    )


def median_ratio(spread: np.ndarray, level: float) -> tuple[float, float, float]:
    """Median and limits of the median ratio of two clusters drawn at random.

    Examples
    --------
    >>> round(median_ratio(np.full(9, 0.5), 0.95)[0], 3)
    1.611
    """
    tail = (1.0 - level) / 2.0
    middle, lower, upper = np.quantile(np.exp(_TWO_DRAWN * spread), [0.5, tail, 1.0 - tail])
    return float(middle), float(lower), float(upper)
