"""Fits to the Bayesian half of the results: tables and checks, those that can be made."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats.utils import ELPDData
from scipy.stats import norm

from posthaz.arms.arm_model import cox_columns
from posthaz.baselines import cox_model
from posthaz.checks import (
    compare_models,
    contrast_agreement,
    convergence,
    leave_one_out,
    pareto_table,
    power_scaling,
    predictive_agreement,
    prior_influence,
    replicated_kaplan_meier,
    same_patients,
)
from posthaz.checks.power_scaling import POWER_COLUMNS, Answer
from posthaz.checks.prior_influence import COLUMNS as INFLUENCE
from posthaz.cohort import Cohort
from posthaz.estimands import (
    answer_draws,
    arm_populations,
    band,
    between_arms,
    coefficient_table,
    estimand_table,
    expected_events,
    marginal_fault,
    profile,
    survival,
)
from posthaz.estimands.clusters import CLUSTER_COLUMNS, cluster_table
from posthaz.estimands.coefficients import COLUMNS as COEFFICIENTS
from posthaz.estimands.table import COLUMNS as ESTIMANDS
from posthaz.estimands.table import AnswerDraws
from posthaz.estimands.within_levels import (
    WITHIN_COLUMNS,
    contrasts_within_levels,
    ratios_within_levels,
)
from posthaz.inference import Fit
from posthaz.report.gather_changing import (
    CURVE_POINTS,
    TableMaker,
    against_twins,
    changing_makers,
    cox_frailty,
    has_cox_frailty,
)
from posthaz.report.horizon import restriction, told_until
from posthaz.report.missing import MissingPart, MissingParts, guarded
from posthaz.report.net_and_crude import COLUMNS as NET_AND_CRUDE
from posthaz.report.net_and_crude import net_and_crude
from posthaz.report.results import Posterior
from posthaz.spec import Analysis, EstimandSpec, coefficient_name

_CURVE_COLUMNS = ("arm", "time", "median", "lower", "upper", "model")
Curve = Callable[..., xr.DataArray]
_TABLES = (
    *("coefficients", "estimands", "curves", "prior_influence", "power_scaling", "changing"),
    *("proportionality", "schoenfeld", "ratio_curves", "clusters", "within_levels"),
    "net_and_crude",
)
"""Fields of `Posterior` that `_table_makers` fill, in its order."""
NOTHING_REPLICATED = pd.DataFrame(columns=["arm", "replicate", "time", "survival"])


def gather_posterior(
    analysis: Analysis,
    cohort: Cohort,
    fits: Mapping[str, Fit],
    curve: pd.DataFrame,
    parts: MissingParts,
) -> Posterior:
    """Tables and checks of fits.

    Parameters
    ----------
    analysis : Analysis
        What is asked.
    cohort : Cohort
        Its cohort.
    fits : mapping of str to Fit
        By model, the primary one first.
    curve : DataFrame
        Survival without a model, by arm.
    parts : MissingParts
        Where it is recorded what could not be made.

    Returns
    -------
    Posterior
        What could be made; the rest is empty.
    """
    # one horizon for both halves: restricted means to different times can't be set side by side
    asked = replace(analysis.estimands, rmst_to=restriction(analysis, cohort))
    horizon = told_until(analysis, cohort)
    grid = np.linspace(cohort.origin, horizon, CURVE_POINTS)
    primary = next(iter(fits.values()))
    tables = {
        field: _stacked(columns, _each(fits, parts, name, make, place))
        for field, (name, place, columns, make) in zip(
            _TABLES, _table_makers(fits, cohort, asked, horizon), strict=True
        )
    }
    # refits of patients whom importance weights fail are dear: each fit is checked once
    weighted = "life_table" in analysis.clinical
    left_out = _once(partial(leave_one_out, weighted=weighted, cohort=cohort))
    tables["proportionality"] = against_twins(
        tables["proportionality"], analysis, cohort, fits, left_out, parts
    )
    checked = _each(fits, parts, "convergence check", convergence, "diagnostics")
    return Posterior(
        fits=fits,
        convergence=tuple(checked.values()),
        prior_curves=_prior_curves(primary, grid, parts),
        cox_frailty=_each(
            {name: one for name, one in fits.items() if has_cox_frailty(one)},
            parts,
            "Cox model with a frailty",
            lambda one: cox_frailty(one, cohort, asked.interval),
            "clusters",
        ),
        **tables,
        **_left_out(fits, left_out, parts),
        **_replicated(cohort, primary, curve, asked.interval, parts),
    )


def _table_makers(
    fits: Mapping[str, Fit], cohort: Cohort, asked: EstimandSpec, horizon: float
) -> list[TableMaker]:
    """The tables of each fit: what they are called, where they belong, columns, and the maker."""
    drawn = cache(lambda name: answer_draws(fits[name], asked, horizon))  # two tables are of them
    grid = np.linspace(cohort.origin, horizon, CURVE_POINTS)
    curve_of = expected_events if cohort.recurrent else survival
    return [
        (
            "table of coefficients",
            "hazard-ratios",
            COEFFICIENTS,
            lambda one: coefficient_table(one, cohort.columns, asked.interval),
        ),
        (
            "table of answers",
            "answers",
            ESTIMANDS,
            lambda one: estimand_table(one, asked, horizon, drawn(one.spec.name)),
        ),
        (
            "survival curves",
            "survival",
            _CURVE_COLUMNS,
            lambda one: _curves(one, grid, curve_of, asked),
        ),
        ("influence of the priors", "priors", INFLUENCE, prior_influence),
        (
            "power scaling of priors and likelihood",
            "priors",
            POWER_COLUMNS,
            lambda one: power_scaling(one, _scaled_answers(one, drawn(one.spec.name))),
        ),
        *_effect_makers(cohort, asked, horizon),
    ]


def _scaled_answers(fit: Fit, drawn: Iterable[AnswerDraws]) -> Iterator[Answer]:
    """The treatment's coefficients and the answers that compare arms, with their draws."""
    effects = fit.draws["posterior"].to_dataset().get(coefficient_name(fit.spec))
    for place, term in enumerate(fit.design.terms):
        if effects is not None and fit.treatment and term == fit.treatment:
            draws = effects.isel(covariate=place).transpose("chain", "draw").to_numpy()
            name = fit.spec.effect.coefficient.replace("_", " ")
            yield name, fit.design.columns[place], np.nan, draws
    for name, label, time, draws in between_arms(drawn):
        yield name, label, time, draws.transpose("chain", "draw").to_numpy()


