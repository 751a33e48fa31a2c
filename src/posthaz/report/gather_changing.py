"""Beside the models: Cox with changing effects or a frailty, and proportional hazards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd
from arviz_stats.utils import ELPDData

from posthaz.arms.arm_model import cox_columns
from posthaz.baselines import piecewise_cox, smoothed_schoenfeld
from posthaz.baselines.schoenfeld import SMOOTH_COLUMNS
from posthaz.baselines.shared_frailty import SharedFrailty, shared_frailty_model
from posthaz.checks import elpd_gain, proportional_twin
from posthaz.cohort import Cohort
from posthaz.design.design import cluster_texts
from posthaz.estimands import change_table, proportionality
from posthaz.estimands.changing import CHANGE_COLUMNS, PROPORTIONALITY_COLUMNS, own_starts
from posthaz.estimands.short_and_long import CURVE_COLUMNS, column_steps, ratio_curves
from posthaz.inference import Fit, fit
from posthaz.report.missing import MissingPart, MissingParts, guarded
from posthaz.spec import Analysis, EstimandSpec, ModelSpec, term_positions

CURVE_POINTS = 121
TableMaker = tuple[str, str, Sequence[str], Callable[[Fit], pd.DataFrame]]
"""What the table of each fit is called, where it belongs, its columns, and what makes it."""


def changing_makers(cohort: Cohort, asked: EstimandSpec, horizon: float) -> list[TableMaker]:
    """The tables of effects that change with time, of each fit."""
    grid = np.linspace(cohort.origin, horizon, CURVE_POINTS)
    return [
        (
            "effects that change with time",
            "changing-effects",
            CHANGE_COLUMNS,
            lambda one: _beside_cox(one, cohort, asked.interval),
        ),
        (
            "check of proportional hazards",
            "changing-effects",
            PROPORTIONALITY_COLUMNS,
            lambda one: proportionality(
                one, asked.rmst_to or horizon, _margin(asked), asked.interval
            ),
        ),
        (
            "smoothed Schoenfeld residuals",
            "changing-effects",
            ("model", *SMOOTH_COLUMNS),
            lambda one: _smoothed(one, cohort, asked.interval),
        ),
        (
            "hazard ratios from short to long term",
            "changing-effects",
            CURVE_COLUMNS,
            lambda one: ratio_curves(one, grid, asked.interval, cohort.columns),
        ),
    ]


def _margin(asked: EstimandSpec) -> float:
    """Change of a difference in restricted means that matters, 1/20 of the horizon by default."""
    if asked.proportionality_margin is not None:
        return asked.proportionality_margin
    stated = [abs(gain) for gain in asked.rmst_thresholds if gain]
    return min(stated) if stated else (asked.rmst_to or 0.0) / 20.0


def _beside_cox(fit: Fit, cohort: Cohort, interval: float) -> pd.DataFrame:
    """Hazard ratios that change, beside a Cox model whose effects change at the same cuts."""
    table = change_table(fit, interval, cohort.columns)
    if not fit.spec.changing or cohort.interval_censored.any():
        return table
    own, columns, strata = cox_columns(fit, cohort)
    stepped = table.loc[table["start"] < table["end"], "term"]
    cuts = {str(term): own_starts(fit, str(term))[1:].tolist() for term in stepped}
    cox = piecewise_cox(own, columns, cuts, interval, strata)
    named = {name: f"cox_{name}" for name in ("hr", "lower", "upper", "p")}
    keyed = table.assign(period=table.groupby("term").cumcount())
    joined = keyed.merge(cox.rename(columns=named), on=["term", "period"], how="left")
    ratios = ["cox_hr", "cox_lower", "cox_upper"]
    per = joined["per"].to_numpy(dtype=float)[:, None]
    joined[ratios] = joined[ratios].to_numpy(dtype=float) ** per  # per the step that is reported
    return joined.drop(columns="period")


def against_twins(
    table: pd.DataFrame,
    analysis: Analysis,
    cohort: Cohort,
    fits: Mapping[str, Fit],
    left_out: Callable[[Fit], ELPDData],
    parts: MissingParts,
) -> pd.DataFrame:
    """The table with how much better each model predicts than with proportional hazards.

    Parameters
    ----------
    table : DataFrame
        Result of `proportionality` for every model, stacked.
    analysis : Analysis
        What is asked.
    cohort : Cohort
        Its cohort.
    fits : mapping of str to Fit
        By model.
    left_out : callable
        `leave_one_out` of a fit.
    parts : MissingParts
        Where it is recorded what could not be made.

    Returns
    -------
    DataFrame
        With ``elpd_difference, elpd_difference_se, elpd_bad_k`` and ``elpd_against``, the model of
        the file that is its twin; empty where one was made for the purpose.
    """
    numbers = pd.DataFrame(columns=["elpd_difference", "elpd_difference_se", "elpd_bad_k"])
    against: dict[str, str] = {}
    for name in dict.fromkeys(table["model"]):
        spec = proportional_twin(fits[name].spec)
        known = [k for k, one in fits.items() if replace(one.spec, name=spec.name) == spec]
        against[name] = known[0] if known else ""
        twin = fits[known[0]] if known else spec
        make = partial(_elpd_gain, fits[name], twin, left_out, analysis, cohort)
        made = guarded(f"proportional twin of “{name}”", make, "changing-effects")
        if isinstance(made, MissingPart):
            parts.found.append(made)
        else:
            numbers.loc[name] = list(made)
    joined = table.join(numbers.astype(float), on="model")
    return joined.assign(elpd_against=[against[str(name)] for name in joined["model"]])


def _elpd_gain(
    one: Fit,
    twin: Fit | ModelSpec,
    left_out: Callable[[Fit], ELPDData],
    analysis: Analysis,
    cohort: Cohort,
) -> tuple[float, float, int]:
    """The gain over a fit of the file's, or over one made for the purpose, by Laplace."""
    if isinstance(twin, ModelSpec):
        with catch_warnings():
            simplefilter("ignore")  # what it would say is said of the model itself
            twin = fit(twin, cohort, replace(analysis.sampling, method="laplace"))
    return elpd_gain(one, twin, left_out)


