"""The cut of a number with the largest log-rank statistic, and what its P value has to be."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from posthaz.cohort import Cohort
from posthaz.errors import CohortError

_PERMUTATIONS = 9999
_AT_ONCE = 500
_LEAST = 0.1


@dataclass(frozen=True, eq=False)
class SelectedCut:
    """A maximally selected log-rank statistic.

    Parameters
    ----------
    cut : float
        The cut; patients at or above it are the upper group.
    statistic : float
        Largest standardised log-rank statistic, in absolute value.
    p_nominal : float
        P value as if the cut had been known, which is wrong.
    p_permutation : float
        Share of random orders of the number, this one among them, whose largest statistic is as
        large.
    p_lausen : float
        Miller and Siegmund's approximation, as Lausen and Schumacher use it.
    log_hr : float
        One-step (Peto) log hazard ratio of the upper against the lower group.
    share : float
        Smallest share of patients that either group may have.
    """

    cut: float
    statistic: float
    p_nominal: float
    p_permutation: float
    p_lausen: float
    log_hr: float
    share: float = _LEAST


def selected_cut(cohort: Cohort, values: np.ndarray, seed: int = 1) -> SelectedCut:
    """Search all cuts that leave a tenth of the patients on either side.

    Parameters
    ----------
    cohort : Cohort
        Rows with exact or right-censored times, each of weight 1, one a patient.
    values : ndarray of float, shape (row,)
        The number.
    seed : int, optional
        Seed of the 9,999 permutations.

    Returns
    -------
    SelectedCut
        The cut, and its P values: as if it had been known, by permutation of the log-rank scores
        (Hothorn and Lausen 2003, doi:10.1016/S0167-9473(02)00225-6), and by the approximation of
        Lausen and Schumacher (1992, doi:10.2307/2532740).

    Raises
    ------
    CohortError
        When times lie between two, rows have weights, or no cut leaves a tenth on both sides.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> found = selected_cut(cohort, cohort.covariates["gtv_cc"].to_numpy(float))
    >>> found.p_nominal < found.p_permutation
    True
    """
    if cohort.interval_censored.any() or np.any(cohort.weight != 1) or not cohort.first.all():
        raise CohortError(
            "the maximally selected log-rank test takes one row a patient, of weight 1, with "
            "times that are exact or right-censored",
            fix="read the change-point model, which takes the others too",
        )
    values = np.asarray(values, dtype=float)
    places, cuts = cut_places(values)
    scores = logrank_scores(cohort.entry, cohort.exit, cohort.event)
    order = np.argsort(values, kind="stable")
    observed = np.abs(standardised_sums(scores[order][None, :], places))[0]
    best = int(np.argmax(observed))
    largest = float(observed[best])
    random = np.random.default_rng(seed)
    beaten = 0
    for start in range(0, _PERMUTATIONS, _AT_ONCE):
        count = min(_AT_ONCE, _PERMUTATIONS - start)
        mixed = random.permuted(np.broadcast_to(scores, (count, len(scores))), axis=1)
        beaten += int(
            (np.abs(standardised_sums(mixed, places)).max(axis=1) >= largest - 1e-12).sum()
        )
    upper = values >= cuts[best]
    return SelectedCut(
        cut=float(cuts[best]),
        statistic=largest,
        p_nominal=float(2.0 * norm.sf(largest)),
        p_permutation=(beaten + 1) / (_PERMUTATIONS + 1),
        p_lausen=lausen_schumacher(largest, _LEAST),
        log_hr=one_step_ratio(cohort.entry, cohort.exit, cohort.event, upper),
    )


def cut_places(values: np.ndarray, least: float = _LEAST) -> tuple[np.ndarray, np.ndarray]:
    """Where sorted values can be cut: rows below each cut, and the value the upper group begins at.

    Raises
    ------
    CohortError
        When no cut leaves so many on both sides.
    """
    ordered = np.sort(values)
    places = np.flatnonzero(np.diff(ordered) > 0) + 1
    low, high = least * len(ordered), (1.0 - least) * len(ordered)
    places = places[(places >= low) & (places <= high)]
    if not len(places):
        raise CohortError(
            f"no cut leaves {least:.0%} of the patients on both sides: too many have one value",
            fix="take the number as a factor",
        )
    return places, ordered[places]


def logrank_scores(entry: np.ndarray, exit_: np.ndarray, event: np.ndarray) -> np.ndarray:
    """Log-rank scores: events minus those expected where nothing matters, shape (row,).

    Examples
    --------
    >>> import numpy as np
    >>> logrank_scores(np.zeros(2), np.array([1.0, 2.0]), np.array([True, True])).tolist()
    [0.5, -0.5]
    """
    times, tied = np.unique(exit_[event], return_counts=True)
    left, late = np.sort(exit_), np.sort(entry)
    at_risk = len(exit_) - np.searchsorted(left, times, "left")
    at_risk = at_risk - (len(entry) - np.searchsorted(late, times, "left"))
    hazard = np.concatenate([[0.0], np.cumsum(tied / at_risk)])
    seen = hazard[np.searchsorted(times, exit_, "right")]
    return event - (seen - hazard[np.searchsorted(times, entry, "right")])


def lausen_schumacher(statistic: float, least: float) -> float:
    """P value of a maximally selected statistic (Miller and Siegmund 1982); 1 where it is small.

    Examples
    --------
    >>> round(lausen_schumacher(3.0, 0.1), 3)
    0.058
    """
    if statistic <= 1.0:
        return 1.0
    density = norm.pdf(statistic)
    widths = 2.0 * np.log((1.0 - least) / least)
    p = 4.0 * density / statistic + density * (statistic - 1.0 / statistic) * widths
    return float(np.clip(p, 0.0, 1.0))


def one_step_ratio(
    entry: np.ndarray, exit_: np.ndarray, event: np.ndarray, upper: np.ndarray
) -> float:
    """Log hazard ratio of two groups after one step from 0: log-rank observed minus expected."""
    times, tied = np.unique(exit_[event], return_counts=True)
    inside = (exit_[None, :] >= times[:, None]) & (entry[None, :] < times[:, None])
    at_risk, above = inside.sum(axis=1), (inside & upper[None, :]).sum(axis=1)
    share = above / at_risk
    spread = (at_risk - tied) / np.maximum(at_risk - 1, 1)
    variance = float(np.sum(tied * share * (1.0 - share) * spread))
    excess = float(event[upper].sum() - np.sum(tied * share))
    return excess / variance if variance > 0 else 0.0


def standardised_sums(scores: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Sums of the scores below each place, over their standard deviations under permutation."""
    rows = scores.shape[1]
    centred = scores - scores.mean(axis=1, keepdims=True)
    below = np.cumsum(centred, axis=1)[:, places - 1]
    variance = np.sum(centred**2, axis=1, keepdims=True) / (rows - 1)
    return below / np.sqrt(variance * places * (rows - places) / rows)
