"""Printed numbers as rows of answers."""

from collections.abc import Iterable

import pandas as pd

from posthaz.answers import MAIN, answer_frame
from posthaz.spec import Published, Within


def printed_answers(published: Iterable[Published]) -> pd.DataFrame:
    """Printed numbers as answers whose ``method`` is ``printed``.

    Parameters
    ----------
    published : iterable of Published
        Printed numbers of an analysis.

    Returns
    -------
    DataFrame
        Columns `posthaz.answers.COLUMNS`; `population` names the subset, sample or level, and
        `note` the place in the paper. A number printed only as a limit has a ``statement``.

    Examples
    --------
    >>> printed_answers([Published("median", 21.9, arm="none")])["value"].tolist()
    [21.9]
    """
    return answer_frame([_answer(one) for one in published])


def whom(within: Within) -> str:
    """Patients that a printed number is about; empty for the whole cohort."""
    return within.subset or within.sample or " ".join(filter(None, (within.column, within.level)))


def _answer(one: Published) -> dict[str, object]:
    """One printed number."""
    number = "p" if one.quantity == "p_value" else "value"
    return {
        **{"analysis": MAIN, "method": "printed", "model": one.model, "quantity": one.quantity},
        **{"population": whom(one.within), "arm": one.arm, "term": one.covariate},
        **{"level": one.level, "time": one.time, number: one.value},
        **{"lower": one.lower, "upper": one.upper, "note": one.where},
        "grade": str(one.grade) if one.quantity == "share" else "",
        "statement": f"< {one.value:g}" if one.below else "",
    }
