"""Fractionated dose by the linear-quadratic model."""

from typing import Any

import numpy as np


def biologically_effective_dose(total_gy: Any, per_fraction_gy: Any, alpha_beta: float) -> Any:
    """Biologically effective dose ``D (1 + d / (alpha/beta))``.

    Parameters
    ----------
    total_gy : float or array
        Total dose ``D`` in Gy.
    per_fraction_gy : float or array
        Dose per fraction ``d`` in Gy.
    alpha_beta : float
        Ratio of the linear to the quadratic coefficient in Gy; often 10 for tumours and 3 for
        late effects.

    Returns
    -------
    float or ndarray
        In Gy, of infinitely small fractions. Repopulation is not corrected for.

    Raises
    ------
    ValueError
        When `alpha_beta` is not a number above 0.

    References
    ----------
    Fowler JF (1989), British Journal of Radiology 62:679-694, doi:10.1259/0007-1285-62-740-679.

    Examples
    --------
    >>> biologically_effective_dose(60.0, 2.0, 10.0)
    72.0
    """
    if not 0 < alpha_beta < float("inf"):
        raise ValueError(f"alpha_beta must be above 0, got {alpha_beta}")
    if np.ndim(total_gy) or np.ndim(per_fraction_gy):
        total_gy, per_fraction_gy = np.asarray(total_gy), np.asarray(per_fraction_gy)
    return total_gy * (1.0 + per_fraction_gy / alpha_beta)


def equivalent_dose_2gy(total_gy: Any, per_fraction_gy: Any, alpha_beta: float) -> Any:
    """Dose in fractions of 2 Gy with the same effect, ``D (d + alpha/beta) / (2 + alpha/beta)``.

    Parameters
    ----------
    total_gy, per_fraction_gy : float or array
        Total dose and dose per fraction in Gy.
    alpha_beta : float
        As in `biologically_effective_dose`.

    Returns
    -------
    float or ndarray
        EQD2 in Gy.

    Raises
    ------
    ValueError
        When `alpha_beta` is not a number above 0.

    References
    ----------
    Bentzen SM et al. (2012), Radiotherapy and Oncology 105:266-268,
    doi:10.1016/j.radonc.2012.10.006.

    Examples
    --------
    >>> round(equivalent_dose_2gy(45.0, 3.0, 10.0), 2), equivalent_dose_2gy(60.0, 2.0, 10.0)
    (48.75, 60.0)
    """
    effective = biologically_effective_dose(total_gy, per_fraction_gy, alpha_beta)
    return effective / (1.0 + 2.0 / alpha_beta)
