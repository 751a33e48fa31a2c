"""Tipping points as rows of ``answers.csv``."""

import numpy as np
import pandas as pd

from posthaz.analyses.tipping_points.answer import TippingPoints
from posthaz.answers import answer_frame


def tipping_answers(found: TippingPoints) -> pd.DataFrame:
    """Rows of tipping points as answers.

    Returns
    -------
    DataFrame
        Columns `posthaz.answers.COLUMNS`: the hazard ratio under each confounder, without the
        patients of each smallest set, and the posterior probability under each named prior.
    """
    common: dict[str, object] = {
        **{"analysis": "tipping_points", "method": "posterior", "model": found.model},
        **{"term": found.effect.term, "quantity": "hazard_ratio"},
    }
    rows: list[dict[str, object]] = [
        common | {"level": f"prior: {row['prior']}", "statement": "< 1",
                  "probability": row["probability"]}
        for row in found.named.to_dict("records")
    ]  # fmt: skip
    for row in found.confounders.to_dict("records"):
        label = (f"confounder of HR {row['confounder_hr']:g} in {row['prevalence_treated']:g} v "
                 f"{row['prevalence_reference']:g}")  # fmt: skip
        limits = {name: row[name] for name in ("lower", "upper")}
        rows.append(common | {"level": label, "value": row["hr"]} | limits)
    for row in found.removal.to_dict("records"):
        if np.isfinite(row["patients"]):
            limits = {name: row[name] for name in ("lower", "upper")}
            label = f"without the smallest set that flips the {row['conclusion']}"
            rows.append(common | {"level": label, "value": row["hr"]} | limits)
    return answer_frame(rows)
