"""Medians and survival rates as rows of a table, Kaplan-Meier over Bayes."""

import numpy as np
import pandas as pd

from posthaz.arms.survival_rows import (
    KAPLAN_MEIER,
)
from posthaz.report.cells import MISSING
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    count_text,
    duration,
    extrapolated,
    share_interval,
)


def curve_rows(
    table: pd.DataFrame, keys: tuple[str, str], unit: str, horizon: float = np.inf
) -> tuple[pd.DataFrame, dict[str, str]]:
    """One row a pair of keys and method, in order of appearance, and the heads of its numbers.

    Parameters
    ----------
    table : DataFrame
        Rows of medians and rates: `keys`, ``quantity, source, time, value, lower, upper, n,
        events``.
    keys : (str, str)
        Columns that name a curve, such as sample and arm.
    unit : str
        Unit of time.
    horizon : float
        End of follow-up; medians beyond it are marked as extrapolated.

    Returns
    -------
    DataFrame
        `keys`, ``words`` (the method), ``n`` and ``events`` (of the Kaplan-Meier row),
        ``median`` and a column a time, as text.
    dict of str to str
        Heads of ``median`` and of the times.
    """
    rows: dict[tuple[str, str, bool], dict[str, str]] = {}
    heads = {"median": f"Median ({unit})"}
    for _, row in table.iterrows():
        named = (str(row[keys[0]]), str(row[keys[1]]))
        bayes = row["source"] != KAPLAN_MEIER
        cells = rows.setdefault((*named, bayes), dict(zip(keys, named, strict=True)))
        cells["words"] = "Bayes" if bayes else "Kaplan–Meier"
        if row["quantity"] == "median":
            sizes = ("", "") if bayes else (count_text(row["n"]), count_text(row["events"]))
            cells |= {"median": median_text(row, unit, True, horizon)}
            cells |= dict(zip(("n", "events"), sizes, strict=True))
        else:
            column = f"at_{row['time']:g}"
            heads[column] = f"At {at_time(round(row['time'], 1), unit, SPACE)}"
            cells[column] = share_interval(row["value"], row["lower"], row["upper"])
    curves = list(dict.fromkeys(key[:2] for key in rows))
    ordered = sorted(rows, key=lambda key: (curves.index(key[:2]), key[2]))
    return pd.DataFrame([rows[key] for key in ordered]).fillna(MISSING), heads


def median_text(row: pd.Series, unit: str, whole: bool = False, horizon: float = np.inf) -> str:
    """A median with NR for what is not reached; those beyond a horizon are marked."""

    def one(value: float) -> str:
        return duration(value, unit) if np.isfinite(value) else "NR"

    if not whole:
        return one(row["value"])
    text = f"{one(row['value'])} ({one(row['lower'])} to {one(row['upper'])})"
    return text + extrapolated(row["value"], horizon)
