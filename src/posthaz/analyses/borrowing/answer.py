"""A cohort's treatment effect under every borrowing prior, and how much each borrows."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtr
from scipy.stats import norm

from posthaz.analyses.borrowing.priors import (
    NormalMixture,
    commensurate_prior,
    meta_analytic_prior,
    normalised_power_prior,
    power_prior,
)
from posthaz.analyses.borrowing.reweight import (
    Reweighted,
    bridge_fits,
    effect_draws,
    initial_prior,
    posterior_under,
    reference_fit,
)
from posthaz.analyses.borrowing.spec import BorrowingSpec
from posthaz.answers import median_and_limits
from posthaz.checks import convergence
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.inference import Fit
from posthaz.inference.patients import fitted_rows
from posthaz.priors import Prior, historical
from posthaz.spec import ModelSpec, Sampling

NONE, FULL = "none", "full borrowing"
_LEAST_DRAWS = 4000
_RELEVANT = 0.8


@dataclass(frozen=True, eq=False)
class Borrowing:
    """What borrowing does to the answer.

    Parameters
    ----------
    table : DataFrame
        One row a prior: ``prior, prior_hr, prior_lower, prior_upper, prior_events, hr, lower,
        upper, below_1, relevant, events_gained, conflict, borrowed, khat``. Prior events are the
        effective size of the prior in events of an even trial; events gained are those by which
        the posterior is more certain than without history; conflict is `conflict_probability`,
        borrowed `Reweighted.borrowed`.
    discounts : DataFrame
        The answer from no borrowing to full: ``discount, history_events, hr, lower,
        upper, below_1``; history events are the size of the share that is used.
    histories : DataFrame
        ``history, hr, lower, upper, level, events, where``.
    fits : tuple of Fit
        The fits behind every row: one under a wide prior, and three that bridge the way to full
        borrowing where the wide one's draws don't reach it.
    failures : tuple of str
        Their failed convergence checks, in words.
    notes : tuple of str
        What can't be trusted, in words.
    """

    table: pd.DataFrame
    discounts: pd.DataFrame
    histories: pd.DataFrame
    fits: tuple[Fit, ...]
    failures: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Own:
    """What the cohort says by itself.

    Parameters
    ----------
    effect : ndarray of float, shape (draw,)
        Draws of its log hazard ratio without history.
    initial : Prior
        Normal prior behind them.
    """

    effect: np.ndarray
    initial: Prior

    @property
    def likelihood(self) -> tuple[float, float]:
        """The cohort's own estimate and standard error: the posterior without its prior."""
        mean, spread = self.initial.values
        variance = float(self.effect.var())
        # a prior that says nearly all leaves a cohort's own precision that is all but none
        precision = max(1.0 / variance - spread**-2.0, 1e-3 / variance)
        estimate = (float(self.effect.mean()) / variance - mean / spread**2) / precision
        return float(estimate), float(precision**-0.5)


