"""An analysis and a cohort to results: every fit, table and check, once."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.adjust import table_one
from posthaz.baselines import (
    baseline_table,
    cox_model,
    cox_rows,
    follow_up,
    frequentist_answers,
    grouped_answers,
    kaplan_meier,
    schoenfeld_test,
    turnbull,
)
from posthaz.checks import (
    compare_models,
    convergence,
    leave_one_out,
    pareto_table,
    predictive_agreement,
    replicated_kaplan_meier,
)
from posthaz.cohort import Cohort
from posthaz.design import formula_variables, learn_design
from posthaz.estimands import band, coefficient_table, estimand_table, survival
from posthaz.inference import Fit, fit
from posthaz.report.clinical.part import Given
from posthaz.report.clinical.registry import answer_clinical, clinical_failures
from posthaz.report.horizon import restriction
from posthaz.report.published import published_answers
from posthaz.report.results import Frequentist, Posterior, Results
from posthaz.spec import Analysis, Sampling

_CURVE_POINTS = 121
NOTHING_REPLICATED = pd.DataFrame(columns=["arm", "replicate", "time", "survival"])
Progress = Callable[[str, int, int], None]


def gather_results(analysis: Analysis, cohort: Cohort, command: str, progress: Progress) -> Results:
    """Fit every model of an analysis and answer what it asks.

    Parameters
    ----------
    analysis : Analysis
        What is asked.
    cohort : Cohort
        Its cohort.
    command : str
        Command line, for the record.
    progress : callable
        Takes a model's name, draws done and draws in all.

    Returns
    -------
    Results
        Everything the analysis gives.
    """
    curve = _curve(analysis, cohort)
    fits: dict[str, Fit] = {}
    for spec in analysis.models:

        def report(done: int, total: int, name: str = spec.name) -> None:
            progress(name, done, total)

        # what is signed rests on the primary model: it gets chains whatever the others get
        quick = fits and analysis.sampling.method in ("laplace", "auto")
        chains = analysis.sampling if quick else _with_chains(analysis.sampling)
        fits[spec.name] = fit(spec, cohort, chains, report)
    clinical = answer_clinical(Given(analysis, cohort, fits, progress))
    results = Results(
        analysis=analysis,
        cohort=cohort,
        frequentist=_frequentist(analysis, cohort, curve),
        posterior=_posterior(analysis, cohort, fits, curve),
        command=command,
        clinical=clinical,
        clinical_failures=clinical_failures(clinical),
    )
    return replace(results, published=published_answers(results))


def _curve(analysis: Analysis, cohort: Cohort) -> pd.DataFrame:
    """Survival without a model: Kaplan-Meier, or Turnbull's where times are not exact."""
    level = analysis.estimands.interval
    if cohort.interval_censored.any():
        return turnbull(cohort, level=level)
    return kaplan_meier(cohort, transform=analysis.baselines.confidence_transform, level=level)


def _with_chains(sampling: Sampling) -> Sampling:
    return sampling if sampling.method == "pymc" else replace(sampling, method="nuts")


def _frequentist(analysis: Analysis, cohort: Cohort, curve: pd.DataFrame) -> Frequentist:
    wanted, asked = analysis.baselines, analysis.estimands
    candidates = {n: None for m in analysis.models for n in formula_variables(m.formula)}
    if cohort.interval_censored.any():
        return Frequentist(
            answers=grouped_answers(
                cohort,
                covariates=list(candidates) if "univariable" in wanted.cox else [],
                columns=_designs(analysis, cohort) if "multivariable" in wanted.cox else {},
                times=asked.survival_at,
                level=asked.interval,
            ),
            kaplan_meier=curve,
            table_one=_table_one(analysis, cohort),
            follow_up=follow_up(cohort),
        )
    answers = frequentist_answers(
        cohort,
        covariates=list(candidates),
        times=asked.survival_at,
        horizon=restriction(analysis, cohort),
        quantiles=asked.quantiles,
        with_kaplan_meier=wanted.kaplan_meier,
        with_logrank=wanted.logrank and len(cohort.arms) > 1,
        fleming_harrington=wanted.fleming_harrington if len(cohort.arms) > 1 else (),
        cox=[kind for kind in wanted.cox if kind == "univariable"],
        transform=wanted.confidence_transform,
        level=asked.interval,
    )
    models = _cox_models(analysis, cohort) if "multivariable" in wanted.cox else []
    return Frequentist(
        answers=baseline_table([answers, *models]),
        kaplan_meier=curve,
        table_one=_table_one(analysis, cohort),
        follow_up=follow_up(cohort),
    )


