"""An unmeasured confounder: the hazard ratio that would be left were it known."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from posthaz.analyses.tipping_points.pool import MOST_KHAT, Weighted, treatment_effect
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import SpecError
from posthaz.inference import (
    Fit,
    flat_draws,
    hazard_of,
    linear_predictor,
)
from posthaz.inference.patients import fitted_rows
from posthaz.priors import prior_log_density

CONFOUNDER_COLUMNS = (
    "confounder_hr", "prevalence_treated", "prevalence_reference",
    "hr", "lower", "upper", "p_hr_below_1", "bias_factor", "khat",
)  # fmt: skip
_MOST_DRAWS = 2000
_TINY = 1e-12
_MOST_LOG = 50.0


@dataclass(frozen=True)
class Confounder:
    """A binary characteristic of patients that nobody recorded.

    Parameters
    ----------
    hr : float
        Hazard ratio of those who have it, in either arm.
    treated, reference : float
        Share of patients with it in the treated arm and in the reference arm, at the start.
    """

    hr: float
    treated: float
    reference: float

    @property
    def bias_factor(self) -> float:
        """Ratio of the hazard ratio with it ignored to the true one, while events are few."""
        extra = self.hr - 1.0
        return (1.0 + self.treated * extra) / (1.0 + self.reference * extra)


@checks_arguments
def confounder_effects(
    fit: Fit, cohort: Cohort, confounders: Sequence[Confounder], level: float = 0.95
) -> pd.DataFrame:
    """Hazard ratio of the treatment given each of some unmeasured confounders.

    Each patient's likelihood is that of a mixture: with and without the confounder, in the
    proportions of their arm. The fit's draws are moved to where that likelihood has its mode and
    weighted by it. The prior on the treatment's effect is kept; that on the baseline hazard moves
    with its level and slope, so that an unrecorded cause of death isn't taken for news about it.

    Parameters
    ----------
    fit : Fit
        A fit under proportional hazards, with two arms and one row a patient.
    cohort : Cohort
        The cohort of the fit.
    confounders : sequence of Confounder
        The confounders.
    level : float, optional
        Probability of the intervals.

    Returns
    -------
    DataFrame
        Columns `CONFOUNDER_COLUMNS`; numbers are missing where the weights can't be trusted.

    Raises
    ------
    SpecError
        When patients enter late, are followed in several rows, or have times between two visits.
    """
    fitted_rows(fit, cohort)
    mixture = _Mixture(fit, cohort)
    tails = (1.0 - level) / 2.0
    rows = []
    for one in confounders:
        found = mixture.posterior(one)
        numbers = [found.quantile(p) for p in (0.5, tails, 1.0 - tails)]
        values = [*np.exp(numbers), found.below(0.0)]
        shown = values if found.khat < MOST_KHAT else [np.nan] * 4
        named = (one.hr, one.treated, one.reference)
        rows.append((*named, *shown, one.bias_factor, found.khat))
    return pd.DataFrame(rows, columns=list(CONFOUNDER_COLUMNS))


def confounder_grid(
    hrs: Sequence[float], treated: Sequence[float], reference: Sequence[float]
) -> tuple[Confounder, ...]:
    """Every confounder of a grid that is distributed unequally.

    Examples
    --------
    >>> [one.treated for one in confounder_grid([2.0], [0.2, 0.5], [0.2])]
    [0.5]
    """
    return tuple(Confounder(*one) for one in product(hrs, treated, reference) if one[1] != one[2])


class _Mixture:
    """What a fit says of each patient, and how the likelihood changes with a confounder."""

    def __init__(self, fit: Fit, cohort: Cohort) -> None:
        refuse_rows(fit, cohort)
        effect = treatment_effect(fit)
        values = flat_draws(fit.draws["posterior"].to_dataset(), _MOST_DRAWS)
        total = len(effect.draws)
        kept = np.linspace(0, total - 1, min(total, _MOST_DRAWS)).round().astype(int)
        frame = fit.design.frame
        time = fit.draws["observed_data"]["time"].to_numpy()
        constant = fit.draws["constant_data"].to_dataset()
        hazard = hazard_of(fit.spec, fit.design, values, frame)
        accrued = np.asarray(hazard.cumulative_hazard(time[:, None]))[..., 0]
        self.predictor = linear_predictor(fit.spec, fit.design, values, frame)
        self.log_accrued = np.log(np.maximum(accrued * np.exp(-self.predictor), _TINY))
        self.event = constant["time"].to_numpy().astype(float)
        self.weight = constant["weight"].to_numpy()
        arms = frame[fit.treatment].cat.categories
        self.treated = (frame[fit.treatment] == arms[1]).to_numpy()
        self.prior, self.draws = effect.prior, effect.draws[kept]
        # a hazard that is constant can't bend
        self.moves = 2 if fit.spec.baseline.memoryless else 3
        self.neutral = self._mode(Confounder(1.0, 0.5, 0.5))

    def posterior(self, one: Confounder) -> Weighted:
        """The treatment's effect, given the confounder."""
        moved = self._mode(one) - self.neutral
        draws = self.draws + moved[1]
        ratio = self._gain(one, moved, self.log_accrued, self.predictor)
        prior = prior_log_density(self.prior, draws) - prior_log_density(self.prior, self.draws)
        return Weighted.of(draws, ratio + prior)

    def _mode(self, one: Confounder) -> np.ndarray:
        """Where the likelihood with a confounder is largest, from the middle of the draws."""
        middle = tuple(part.mean(axis=0) for part in (self.log_accrued, self.predictor))
        near = -np.log(1.0 + one.reference * (one.hr - 1.0))
        start = np.array([near, -np.log(one.bias_factor), 0.0])
        free = start[: self.moves]

        def loss(moved: np.ndarray) -> float:
            return -float(self._gain(one, np.append(moved, start[self.moves :]), *middle))

        found = minimize(loss, free, method="BFGS")
        return np.append(found.x if np.isfinite(found.fun) else free, start[self.moves :])

    def _gain(
        self, one: Confounder, moved: np.ndarray, log_accrued: np.ndarray, predictor: np.ndarray
    ) -> np.ndarray:
        """Log likelihood with the confounder less that without, by draw.

        `moved` is added to the log hazard of all and to that of the treated, and to the power of
        the baseline's cumulative hazard: deaths of those at risk bend the hazard over time.
        """
        shift = moved[0] + moved[1] * self.treated + moved[2] * log_accrued
        share = np.clip(np.where(self.treated, one.treated, one.reference), _TINY, 1 - 1e-12)
        plain = log_accrued + predictor
        own = np.exp(np.minimum(plain + shift, _MOST_LOG))
        without = np.log1p(-share) - own
        having = np.log(share) + self.event * np.log(one.hr) - own * one.hr
        bent = np.log(max(1.0 + moved[2], _TINY))
        mixed = np.logaddexp(without, having) + np.exp(np.minimum(plain, _MOST_LOG))
        return (self.event * (shift + bent) + mixed) @ self.weight


def refuse_rows(
    fit: Fit,
    cohort: Cohort,
    who: str = "the unmeasured confounder",
    fix: str = "say confounder = false in [tipping_points]",
) -> None:
    """Refuse follow-up that a mixture, or the completion of censored times, isn't written for."""
    reasons = {
        "an effect changes with time": bool(fit.spec.changed_terms),
        "patients have several rows of follow-up": cohort.several_rows,
        "patients enter late, when those with the confounder have died already": bool(
            (cohort.entry > 0).any()
        ),
        "times are known to lie between two visits only": bool(cohort.interval_censored.any()),
        "deaths that are expected of anybody have a hazard of their own": (
            fit.spec.background is not None
        ),
        "patients of one kind are kept together": "subjects" in fit.draws["constant_data"],
    }
    for reason, holds in reasons.items():
        if holds:
            raise SpecError(
                f"model '{fit.spec.name}': {reason}, and {who} needs one "
                "exact time a patient from the start",
                fix=fix,
            )
