"""How clusters differ: each one's hazard and effects, shrunken, and what to expect of a new one."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import fdtri, ndtri

from posthaz.cohort import Cohort
from posthaz.design import Group
from posthaz.inference import Fit, flat_draws
from posthaz.spec import coefficient_name, frailty_sd_name, varying_name, varying_sd_name

CLUSTER_COLUMNS = (
    "model", "clusters", "effect", "cluster", "patients", "events", "ratio", "lower", "upper",
    "p_below_1",
)  # fmt: skip
_TWO_DRAWN = float(np.sqrt(2.0) * ndtri(0.75))


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
    values = flat_draws(fit.draws["posterior"].to_dataset())
    frames = [
        _table(fit, group, column, values, cohort, interval)
        for group in fit.design.groups
        for column in group.varying
    ]
    empty = pd.DataFrame(columns=list(CLUSTER_COLUMNS))
    return pd.concat(frames, ignore_index=True) if frames else empty


def _table(
    fit: Fit,
    group: Group,
    column: str,
    values: dict[str, np.ndarray],
    cohort: Cohort | None,
    interval: float,
) -> pd.DataFrame:
    """Rows of one effect of one column of clusters."""
    log_ratio = values[varying_name(group, column)]
    if column:
        log_ratio = log_ratio + average_effect(fit, column, values)[:, None]
    tail = (1.0 - interval) / 2.0
    middle, lower, upper = np.exp(np.quantile(log_ratio, (0.5, tail, 1.0 - tail), axis=0))
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
    """Draws of the effect of a column in the typical cluster; 0 for a factor's reference level."""
    columns = fit.design.columns
    if column not in columns:
        return np.zeros(len(next(iter(values.values()))))
    return values[coefficient_name(fit.spec)][:, columns.index(column)]


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
    spread = flat_draws(fit.draws["posterior"].to_dataset())[frailty_sd_name(group)]
    if not fit.spec.frailty.is_gamma:
        return np.exp(_TWO_DRAWN * spread)
    degrees = np.minimum(2.0 / spread**2, 1e8)
    return np.asarray(fdtri(degrees, degrees, 0.75))


def new_cluster_ratios(fit: Fit, group: Group, seed: int = 0) -> Iterator[tuple[str, np.ndarray]]:
    """Draws of the ratio of each effect that differs between clusters, in one not yet seen."""
    values, rng = flat_draws(fit.draws["posterior"].to_dataset()), np.random.default_rng(seed)
    for column in group.slopes.columns if group.slopes else ():
        average = average_effect(fit, column, values)
        spread = values[varying_sd_name(group, column)]
        yield column, np.exp(average + spread * rng.standard_normal(len(average)))
