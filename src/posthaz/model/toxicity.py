"""Cumulative-logit model of worst grades, arm effects pooled over toxicities."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from posthaz.hazards import Array
from posthaz.model.distributions import prior_variable, scale_variable
from posthaz.model.graph import pm, pt
from posthaz.model.informed import informed_normal
from posthaz.priors import Prior


def build_toxicity_model(
    counts: Sequence[np.ndarray], arms: Sequence[Sequence[int]], priors: Mapping[str, Prior]
) -> "pm.Model":
    """PyMC model of the worst grades of several toxicities.

    With ``S[t, k]`` the probability of category `k` or worse of toxicity `t` in the reference
    arm, that of arm `a` is ``expit(logit S[t, k] + log_odds_ratio[t, a])`` for every `k`
    (proportional odds; McCullagh, J R Stat Soc B 1980;42:109-142). The categories of the
    reference arm have a uniform Dirichlet prior, and
    ``log_odds_ratio[t, a] ~ normal(mean_log_odds_ratio[a], spread)``; with a single toxicity
    there is nothing to pool and no spread.

    Parameters
    ----------
    counts : sequence of ndarray of int, each of shape (arm, category)
        Patients by arm and category of each toxicity; the first row is the reference arm. A
        category that is empty in every arm tells nothing and should be left out.
    arms : sequence of sequence of int
        Number of the arm of each row, the reference arm being 0.
    priors : mapping of str to Prior
        ``log_odds_ratio``, of the mean, which is normal, and ``spread``.

    Returns
    -------
    pymc.Model
        Variables ``step`` (probability of going on from one category to the next in the
        reference arm, toxicities joined), ``mean_log_odds_ratio`` (by arm), ``spread``, and
        ``log_odds_ratio`` (by toxicity and arm, joined). One observed variable, ``patients``.

    Examples
    --------
    >>> counts = [np.array([[8, 3, 1], [5, 5, 2]]), np.array([[9, 3], [4, 8]])]
    >>> priors = {"log_odds_ratio": Prior("normal", (0, 1.5)), "spread": Prior("half_normal", (1,))}
    >>> model = build_toxicity_model(counts, [[0, 1], [0, 1]], priors)
    >>> sorted(v.name for v in model.free_RVs)
    ['average_standard', 'contrast_standard', 'mean_standard', 'spread', 'step']
    """
    effects = [(t, arm) for t, rows in enumerate(arms) for arm in rows[1:]]
    others = sorted({arm for _, arm in effects})
    steps = [count.shape[1] - 1 for count in counts]
    coordinates = {"cut": range(sum(steps)), "arm": others, "effect": range(len(effects))}
    cells = _cells(counts, arms, effects)
    with pm.Model(coords=coordinates) as model:
        worse = np.concatenate([np.arange(number, 0, -1) for number in steps]).astype(float)
        step = pm.Beta("step", pm.Data("step_worse", worse), 1.0, dims=("cut",))
        log_worse = pt.dot(pm.Data("step_sum", _running(steps)), pt.log(step))
        cuts: Array = log_worse - pt.log1mexp(log_worse)
        told = np.array([_information(counts[t], arms[t], arm) for t, arm in effects])
        place = np.array([others.index(arm) for _, arm in effects])
        pooled = len(counts) > 1
        effect: Array = _pooled(place, told, priors) if pooled else _alone(priors["log_odds_ratio"])
        effect: Array = pm.Deterministic("log_odds_ratio", effect, dims=("effect",))
        shift = pt.concatenate([pt.zeros(1), effect])[cells["effect"]]
        pm.CustomDist(
            "patients",
            _log_probability(cuts, shift, cells),
            logp=lambda value, log_probability: value * log_probability,
            observed=pm.Data("patients_seen", cells["patients"].astype(float)),
        )
    return model


def _alone(prior: Prior) -> Array:
    """Effects of a single toxicity: one an arm, each its own mean."""
    return prior_variable("mean_log_odds_ratio", prior, 0.0, dims=("arm",))


def _pooled(place: np.ndarray, told: np.ndarray, priors: Mapping[str, Prior]) -> Array:
    """Effects around their means, in coordinates that the data tell apart.

    Few toxicities with many patients each fix the average of their effects but not the mean
    they come from. So the average is sampled, under its own prior, with contrasts of the
    effects; the mean follows by its conditional distribution, which is normal.
    """
    first, sd = priors["log_odds_ratio"].values
    spread = scale_variable("spread", priors["spread"])
    arms = np.unique(place)
    members = np.array([(place == arm).sum() for arm in arms], dtype=float)
    own: Array = spread**2 / members
    standard: Array = pm.Normal("average_standard", 0.0, 1.0, dims=("arm",))
    average: Array = first + standard * pt.sqrt(sd**2 + own)
    rest: Array = pm.Normal("mean_standard", 0.0, 1.0, dims=("arm",))
    kept: Array = sd**2 / (sd**2 + own)
    mean = first + kept * (average - first) + rest * pt.sqrt(kept * own)
    pm.Deterministic("mean_log_odds_ratio", mean, dims=("arm",))
    basis = _contrasts(place)
    effect: Array = average[np.searchsorted(arms, place)]
    if basis.shape[1]:
        information = (basis**2 * told[:, None]).sum(axis=0)
        effect = effect + basis @ informed_normal("contrast_standard", spread, information)
    return effect


def _contrasts(place: np.ndarray) -> np.ndarray:
    """Orthonormal contrasts within each arm, shape (effect, contrast)."""
    columns = []
    for arm in np.unique(place):
        rows = np.flatnonzero(place == arm)
        centred = np.eye(len(rows)) - 1.0 / len(rows)
        within = np.linalg.svd(centred)[0][:, : len(rows) - 1]
        block = np.zeros((len(place), len(rows) - 1))
        block[rows] = within
        columns.append(block)
    return np.concatenate(columns, axis=1)


def _cells(
    counts: Sequence[np.ndarray],
    arms: Sequence[Sequence[int]],
    effects: Sequence[tuple[int, int]],
) -> dict[str, np.ndarray]:
    """Every cell's count, its effect (0 for none), and the cuts below and above (-1 for none)."""
    rows = []
    first = 0
    for t, count in enumerate(counts):
        last = count.shape[1] - 1
        for a, patients in zip(arms[t], count, strict=True):
            number = effects.index((t, a)) + 1 if (t, a) in effects else 0
            rows += [
                (n, number, first + k - 1 if k else -1, first + k if k < last else -1)
                for k, n in enumerate(patients)
            ]
        first += last
    names = ("patients", "effect", "below", "above")
    return dict(zip(names, np.array(rows, dtype=int).T, strict=True))


