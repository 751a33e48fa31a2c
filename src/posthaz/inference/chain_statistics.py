"""Convergence figures of one scalar and smoothed importance weights, by ArviZ."""

import sys
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np
from scipy.special import logsumexp

_AXES = {"chain_axis": 0, "draw_axis": 1}


@cache
def load_arviz() -> Any:
    """ArviZ's functions of arrays, whose import takes longer than a fit.

    Where NumPyro isn't installed, ArviZ asks the stack who misses it, and with that for the file of
    every module that is loaded: half of its import. A stand-in answers while it is imported.
    """
    missing = "numpyro" not in sys.modules and find_spec("numpyro") is None
    if missing:
        sys.modules["numpyro"] = ModuleType("numpyro", "not installed")
    try:
        from arviz_stats import base
    finally:
        if missing:
            del sys.modules["numpyro"]
    return base.array_stats  # pyright: ignore[reportPrivateImportUsage]


def rhat(draws: np.ndarray) -> float:
    """Rank-normalised split R-hat of draws of shape (chain, draw)."""
    return float(np.asarray(load_arviz().rhat(draws, **_AXES)))


def ess_bulk(draws: np.ndarray) -> float:
    """Bulk effective sample size of draws of shape (chain, draw)."""
    return float(np.asarray(load_arviz().ess(draws, method="bulk", **_AXES)))


def ess_tail(draws: np.ndarray) -> float:
    """Tail effective sample size (5 and 95 % points) of draws of shape (chain, draw)."""
    return float(np.asarray(load_arviz().ess(draws, method="tail", prob=0.9, **_AXES)))


def mcse_mean(draws: np.ndarray) -> float:
    """Monte Carlo standard error of the mean of draws of shape (chain, draw)."""
    if np.ptp(draws) == 0.0:
        return 0.0
    return float(np.asarray(load_arviz().mcse(draws, **_AXES)))


def smoothed_weights(log_ratio: np.ndarray) -> tuple[np.ndarray, float]:
    """Pareto-smoothed log weights of importance ratios, and the shape of their tail (k-hat).

    Ratios that have no tail to smooth, nearly all of them being 0, are as bad as can be: k-hat
    is infinite. Where all are equal there is nothing to smooth, and k-hat is minus infinity.
    """
    finite = np.isfinite(log_ratio)
    if finite.all() and np.ptp(log_ratio) == 0.0:
        return np.full(log_ratio.shape, -np.log(log_ratio.size)), -np.inf
    try:
        # ArviZ smooths the weights of a left-out density, so it takes the negative
        log_weights, khat = load_arviz().psislw(-log_ratio)
    except ValueError:
        return log_ratio - logsumexp(log_ratio), np.inf
    return np.asarray(log_weights), float(np.asarray(khat))
