"""Density of draws over the part of their range that is shown."""

import numpy as np
from arviz_stats.base.array import array_stats


def density(samples: np.ndarray, lower: float, upper: float) -> tuple[np.ndarray, np.ndarray]:
    """Kernel density of `samples` between two bounds.

    Only the samples within the bounds are smoothed, and the curve integrates to their share,
    so that a prior with far tails keeps its true height where it is shown.

    Parameters
    ----------
    samples : ndarray of float, shape (sample,)
        Draws.
    lower, upper : float
        Range shown, in the draws' unit.

    Returns
    -------
    grid, height : ndarray of float, shape (512,)
        Values, and density in 1 / unit. Both empty when fewer than two different samples lie
        within the bounds.

    Examples
    --------
    >>> import numpy as np
    >>> grid, height = density(np.linspace(0.0, 1.0, 200), 0.0, 0.5)
    >>> bool(abs(height.mean() * (grid[-1] - grid[0]) - 0.5) < 0.02)
    True
    """
    samples = np.asarray(samples, dtype=float).ravel()
    finite = samples[np.isfinite(samples)]
    shown = finite[(finite >= lower) & (finite <= upper)]
    if len(np.unique(shown)) < 2:
        return np.array([]), np.array([])
    # The bandwidth search divides by zero on evenly spread draws, and recovers.
    with np.errstate(divide="ignore"):
        grid, height, _ = array_stats.kde(shown, bound_correction=True)
    return grid, height * len(shown) / len(samples)


def shown_range(prior: np.ndarray, posterior: np.ndarray) -> tuple[float, float]:
    """Range that holds the posterior whole and as much of the prior as leaves it legible.

    Parameters
    ----------
    prior, posterior : ndarray of float, shape (sample,)
        Draws in the same unit.

    Returns
    -------
    lower, upper : float
        The prior's central 99 %, cut at two posterior widths on either side of the posterior.

    Examples
    --------
    >>> import numpy as np
    >>> shown_range(np.array([-100.0, 100.0]), np.array([0.0, 1.0]))
    (-1.995, 2.995)
    """
    low, high = np.quantile(posterior, [0.001, 0.999])
    width = high - low
    prior_low, prior_high = np.quantile(prior, [0.005, 0.995])
    lower = min(low, max(prior_low, low - 2.0 * width))
    upper = max(high, min(prior_high, high + 2.0 * width))
    return round(float(lower), 12), round(float(upper), 12)
