"""The audit of immortal time as rows of ``answers.csv``."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.analyses.immortal_time.answer import COX, ImmortalTime
from posthaz.answers import answer_frame


def answer_rows(answer: object) -> pd.DataFrame:
    """Hazard ratios and gains in restricted mean; none where there was no audit.

    Parameters
    ----------
    answer : ImmortalTime or anything else
        The answer.

    Returns
    -------
    DataFrame
        Columns `posthaz.answers.COLUMNS`; ``population`` is the way of comparing and ``level`` its
        landmark or grace period.
    """
    return answer_frame(_rows(answer) if isinstance(answer, ImmortalTime) else [])


def _rows(answer: ImmortalTime) -> Iterator[dict[str, object]]:
    reference, arm = answer.arms
    for row in answer.effects.to_dict("records"):
        shared = {
            "analysis": "immortal_time",
            "population": row["comparison"],
            "level": f"{row['time']:g}" if np.isfinite(row["time"]) else "",
            "arm": arm,
            "reference": reference,
            "method": row["method"],
            "n": row["patients"],
            "events": row["events"],
            "note": row["note"],
        }
        numbers = {name: row[name] for name in ("lower", "upper")}
        said = {"p": row["p"]} if row["method"] == COX else {
            "statement": "< 1", "probability": row["p_below_1"]}  # fmt: skip
        yield {**shared, "quantity": "hazard_ratio", "value": row["hr"], **numbers, **said}
        if np.isfinite(row["rmst_difference"]):
            yield {
                **shared,
                "quantity": "rmst_difference",
                "time": row["horizon"],
                "value": row["rmst_difference"],
                "lower": row["rmst_lower"],
                "upper": row["rmst_upper"],
            }
