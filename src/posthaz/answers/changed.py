"""What changed between two files of answers."""

import numpy as np
import pandas as pd

_KEYS = (
    *("analysis", "population", "arm", "reference", "term", "level", "cause", "grade"),
    *("model", "method", "quantity", "time", "statement"),
)
_ERRORS = 4.0
KINDS = ("equal", "within Monte Carlo error", "changed", "gone", "new")


def changed_answers(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Rows of answers that are equal, differ by Monte Carlo error, changed, are gone or are new.

    Parameters
    ----------
    before, after : DataFrame
        Two ``answers.csv``.

    Returns
    -------
    DataFrame
        The columns that name an answer, ``before``, ``after`` (``value``, or ``probability`` where
        there is a statement), ``errors`` (difference in Monte Carlo standard errors, where both
        rows have one) and ``kind``: up to four standard errors of the difference are within error.

    Examples
    --------
    >>> row = {"quantity": "hazard_ratio", "model": "a", "value": 0.8, "mcse": 0.01}
    >>> other = {**row, "value": 0.81}
    >>> changed_answers(pd.DataFrame([row]), pd.DataFrame([other]))["kind"].tolist()
    ['within Monte Carlo error']
    """
    sides = [_keyed(one, name) for one, name in ((before, "before"), (after, "after"))]
    keys = [*_KEYS, "place"]
    joined = sides[0].merge(sides[1], on=keys, how="outer", indicator="side", sort=False)
    first, second = joined["before"].to_numpy(dtype=float), joined["after"].to_numpy(dtype=float)
    error = np.hypot(joined["before_mcse"].astype(float), joined["after_mcse"].astype(float))
    apart = np.abs(first - second)
    with np.errstate(divide="ignore", invalid="ignore"):
        joined["errors"] = np.where(error > 0, apart / error, np.nan)
    same = (first == second) | (np.isnan(first) & np.isnan(second))
    kind = np.where(joined["errors"] <= _ERRORS, KINDS[1], KINDS[2])
    kind = np.where(same, KINDS[0], kind)
    joined["kind"] = np.select(
        [joined["side"] == "left_only", joined["side"] == "right_only"], KINDS[3:], kind
    )
    return joined[[*_KEYS, "before", "after", "errors", "kind"]]


def _keyed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Answers under what names them, those of one name told apart by their order."""
    own = table.reindex(columns=[*_KEYS, "value", "probability", "mcse"])
    texts = own[list(_KEYS)].astype(object)
    own[list(_KEYS)] = texts.where(texts.notna(), "").astype(str)
    own["place"] = own.groupby(list(_KEYS), sort=False).cumcount()
    own[name] = own["value"].astype(float).fillna(own["probability"].astype(float))
    return own.rename(columns={"mcse": f"{name}_mcse"}).drop(columns=["value", "probability"])
