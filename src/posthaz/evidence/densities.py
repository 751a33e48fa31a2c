"""Densities of prior, likelihood and posterior of a printed hazard ratio."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from posthaz.evidence.printed import PrintedRatio
from posthaz.evidence.update import Belief, prior_belief, standard_priors, updated
from posthaz.priors import Prior

_REACH = 3.5
_POINTS = 301


def evidence_densities(
    printed: PrintedRatio, priors: Mapping[str, Prior | None] | None = None
) -> pd.DataFrame:
    """Densities of the log hazard ratio: prior, likelihood and posterior under each prior.

    Parameters
    ----------
    printed : PrintedRatio
        The hazard ratio.
    priors : mapping of str to (Prior or None), optional
        As `evidence_table` takes them.

    Returns
    -------
    DataFrame
        Columns ``prior, source, hr, density``; `source` is ``prior`` (no rows where nothing is
        known), ``likelihood`` or ``posterior``. Density is per unit of the log hazard ratio;
        the hazard ratios reach 3.5 standard errors around estimate and no effect.

    Examples
    --------
    >>> curves = evidence_densities(PrintedRatio(0.54, 0.31, 0.94))
    >>> sorted(curves.loc[curves["prior"] == "reference", "source"].unique())
    ['likelihood', 'posterior']
    """
    chosen = standard_priors(beneficial=printed.beneficial) if priors is None else priors
    seen = Belief(printed.estimate, printed.standard_error)
    reach = _REACH * seen.sd
    grid = np.linspace(min(seen.mean, 0.0) - reach, max(seen.mean, 0.0) + reach, _POINTS)
    frames = []
    for name, prior in chosen.items():
        belief = prior_belief(prior)
        posterior = updated(belief, seen.mean, seen.sd)
        curves = {"prior": belief, "likelihood": seen, "posterior": posterior}
        frames += [
            pd.DataFrame(
                {
                    "prior": name,
                    "source": source,
                    "hr": np.exp(grid),
                    "density": _normal(grid, curve),
                }
            )
            for source, curve in curves.items()
            if curve.known
        ]
    return pd.concat(frames, ignore_index=True)


def _normal(grid: np.ndarray, belief: Belief) -> np.ndarray:
    scaled = (grid - belief.mean) / belief.sd
    return np.exp(-0.5 * scaled**2) / (belief.sd * np.sqrt(2.0 * np.pi))
