"""Estimands and coefficients of fits as rows of answers."""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd

from posthaz.answers import MAIN, answer_frame

_PROBABILITY = re.compile(r"P\((?P<quantity>.+) (?P<statement>[<>] .+)\)")
_QUANTITIES = {"quantile": "survival_quantile"}
_NUMBERS = ("mean", "sd", "lower", "upper", "mcse")


def estimand_answers(table: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Rows of `estimand_table` as answers.

    Parameters
    ----------
    table : DataFrame
        Columns as in ``estimands.csv``, of any number of models.
    arms : sequence of str
        Labels of the arms; any other profile is a population of its own.

    Returns
    -------
    DataFrame
        Columns `posthaz.answers.COLUMNS`; a posterior probability is a row whose ``statement``
        says of what.

    Examples
    --------
    >>> row = {"model": "m", "estimand": "P(survival difference > 0)", "profile": "B - A"}
    >>> row |= dict.fromkeys(("time", "mean", "sd", "median", "lower", "upper", "mcse"), 0.5)
    >>> answers = estimand_answers(pd.DataFrame([row]), ["A", "B"])
    >>> answers.loc[0, ["quantity", "arm", "reference", "statement"]].tolist()
    ['survival_difference', 'B', 'A', '> 0']
    """
    pairs = {
        f"{arm} {sign} {reference}": (arm, reference)
        for arm, reference in permutations(arms, 2)
        for sign in "-/"
    }
    return answer_frame([_estimand(row, arms, pairs) for row in table.to_dict(orient="records")])


def coefficient_answers(
    table: pd.DataFrame, effects: Mapping[str, str], columns: Mapping[str, Collection[str]]
) -> pd.DataFrame:
    """Rows of `coefficient_table` as answers.

    Parameters
    ----------
    table : DataFrame
        Columns as in ``coefficients.csv``, of any number of models.
    effects : mapping of str to str
        What a coefficient of each model is: ``log_hazard_ratio`` or ``log_time_ratio``.
    columns : mapping of str to collection of str
        Columns of each model's design.

    Returns
    -------
    DataFrame
        Columns `posthaz.answers.COLUMNS`: each coefficient, its hazard ratio where there is one
        and the probability that it lies below 1; other parameters under ``parameter``.
    """
    rows = []
    for row in table.to_dict(orient="records"):
        named = {"analysis": MAIN, "method": "posterior", "model": row["model"]}
        named |= {"term": row["term"]}
        ratio = np.isfinite(row["hr_median"])
        coefficient = ratio or row["term"] in columns[row["model"]]
        numbers = {name: row[name] for name in ("mean", "sd", "lower", "upper")}
        quantity = effects[row["model"]] if coefficient else "parameter"
        numbers |= {"value": row["median"], "mcse": row["mcse_mean"]}
        rows.append({**named, "quantity": quantity, **numbers})
        if ratio:
            limits = {"lower": row["hr_lower"], "upper": row["hr_upper"]}
            named |= {"quantity": "hazard_ratio"}
            rows.append({**named, "value": row["hr_median"], **limits})
            rows.append({**named, "statement": "< 1", "probability": row["p_hr_below_1"]})
    return answer_frame(rows)


def _estimand(
    row: Mapping[Any, Any], arms: Sequence[str], pairs: Mapping[str, tuple[str, str]]
) -> dict[str, object]:
    """One row of the estimand table."""
    estimand, profile = str(row["estimand"]), str(row["profile"])
    probability = _PROBABILITY.fullmatch(estimand)
    name = probability["quantity"] if probability else estimand
    arm, reference = pairs.get(profile, (profile if profile in arms else "", ""))
    whole = arm or profile == "all"
    answer: dict[str, object] = {
        **{"analysis": MAIN, "method": "posterior", "model": row["model"]},
        **{"population": "" if whole else profile, "arm": arm, "reference": reference},
        "quantity": _QUANTITIES.get(name, name.replace(" ", "_")),
        "time": row["time"],
    }
    if name in ("median", "quantile"):
        answer |= {"time": np.nan, "level": "" if name == "median" else f"{row['time']:g}"}
    if probability:
        statement = {"statement": probability["statement"], "probability": row["mean"]}
        return answer | statement | {"mcse": row["mcse"]}
    return answer | {"value": row["median"]} | {number: row[number] for number in _NUMBERS}
