"""Whether the primary model reproduces the curves that were observed, and the ratios of Cox."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.arms.departures import departures
from posthaz.inference import EDITED
from posthaz.report.concerns.concern import Concern
from posthaz.report.results import Results
from posthaz.report.sections.beside import beside, grouped
from posthaz.report.sections.naming import (
    arm_labels,
    profile_labels,
    term_label,
    without_curves,
)
from posthaz.report.sections.question import adjusted
from posthaz.report.sections.rows import answer_row
from posthaz.report.sections.wording import SPACE, lasting, listed, p_sentence, ratio, share

MOSTLY = 0.9
RARE = 0.01
_FEWEST_POINTS_OUT = 2
_POINTS = 0.8
_STANDARD_ERRORS, _VISIBLE = 3.0, 0.05
_APART, _MATTERS = 0.5, np.log(1.1)
"""Posterior SDs from Cox, and least difference of log hazard ratios, that are said."""
_MOST_NAMED = 3


def reproduced(row: pd.Series) -> bool:
    """Whether a row of `predictive_agreement` is one that the model would produce."""
    return not (row["inside"] < MOSTLY or row["p"] < RARE)


def unreproduced_curves(results: Results) -> Iterator[Concern]:
    """Arms whose Kaplan-Meier curve the model would hardly produce."""
    if "life_table" in results.clinical:
        yield from _unreproduced_rates(results)
        return
    if grouped(results.cohort):
        yield from _unlike_turnbull(results)
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
            f"{lasting(row['at'], unit)}{rare}"
        )
    text = (
        f"The primary model does not reproduce the observed curves: {listed(parts)}. Its answers "
        "describe another cohort than this one; take a freer baseline hazard, unless what follows "
        "says that the effect is what doesn’t fit."
    )
    yield Concern("observed_curves", "warning", text, "predictive-check")


def _unlike_turnbull(results: Results) -> Iterator[Concern]:
    """Arms whose Turnbull estimate is further from the model's curve than chance takes it."""
    fit, unit = results.posterior.primary, results.cohort.unit
    if adjusted(fit) or without_curves(results):
        return
    curves = results.posterior.curves
    curves = curves[curves["model"] == fit.spec.name]
    parts, labels = [], profile_labels(results, fit)
    for arm, points in results.frequentist.kaplan_meier.groupby("arm", sort=False):
        own = curves[curves["arm"].astype(str) == str(arm)]
        if own.empty or str(arm) not in labels:
            continue
        seen = points["survival"].to_numpy(dtype=float)
        ours = np.interp(points["time"], own["time"], own["median"])
        # no standard error of Turnbull's estimate is known to hold; Peto's is about that of exact
        # times, and where nobody is known to be event-free the estimate may fall to 0 by chance
        left = np.maximum(points["at_risk"].to_numpy(dtype=float), 0.0)
        with np.errstate(divide="ignore"):
            chance = np.where(left > 0, ours * np.sqrt((1.0 - ours) / left), np.inf)
        gap = np.where(np.abs(seen - ours) > _STANDARD_ERRORS * chance, seen - ours, 0.0)
        worst = int(np.argmax(np.abs(gap)))
        if abs(gap[worst]) >= _VISIBLE:
            whose = f" with {labels[str(arm)]}" if len(labels) > 1 else ""
            side = "above" if gap[worst] > 0 else "below"
            parts.append(
                f"{100 * abs(gap[worst]):.0f}{SPACE}points {side} it{whose} at "
                f"{lasting(float(points['time'].iloc[worst]), unit)}"
            )
    if parts:
        text = (
            "The primary model’s curve is unlike Turnbull’s estimate, which assumes no shape: that "
            f"lies {listed(parts)}. Take a freer baseline hazard, unless what follows says that "
            "the effect is what doesn’t fit."
        )
        yield Concern("observed_curves", "warning", text, "survival")


def unlike_cox(results: Results) -> Iterator[Concern]:
    """Hazard ratios of the primary model that lie off those of Cox by more than its prior explains.

    Cox leaves the baseline free. A step or a smooth curve that is too coarse gives to whatever
    changes during follow-up what belongs to time, as where treatment begins after the hazard fell.
    """
    fit, influence = results.posterior.primary, results.posterior.prior_influence
    if influence.empty or fit.spec.cure or departures(fit.spec) or EDITED in fit.provenance.method:
        return  # the two ratios are not of the same thing
    mine = influence[influence["model"] == fit.spec.name].set_index("parameter")
    own = f"{beside(results.cohort).formula}{fit.spec.formula}"
    parts = []
    for term in (name for name in fit.design.columns if name in mine.index):
        cox = float(answer_row(results, own, "log_hazard_ratio", term=term)["value"])
        if not np.isfinite(cox):
            continue
        row = mine.loc[term, ["median", "without_prior", "sd"]].to_numpy(dtype=float)
        said, apart = row[:2], (row[:2] - cox) / row[2]
        if np.abs(apart).min() > _APART and np.abs(said - cox).min() > _MATTERS:
            parts.append(
                f"{ratio(np.exp(said[0]))} for {term_label(results.cohort, term)}, where Cox has "
                f"{ratio(np.exp(cox))} ({abs(apart[0]):.1f} posterior SD)"
            )
    if parts:
        given = ", and gives to covariates that change during follow-up what belongs to time"
        text = (
            f"The primary model’s hazard ratio is {listed(parts[:_MOST_NAMED])}: more than its "
            "own prior explains. Cox leaves the baseline hazard free; this model’s is too "
            f"stiff{given if fit.changing else ''}. Take more intervals, without `smoothing`; "
            "believe the ratio when both agree."
        )
        yield Concern("observed_curves", "warning", text, "hazard-ratios")


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
