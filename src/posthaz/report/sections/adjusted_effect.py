"""What adjustment by the propensity score makes of the answer, in a sentence for the lead."""

import numpy as np
import pandas as pd

from posthaz.clinical import AdjustedAnswers
from posthaz.report.clinical.adjust_tables import sample_labels
from posthaz.report.clinical.adjust_words import target_words
from posthaz.report.results import Results
from posthaz.report.sections.wording import interval_name, ratio

_MARK = 0.1


def adjusted_sentence(results: Results) -> str:
    """Hazard ratios of matched and weighted samples, and how unlike their arms still are.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    str
        Empty where the analysis asks for no adjustment, or none could be made.
    """
    answers: AdjustedAnswers | None = results.clinical.get("adjust")
    if answers is None or answers.effects.empty:
        return ""
    ratios = answers.effects[answers.effects["quantity"] == "hazard_ratio"]
    level = interval_name(results.analysis.estimands.interval)
    labels, parts = sample_labels(answers), []
    for name in answers.samples:
        mine = ratios[ratios["sample"] == name]
        ours = _first(mine, "posterior")
        if ours is None:
            continue
        theirs = _first(mine, "Cox")
        cox = f"; Cox {_numbers(theirs)}" if theirs is not None else ""
        far = answers.balance.loc[answers.balance["sample"] == name, "smd_pooled_sd"].abs().max()
        left = f", where a standardised difference of {far:.2f} is left" if far > _MARK else ""
        whom = target_words(results, answers.samples[name].target)
        parts.append(
            f"**{ratio(ours['value'])}** ({level} credible interval {ratio(ours['lower'])} to "
            f"{ratio(ours['upper'])}{cox}) in “{labels[name]}” ({whom}){left}"
        )
    if not parts:
        return ""
    return f"After adjustment by the propensity score the hazard ratio is {'; and '.join(parts)}."


def _first(rows: pd.DataFrame, start: str) -> pd.Series | None:
    found = rows[rows["analysis"].str.startswith(start) & np.isfinite(rows["value"].astype(float))]
    return found.iloc[0] if len(found) else None


def _numbers(row: pd.Series) -> str:
    return f"{ratio(row['value'])}, {ratio(row['lower'])} to {ratio(row['upper'])}"