@checks_arguments
def borrowing_answers(
    cohort: Cohort,
    model: ModelSpec,
    asked: BorrowingSpec,
    sampling: Sampling | None = None,
    interval: float = 0.95,
    relevant: float = _RELEVANT,
    progress: Callable[[int, int], None] | None = None,
    alone: Fit | None = None,
) -> Borrowing:
    """The treatment's hazard ratio of a cohort under priors that borrow from history.

    One fit under a wide prior is reweighted to each of the others; where cohort and history
    disagree so much that its draws don't reach, fits under power priors are pooled with it.

    Parameters
    ----------
    cohort : Cohort
        The current cohort, of two arms.
    model : ModelSpec
        The model.
    asked : BorrowingSpec
        Histories and settings of the priors.
    sampling : Sampling, optional
        How to sample; at least 4,000 draws a chain are kept.
    interval : float
        Probability of the intervals.
    relevant : float
        Hazard ratio below which a benefit is relevant.
    progress : callable, optional
        Called with (draws done, draws in all).
    alone : Fit, optional
        A fit of the model to the cohort, which then is the answer without history, to the last
        digit; otherwise that is reweighted like the others.

    Returns
    -------
    Borrowing
        The answers.
    """
    if alone is not None:
        fitted_rows(alone, cohort)
    sampling = sampling or Sampling()
    sampling = replace(sampling, draws=max(sampling.draws, _LEAST_DRAWS), method="nuts")
    reference = reference_fit(model, cohort, sampling, progress)
    studies = [historical(h.hr, h.lower, h.upper, level=h.level) for h in asked.histories]
    history = combined_history(studies)
    initial = initial_prior(model, reference)
    priors = _priors(asked, studies, history, initial)
    scale = {a: power_prior(history, a, initial) for a in sorted(asked.discounts)}
    fits = [reference]
    if not all(posterior_under(fits, one).trusted for one in (*priors.values(), *scale.values())):
        spread = float(effect_draws(reference).std())
        fits += bridge_fits(model, cohort, sampling, history, spread)
    found = {name: posterior_under(fits, prior) for name, prior in priors.items()}
    found[NONE] = replace(found[NONE], fit=alone or found[NONE].fit)
    curve = {a: posterior_under(fits, prior) if a else found[NONE] for a, prior in scale.items()}
    own = Own(effect_draws(found[NONE].fit), initial)
    events = float(cohort.weight[cohort.event].sum())
    rows = [_row(name, one, own, events, interval, relevant) for name, one in found.items()]
    return Borrowing(
        table=pd.DataFrame(rows),
        discounts=_discount_rows(curve, history, interval),
        histories=_histories(asked, studies),
        fits=tuple(fits),
        failures=tuple(text for one in fits for text in convergence(one).failures),
        notes=tuple(
            f"the posterior under {name}, which the draws hardly reach (Pareto k {one.khat:.1f}, "
            "above 0.7)"
            for name, one in {
                **found,
                **{f"the power prior with discount {a:g}": one for a, one in curve.items()},
            }.items()
            if not one.trusted
        ),
    )


def _priors(
    asked: BorrowingSpec, studies: list[Prior], history: Prior, initial: Prior
) -> dict[str, NormalMixture]:
    return {
        NONE: power_prior(history, 0.0, initial),
        f"power prior, discount {asked.discount:g}": power_prior(history, asked.discount, initial),
        "normalised power prior": normalised_power_prior(history, initial=initial),
        "commensurate prior": commensurate_prior(
            history, asked.spike, asked.slab, asked.probability
        ),
        "robust meta-analytic prior": meta_analytic_prior(
            studies, asked.heterogeneity, asked.robust, initial
        ),
        FULL: power_prior(history, 1.0, initial),
    }


def combined_history(studies: list[Prior]) -> Prior:
    """Precision-weighted mean of normal historical effects.

    Parameters
    ----------
    studies : list of Prior
        Normal: estimate and standard error each.

    Returns
    -------
    Prior
        Normal.

    Examples
    --------
    >>> both = combined_history([Prior("normal", (-0.4, 0.1)), Prior("normal", (-0.2, 0.1))])
    >>> print(both)
    normal(-0.3, 0.07071)
    """
    means, errors = np.array([study.values for study in studies]).T
    precision = errors**-2.0
    mean = float(np.sum(precision * means) / np.sum(precision))
    return Prior("normal", (mean, float(np.sum(precision) ** -0.5)))


def _discount_rows(
    curve: Mapping[float, Reweighted], history: Prior, interval: float
) -> pd.DataFrame:
    """The effect under each share of the history."""
    worth = _worth(history)
    return pd.DataFrame(
        [
            {"discount": share, "history_events": share * worth}
            | _summary(effect_draws(one.fit), interval)
            for share, one in curve.items()
        ]
    )


def _histories(asked: BorrowingSpec, studies: list[Prior]) -> pd.DataFrame:
    frame = pd.DataFrame([asdict(one) for one in asked.histories])
    frame["events"] = [_worth(study) for study in studies]
    columns = ["label", "hr", "lower", "upper", "level", "events", "where"]
    return frame[columns].rename(columns={"label": "history"})


def _worth(history: Prior) -> float:
    """Events of a trial with equal arms that would know as much."""
    return 4.0 / history.values[1] ** 2


