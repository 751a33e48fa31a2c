"""Bayesian models of the treatment in each sample, and standardised from the full cohort."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd
import xarray as xr

from posthaz.adjust import (
    PropensityScore,
    target_weight,
)
from posthaz.analyses.adjust.effects import (
    EFFECT_COLUMNS,
    OF_COVARIATE,
    Asked,
    Sample,
)
from posthaz.analyses.adjust.plan import (
    ADJUSTED,
    POSTERIOR,
    STANDARDISED,
    Planned,
    plan_models,
)
from posthaz.arms.arm_model import arm_model, ratio_summary
from posthaz.checks import convergence
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.errors.lost import Lost
from posthaz.estimands import (
    Population,
    arm_populations,
    coefficient_table,
    difference,
    hazard,
    ratio,
    restricted_mean,
    summary,
    survival,
    survival_quantile,
)
from posthaz.inference import Fit, fit
from posthaz.spec import ModelSpec, Sampling, varying_name


@dataclass(frozen=True, eq=False)
class PosteriorEffects:
    """What Bayesian models say of the effect.

    Parameters
    ----------
    table : DataFrame
        Columns `EFFECT_COLUMNS`.
    remarks : tuple of str
        What could not be fitted, and why.
    failures : tuple of str
        Failed convergence checks, in words.
    """

    table: pd.DataFrame
    remarks: tuple[str, ...]
    failures: tuple[str, ...]


def posterior_effects(
    cohort: Cohort,
    score: PropensityScore | None,
    samples: Mapping[str, Sample],
    asked: Asked,
    how: tuple[ModelSpec, Sampling],
    progress: Callable[[str, int, int], None],
) -> PosteriorEffects:
    """Fit the treatment alone in each sample, and with covariates and score in all patients.

    Parameters
    ----------
    cohort : Cohort
        All patients.
    score : PropensityScore or None
        The score.
    samples : mapping of str to Matched or Weighted
        Samples.
    asked : Asked
        Which answers.
    how : (ModelSpec, Sampling)
        Model whose baseline and priors are shared, and how to sample: by Laplace with importance
        weights, which NUTS replaces where these can't be trusted.
    progress : callable
        Takes a label, steps done and steps in all.

    Returns
    -------
    PosteriorEffects
        Rows, and what could not be given.
    """
    planned, remarks = plan_models(cohort, score, samples, asked.adjusted)
    rows: list[dict[str, object]] = []
    failures: list[str] = []
    for step, one in enumerate(planned):
        progress("adjustment", step, len(planned))
        try:
            fitted = _fitted(one, *how)
        except PosthazError as error:
            name = f"{one.analysis} model of the {one.sample} sample"
            remarks.append(Lost(name, error.reason))
            continue
        failures += [f"{fitted.spec.name}: {text}" for text in _failures(fitted)]
        if one.analysis == STANDARDISED and score is not None:
            rows += _standardised(fitted, one, score, _targets(samples), asked)
        else:
            rows += _effects(fitted, one, asked)
    progress("adjustment", len(planned), len(planned))
    table = pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))
    return PosteriorEffects(table, tuple(remarks), tuple(failures))


def _fitted(one: Planned, base: ModelSpec, sampling: Sampling) -> Fit:
    method = "pymc" if sampling.method == "pymc" else "laplace"
    spec = arm_model(base, one.cohort, one.formula, f"{one.sample}, {one.analysis}")
    return fit(spec, one.cohort, replace(sampling, method=method))


def _failures(fitted: Fit) -> tuple[str, ...]:
    """Failed convergence checks of what is used: the frailty of a single set is not."""
    own = [varying_name(g, column) for g in fitted.design.groups for column in g.varying]
    draws = fitted.draws.copy()
    draws["posterior"] = xr.DataTree(fitted.draws["posterior"].to_dataset().drop_vars(own))
    return convergence(replace(fitted, draws=draws)).failures


def _targets(samples: Mapping[str, Sample]) -> tuple[str, ...]:
    """All patients, and the targets of the samples."""
    return tuple(dict.fromkeys(("ATE", *(sample.target for sample in samples.values()))))


def _effects(fitted: Fit, one: Planned, asked: Asked) -> Iterator[dict[str, object]]:
    reference, arm = one.cohort.arms
    effect = fitted.draws["posterior"].to_dataset()["log_hazard_ratio"]
    term = next(label for label in fitted.design.columns if label == f"{fitted.treatment}[{arm}]")
    numbers = ratio_summary(effect.sel(covariate=term), asked.interval)
    yield _about(one) | {
        "quantity": "hazard_ratio",
        **{"value": numbers["hr"], "lower": numbers["lower"], "upper": numbers["upper"]},
        "p_below_1": numbers["p_below_1"],
    }
    if one.analysis == ADJUSTED:
        yield from _of_covariates(fitted, one, term, asked.interval)
    if one.analysis != POSTERIOR:
        return
    yield from _by_arm(fitted, _about(one), asked)
    yield from _gains(fitted, _about(one), arm_populations(fitted), asked, (reference, arm))


def _of_covariates(
    fitted: Fit, one: Planned, arm: str, interval: float
) -> Iterator[dict[str, object]]:
    """Hazard ratios of what the model is adjusted for."""
    table = coefficient_table(fitted, interval=interval)
    own = table["term"].isin(fitted.design.columns) & (table["term"] != arm)
    own &= table["hr_median"].notna()  # columns of a spline have none
    for row in table[own].to_dict("records"):
        yield _about(one) | {
            **{"quantity": OF_COVARIATE, "term": row["term"], "value": row["hr_median"]},
            **{"lower": row["hr_lower"], "upper": row["hr_upper"]},
            "p_below_1": row["p_hr_below_1"],
        }


def _by_arm(fitted: Fit, about: Mapping[str, object], asked: Asked) -> Iterator[dict[str, object]]:
    """Medians and rates of each arm."""
    answers = [("median", survival_quantile(fitted, (0.5,)))]
    if asked.times:
        answers.append(("survival", survival(fitted, asked.times)))
    for quantity, values in answers:
        for arm in values["profile"].to_numpy():
            for time in values["time"].to_numpy():
                numbers = summary(values.sel(profile=arm, time=time), asked.interval)
                yield {
                    **about,
                    **{"quantity": quantity, "arm": str(arm), "value": numbers["median"]},
                    **{"lower": numbers["lower"], "upper": numbers["upper"]},
                    **({} if quantity == "median" else {"time": float(time)}),
                }


def _standardised(
    fitted: Fit,
    one: Planned,
    score: PropensityScore,
    targets: tuple[str, ...],
    asked: Asked,
) -> Iterator[dict[str, object]]:
    reference, arm = one.cohort.arms
    for target in targets:
        populations = arm_populations(fitted, target_weight(score, target))
        about = _about(one) | {"target": target}
        if asked.times:
            rates = hazard(fitted, asked.times, populations)
            over = ratio(rates, arm, reference)
            for time in asked.times:
                numbers = summary(over.sel(time=time), asked.interval)
                yield about | {
                    **{"quantity": "marginal_hazard_ratio", "time": time},
                    **{"value": numbers["median"], "lower": numbers["lower"]},
                    "upper": numbers["upper"],
                    "p_below_1": float((over.sel(time=time) < 1).mean()),
                }
        yield from _gains(fitted, about, populations, asked, (reference, arm))


def _gains(
    fitted: Fit,
    about: Mapping[str, object],
    populations: Iterable[Population],
    asked: Asked,
    arms: tuple[str, str],
) -> Iterator[dict[str, object]]:
    reference, arm = arms
    populations = tuple(populations)
    answers = []
    if asked.times:
        answers.append(("survival_difference", survival(fitted, asked.times, populations)))
    answers.append(("rmst_difference", restricted_mean(fitted, [asked.horizon], populations)))
    for quantity, values in answers:
        gain = difference(values, arm, reference)
        for time in gain["time"].to_numpy():
            numbers = summary(gain.sel(time=time), asked.interval)
            yield {
                **about,
                **{"quantity": quantity, "time": float(time), "value": numbers["median"]},
                **{"lower": numbers["lower"], "upper": numbers["upper"]},
            }


def _about(one: Planned) -> dict[str, object]:
    return {
        **{"sample": one.sample, "target": one.target, "analysis": one.analysis},
        **{"n": len(one.cohort), "events": int(one.cohort.event.sum()), "note": one.note},
    }
