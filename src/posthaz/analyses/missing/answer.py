"""Models with missing covariates imputed, beside complete cases, and under departures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.analyses.missing.faults import incomplete
from posthaz.analyses.missing.fits import (
    COLUMNS,
    COMPLETE,
    IMPUTED,
    ImputedFit,
    coefficient_rows,
    cox_rows,
    fit_imputed,
    pooled,
)
from posthaz.analyses.missing.impute import Imputed, impute
from posthaz.analyses.missing.patterns import missing_by_group, missing_patterns
from posthaz.analyses.missing.spec import MissingSpec
from posthaz.checks import convergence
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import PosthazError
from posthaz.estimands import restricted_mean, summary, survival
from posthaz.inference import Fit, fit_many, rhat
from posthaz.spec import ModelSpec, Sampling
from posthaz.spec.model_design import with_priors_of
from posthaz.spec.patients_lost import own_patients

ANSWER_COLUMNS = [
    "model", "method", "quantity", "arm", "reference", "time", "value", "lower", "upper",
]  # fmt: skip
DELTA_COLUMNS = ["model", "column", "delta", "term", "hr", "lower", "upper", "p_below_1"]
NO_RATIO = (
    "its coefficients aren't hazard ratios of everybody at all times (the accelerated form, a "
    "cured share or a changing effect), and are not pooled here"
)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class MissingAnswer:
    """What models say once missing covariates are imputed.

    Parameters
    ----------
    coefficients : DataFrame
        Columns ``model, term, step_of, method, patients, mean, sd, hr, lower, upper, p_below_1, p,
        missing_information, mcse``: pooled over imputations, of complete cases, and Cox's of both.
    answers : DataFrame
        Columns ``model, method, quantity, arm, reference, time, value, lower, upper``:
        standardised survival, restricted means and their differences.
    deltas : DataFrame
        Columns ``model, column, delta, term, hr, lower, upper, p_below_1``: coefficients when the
        imputed values of `column` are shifted by `delta`.
    patterns, groups : DataFrame
        As of `missing_patterns` and `missing_by_group`.
    imputed : Imputed
        The imputations, without shift; of the first model where each has its own.
    mixing : float
        Largest R-hat of the means of imputed values over the later half of the cycles.
    failures : tuple of str
        Failed convergence checks.
    notes : tuple of str
        What can't be given, and why.
    """

    coefficients: pd.DataFrame
    answers: pd.DataFrame
    deltas: pd.DataFrame
    patterns: pd.DataFrame
    groups: pd.DataFrame
    imputed: Imputed
    mixing: float
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@checks_arguments
def missing_answers(
    cohort: Cohort,
    asked: MissingSpec,
    sampling: Sampling | None = None,
    *,
    survival_at: Sequence[float] = (),
    horizon: float | None = None,
    interval: float = 0.95,
    progress: Progress = lambda label, done, total: None,
) -> MissingAnswer:
    """Impute the missing covariates of models, fit these, and set complete cases beside.

    Parameters
    ----------
    cohort : Cohort
        A cohort read with ``missing = "drop"``.
    asked : MissingSpec
        How to impute, and the models.
    sampling : Sampling, optional
        Draws of each fit and the seed; fits are by Laplace, and by NUTS where that can't be
        trusted.
    survival_at : sequence of float, optional
        Times of standardised survival.
    horizon : float, optional
        Horizon of the restricted mean.
    interval : float, optional
        Probability of the intervals.
    progress : callable, optional
        Takes a label, steps done and steps in all.

    Returns
    -------
    MissingAnswer
        The answers.

    Raises
    ------
    CohortError
        With everything that keeps the cohort from being imputed.
    """
    base = sampling or Sampling()
    quick = replace(base, method="auto")
    lacking = incomplete(cohort, asked.covariates)
    models = [model for model in asked.models if set(model.needed) & set(lacking)]
    shifts = [(name, delta) for name, deltas in asked.deltas.items() for delta in deltas]
    total = len(models) + len(shifts)
    seed = base.seed if asked.seed is None else asked.seed
    made = [_imputed(cohort, asked, seed, model=models[0] if models else None)]
    parts = list[_OfModel]()
    for number, model in enumerate(models):
        progress("missing covariates", number, total)
        if number and asked.method == "joint":  # else every model has the same imputations
            made.append(_imputed(cohort, asked, seed, model=model))
        parts.append(_of_model(model, cohort, made[-1], quick, survival_at, horizon, interval))
    plain = made[0]
    rows, failures = list[dict[str, object]](), list[str]()
    for number, (name, delta) in enumerate(shifts):
        progress("missing covariates, shifted", len(models) + number, total)
        shifted = _imputed(cohort, asked, seed, {name: delta}) if delta else plain
        for model, part in zip(models, parts, strict=True):
            if name in model.needed and constant_ratios(model):
                one = fit_imputed(model, shifted, quick) if delta else part.result
                rows += _shifted(one, name, delta, cohort, interval)
                if delta:
                    failures += [
                        f"{model.name}, {name} {delta:+g}, {said}" for said in one.failures
                    ]
    progress("missing covariates", total, total)
    names = list(incomplete(cohort, (*asked.covariates, *asked.auxiliary)))
    return MissingAnswer(
        pd.concat([part.coefficients for part in parts], ignore_index=True),
        pd.DataFrame([row for part in parts for row in part.answers], columns=ANSWER_COLUMNS),
        pd.DataFrame(rows, columns=DELTA_COLUMNS),
        missing_patterns(cohort, names),
        missing_by_group(cohort, names),
        plain,
        float(np.max([_mixing(one) for one in made])),
        (*(text for part in parts for text in part.failures), *failures),
        tuple(text for part in parts for text in part.notes),
    )


def _imputed(
    cohort: Cohort,
    asked: MissingSpec,
    seed: int,
    deltas: Mapping[str, float] | None = None,
    model: ModelSpec | None = None,
) -> Imputed:
    return impute(
        cohort,
        asked.covariates,
        auxiliary=asked.auxiliary,
        imputations=asked.imputations,
        iterations=asked.iterations,
        kinds=asked.kinds,
        deltas=deltas,
        formulas=tuple(one.formula for one in asked.models),
        model=model if asked.method == "joint" else None,
        seed=seed,
    )


@dataclass(frozen=True, eq=False)
class _OfModel:
    """What one model says."""

    result: ImputedFit
    coefficients: pd.DataFrame
    answers: list[dict[str, object]]
    failures: tuple[str, ...]
    notes: list[str]


def _of_model(
    model: ModelSpec,
    cohort: Cohort,
    imputed: Imputed,
    sampling: Sampling,
    survival_at: Sequence[float],
    horizon: float | None,
    interval: float,
) -> _OfModel:
    """A model fitted to every imputation and to complete cases, and Cox beside."""
    complete, alone, notes = None, None, list[str]()
    result = fit_imputed(model, imputed, sampling)
    try:
        complete = own_patients(model, cohort)
        (alone,) = fit_many([(with_priors_of(model, complete), complete)], sampling)
    except PosthazError as error:  # too few complete cases: what imputation is for
        notes.append(f"{model.name}, complete cases: {error.what}")
    tables = [pd.DataFrame(columns=COLUMNS)]
    if constant_ratios(model):
        tables.append(coefficient_rows(result, cohort, complete, alone, interval))
        try:
            tables.append(cox_rows(result, imputed, complete, interval))
        except PosthazError as error:
            notes.append(f"{model.name}, Cox: {error.what}")
    else:
        notes.append(f"{model.name}: {NO_RATIO}")
    answers: list[dict[str, object]] = []
    try:
        answers = _standardised(result, alone, survival_at, horizon, interval)
    except PosthazError as error:
        notes.append(f"{model.name}: {error.what}")
    own = convergence(alone).failures if alone else ()
    failures = (
        *(f"{model.name}, {text}" for text in result.failures),
        *(f"{model.name}, complete cases, {text}" for text in own),
    )
    return _OfModel(result, pd.concat(tables[1:] or tables), answers, failures, notes)


def constant_ratios(model: ModelSpec) -> bool:
    """Whether a model's coefficients are log hazard ratios that hold for everybody at all times."""
    return model.effect.acts_on == "hazard" and not (model.changed_terms or model.cure)