def _effect_makers(cohort: Cohort, asked: EstimandSpec, horizon: float) -> list[TableMaker]:
    """Those of effects that differ with time, between clusters and within levels."""
    return [
        *changing_makers(cohort, asked, horizon),
        (
            "table of clusters",
            "clusters",
            CLUSTER_COLUMNS,
            lambda one: cluster_table(one, cohort, asked.interval),
        ),
        (
            "hazard ratios within levels",
            "hazard-ratios",
            WITHIN_COLUMNS,
            lambda one: _within_levels(one, cohort, asked.interval),
        ),
        (
            "deaths from the disease and from other causes",
            "net-survival",
            NET_AND_CRUDE,
            lambda one: net_and_crude(one, cohort, asked),
        ),
    ]


def _within_levels(fit: Fit, cohort: Cohort, interval: float) -> pd.DataFrame:
    """The treatment's hazard ratios within levels, beside Cox of the same columns."""
    table = ratios_within_levels(fit, interval)
    if table.empty or cohort.interval_censored.any() or cohort.recurrent:
        return table
    own, columns, strata = cox_columns(fit, cohort)
    cox = cox_model(own, columns, level=interval, strata=strata)
    if cox.covariance is None:
        return table
    log_ratio = cox.table["log_hr"].to_numpy(dtype=float)
    reach = float(norm.ppf(0.5 + interval / 2.0))
    for row, one in enumerate(contrasts_within_levels(fit)):
        centre = float(one.contrast @ log_ratio)
        error = float(np.sqrt(max(one.contrast @ cox.covariance @ one.contrast, 0.0)))
        table.loc[row, ["cox_hr", "cox_lower", "cox_upper"]] = np.exp(
            [centre, centre - reach * error, centre + reach * error]
        )
    return table


def _once[T](make: Callable[[Fit], T]) -> Callable[[Fit], T]:
    """The same, made once of each fit: fits are told apart by what they are, not by their draws."""
    known: dict[int, tuple[Fit, T]] = {}  # a fit is held, so that its number stays its own

    def made(one: Fit) -> T:
        if id(one) not in known:
            known[id(one)] = one, make(one)
        return known[id(one)][1]

    return made


