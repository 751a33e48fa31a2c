"""Probability integral transform with censored times imputed, and residuals of patients."""

from functools import lru_cache

import numpy as np
import pandas as pd
from arviz_stats.ecdf_utils import ecdf_pit

from posthaz.checks.predicted import Predicted

_IMPUTATIONS = 50
_SIMULATIONS = 1000
_FEWEST = 10
BAND_COLUMNS = ("of", "left_out", "u", "ecdf", "lower", "upper")
RESIDUAL_COLUMNS = ("patient", "cox_snell", "martingale", "deviance", "event")


def pit_limits(predicted: Predicted, left_out: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Between which probabilities each patient's time lies in its predictive distribution.

    Parameters
    ----------
    predicted : Predicted
        The predictions.
    left_out : bool
        Whether the predictive distribution is that without the patient, by PSIS-LOO.

    Returns
    -------
    lower, upper : ndarray of float, shape (patient,)
        Equal for an event seen exactly; `upper` is 1 for a censored time. Patients who enter late
        are judged given that they were event-free then.
    """
    rows = predicted.intervals
    limits = []
    for until in (rows.lower, rows.upper):
        # earlier rows of a patient end where the next begins
        passed = predicted.of_patients(predicted.passed(rows.entry, _finite_rows(predicted, until)))
        limits.append(1.0 - predicted.mean(np.exp(-passed), left_out))
    lower, upper = (np.clip(one, 0.0, 1.0) for one in limits)
    return lower, np.maximum(lower, upper)


def _finite_rows(predicted: Predicted, until: np.ndarray) -> np.ndarray:
    """Ends of rows; only the last row of a patient may be open."""
    rows = predicted.intervals
    return np.where(rows.last, until, rows.lower)


def pit_table(
    limits: tuple[np.ndarray, np.ndarray],
    groups: dict[str, np.ndarray],
    *,
    left_out: bool = False,
    level: float = 0.99,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Empirical distribution of transformed times, censored ones imputed, with its band.

    What is censored is imputed uniformly above the probability at which it was censored, which is
    to draw its time from the model given survival to then. Under the model the values are
    uniform; the band is simultaneous.

    Parameters
    ----------
    limits : tuple of ndarray
        Result of `pit_limits`.
    groups : dict of str to ndarray of bool, shape (patient,)
        Patients of each group.
    left_out : bool
        What `limits` are, for the column of that name.
    level : float
        Probability that the whole curve of one imputation lies in the band.
    seed : int
        Seed of the imputations.

    Returns
    -------
    curves : DataFrame
        Columns ``of, left_out, u, ecdf, lower, upper``: mean over 50 imputations, and the band of
        one.
    found : DataFrame
        Columns ``of, left_out, patients, outside, mean``: share of the imputations whose curve
        leaves the band, and the mean of the transformed times, 0.5 under the model.

    References
    ----------
    Suorsa S, Vehtari A (2026), arXiv:2601.01662. Säilynoja T, Bürkner PC, Vehtari A (2022),
    Statistics and Computing 32:32, doi:10.1007/s11222-022-10090-6.
    """
    rng = np.random.default_rng(seed)
    curves, found = [], []
    lower, upper = limits
    drawn = lower + (upper - lower) * rng.uniform(size=(_IMPUTATIONS, len(lower)))
    for of, inside in groups.items():
        own = drawn[:, inside]
        if own.shape[1] < _FEWEST:
            continue
        points, low, high = _band(own.shape[1], level)
        reached = np.stack(
            [np.searchsorted(np.sort(one), points, side="right") / len(one) for one in own]
        )
        reached[:, 0], reached[:, -1] = 0.0, 1.0
        beyond = (reached < low - 1e-9) | (reached > high + 1e-9)
        curve = {"of": of, "left_out": left_out, "u": points, "ecdf": reached.mean(axis=0)}
        curves.append(pd.DataFrame(curve | {"lower": low, "upper": high}))
        outside = float(beyond.any(axis=1).mean())
        found.append((of, left_out, own.shape[1], outside, float(own.mean())))
    return (
        pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=[*BAND_COLUMNS]),
        pd.DataFrame(found, columns=["of", "left_out", "patients", "outside", "mean"]),
    )


@lru_cache(maxsize=64)
def _band(size: int, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points, and the simultaneous band of the distribution of that many uniform values."""
    rng = np.random.default_rng(0)
    points, _, low, high = ecdf_pit(rng.uniform(size=size), level, _SIMULATIONS, rng=rng)
    return np.asarray(points), np.asarray(low), np.asarray(high)


def residuals(predicted: Predicted) -> pd.DataFrame:
    """Cox-Snell, martingale and deviance residuals of each patient.

    Parameters
    ----------
    predicted : Predicted
        Predictions of a fit whose times are exact or in steps.

    Returns
    -------
    DataFrame
        Columns ``patient`` (number from 0), ``cox_snell`` (cumulative hazard passed under
        observation, posterior mean), ``martingale`` (event less that), ``deviance`` and
        ``event``. Under the model Cox-Snell residuals are a censored sample of the unit
        exponential distribution.

    References
    ----------
    Therneau TM, Grambsch PM, Fleming TR (1990), Biometrika 77:147-160,
    doi:10.1093/biomet/77.1.147.
    """
    rows = predicted.rows
    passed = predicted.of_patients(predicted.passed(rows.entry, rows.exit)).mean(axis=0)
    event = np.bincount(predicted.patient, weights=rows.event, minlength=len(passed))
    martingale = event - passed
    with np.errstate(divide="ignore", invalid="ignore"):
        gained = np.where(event > 0, np.log(np.maximum(passed, 1e-300)), 0.0)
    deviance = np.sign(martingale) * np.sqrt(np.maximum(-2.0 * (martingale + gained), 0.0))
    columns = [np.arange(len(passed)), passed, martingale, deviance, event > 0]
    return pd.DataFrame(dict(zip(RESIDUAL_COLUMNS, columns, strict=True)))
