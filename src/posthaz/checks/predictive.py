"""Posterior predictive check: Kaplan-Meier curves of replicated cohorts under the observed one."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from posthaz.baselines import kaplan_meier, survival_curves
from posthaz.cohort import Cohort
from posthaz.cohort.patients import last_rows
from posthaz.errors import PosthazError
from posthaz.inference import Fit
from posthaz.inference.patients import fitted_rows

_DECIMALS = 9
_FEWEST_AT_RISK = 5


def replicated_kaplan_meier(
    fit: Fit, cohort: Cohort, replicates: int = 200, *, groups: np.ndarray | None = None
) -> pd.DataFrame:
    """Kaplan-Meier curves by arm, or by other groups, of cohorts drawn from the fit.

    Replicated follow-up keeps each patient's entry. Who was censored is followed as long as in the
    cohort; how long somebody with an event would have been followed is drawn from the reverse
    Kaplan-Meier curve of the arm, given that it was longer than the time of the event. Times are
    recorded as the cohort's are, at the ends of steps where there is a resolution.

    Parameters
    ----------
    fit : Fit
        A fit.
    cohort : Cohort
        The cohort it was fitted to.
    replicates : int
        Number of replicated cohorts.
    groups : ndarray of str, shape (patient,), optional
        Group of each patient, in place of the arms; follow-up is still drawn by arm.

    Returns
    -------
    DataFrame
        Columns ``arm, replicate, time, survival``.

    Raises
    ------
    PosthazError
        When the fit has no predicted times: covariates that change leave open what they would
        have been after follow-up, and fits to very large cohorts keep none. When it has a
        background of expected deaths.
    """
    if fit.spec.background is not None:
        raise PosthazError(
            f"model '{fit.spec.name}': deaths that are expected of anybody are known as a rate at "
            "the end of follow-up alone, and can't be drawn",
            fix="replicate from the same model without its background",
        )
    if "posterior_predictive" not in fit.draws.children:
        raise PosthazError(
            f"model '{fit.spec.name}' has no predicted times to replicate the cohort from",
            fix=(
                "leave covariates that change during follow-up out of the formula, or check a "
                "sample of a very large cohort"
            ),
        )
    fitted_rows(fit, cohort)
    whole, cohort = whole_follow_up(cohort), cohort.patients
    times = fit.draws["posterior_predictive"]["time"].to_numpy().reshape(-1, len(cohort))
    chosen = np.linspace(0, len(times) - 1, min(replicates, len(times))).round().astype(int)
    watched = FollowUp(whole)
    rng = np.random.default_rng(fit.provenance.seed)
    parts: list[tuple[str, int, np.ndarray, np.ndarray]] = []
    for number, drawn in enumerate(times[chosen]):
        until = watched.draw(rng)
        seen = drawn <= until
        recorded = np.minimum(_at_end_of_step(drawn, cohort.resolution), until)
        ended = np.maximum(recorded, np.nextafter(cohort.entry, np.inf))
        replicate = replace(
            cohort,
            lower=ended,
            upper=np.where(seen, ended, np.inf),
            cause=seen.astype(int),
        )
        curves = survival_curves(replicate if groups is None else regrouped(replicate, groups))
        parts += [(arm, number, when, own) for arm, when, own in curves]
    lengths = [len(when) for _, _, when, _ in parts]
    return pd.DataFrame(
        {
            "arm": np.repeat(np.array([arm for arm, *_ in parts], dtype=object), lengths),
            "replicate": np.repeat([number for _, number, _, _ in parts], lengths),
            "time": np.concatenate([when for _, _, when, _ in parts]),
            "survival": np.concatenate([own for *_, own in parts]),
        }
    )


def regrouped(cohort: Cohort, label: np.ndarray) -> Cohort:
    """The cohort with groups of patients in place of arms, for curves by group.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    label : ndarray of str, shape (row,)
        Group of each row.

    Returns
    -------
    Cohort
        Whose only covariate, and treatment, is ``group``.
    """
    levels = pd.Categorical(label, categories=list(dict.fromkeys(label)), ordered=True)
    return replace(
        cohort, covariates=pd.DataFrame({"group": levels}), columns={}, treatment="group"
    )


def _at_end_of_step(time: np.ndarray, step: float) -> np.ndarray:
    if not step:
        return time
    # rounded, since multiples of a step such as 0.1 are not what tables have
    return np.round(np.ceil(time / step) * step, _DECIMALS)


def predictive_agreement(
    observed: pd.DataFrame, replicated: pd.DataFrame, interval: float = 0.95
) -> pd.DataFrame:
    """How far the observed Kaplan-Meier curve stays within the replicated ones.

    Parameters
    ----------
    observed : DataFrame
        Kaplan-Meier of the cohort: ``arm, time, survival``, and ``at_risk`` where it is known.
    replicated : DataFrame
        Result of `replicated_kaplan_meier`.
    interval : float
        Probability of the pointwise predictive band.

    Returns
    -------
    DataFrame
        Columns ``arm, inside`` (fraction of the observed event times at which the curve lies
        within the band), ``largest`` (largest distance from the predictive median), ``at`` (its
        time) and ``p``: the posterior predictive probability of a curve as far from the median,
        in predictive standard deviations, as the observed one anywhere while at least five are
        at risk.
    """
    rows = []
    # where everybody at risk had failed before others entered, there is no curve to compare
    for arm, curve in observed.dropna(subset=["survival"]).groupby("arm", sort=False):
        times = curve["time"].to_numpy()
        stack = _stack(replicated, str(arm), times)
        tail = (1.0 - interval) / 2.0
        lower, middle, upper = np.nanquantile(stack, (tail, 0.5, 1.0 - tail), axis=0)
        survival = curve["survival"].to_numpy()
        inside = (survival >= lower - 1e-12) & (survival <= upper + 1e-12)
        apart = np.abs(survival - middle)
        watched = _watched(curve, times)
        p = _predictive_p(survival[watched], stack[:, watched])
        rows.append((arm, float(inside.mean()), float(apart.max()), times[apart.argmax()], p))
    return pd.DataFrame(rows, columns=["arm", "inside", "largest", "at", "p"])


def contrast_agreement(observed: pd.DataFrame, replicated: pd.DataFrame) -> pd.DataFrame:
    """How far the difference of observed Kaplan-Meier curves is from that of replicated ones.

    Replicated cohorts have the covariates of the observed one, so that like is compared with like
    whether or not the model adjusts for them.

    Parameters
    ----------
    observed : DataFrame
        Kaplan-Meier of the cohort: ``arm, time, survival``, and ``at_risk`` where it is known.
    replicated : DataFrame
        Result of `replicated_kaplan_meier`.

    Returns
    -------
    DataFrame
        Columns ``arm, reference, p, largest, at``: each arm but the first against it, the
        posterior predictive probability of a difference as far from the predictive median, in
        predictive standard deviations, as the observed one anywhere while at least five are at
        risk in either arm, and the largest such distance with its time.
    """
    columns = ["arm", "reference", "p", "largest", "at"]
    parts = dict(list(observed.dropna(subset=["survival"]).groupby("arm", sort=False)))
    if not parts:
        return pd.DataFrame(columns=columns)
    reference, *arms = parts
    rows = []
    for arm in arms:
        times = np.union1d(parts[arm]["time"], parts[reference]["time"])
        times = times[_watched(parts[arm], times) & _watched(parts[reference], times)]
        if not len(times):
            continue
        own = _at(parts[arm], times) - _at(parts[reference], times)
        stack = _stack(replicated, str(arm), times) - _stack(replicated, str(reference), times)
        apart = np.abs(own - np.nanmedian(stack, axis=0))
        at = times[apart.argmax()]
        rows.append((arm, reference, _predictive_p(own, stack), float(apart.max()), float(at)))
    return pd.DataFrame(rows, columns=columns)


def replicated_median(replicated: pd.DataFrame, arm: str, times: np.ndarray) -> np.ndarray:
    """Median over replicated cohorts of an arm's Kaplan-Meier curve.

    Parameters
    ----------
    replicated : DataFrame
        Result of `replicated_kaplan_meier`.
    arm : str
        The arm.
    times : ndarray of float, shape (time,)
        Times.

    Returns
    -------
    ndarray of float, shape (time,)
        Survival.
    """
    return np.nanmedian(_stack(replicated, arm, times), axis=0)


def _stack(replicated: pd.DataFrame, arm: str, times: np.ndarray) -> np.ndarray:
    """Replicated curves of an arm, shape (replicate, time)."""
    own = replicated[replicated["arm"].astype(str) == arm]
    return np.stack([_at(group, times) for _, group in own.groupby("replicate")])


def _watched(curve: pd.DataFrame, times: np.ndarray) -> np.ndarray:
    """Whether so many were at risk at each time that the curve there says something."""
    if "at_risk" not in curve:
        return np.ones(len(times), dtype=bool)
    enough = curve.loc[curve["at_risk"] >= _FEWEST_AT_RISK, "time"]
    return times <= (enough.max() if len(enough) else -np.inf)


def _predictive_p(own: np.ndarray, stack: np.ndarray) -> float:
    """Share of replicates at least as far from the median, at their worst time, as the data."""
    spread = np.nanstd(stack, axis=0)
    moving = spread > 0
    if not moving.any():
        return float("nan")
    middle, spread = np.nanmedian(stack[:, moving], axis=0), spread[moving]
    worst = np.nanmax(np.abs((stack[:, moving] - middle) / spread), axis=1)
    mine = np.nanmax(np.abs((own[moving] - middle) / spread))
    return float((1 + (worst >= mine).sum()) / (1 + len(worst)))


def _at(curve: pd.DataFrame, times: np.ndarray) -> np.ndarray:
    """Right-continuous step function at `times`, 1 before its first step."""
    position = np.searchsorted(curve["time"].to_numpy(), times, side="right") - 1
    survival = curve["survival"].to_numpy()
    return np.where(position >= 0, survival[np.maximum(position, 0)], 1.0)


def whole_follow_up(cohort: Cohort) -> Cohort:
    """The patients of a cohort, each in one row that ends where the last of their rows does.

    Parameters
    ----------
    cohort : Cohort
        A cohort, perhaps of several rows a patient.

    Returns
    -------
    Cohort
        Its ``patients``, with the end of their whole follow-up.
    """
    last = last_rows(cohort)
    return replace(
        cohort.patients,
        lower=cohort.lower[last],
        upper=cohort.upper[last],
        cause=cohort.cause[last],
    )


@dataclass(frozen=True, eq=False)
class FollowUp:
    """Follow-up of a cohort, from which that of replicated ones is drawn.

    Parameters
    ----------
    cohort : Cohort
        A cohort whose events are seen exactly or in steps, one row a patient.
    """

    cohort: Cohort

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """Time until which each row would be followed without an event, shape (row,).

        Parameters
        ----------
        rng : Generator
            Source of the draws for rows with an event.
        """
        until = self.cohort.exit.astype(float).copy()
        horizon = until.max()
        for arm, rows in self._with_event.items():
            times, left = self._reverse[arm]
            place = np.searchsorted(times, until[rows], side="right")
            before = np.concatenate([[1.0], left])[place]
            chance = before * rng.uniform(size=len(rows))
            # the first time at which no more than this share is still followed
            later = np.searchsorted(-left, -chance, side="left")
            until[rows] = np.append(times, horizon)[np.maximum(later, place)]
        return until

    @cached_property
    def _with_event(self) -> dict[str, np.ndarray]:
        event, arm = self.cohort.event, self.cohort.arm
        return {str(one): np.flatnonzero(event & (arm == one)) for one in np.unique(arm[event])}

    @cached_property
    def _reverse(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Times at which patients were censored by arm, and the share followed beyond each."""
        cohort = self.cohort
        ended = ~cohort.event
        reverse = replace(
            cohort,
            lower=cohort.exit,
            upper=np.where(ended, cohort.exit, np.inf),
            cause=ended.astype(int),
        )
        curves = {}
        for arm, curve in kaplan_meier(reverse).groupby("arm", sort=False):
            steps = curve[curve["events"] > 0]
            curves[str(arm)] = steps["time"].to_numpy(), steps["survival"].to_numpy()
        return curves
