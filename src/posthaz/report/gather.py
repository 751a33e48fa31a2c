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
    kaplan_meier,
    schoenfeld_test,
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
from posthaz.report.results import Frequentist, Posterior, Results
from posthaz.spec import Analysis, Sampling

_CURVE_POINTS = 121
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
    curve = kaplan_meier(
        cohort,
        transform=analysis.baselines.confidence_transform,
        level=analysis.estimands.interval,
    )
    fits: dict[str, Fit] = {}
    for spec in analysis.models:

        def report(done: int, total: int, name: str = spec.name) -> None:
            progress(name, done, total)

        # what is signed rests on the primary model: it gets chains whatever the others get
        quick = fits and analysis.sampling.method in ("laplace", "auto")
        chains = analysis.sampling if quick else _with_chains(analysis.sampling)
        fits[spec.name] = fit(spec, cohort, chains, report)
    clinical = answer_clinical(Given(analysis, cohort, fits, progress))
    return Results(
        analysis=analysis,
        cohort=cohort,
        frequentist=_frequentist(analysis, cohort, curve),
        posterior=_posterior(analysis, cohort, fits, curve),
        command=command,
        clinical=clinical,
        clinical_failures=clinical_failures(clinical),
    )


def _with_chains(sampling: Sampling) -> Sampling:
    return sampling if sampling.method == "pymc" else replace(sampling, method="nuts")


def restriction(analysis: Analysis, cohort: Cohort) -> float:
    """Horizon of the restricted mean: the analysis's own, or the shorter arm's follow-up."""
    wanted = analysis.estimands
    if wanted.rmst_to is not None:
        return wanted.rmst_to
    arms = cohort.arms or ("all",)
    shortest = min(float(cohort.exit[cohort.arm == arm].max()) for arm in arms)
    return max(wanted.survival_at, default=shortest)


def _frequentist(analysis: Analysis, cohort: Cohort, curve: pd.DataFrame) -> Frequentist:
    wanted, asked = analysis.baselines, analysis.estimands
    candidates = {n: None for m in analysis.models for n in formula_variables(m.formula)}
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
        table_one=table_one(cohort, _described(analysis, cohort)),
        follow_up=follow_up(cohort),
    )


def _cox_models(analysis: Analysis, cohort: Cohort) -> list[pd.DataFrame]:
    """Cox model of each formula of the analysis, frailties left out: ``cox: <formula>``."""
    parts = []
    for formula in dict.fromkeys(model.formula for model in analysis.models):
        design = learn_design(cohort.covariates, formula)
        if design.columns:
            columns = pd.DataFrame(design.matrix(design.frame), columns=list(design.columns))
            fitted = cox_model(cohort, columns, level=analysis.estimands.interval)
            parts.append(cox_rows(f"cox: {formula}", fitted, schoenfeld_test(cohort, columns)))
    return parts


def _described(analysis: Analysis, cohort: Cohort) -> list[str]:
    chosen = analysis.table_one or tuple(cohort.columns) or tuple(cohort.covariates.columns)
    return [name for name in chosen if name != cohort.treatment and name in cohort.covariates]


def _posterior(
    analysis: Analysis, cohort: Cohort, fits: dict[str, Fit], curve: pd.DataFrame
) -> Posterior:
    # one horizon for both halves: restricted means to different times can't be set side by side
    asked = replace(analysis.estimands, rmst_to=restriction(analysis, cohort))
    horizon = float(cohort.exit.max())
    grid = np.linspace(0.0, horizon, _CURVE_POINTS)
    primary = next(iter(fits.values()))
    left_out = {name: leave_one_out(one) for name, one in fits.items()}
    replicated = replicated_kaplan_meier(primary, cohort)
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
        agreement=predictive_agreement(curve, replicated, asked.interval),
        curves=_stacked(
            band(survival(one, grid), asked.interval).assign(model=name)
            for name, one in fits.items()
        ),
        prior_curves=survival(primary, grid, group="prior") if has_prior else None,
    )


def _stacked(frames) -> pd.DataFrame:  # noqa: ANN001 - any iterable of frames
    return pd.concat(list(frames), ignore_index=True)
