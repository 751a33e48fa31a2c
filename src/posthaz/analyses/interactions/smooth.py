"""The interaction of numbers as they are: hazard ratios along a dose, a volume, an age."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import norm

from posthaz.analyses.interactions.spec import InteractionSpec
from posthaz.arms.arm_model import (
    ArmTask,
    Quick,
    cox_of,
    joined,
    ratio_summary,
)
from posthaz.arms.groups import group_name
from posthaz.arms.interaction_test import InteractionTest, interaction_test
from posthaz.baselines import CoxFit
from posthaz.cohort import Cohort, number_text
from posthaz.design import quoted
from posthaz.errors import PosthazError
from posthaz.estimands import effect_between
from posthaz.inference import Fit

_POINTS = 61
_CENTRAL = (0.025, 0.975)
_QUARTILES = (0.25, 0.75)
CURVE_COLUMNS = ("along", "panel", "x", "median", "lower", "upper")


@dataclass(frozen=True, eq=False)
class SmoothInteraction:
    """The continuous model, and what it says.

    Parameters
    ----------
    formula : str
        Its formula.
    fit : Fit
        Its fit.
    curves : DataFrame
        Columns `CURVE_COLUMNS`. Along the other covariate (``along = "by"``): the hazard ratio
        of one contrast of the effect, named by ``panel``. Along the effect itself (``along =
        "effect"``): the hazard ratio against `start`, in patients named by ``panel``.
    start, end : float or None
        Values of the effect compared, medians of its lowest and highest group; None for factors.
    ratios : tuple of dict
        How the effect changes between two values of the other covariate.
    test : InteractionTest
        Likelihood-ratio test of all its interaction terms, between Cox models.
    """

    formula: str
    fit: Fit
    curves: pd.DataFrame
    start: float | None
    end: float | None
    ratios: tuple[Mapping[str, object], ...]
    test: InteractionTest


@dataclass(frozen=True)
class _Value:
    """One value of a covariate and its name."""

    value: float | str
    name: str


def smooth_interaction(
    cohort: Cohort, asked: InteractionSpec, others: tuple[str, ...], quick: Quick, interval: float
) -> SmoothInteraction:
    """Fit the continuous model and read hazard ratios along its numbers.

    Parameters
    ----------
    cohort : Cohort
        A cohort with groups for the numbers that are cut; rows complete.
    asked : InteractionSpec
        What is asked.
    others : tuple of str
        Terms of the adjustment.
    quick : Quick
        How it is fitted.
    interval : float
        Probability of the bands.

    Returns
    -------
    SmoothInteraction
        The answer.

    Raises
    ------
    PosthazError
        When the formula can't be used in the cohort.
    """
    effect, by = asked.smooth_terms
    terms = (
        effect if asked.effect_cut else quoted(asked.effect),
        by if asked.by_cut else quoted(asked.by),
    )
    formula = joined((f"{terms[0]} * {terms[1]}", *others))
    fit = quick.fit(ArmTask(cohort, formula), "continuous")
    contrasts = list(_contrasts(cohort, asked))
    where = list(_settings(cohort, asked.by, bool(asked.by_cut)))
    curves = []
    if asked.by_cut:
        grid = _grid(cohort, asked.by)
        for start, end, name in contrasts:
            effects = _effect(fit, asked, start, end, grid)
            curves.append(_curve("by", name, grid, effects, interval))
    if asked.effect_cut:
        grid, start = _grid(cohort, asked.effect), contrasts[0][0]
        for place in where:
            effects = _effect(fit, asked, start, grid, place.value)
            curves.append(_curve("effect", place.name, grid, effects, interval))
    numbers = [contrasts[0][0], contrasts[0][1]] if asked.effect_cut else [None, None]
    return SmoothInteraction(
        formula=formula,
        fit=fit,
        curves=pd.concat(curves, ignore_index=True),
        start=numbers[0],
        end=numbers[1],
        ratios=tuple(_ratios(fit, cohort, asked, contrasts, interval, formula)),
        test=interaction_test(cohort, terms, others),
    )


def _contrasts(cohort: Cohort, asked: InteractionSpec) -> Iterator[tuple]:
    """Values of the effect compared: median doses of its outer groups, or a level each."""
    if asked.effect_cut:
        outer = list(_settings(cohort, asked.effect, True))
        start, end = float(outer[0].value), float(outer[-1].value)
        column = cohort.columns.get(asked.effect)
        unit = f" {column.unit}" if column and column.unit else ""
        yield start, end, f"{number_text(end, 4)} v {number_text(start, 4)}{unit}"
        return
    column = cohort.columns.get(asked.effect)
    shown = column.level_label if column else str
    first, *rest = cohort.covariates[asked.effect].cat.categories
    for level in rest:
        yield str(first), str(level), f"{shown(level)} v {shown(first)}"


def _settings(cohort: Cohort, name: str, cut: bool) -> Iterator[_Value]:
    """Levels of a factor; of a number that is cut, the median of each group."""
    factor = group_name(name) if cut else name
    column = cohort.columns.get(factor)
    for level in cohort.covariates[factor].cat.categories:
        rows = (cohort.covariates[factor] == level).to_numpy(dtype=bool)
        if not rows.any():
            continue
        label = column.level_label(level) if column else str(level)
        if cut:
            yield _Value(float(np.median(cohort.covariates[name].to_numpy(float)[rows])), label)
        else:
            yield _Value(str(level), label)


def _grid(cohort: Cohort, name: str) -> np.ndarray:
    low, high = np.quantile(cohort.covariates[name].to_numpy(float), _CENTRAL)
    return np.linspace(low, high, _POINTS)


def _effect(
    fit: Fit,
    asked: InteractionSpec,
    start: float | str,
    end: float | str | np.ndarray,
    by: float | str | np.ndarray,
) -> xr.DataArray:
    """Log hazard ratio of `end` against `start` at `by`, with a dimension ``row``."""
    return effect_between(fit, *_compared(fit, asked, start, end, by))


def _compared(
    fit: Fit,
    asked: InteractionSpec,
    start: float | str,
    end: float | str | np.ndarray,
    by: float | str | np.ndarray,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Covariates with the effect at `end`, and at `start`, a row each."""
    rows = max(np.size(end), np.size(by))
    fixed = {k: v for k, v in ((asked.effect, start), (asked.by, by)) if isinstance(v, str)}
    base = fit.design.reference(fixed)
    reference = pd.concat([base] * rows, ignore_index=True)
    if not isinstance(by, str):
        reference[asked.by] = by
    if isinstance(end, str):
        other = fit.design.reference({asked.effect: end})[asked.effect]
        everybody = pd.concat([other] * rows, ignore_index=True)
        return reference.assign(**{asked.effect: everybody}), reference
    reference[asked.effect] = start
    return reference.assign(**{asked.effect: end}), reference


