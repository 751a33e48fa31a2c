"""Curves as rows of ``answers.csv``."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.analyses.curves.answer import Curve
from posthaz.answers import answer_frame


def answer_rows(answer: tuple[Curve, ...]) -> pd.DataFrame:
    """Hazard ratios, survival and restricted means at the tabled values, and cuts.

    Parameters
    ----------
    answer : tuple of Curve
        The curves.

    Returns
    -------
    DataFrame
        Columns `posthaz.answers.COLUMNS`; ``population`` is the name of the curve, ``term`` its
        column, ``level`` the value and ``reference`` the value it is compared with.
    """
    return answer_frame([row for one in answer for row in _rows(one)])


def _rows(one: Curve) -> Iterator[dict[str, object]]:
    shared = {
        "analysis": "curves",
        "population": one.asked.name,
        "term": one.asked.column,
        "model": one.formula,
    }
    table = one.rows[one.rows["x"].isin(one.at)]
    for row in table.to_dict("records"):
        own = {**shared, "level": f"{row['x']:g}", "quantity": row["quantity"], "time": row["time"]}
        if row["quantity"] == "hazard_ratio":
            own |= {"reference": f"{one.reference:g}"}
            if np.isfinite(row["cox"]):
                ends = {"lower": row["cox_lower"], "upper": row["cox_upper"]}
                yield {**own, "method": "cox", "value": row["cox"], **ends}
            own |= {"statement": "> 1", "probability": row["p_above_1"]}
        numbers = {"value": row["median"], "lower": row["lower"], "upper": row["upper"]}
        yield {**own, "method": "posterior", **numbers}
    for row in one.statements.to_dict("records"):
        yield {
            **shared, "level": f"{row['value']:g}", "reference": f"{row['against']:g}",
            "quantity": "hazard_ratio", "method": "posterior", "value": row["median"],
            "lower": row["lower"], "upper": row["upper"], "statement": "> 1",
            "probability": row["p_above_1"],
        }  # fmt: skip
    if one.threshold is not None:
        found = one.threshold
        yield {
            **shared, "quantity": "change_point", "method": "posterior",
            "value": found.cut["median"], "lower": found.cut["lower"],
            "upper": found.cut["upper"],
        }  # fmt: skip
        if found.selected is not None:
            yield {
                **shared, "quantity": "change_point", "method": "logrank",
                "value": found.selected.cut, "statistic": found.selected.statistic,
                "p": found.selected.p_permutation,
                "note": "maximally selected; P by permutation",
            }  # fmt: skip
