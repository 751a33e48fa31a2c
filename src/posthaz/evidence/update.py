"""A printed hazard ratio set against priors."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from posthaz.errors import PriorError
from posthaz.evidence.printed import PrintedRatio, require_possible
from posthaz.priors import Prior, enthusiastic, sceptical

REFERENCE = "reference"
EXPECTED = 0.7
RELEVANT = 0.8
COLUMNS = (
    "ratio", "label", "prior", "prior_words", "prior_hr", "prior_lower", "prior_upper",
    "hr", "lower", "upper", "benefit", "benefit_least", "benefit_most",
    "relevant", "relevant_least", "relevant_most", "assurance",
)  # fmt: skip


@dataclass(frozen=True)
class Belief:
    """A normal distribution of a log hazard ratio.

    Parameters
    ----------
    mean : float
        Mean; 0 where nothing is known.
    sd : float
        Standard deviation; infinite where nothing is known.
    """

    mean: float
    sd: float

    @property
    def known(self) -> bool:
        """Whether it is a proper distribution."""
        return math.isfinite(self.sd)

    def quantile(self, probability: float) -> float:
        """Hazard ratio below which the truth lies with `probability`; NaN where unknown."""
        if not self.known:
            return math.nan
        return math.exp(self.mean + self.sd * float(ndtri(probability)))

    def below(self, hr: float) -> float:
        """Probability that the hazard ratio is below `hr`."""
        return float(ndtr((math.log(hr) - self.mean) / self.sd)) if self.known else math.nan


FLAT = Belief(0.0, math.inf)


def standard_priors(
    expected: float = EXPECTED, beneficial: str = "below"
) -> dict[str, Prior | None]:
    """The priors that a result is set against without others: none, sceptical, enthusiastic.

    Parameters
    ----------
    expected : float
        Hazard ratio that was hoped for, such as the one a trial was planned for.
    beneficial : {"below", "above"}
        Side of 1 on which the ratio is a benefit; `expected` is turned to that side.

    Returns
    -------
    dict of str to (Prior or None)
        ``reference`` (None: no prior knowledge), ``sceptical``, ``enthusiastic``.

    Examples
    --------
    >>> {name: str(prior) for name, prior in standard_priors(0.5).items()}["sceptical"]
    'normal(0, 0.4214)'
    """
    turned = 1.0 / expected if (expected > 1) == (beneficial == "below") else expected
    return {
        REFERENCE: None,
        "sceptical": sceptical(turned),
        "enthusiastic": enthusiastic(turned),
    }


def updated(belief: Belief, estimate: float, standard_error: float) -> Belief:
    """Normal prior and normal likelihood to normal posterior.

    Examples
    --------
    >>> updated(Belief(0.0, 1.0), 1.0, 1.0) == Belief(0.5, math.sqrt(0.5))
    True
    """
    precision = standard_error**-2
    if not belief.known:
        return Belief(estimate, standard_error)
    prior = belief.sd**-2
    mean = (prior * belief.mean + precision * estimate) / (prior + precision)
    return Belief(mean, (prior + precision) ** -0.5)


def prior_belief(prior: Prior | None) -> Belief:
    """The normal distribution of a prior.

    Raises
    ------
    PriorError
        When the prior is not normal.
    """
    if prior is None or prior.family == "flat":
        return FLAT
    if prior.family != "normal":
        raise PriorError(
            f"a prior of family '{prior.family}' can't be set against a printed hazard ratio",
            fix="state it as normal, sceptical, enthusiastic, hazard_ratio or historical",
        )
    return Belief(*prior.values)


def evidence_table(
    printed: PrintedRatio,
    priors: Mapping[str, Prior | None] | None = None,
    *,
    relevant: float = RELEVANT,
    interval: float = 0.95,
) -> pd.DataFrame:
    """Posterior of a printed hazard ratio under each prior.

    The likelihood is normal on the log hazard ratio, its standard error from the width of the
    printed interval (Spiegelhalter, Freedman and Parmar, J R Stat Soc A 1994;157:357-416). How
    much the rounding of the print leaves open is carried to the probabilities.

    Parameters
    ----------
    printed : PrintedRatio
        The hazard ratio.
    priors : mapping of str to (Prior or None), optional
        Normal priors of the log hazard ratio; None for no prior knowledge. `standard_priors`
        without them.
    relevant : float
        Smallest hazard ratio that matters clinically, stated as a benefit below 1; turned over
        where a benefit is above 1.
    interval : float
        Probability of the intervals.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, one row a prior: medians and equal-tailed limits of prior and
        posterior as hazard ratios; ``benefit`` and ``relevant``, probabilities of any and of a
        relevant benefit, with the least and most that rounding allows; ``assurance``, the
        probability that a study of the same size finds a significant benefit.

    Examples
    --------
    >>> table = evidence_table(PrintedRatio(0.54, 0.31, 0.94)).set_index("prior")
    >>> table.loc["reference", "benefit"].round(3), table.loc["sceptical", "hr"].round(2)
    (np.float64(0.985), np.float64(0.8))
    """
    require_possible(printed)
    rows = []
    chosen = standard_priors(beneficial=printed.beneficial) if priors is None else priors
    threshold = relevant if printed.beneficial == "below" else 1.0 / relevant
    tail = (1.0 - interval) / 2.0
    for name, prior in chosen.items():
        belief = prior_belief(prior)
        posterior = updated(belief, printed.estimate, printed.standard_error)
        numbers = [
            source.quantile(probability)
            for source in (belief, posterior)
            for probability in (0.5, tail, 1.0 - tail)
        ]
        words = prior.origin or str(prior) if prior else "no prior knowledge"
        benefit, worthwhile = (
            (_favourable(printed, posterior, hr), *_rounded(printed, belief, hr))
            for hr in (1.0, threshold)
        )
        chance = assurance(printed, posterior)
        rows.append(
            (printed.name, printed.shown, name, words, *numbers, *benefit, *worthwhile, chance)
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def assurance(printed: PrintedRatio, belief: Belief) -> float:
    """Probability that a new study of the same size finds a significant benefit.

    The truth is drawn from `belief` and the new estimate around it with the printed standard
    error (O'Hagan, Stevens and Campbell, Pharm Stat 2005;4:187-201).

    Examples
    --------
    >>> printed = PrintedRatio(0.54, 0.31, 0.94)
    >>> round(assurance(printed, Belief(printed.estimate, printed.standard_error)), 2)
    0.56
    """
    side = -1.0 if printed.beneficial == "below" else 1.0
    needed = printed.quantile * printed.standard_error
    return float(
        ndtr((side * belief.mean - needed) / math.hypot(belief.sd, printed.standard_error))
    )


def _favourable(printed: PrintedRatio, belief: Belief, hr: float) -> float:
    return belief.below(hr) if printed.beneficial == "below" else 1.0 - belief.below(hr)


def _rounded(printed: PrintedRatio, belief: Belief, hr: float) -> tuple[float, float]:
    """Least and most of a probability over all numbers that print as these."""
    found = [
        _favourable(printed, updated(belief, estimate, error), hr)
        for estimate in printed.estimate_range
        for error in printed.error_range
    ]
    return min(found), max(found)


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