def _running(steps: Sequence[int]) -> np.ndarray:
    """Matrix that adds up steps within each toxicity."""
    matrix = np.zeros((sum(steps), sum(steps)))
    edges = np.concatenate([[0], np.cumsum(steps)])
    for start, end in pairwise(edges):
        matrix[start:end, start:end] = np.tri(end - start)
    return matrix


def _information(counts: np.ndarray, arms: Sequence[int], arm: int) -> float:
    """Rough precision of an arm's log odds ratio, from the split nearest to the middle."""
    pair = counts[[0, list(arms).index(arm)]]
    above = pair[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:] + 0.5
    below = pair.sum(axis=1, keepdims=True) + 1.0 - above
    return float((1.0 / (1.0 / above + 1.0 / below).sum(axis=0)).max())


def _log_probability(cuts: Array, shift: Array, cells: Mapping[str, np.ndarray]) -> Array:
    """Log probability of each cell: expit of the cut below it minus expit of the cut above it."""
    below, above = cells["below"], cells["above"]
    both = (below >= 0) & (above >= 0)
    gap = pt.where(both, cuts[np.maximum(below, 0)] - cuts[np.maximum(above, 0)], 1.0)
    worse = -pt.softplus(-(cuts[np.maximum(below, 0)] + shift)) * (below >= 0)
    better = -pt.softplus(cuts[np.maximum(above, 0)] + shift) * (above >= 0)
    # expit(x) - expit(y) = expit(x) expit(-y) (1 - exp(y - x)), which loses no digits
    return worse + better + pt.log1mexp(-gap) * both
