"""Whether the primary model reproduces the curves that were observed."""

from collections.abc import Iterator

import pandas as pd

from posthaz.report.concerns.concern import Concern
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels
from posthaz.report.sections.wording import SPACE, duration, listed, p_sentence, share

MOSTLY = 0.9
RARE = 0.01
_FEWEST_POINTS_OUT = 2
_POINTS = 0.8


def reproduced(row: pd.Series) -> bool:
    """Whether a row of `predictive_agreement` is one that the model would produce."""
    return not (row["inside"] < MOSTLY or row["p"] < RARE)


def unreproduced_curves(results: Results) -> Iterator[Concern]:
    """Arms whose Kaplan-Meier curve the model would hardly produce."""
    if "life_table" in results.clinical:
        yield from _unreproduced_rates(results)
        return
    labels, unit = arm_labels(results), results.cohort.unit
    table = results.posterior.agreement
    missed = [row for _, row in table.iterrows() if not reproduced(row)]
    if not missed:
        return
    parts = []
    for row in missed:
        whose = f" with {labels[str(row['arm'])]}" if len(labels) > 1 else ""
        rare = f"; {p_sentence(row['p'])} for a curve as far off" if row["p"] < RARE else ""
        parts.append(
            f"{share(row['inside'])} of the observed steps{whose} lie within the predicted band, "
            f"up to {100 * row['largest']:.0f}{SPACE}points from its middle at "
            f"{duration(row['at'], unit)} {unit}{rare}"
        )
    text = (
        f"The primary model does not reproduce the observed curves: {listed(parts)}. Its answers "
        "describe another cohort than this one; take a freer baseline hazard, unless what follows "
        "says that the effect is what doesn’t fit."
    )
    yield Concern("observed_curves", "warning", text, "predictive-check")


def _unreproduced_rates(results: Results) -> Iterator[Concern]:
    points = results.clinical["life_table"].points
    inside = (points["printed"] >= points["predicted_lower"] - 1e-9) & (
        points["printed"] <= points["predicted_upper"] + 1e-9
    )
    out = int((~inside).sum())
    if out >= _FEWEST_POINTS_OUT and inside.mean() < _POINTS:
        text = (
            f"The primary model does not reproduce the printed survival: {out} of {len(points)} "
            "rates lie outside what as many patients would show under it."
        )
        yield Concern("observed_curves", "warning", text, "life_table")