def _left_out(
    fits: Mapping[str, Fit], check: Callable[[Fit], ELPDData], parts: MissingParts
) -> dict[str, pd.DataFrame]:
    """Leave-one-out of every fit: their comparison, and Pareto k."""
    left_out = _each(fits, parts, "leave-one-out check", check, "comparison")
    return {
        "comparison": parts.made(
            "comparison of models",
            lambda: compare_models(_compared(fits, left_out, check)),
            compare_models({}),
            "comparison",
        ),
        "pareto": parts.made(
            "table of Pareto k", lambda: pareto_table(left_out), pareto_table({}), "comparison"
        ),
    }


def _replicated(
    cohort: Cohort, primary: Fit, curve: pd.DataFrame, interval: float, parts: MissingParts
) -> dict[str, pd.DataFrame]:
    """Curves of cohorts drawn from the primary model, and how they agree with the one seen."""
    replicated = NOTHING_REPLICATED
    exact = not (cohort.interval_censored.any() or cohort.recurrent)
    if exact and "posterior_predictive" in primary.draws.children:
        own = cohort.complete(primary.design.variables) if cohort.drop_missing else cohort
        draw = partial(replicated_kaplan_meier, primary, own)
        replicated = parts.made("predictive check", draw, replicated, "predictive-check")
    nothing = pd.DataFrame(columns=["arm", "time", "survival", "at_risk"])
    seen = curve if len(replicated) else nothing
    return {
        "replicated": replicated,
        "agreement": parts.made(
            "predictive check",
            lambda: predictive_agreement(seen, replicated, interval),
            predictive_agreement(nothing, NOTHING_REPLICATED),
            "predictive-check",
        ),
        "contrast_agreement": parts.made(
            "predictive check of differences between arms",
            lambda: contrast_agreement(seen, replicated),
            contrast_agreement(nothing, NOTHING_REPLICATED),
            "predictive-check",
        ),
    }


def _compared(
    fits: Mapping[str, Fit],
    left_out: Mapping[str, ELPDData],
    check: Callable[[Fit], ELPDData],
) -> dict[str, ELPDData]:
    """Leave-one-out of the patients whom all models share."""
    known = {name: fits[name] for name in left_out}
    alike = same_patients(known) if known else {}
    return {
        name: left_out[name] if one is fits[name] else check(one) for name, one in alike.items()
    }


def _curves(fit: Fit, grid: np.ndarray, curve_of: Curve, asked: EstimandSpec) -> pd.DataFrame:
    """Bands of a fit: of its arms, or of stated courses alone where its covariates change."""
    known = (
        tuple(profile(fit, label, **values) for label, values in asked.profiles)
        if marginal_fault(fit)
        else arm_populations(fit)
    )
    if not known:
        return pd.DataFrame(columns=["arm", "time", "median", "lower", "upper", "model"])
    return band(curve_of(fit, grid, known), asked.interval).assign(model=fit.spec.name)


def _prior_curves(primary: Fit, grid: np.ndarray, parts: MissingParts) -> xr.DataArray | None:
    """Survival curves that the prior of the primary model gives, where its draws are kept."""
    if "prior" not in primary.draws.children or primary.recurrent or marginal_fault(primary):
        return None
    made = guarded(
        "prior survival curves", lambda: survival(primary, grid, group="prior"), "priors"
    )
    if isinstance(made, MissingPart):
        parts.found.append(made)
        return None
    return made


def _each[T](
    fits: Mapping[str, Fit],
    parts: MissingParts,
    what: str,
    make: Callable[[Fit], T],
    section: str,
) -> dict[str, T]:
    """Something of every fit, by model; a fit that has none is recorded and left out."""
    found: dict[str, T] = {}
    for name, one in fits.items():
        made = guarded(f"{what} of “{name}”", partial(make, one), section)
        if isinstance(made, MissingPart):
            parts.found.append(made)
        else:
            found[name] = made
    return found


def _stacked(columns: Sequence[str], frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables of all fits in one; its columns without rows where there is none."""
    empty = pd.DataFrame(columns=list(columns))
    return pd.concat(list(frames.values()), ignore_index=True) if frames else empty