def _summary(effect: np.ndarray, interval: float) -> dict[str, float]:
    middle, low, high = np.exp(median_and_limits(effect, interval))
    return {"hr": middle, "lower": low, "upper": high, "below_1": float(np.mean(effect < 0))}


def _row(
    name: str,
    one: Reweighted,
    own: Own,
    events: float,
    interval: float,
    relevant: float,
) -> dict[str, object]:
    effect = effect_draws(one.fit)
    low, middle, high = _quantiles(one.mixture, interval)
    return {
        "prior": name,
        "prior_hr": middle,
        "prior_lower": low,
        "prior_upper": high,
        "prior_events": effective_events(one.mixture),
        **_summary(effect, interval),
        "relevant": float(np.mean(effect < np.log(relevant))),
        "events_gained": gained_events(events, float(own.effect.std()), float(effect.std())),
        "conflict": conflict_probability(one.mixture, *own.likelihood),
        "borrowed": one.borrowed,
        "khat": one.khat,
    }


def _quantiles(mixture: NormalMixture, interval: float) -> tuple[float, float, float]:
    from scipy.optimize import brentq

    reach = 10.0 * float(np.max(mixture.sd)) + float(np.max(np.abs(mixture.mean)))
    tail = (1.0 - interval) / 2.0
    low, middle, high = (
        float(np.exp(float(brentq(lambda x, p=p: mixture.below(x) - p, -reach, reach))))  # type: ignore[arg-type]
        for p in (tail, 0.5, 1.0 - tail)
    )
    return low, middle, high


_GRID = 4001


def effective_events(mixture: NormalMixture) -> float:
    """Effective size of a prior of a log hazard ratio, in events of a trial with equal arms.

    Parameters
    ----------
    mixture : NormalMixture
        The prior.

    Returns
    -------
    float
        Expected local-information ratio (Neuenschwander et al., Biometrics 2020;76:578-587):
        the prior's expected information over that of one event, a quarter.

    Examples
    --------
    >>> import numpy as np
    >>> round(effective_events(NormalMixture(np.ones(1), np.zeros(1), np.array([0.2]), "x")), 1)
    100.0
    """
    points, width = _grid(mixture)
    log_density = mixture.log_density(points)
    density = np.exp(log_density)
    curvature = -np.gradient(np.gradient(log_density, width), width)
    inner = slice(2, -2)  # second differences are not to be had at the ends
    return float(4.0 * np.sum((density * curvature)[inner]) * width)


def conflict_probability(mixture: NormalMixture, estimate: float, standard_error: float) -> float:
    """Prior-data conflict: two-sided prior predictive probability of an estimate as far out.

    Parameters
    ----------
    mixture : NormalMixture
        The prior.
    estimate, standard_error : float
        Log hazard ratio of the current cohort without the history, and its standard error.

    Returns
    -------
    float
        Small where prior and cohort are in conflict (Box 1980; Evans and Moshonov 2006).
    """
    sd = np.hypot(mixture.sd, standard_error)
    below = float(mixture.weight @ ndtr((estimate - mixture.mean) / sd))
    return 2.0 * min(below, 1.0 - below)


def gained_events(events: float, sd_alone: float, sd_borrowing: float) -> float:
    """Events that the history was worth, by what it did to the standard deviation.

    Parameters
    ----------
    events : float
        Events of the current cohort.
    sd_alone, sd_borrowing : float
        Posterior standard deviations of the log hazard ratio without and with the history.

    Returns
    -------
    float
        Negative where a conflict made the posterior wider.
    """
    return events * (math.pow(sd_alone / sd_borrowing, 2) - 1.0)


def _grid(mixture: NormalMixture) -> tuple[np.ndarray, float]:
    reach = 6.0 * mixture.sd
    low, high = np.min(mixture.mean - reach), np.max(mixture.mean + reach)
    narrow = float(np.min(mixture.sd))
    size = int(np.clip((high - low) / narrow * 40, _GRID, 400_000))
    points = np.linspace(low, high, size)
    return points, float(points[1] - points[0])


def density(mixture: NormalMixture, points: np.ndarray) -> np.ndarray:
    """Density at log hazard ratios, for figures."""
    return np.sum(mixture.weight * norm.pdf(points[:, None], mixture.mean, mixture.sd), axis=1)
