"""How far each axis of a sensitivity analysis moves the answer, and the variation it explains."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from posthaz.sensitivity.variants import AS_STATED, Variant

VARIANCE_COLUMNS = ("term", "quantity", "axis", "levels", "main", "total", "variance", "variants")
INTERACTIONS = "interactions"
_QUANTITIES = {
    "log_hazard_ratio": "mean",
    "rmst_difference": "rmst_difference",
    "survival_difference": "survival_difference",
}


def choices(listed: Sequence[Variant]) -> pd.DataFrame:
    """What each variant has of each axis, the model among them.

    Parameters
    ----------
    listed : sequence of Variant
        The variants.

    Returns
    -------
    DataFrame
        Index ``model, variant``; a column an axis with the alternative's name, or
        ``"as stated"``; axes of which all variants have the same are left out.
    """
    titles = dict.fromkeys(title for one in listed for title, _ in one.changes)
    rows = {
        (one.spec.name, one.label): {
            "model": one.spec.name,
            **{title: dict(one.changes).get(title, AS_STATED) for title in titles},
        }
        for one in listed
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["model", "variant"])
    return table.loc[:, [len(set(table[name])) > 1 for name in table]]


def split_variance(table: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Variance of the answer over a full cross of choices, split by axis.

    Parameters
    ----------
    table : DataFrame
        Result of `fit_variants`.
    chosen : DataFrame
        Result of `choices`.

    Returns
    -------
    DataFrame
        Columns `VARIANCE_COLUMNS`: for each coefficient and quantity (``log_hazard_ratio``,
        ``rmst_difference``, ``survival_difference``) one row an axis. ``main`` is the share of
        the variance between the means of the axis's levels; ``total`` that of the axis with its
        interactions, which is lost were the axis fixed (Sobol's indices, over this cross). The
        row ``interactions`` has what the mains leave, so that ``main`` adds to 1. Without every
        combination, each with an answer, there is no row.

    Examples
    --------
    >>> listed = pd.DataFrame({"prior": ["a", "b", "a", "b"], "cuts": ["1", "1", "2", "2"]})
    >>> listed.index = pd.MultiIndex.from_product([["m"], list("wxyz")], names=["model", "variant"])
    >>> answers = listed.reset_index().assign(term="arm", problem="", mean=[0.0, 1.0, 0.0, 1.0])
    >>> split_variance(answers, listed)[["axis", "main"]].values.tolist()
    [['prior', 1.0], ['cuts', 0.0], ['interactions', 0.0]]
    """
    rows = []
    answered = table[table["problem"] == ""]
    for term, own in answered.groupby("term", sort=False):
        joined = own[["model", "variant"]].merge(
            chosen.add_prefix("axis: "), left_on=["model", "variant"], right_index=True
        )
        axes = [str(name) for name in joined.columns if str(name).startswith("axis: ")]
        for quantity, column in _QUANTITIES.items():
            values = own[column].to_numpy(dtype=float) if column in own else np.array([])
            rows += [(term, quantity, *row) for row in _split(joined[axes], values)]
    return pd.DataFrame(rows, columns=list(VARIANCE_COLUMNS))


def _split(levels: pd.DataFrame, values: np.ndarray) -> list[tuple[object, ...]]:
    """The rows of one quantity; none where the cross is not full."""
    full = int(np.prod(levels.nunique())) if len(levels.columns) else 0
    whole = len(values) == len(levels) == full and not levels.duplicated().any()
    if full < 2 or not whole or not np.isfinite(values).all():
        return []
    variance = float(np.var(values))
    frame, scale = levels.assign(value=values), variance or 1.0
    rows, mains = [], 0.0
    for axis in levels.columns:
        others = [one for one in levels.columns if one != axis]
        main = _between(frame, [axis]) / scale
        rest = _between(frame, others) / scale if others else 0.0
        mains += main
        name = str(axis).removeprefix("axis: ")
        total = (1.0 - rest) if variance else 0.0
        rows.append((name, int(levels[axis].nunique()), main, total, variance, full))
    left = max(1.0 - mains, 0.0) if variance else 0.0
    return [*rows, (INTERACTIONS, 0, left, np.nan, variance, full)]


def _between(frame: pd.DataFrame, by: list[str]) -> float:
    """Variance between the means of groups, which are of one size."""
    return float(np.var(frame.groupby(by)["value"].transform("mean")))


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
