"""How clusters differ: each one's hazard and effects, shrunken, and what to expect of a new one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import fdtri, ndtri

from posthaz.answers import median_and_limits
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.design import Group
from posthaz.inference import Fit, flat_draws
from posthaz.inference.patients import fitted_rows
from posthaz.spec import coefficient_name, correlation_name, varying_name, varying_sd_name

CLUSTER_COLUMNS = (
    "model", "clusters", "effect", "cluster", "patients", "events", "ratio", "lower", "upper",
    "p_below_1",
)  # fmt: skip
_TWO_DRAWN = float(np.sqrt(2.0) * ndtri(0.75))


@dataclass(frozen=True, eq=False)
class Differing:
    """What differs between the clusters of one column: frailty first, then effects.

    Parameters
    ----------
    group : Group
        The clusters.
    columns : tuple of str
        ``""`` for the frailty, then columns of the design.
    turned : ndarray of float, shape (column, column)
        What each is of the deviations that are sampled.
    covariance : ndarray of float, shape (draw, column, column)
        Between clusters.
    """

    group: Group
    columns: tuple[str, ...]
    turned: np.ndarray
    covariance: np.ndarray

    def deviation(self, column: str, values: dict[str, np.ndarray]) -> np.ndarray:
        """Draws of each cluster's deviation from the typical one in a column: (draw, cluster)."""
        shares = self.turned[self.columns.index(column)]
        own = [values[varying_name(self.group, one)] for one in self.group.varying]
        return sum((share * one for share, one in zip(shares, own, strict=True)), np.zeros(1))

    def spread(self, column: str) -> np.ndarray:
        """Draws of the standard deviation between clusters of one column, shape (draw,)."""
        place = self.columns.index(column)
        return np.sqrt(np.maximum(self.covariance[:, place, place], 0.0))

    def correlation(self, first: str, second: str) -> np.ndarray:
        """Draws of the correlation of two columns between clusters, shape (draw,)."""
        a, b = self.columns.index(first), self.columns.index(second)
        both = self.spread(first) * self.spread(second)
        return self.covariance[:, a, b] / np.maximum(both, np.finfo(float).tiny)


def differing(group: Group, values: dict[str, np.ndarray]) -> Differing:
    """What differs between clusters, as frailty and effects however the formula puts it.

    A bracket such as ``(0 + arm | centre)`` gives each arm's hazard a deviation of its own: that of
    the reference is the frailty, and what others have beyond it is how the effect differs.

    Parameters
    ----------
    group : Group
        Clusters of a design.
    values : dict of str to ndarray
        Flat posterior draws.
    """
    size = len(group.varying)
    spread = np.stack([values[varying_sd_name(group, one)] for one in group.varying], axis=-1)
    related = np.broadcast_to(np.eye(size), (len(spread), size, size)).copy()
    for block in group.blocks:
        for a, b in combinations(block, 2):
            related[:, a, b] = related[:, b, a] = values[correlation_name(group, a, b)]
    covariance = related * spread[:, :, None] * spread[:, None, :]
    columns, turned = list(group.varying), np.eye(size)
    if group.slopes and group.slopes.whole:
        first, terms = int(group.intercept), group.slopes.design.terms
        levels = 1 + sum(term == terms[0] for term in terms)
        turned[first + 1 : first + levels, first] = -1.0
        columns[first] = ""
    return Differing(group, tuple(columns), turned, turned @ covariance @ turned.T)


@checks_arguments
def cluster_table(fit: Fit, cohort: Cohort | None = None, interval: float = 0.95) -> pd.DataFrame:
    """The frailty of every cluster, and its effects where these differ, each shrunken to the rest.

    Parameters
    ----------
    fit : Fit
        A fit.
    cohort : Cohort, optional
        The cohort it was fitted to, whose patients and events are counted.
    interval : float
        Probability of the equal-tailed intervals.

    Returns
    -------
    DataFrame
        Columns ``model, clusters`` (the column of the formula), ``effect`` (``frailty``, or a
        column of the design), ``cluster, patients, events, ratio, lower, upper, p_below_1``. A
        frailty's ratio is that of the cluster's hazard (or time) to the typical cluster's, all
        covariates alike; an effect's is the hazard (or time) ratio within the cluster. No row
        without clusters.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> fit = ph.fit(ph.ModelSpec("m", ph.Weibull(), "arm"), cohort, draws=100, method="laplace")
    >>> len(cluster_table(fit))
    0
    """
    if cohort is not None:
        fitted_rows(fit, cohort)
    values = flat_draws(fit.draws["posterior"].to_dataset())
    frames = [
        _table(fit, group, column, apart, values, cohort, interval)
        for group in fit.design.groups
        for apart in [differing(group, values)]
        for column in apart.columns
    ]
    empty = pd.DataFrame(columns=list(CLUSTER_COLUMNS))
    return pd.concat(frames, ignore_index=True) if frames else empty