def _mixing(imputed: Imputed) -> float:
    """Largest R-hat of the means of imputed values, a chain an imputation, later half."""
    trace = imputed.trace
    later = trace[trace["iteration"] >= trace["iteration"].max() // 2]
    found = [
        rhat(part["mean"].to_numpy().reshape(part["imputation"].nunique(), -1))
        for _, part in later.groupby("column")
        if part["iteration"].nunique() >= 4
    ]
    return float(np.max(found)) if found else float("nan")


def _standardised(
    result: ImputedFit,
    alone: Fit | None,
    times: Sequence[float],
    horizon: float | None,
    interval: float,
) -> list[dict[str, object]]:
    """Standardised survival and restricted means of each arm, and their differences."""
    wanted: list[tuple[str, Callable[[Fit], xr.DataArray]]] = []
    if len(times):
        wanted.append(("survival", lambda fit: survival(fit, list(times))))
    if horizon is not None:
        wanted.append(("rmst", lambda fit: restricted_mean(fit, [horizon])))
    rows: list[dict[str, object]] = []
    for quantity, answer in wanted:
        made = [(IMPUTED, pooled(result, answer))]
        for method, draws in (*made, *([(COMPLETE, answer(alone))] if alone else [])):
            arms = [str(arm) for arm in draws["profile"].to_numpy()]
            for time in draws["time"].to_numpy():
                at = draws.sel(time=time)
                shared: dict[str, object] = {
                    "model": result.spec.name, "method": method, "time": float(time)
                }  # fmt: skip
                own = {arm: at.sel(profile=arm) for arm in arms}
                rows += [
                    shared | {"quantity": quantity, "arm": arm, "reference": ""}
                    | _numbers(own[arm], interval)
                    for arm in arms
                ]  # fmt: skip
                rows += [
                    shared
                    | {"quantity": f"{quantity}_difference", "arm": arm, "reference": arms[0]}
                    | _numbers(own[arm] - own[arms[0]], interval)
                    for arm in arms[1:]
                ]
    return rows


def _numbers(draws: xr.DataArray, interval: float) -> dict[str, object]:
    numbers = summary(draws, interval)
    return {"value": numbers["median"], "lower": numbers["lower"], "upper": numbers["upper"]}


def _shifted(
    result: ImputedFit, name: str, delta: float, cohort: Cohort, interval: float
) -> list[dict[str, object]]:
    """Coefficients of one model with the imputed values of a column shifted."""
    table = coefficient_rows(result, cohort, cohort, None, interval)
    table = table[~table["term"].isin(set(table["step_of"]))]
    kept = ["model", "term", "hr", "lower", "upper", "p_below_1"]
    rows = table[kept].assign(column=name, delta=delta).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]
