"""Frequentist answers as rows of answers."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from posthaz.answers import MAIN, answer_frame

_REGRESSION = re.compile(r"(?P<method>[a-z_]+): (?P<model>.+)")
_UNIVARIABLE = "_univariable"
_OF_CURVES = {"rmst": "kaplan_meier"}
_NUMBERS = ("value", "lower", "upper", "statistic", "df", "p", "n", "events", "note")
_AGAINST, _WEIGHTED = "against ", "fleming_harrington"


def baseline_answers(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``baselines.csv`` as answers, the steps of curves left out.

    Parameters
    ----------
    table : DataFrame
        Columns as in ``baselines.csv``.

    Returns
    -------
    DataFrame
        Columns `posthaz.answers.COLUMNS`. The standard error stands under ``sd``.

    Examples
    --------
    >>> from posthaz.baselines.table import baseline_table
    >>> row = pd.DataFrame({"analysis": ["cox: arm"], "quantity": ["hazard_ratio"]})
    >>> answers = baseline_answers(baseline_table([row]))
    >>> answers.loc[0, ["method", "model"]].tolist()
    ['cox', 'arm']
    """
    kept = table[~table["analysis"].str.endswith("_curve")]
    return answer_frame([_answer(row) for row in kept.to_dict(orient="records")])


def _answer(row: Mapping[Any, Any]) -> dict[str, object]:
    """One row of the table of baselines."""
    analysis, term, arm = (str(row[name]) for name in ("analysis", "term", "arm"))
    regression = _REGRESSION.fullmatch(analysis)
    method, model = regression.groups() if regression else (analysis, "")
    if method.startswith(_WEIGHTED):
        method, model = "logrank", method
    if method.endswith(_UNIVARIABLE):
        method, model = method.removesuffix(_UNIVARIABLE), "univariable"
    quantity = str(row["quantity"]).replace(" ", "_")
    if analysis == "rmst":
        quantity = {"difference": "rmst_difference", "ratio": "rmst_ratio"}.get(quantity, quantity)
    reference = term.removeprefix(_AGAINST) if term.startswith(_AGAINST) else ""
    return {
        **{"analysis": MAIN, "method": _OF_CURVES.get(method, method), "model": model},
        **{"arm": "" if arm == "overall" else arm, "reference": reference},
        **{"term": "" if reference else term, "quantity": quantity},
        **{"time": row["time"] if np.isfinite(float(str(row["time"]))) else np.nan},
        **{"sd": row["std_error"]},
        **{name: row[name] for name in _NUMBERS},
    }