def _table(
    fit: Fit,
    group: Group,
    column: str,
    apart: Differing,
    values: dict[str, np.ndarray],
    cohort: Cohort | None,
    interval: float,
) -> pd.DataFrame:
    """Rows of one effect of one column of clusters."""
    log_ratio = apart.deviation(column, values)
    if column:
        log_ratio = log_ratio + average_effect(fit, column, values)[:, None]
    middle, lower, upper = np.exp(median_and_limits(log_ratio, interval, axis=0))
    patients, events = _counts(fit, group, cohort)
    numbers = {"ratio": middle, "lower": lower, "upper": upper}
    table = pd.DataFrame(
        {
            "model": fit.spec.name,
            "clusters": group.name,
            "effect": column or "frailty",
            "cluster": list(group.levels),
            "patients": patients,
            "events": events,
            **numbers,
            "p_below_1": (log_ratio < 0).mean(axis=0),
        }
    )
    return table[list(CLUSTER_COLUMNS)]


def average_effect(fit: Fit, column: str, values: dict[str, np.ndarray]) -> np.ndarray:
    """Draws of the effect of a column in the typical cluster, for the reference patient."""
    design, coefficients = fit.design, values[coefficient_name(fit.spec)]
    place = design.columns.index(column)
    related = [j for j, label in enumerate(design.columns) if column in label.split(":")]
    reference = design.reference() if len(related) > 1 else pd.DataFrame()
    for name, given in reference.items():  # whose step moves the column moves its products too
        factor = isinstance(given.dtype, pd.CategoricalDtype)
        for value in given.cat.categories[1:] if factor else (given.iloc[0] + 1.0,):
            to = reference.assign(**{str(name): pd.Series([value], dtype=given.dtype)})
            step = (design.matrix(to) - design.matrix(reference))[0]
            if step[place]:
                return coefficients[:, related] @ (step[related] / step[place])
    return coefficients[:, place]


def _counts(fit: Fit, group: Group, cohort: Cohort | None) -> tuple[np.ndarray, np.ndarray]:
    """Weighted patients and events of each cluster; not a number without the cohort."""
    size = len(group.levels)
    if cohort is None:
        return np.full(size, np.nan), np.full(size, np.nan)
    own = cohort.complete(fit.design.variables) if cohort.drop_missing else cohort
    number = fit.design.cluster(group, own.covariates)
    known = number >= 0
    seen = (own.event | own.interval_censored) & known
    patients = np.bincount(number[known], own.patient_weight[known], size)
    return patients, np.bincount(number[seen], own.weight[seen], size)


def median_ratio(fit: Fit, group: Group) -> np.ndarray:
    """Draws of the median ratio of two clusters drawn at random, the larger hazard to the smaller.

    It is ``exp(sd * sqrt(2) * 0.6745)`` for normal frailties (Larsen and Merlo 2005), and the upper
    quartile of an F distribution with ``2/theta`` and ``2/theta`` degrees of freedom for gamma
    frailties of variance theta.
    """
    spread = differing(group, flat_draws(fit.draws["posterior"].to_dataset())).spread("")
    if not fit.spec.frailty.is_gamma:
        return np.exp(_TWO_DRAWN * spread)
    degrees = np.minimum(2.0 / spread**2, 1e8)
    return np.asarray(fdtri(degrees, degrees, 0.75))


def new_cluster_ratios(fit: Fit, group: Group, seed: int = 0) -> Iterator[tuple[str, np.ndarray]]:
    """Draws of the ratio of each effect that differs between clusters, in one not yet seen."""
    values, rng = flat_draws(fit.draws["posterior"].to_dataset()), np.random.default_rng(seed)
    apart = differing(group, values)
    for column in filter(None, apart.columns):
        average = average_effect(fit, column, values)
        yield column, np.exp(average + apart.spread(column) * rng.standard_normal(len(average)))