def _curve(
    along: str, panel: str, grid: np.ndarray, effects: xr.DataArray, interval: float
) -> pd.DataFrame:
    tail = (1.0 - interval) / 2.0
    bounds = np.exp(effects.quantile([0.5, tail, 1.0 - tail], dim=("chain", "draw")).to_numpy())
    columns = zip(("median", "lower", "upper"), bounds, strict=True)
    frame = pd.DataFrame({"along": along, "panel": panel, "x": grid, **dict(columns)})
    return frame[list(CURVE_COLUMNS)]


def _ratios(
    fit: Fit,
    cohort: Cohort,
    asked: InteractionSpec,
    contrasts: list[tuple],
    interval: float,
    formula: str,
) -> Iterator[dict[str, object]]:
    """Ratio of hazard ratios between quartiles of a number, or levels of a factor."""
    if asked.by_cut:
        values = cohort.covariates[asked.by].to_numpy(float)
        column = cohort.columns.get(asked.by)
        unit = f" {column.unit}" if column and column.unit else ""
        first, last = np.quantile(values, _QUARTILES)
        low, high = (
            _Value(float(first), f"{number_text(first, 4)}{unit}"),
            _Value(float(last), number_text(last, 4)),
        )
        pairs = [(low, high)]
    else:
        first, *rest = _settings(cohort, asked.by, False)
        pairs = [(first, other) for other in rest]
    cox = _cox_or_none(cohort, formula, interval)
    for start, end, name in contrasts:
        for low, high in pairs:
            change = _effect(fit, asked, start, end, high.value) - _effect(
                fit, asked, start, end, low.value
            )
            numbers = ratio_summary(change.isel(row=0), interval)
            yield {
                "contrast": f"{name}{', at' if asked.by_cut else ':'} {high.name} v {low.name}",
                "ratio": numbers["hr"],
                "lower": numbers["lower"],
                "upper": numbers["upper"],
                "p_above_1": 1.0 - numbers["p_below_1"],
                **_cox_ratio(cox, fit, asked, (start, end), (low.value, high.value), interval),
            }


def _cox_or_none(cohort: Cohort, formula: str, interval: float) -> CoxFit | None:
    try:
        return cox_of(cohort, formula, interval)
    except PosthazError:
        return None


def _cox_ratio(
    cox: CoxFit | None,
    fit: Fit,
    asked: InteractionSpec,
    effect: tuple[float | str, float | str],
    by: tuple[float | str, float | str],
    interval: float,
) -> dict[str, float]:
    """The same ratio by Cox, with its Wald interval; nothing where it can't be estimated."""
    if cox is None or cox.covariance is None:
        return {}
    (low, high), design = by, fit.design
    steps = []
    for place in (high, low):
        to, reference = _compared(fit, asked, *effect, place)
        steps.append(design.matrix(to)[0] - design.matrix(reference)[0])
    weights = pd.Series(steps[0] - steps[1], index=design.columns).reindex(cox.table["term"])
    used = (weights != 0).to_numpy()
    logs = cox.table["log_hr"].to_numpy(float)[used]
    part, covariance = weights.to_numpy()[used], np.asarray(cox.covariance)[np.ix_(used, used)]
    error = float(np.sqrt(part @ covariance @ part))
    if not (np.isfinite(logs).all() and np.isfinite(error)):
        return {}
    middle, half = float(part @ logs), float(norm.ppf(0.5 + interval / 2)) * error
    ends = {"cox_lower": np.exp(middle - half), "cox_upper": np.exp(middle + half)}
    p = 2 * float(norm.sf(abs(middle) / error)) if error > 0 else float("nan")
    return {"cox_ratio": float(np.exp(middle)), **ends, "cox_p": p}
