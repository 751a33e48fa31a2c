"""How far each axis of a sensitivity analysis moves the answer."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

AXIS_COLUMNS = (
    "axis", "term", "variants", "hr_lowest", "lowest", "hr_highest", "highest",
    "p_lowest", "p_highest", "largest_difference_sd", "largest",
)  # fmt: skip


def compare_variants(table: pd.DataFrame) -> pd.DataFrame:
    """Range of the answer along each axis.

    Parameters
    ----------
    table : DataFrame
        Result of `fit_variants`.

    Returns
    -------
    DataFrame
        One row an axis and coefficient, the primary variant counted among each: ``variants``
        (with an answer), ``hr_lowest`` and ``hr_highest`` (medians of the hazard ratio) with the
        variants that have them, ``p_lowest`` and ``p_highest`` (probability that the hazard ratio
        is below 1), and ``largest_difference_sd`` with its variant.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"variant": ["as stated", "prior: wide"], "model": "m", "primary": [True, False],
    ...         "axis": ["as stated", "prior"], "term": "arm[1]", "problem": "",
    ...         "hr_median": [0.90, 0.88], "p_hr_below_1": [0.7, 0.75], "difference_sd": [0, -0.1]}
    >>> compare_variants(pd.DataFrame(rows))[["axis", "hr_lowest", "hr_highest"]].values.tolist()
    [['prior', 0.88, 0.9]]
    """
    answered = table[table["problem"] == ""]
    several = len(set(answered["model"])) > 1
    rows = []
    for (axis, term), own in answered[~answered["primary"]].groupby(["axis", "term"], sort=False):
        primary = answered[answered["primary"] & (answered["term"] == term)]
        rows.append((axis, term, len(own), *_extremes(pd.concat([primary, own]), several)))
    return pd.DataFrame(rows, columns=list(AXIS_COLUMNS))


def _extremes(rows: pd.DataFrame, several: bool) -> tuple[object, ...]:
    names = (rows["model"] + ", " + rows["variant"] if several else rows["variant"]).to_numpy()
    ratios = rows["hr_median"].to_numpy(dtype=float)
    shares = rows["p_hr_below_1"].to_numpy(dtype=float)
    moved = rows["difference_sd"].to_numpy(dtype=float)
    low, high = _position(np.nanargmin, ratios), _position(np.nanargmax, ratios)
    far = _position(np.nanargmax, np.abs(moved))
    return (
        *_named(low, ratios, names),
        *_named(high, ratios, names),
        np.nan if low is None else float(np.nanmin(shares)),
        np.nan if low is None else float(np.nanmax(shares)),
        *_named(far, moved, names),
    )


def _position(find: Callable[..., Any], values: np.ndarray) -> int | None:
    """Where a value stands; None where there are no numbers."""
    return None if np.isnan(values).all() else int(find(values))


def _named(position: int | None, values: np.ndarray, names: np.ndarray) -> tuple[float, str]:
    return (np.nan, "") if position is None else (float(values[position]), str(names[position]))
