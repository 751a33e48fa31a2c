"""Covariates that are computed from others: how, as frozen values."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class FractionatedDose:
    """Biologically effective dose or EQD2 from total dose and dose per fraction.

    Parameters
    ----------
    measure : {"eqd2", "bed"}
        Which.
    dose : str
        Column of the total dose in Gy.
    per_fraction : str or float
        Column of the dose per fraction in Gy, or one dose for everybody.
    alpha_beta : float
        Ratio of the linear to the quadratic coefficient in Gy.
    """

    measure: Literal["eqd2", "bed"]
    dose: str
    per_fraction: str | float
    alpha_beta: float

    @property
    def sources(self) -> tuple[str, ...]:
        """Columns it is computed from."""
        return (self.dose, *([self.per_fraction] if isinstance(self.per_fraction, str) else []))


@dataclass(frozen=True)
class Cut:
    """Groups of a number, cut where each new group begins.

    Parameters
    ----------
    column : str
        Column of the number.
    at : tuple of float
        Increasing; a value equal to a cut is in the upper group.

    Examples
    --------
    >>> Cut("age", (60, 70)).levels
    ('<60', '60-<70', '>=70')
    """

    column: str
    at: tuple[float, ...]

    def __post_init__(self) -> None:
        listed = isinstance(self.at, list | tuple | np.ndarray)
        at = tuple(float(value) for value in self.at) if listed else ()
        if not at or not all(np.isfinite(at)) or any(b <= a for a, b in pairwise(at)):
            raise ValueError(f"cuts must be increasing numbers, got {self.at!r}")
        object.__setattr__(self, "at", at)

    @property
    def sources(self) -> tuple[str, ...]:
        """Columns it is computed from."""
        return (self.column,)

    @property
    def levels(self) -> tuple[str, ...]:
        """Codes of the groups, in order."""
        between = (f"{lower:g}-<{upper:g}" for lower, upper in pairwise(self.at))
        return (f"<{self.at[0]:g}", *between, f">={self.at[-1]:g}")

    def level_labels(self, unit: str = "") -> tuple[str, ...]:
        """Names to show for the groups."""
        ending = f" {unit}" if unit else ""
        between = (f"{lower:g} to <{upper:g}{ending}" for lower, upper in pairwise(self.at))
        return (f"<{self.at[0]:g}{ending}", *between, f"≥{self.at[-1]:g}{ending}")


Derivation = FractionatedDose | Cut


def derived_values(derivation: Derivation, sources: dict[str, np.ndarray]) -> pd.Series:
    """A covariate computed from others; missing where any of them is.

    Parameters
    ----------
    derivation : FractionatedDose or Cut
        How.
    sources : dict of str to ndarray of float, shape (row,)
        The columns it is computed from.

    Returns
    -------
    Series
        Numbers, or ordered categories of a cut.

    Examples
    --------
    >>> import numpy as np
    >>> derived_values(Cut("age", (60,)), {"age": np.array([59.0, 60.0])}).tolist()
    ['<60', '>=60']
    """
    if isinstance(derivation, Cut):
        values = sources[derivation.column]
        group = np.searchsorted(derivation.at, values, side="right")
        codes = np.where(np.isnan(values), -1, group)
        levels = pd.CategoricalDtype(list(derivation.levels), ordered=True)
        return pd.Series(pd.Categorical.from_codes(codes.tolist(), dtype=levels))
    per_fraction = derivation.per_fraction
    fraction = sources[per_fraction] if isinstance(per_fraction, str) else per_fraction
    measure = equivalent_dose_2gy if derivation.measure == "eqd2" else biologically_effective_dose
    return pd.Series(measure(sources[derivation.dose], fraction, derivation.alpha_beta))


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
