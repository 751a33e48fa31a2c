"""The likelihood, written once: against a hazard, for every kind of follow-up."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from posthaz.cohort import Cohort
from posthaz.hazards import Array, Hazard


def follow_up_data(cohort: Cohort) -> dict[str, np.ndarray]:
    """What the likelihood needs of a cohort's follow-up, as arrays.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.

    Returns
    -------
    dict of str to ndarray, shape (row,)
        ``exit`` (where an event was seen or follow-up ended), ``event`` (1 when seen), ``weight``;
        ``entry`` when any row enters late; ``upper`` and ``interval_censored`` when any event is
        only known to lie between ``exit`` and ``upper``.
    """
    interval = cohort.interval_censored
    data = {
        "exit": cohort.lower.astype(float),
        "event": cohort.event.astype(float),
        "weight": cohort.weight.astype(float),
    }
    if (cohort.entry > 0).any():
        data["entry"] = cohort.entry.astype(float)
    if interval.any():
        data["interval_censored"] = interval.astype(float)
        data["upper"] = np.where(interval, cohort.upper, cohort.lower + 1.0)
    return data


def event_rate(cohort: Cohort) -> float:
    """Crude rate: weighted events per unit of time at risk."""
    seen = cohort.event | cohort.interval_censored
    person_time = np.sum(cohort.weight * (cohort.exit - cohort.entry))
    return float(np.sum(cohort.weight[seen]) / person_time)


def likelihood_terms(
    hazard: Hazard, data: Mapping[str, Array], xp: ModuleType | Any
) -> tuple[Array, Array]:
    """What an event adds to a row's log-likelihood, and what every row has.

    Parameters
    ----------
    hazard : Hazard
        Hazard of every row.
    data : mapping of str to array
        The arrays of `follow_up_data`.
    xp : module
        Array module.

    Returns
    -------
    log_hazard, log_rest : array
        Shape (..., row) each: the log hazard at exit, and the log probability of the rest of
        the follow-up (surviving from entry to exit; failing before `upper`).
    """
    at_exit = hazard.cumulative_hazard(data["exit"])
    log_rest = hazard.cumulative_hazard(data["entry"]) - at_exit if "entry" in data else -at_exit
    if "upper" in data:
        within = hazard.cumulative_hazard(data["upper"]) - at_exit
        # rows without an interval have no such term, so that none of theirs may be infinite
        within = xp.where(data["interval_censored"] > 0, within, 1.0)
        # where 1 - exp(-x) rounds to 0, PyTensor's logarithm of it has no derivative
        near = within < 1e-8
        failing = xp.log(-xp.expm1(-xp.where(near, 1.0, within)))
        failing = xp.where(near, xp.log(within) - within / 2.0, failing)
        log_rest = log_rest + data["interval_censored"] * failing
    return hazard.log_hazard(data["exit"]), log_rest


def weighted(event: Array, log_hazard: Array, log_rest: Array, weight: Array) -> Array:
    """Log-likelihood of rows from their terms."""
    return weight * (event * log_hazard + log_rest)


def log_likelihood(hazard: Hazard, data: Mapping[str, Array], xp: ModuleType | Any) -> Array:
    """Log-likelihood of every row, times its weight.

    Parameters
    ----------
    hazard : Hazard
        Hazard of every row.
    data : mapping of str to array
        The arrays of `follow_up_data`.
    xp : module
        Array module.

    Returns
    -------
    array
        Shape (..., row).
    """
    log_hazard, log_rest = likelihood_terms(hazard, data, xp)
    return weighted(data["event"], log_hazard, log_rest, data["weight"])