def _table_one(analysis: Analysis, cohort: Cohort) -> pd.DataFrame:
    """Characteristics of patients; printed groups are no patients."""
    named = [] if "life_table" in analysis.clinical else _described(analysis, cohort)
    return table_one(cohort, named)


def _cox_models(analysis: Analysis, cohort: Cohort) -> list[pd.DataFrame]:
    """Cox model of each formula of the analysis, frailties left out: ``cox: <formula>``."""
    parts = []
    for formula, columns in _designs(analysis, cohort).items():
        fitted = cox_model(cohort, columns, level=analysis.estimands.interval)
        parts.append(cox_rows(f"cox: {formula}", fitted, schoenfeld_test(cohort, columns)))
    return parts


def _designs(analysis: Analysis, cohort: Cohort) -> dict[str, pd.DataFrame]:
    """Columns of each formula of the analysis that has any."""
    designs = {}
    for formula in dict.fromkeys(model.formula for model in analysis.models):
        design = learn_design(cohort.covariates, formula)
        if design.columns:
            matrix = design.matrix(design.frame)
            designs[formula] = pd.DataFrame(matrix, columns=list(design.columns))
    return designs


def _described(analysis: Analysis, cohort: Cohort) -> list[str]:
    toxicity = analysis.clinical.get("toxicity")
    outcomes = toxicity.columns if toxicity else ()  # no characteristics, unless asked for as such
    known = tuple(cohort.columns) or tuple(cohort.covariates.columns)
    chosen = analysis.table_one or [name for name in known if name not in outcomes]
    return [name for name in chosen if name != cohort.treatment and name in cohort.covariates]


def _posterior(
    analysis: Analysis, cohort: Cohort, fits: dict[str, Fit], curve: pd.DataFrame
) -> Posterior:
    # one horizon for both halves: restricted means to different times can't be set side by side
    asked = replace(analysis.estimands, rmst_to=restriction(analysis, cohort))
    horizon = float(cohort.exit.max())
    grid = np.linspace(cohort.origin, horizon, _CURVE_POINTS)
    primary = next(iter(fits.values()))
    a_patient = "life_table" in analysis.clinical
    left_out = {n: leave_one_out(one, weighted=a_patient) for n, one in fits.items()}
    exact = not cohort.interval_censored.any() and "posterior_predictive" in primary.draws.children
    replicated = replicated_kaplan_meier(primary, cohort) if exact else NOTHING_REPLICATED
    has_prior = "prior" in primary.draws.children
    return Posterior(
        fits=fits,
        coefficients=_stacked(
            coefficient_table(one, cohort.columns, asked.interval) for one in fits.values()
        ),
        estimands=_stacked(estimand_table(one, asked, horizon) for one in fits.values()),
        convergence=tuple(convergence(one) for one in fits.values()),
        comparison=compare_models(left_out),
        pareto=pareto_table(left_out),
        replicated=replicated,
        agreement=predictive_agreement(curve if exact else curve[:0], replicated, asked.interval),
        curves=_stacked(
            band(survival(one, grid), asked.interval).assign(model=name)
            for name, one in fits.items()
        ),
        prior_curves=survival(primary, grid, group="prior") if has_prior else None,
    )


def _stacked(frames) -> pd.DataFrame:  # noqa: ANN001 - any iterable of frames
    return pd.concat(list(frames), ignore_index=True)