def _smoothed(fit: Fit, cohort: Cohort, interval: float) -> pd.DataFrame:
    """Hazard ratios over time by the residuals of a Cox model of the same formula."""
    terms = {
        fit.design.columns[j]
        for term in fit.spec.changed_terms
        for j in term_positions(term, fit.design)
    }
    if not terms or cohort.interval_censored.any():
        return pd.DataFrame(columns=["model", *SMOOTH_COLUMNS])
    own, columns, strata = cox_columns(fit, cohort)
    curves = smoothed_schoenfeld(own, columns, level=interval, strata=strata)
    curves = curves[curves["term"].isin(terms)].assign(model=fit.spec.name)
    steps, ratios = column_steps(fit, cohort.columns), ["hr", "lower", "upper"]
    power = np.array([[steps.get(term, ("", 1.0))[1]] for term in curves["term"]]).reshape(-1, 1)
    return curves.assign(**dict(zip(ratios, (curves[ratios].to_numpy() ** power).T, strict=True)))


def has_cox_frailty(fit: Fit) -> bool:
    """Whether a model is Cox's with one normal frailty, but for its baseline."""
    spec, groups = fit.spec, fit.design.groups
    plain = not (spec.changed_terms or spec.strata or spec.cure or spec.background)
    return (
        plain
        and spec.proportional
        and spec.effect.acts_on == "hazard"
        and not spec.frailty.is_gamma
        and len(groups) == 1
        and groups[0].slopes is None
    )


def cox_frailty(fit: Fit, cohort: Cohort, interval: float) -> SharedFrailty | str:
    """The Cox model with a frailty that stands beside a fit, or why there is none."""
    own, columns, _ = cox_columns(fit, cohort)
    cluster = cluster_texts(own.covariates[fit.design.groups[0].name]).to_numpy()
    return shared_frailty_model(own, columns, cluster, interval)
