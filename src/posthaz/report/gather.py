"""An analysis and a cohort to results: every fit, table and check, once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from re import escape
from typing import Any
from warnings import catch_warnings, filterwarnings

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
    mean_cumulative_count,
    recurrent_answers,
    schoenfeld_test,
    turnbull,
)
from posthaz.cohort import Cohort, joined
from posthaz.cohort.identifiers import identifying
from posthaz.design import formula_groups, formula_variables, learn_design
from posthaz.errors import Finding, SpecError, nearest
from posthaz.inference import EDITED, Fit, build_model, fit, fit_model
from posthaz.inference.sample import WITHOUT_FRAILTY
from posthaz.report.clinical import Given, answer_clinical, clinical_failures
from posthaz.report.gather_posterior import gather_posterior
from posthaz.report.horizon import restriction
from posthaz.report.missing import MissingPart, MissingParts, guarded
from posthaz.report.published import published_answers
from posthaz.report.results import Frequentist, Results
from posthaz.spec import Analysis, ModelSpec, Sampling, clinical_covariates
from posthaz.spec.patients_lost import patients_lost

Progress = Callable[[str, int, int], None]
Edit = Callable[[Any], object]
"""What is given a PyMC model, in whose context it runs, and adds to it."""


def gather_results(
    analysis: Analysis,
    cohort: Cohort,
    command: str,
    progress: Progress,
    edits: Mapping[str, Edit] | None = None,
) -> Results:
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
    edits : mapping of str to callable, optional
        What is added to models, by name.

    Returns
    -------
    Results
        Everything the analysis gives.
    """
    parts = MissingParts()
    curve = _curve(analysis, cohort)
    fits = _fits(analysis, cohort, progress, parts, edits or {})
    cohort = replace(cohort, notices=(*cohort.notices, *_edited(fits)))
    whole = _complete(cohort, clinical_covariates(analysis))
    clinical = answer_clinical(Given(analysis, whole, fits, progress, everyone=cohort), parts)
    cohort = replace(cohort, notices=(*cohort.notices, *patients_lost(analysis, cohort)))
    own = _complete(cohort, next(iter(fits.values())).design.variables)
    results = Results(
        analysis=analysis,
        cohort=cohort,
        frequentist=_frequentist(analysis, cohort, curve, parts),
        posterior=gather_posterior(analysis, cohort, fits, _curve(analysis, own), parts),
        command=command,
        clinical=clinical,
        clinical_failures=clinical_failures(clinical, parts),
        missing=tuple(parts.found),
    )
    published = parts.made(
        "comparison with published numbers",
        lambda: published_answers(results),
        results.published,
        "published",
    )
    return replace(results, published=published, missing=tuple(parts.found))


def _fits(
    analysis: Analysis,
    cohort: Cohort,
    progress: Progress,
    parts: MissingParts,
    edits: Mapping[str, Edit],
) -> dict[str, Fit]:
    """Every model's fit; only without the primary one is there nothing to report."""
    known = [spec.name for spec in analysis.models]
    for name in edits:
        if name not in known:
            what = f"edits: there is no model '{name}' ({nearest(name, known)})"
            raise SpecError(what, fix="name models of [models]")
    fits: dict[str, Fit] = {}
    for spec in analysis.models:

        def report(done: int, total: int, name: str = spec.name) -> None:
            progress(name, done, total)

        # what is signed rests on the primary model: it gets chains whatever the others get
        quick = fits and analysis.sampling.method in ("laplace", "auto")
        chains = analysis.sampling if quick else _with_chains(analysis.sampling)
        if spec.name in edits:
            make = partial(_edited_fit, edits[spec.name], spec, cohort, chains, report)
        else:
            make = partial(fit, spec, cohort, chains, report)
        with catch_warnings():
            # said by a notice of the analysis already
            filterwarnings("ignore", f".*{escape(WITHOUT_FRAILTY)}")
            made = guarded(f"model “{spec.name}”", make, "priors") if fits else make()
        if isinstance(made, MissingPart):
            parts.found.append(made)
        else:
            fits[spec.name] = made
    return fits


def _edited_fit(
    edit: Edit,
    spec: ModelSpec,
    cohort: Cohort,
    sampling: Sampling,
    report: Callable[[int, int], None],
) -> Fit:
    """A fit of a model to which a function of the user's adds something."""
    model = build_model(spec, cohort)
    with model:
        edit(model)
    return fit_model(model, spec, cohort, sampling, report)


def _edited(fits: Mapping[str, Fit]) -> Iterator[Finding]:
    """What the reader of an analysis file can't know of its models."""
    for name, made in fits.items():
        _, edited, added = made.provenance.method.partition(EDITED)
        if edited:
            yield Finding(
                f"model '{name}'",
                f"it was edited by hand in Python{added}: the sentences on its priors and "
                "likelihood say what it was before, and its prior can't be shown where a potential "
                "was added",
                "describe what was added beside this report",
            )


def _complete(cohort: Cohort, covariates: Sequence[str]) -> Cohort:
    """Those who lack none of some covariates, where rows that do may be left out."""
    return cohort.complete(covariates) if cohort.drop_missing else cohort


def _curve(analysis: Analysis, cohort: Cohort) -> pd.DataFrame:
    """What no model shapes: Kaplan-Meier, Turnbull's estimate, or the mean cumulative count."""
    level = analysis.estimands.interval
    if cohort.interval_censored.any():
        return turnbull(cohort, level=level)
    if cohort.recurrent:
        return mean_cumulative_count(cohort, level=level)
    return kaplan_meier(cohort, transform=analysis.baselines.confidence_transform, level=level)


def _with_chains(sampling: Sampling) -> Sampling:
    return sampling if sampling.method == "pymc" else replace(sampling, method="nuts")


def _frequentist(
    analysis: Analysis, cohort: Cohort, curve: pd.DataFrame, parts: MissingParts
) -> Frequentist:
    """Frequentist answers and the description of the cohort, those that can be made."""
    nothing = baseline_table([])
    where = "hazard-ratios"
    exact = not (cohort.interval_censored.any() or cohort.recurrent)
    other = _recurrent_answers if cohort.recurrent else _grouped_answers
    asked = partial(_answers if exact else other, analysis, cohort)
    answers = [parts.made("table of frequentist answers", asked, nothing, "answers")]
    if exact and "multivariable" in analysis.baselines.cox:
        for formula, columns in parts.made(
            "designs of the Cox models", lambda: _designs(analysis, cohort), {}, where
        ).items():
            made = partial(_cox_model, analysis, cohort, formula, columns)
            answers.append(parts.made(f"Cox model of {formula}", made, nothing, where))
    return Frequentist(
        answers=baseline_table(answers) if exact else answers[0],
        kaplan_meier=curve,
        table_one=parts.made(
            "table of characteristics",
            lambda: _table_one(analysis, cohort),
            pd.DataFrame(),
            "cohort",
        ),
        follow_up=follow_up(cohort),
    )


def _answers(analysis: Analysis, cohort: Cohort) -> pd.DataFrame:
    """Answers that need no formula."""
    wanted, asked = analysis.baselines, analysis.estimands
    return frequentist_answers(
        cohort,
        covariates=_candidates(analysis),
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


def _grouped_answers(analysis: Analysis, cohort: Cohort) -> pd.DataFrame:
    """Answers where events are known to lie between two times."""
    wanted, asked = analysis.baselines, analysis.estimands
    return grouped_answers(
        cohort,
        covariates=_candidates(analysis) if "univariable" in wanted.cox else [],
        columns=_designs(analysis, cohort) if "multivariable" in wanted.cox else {},
        times=asked.survival_at,
        level=asked.interval,
    )


def _recurrent_answers(analysis: Analysis, cohort: Cohort) -> pd.DataFrame:
    """Answers where every event of a patient counts."""
    wanted, asked = analysis.baselines, analysis.estimands
    grouping = {name for model in analysis.models for name in formula_groups(model.formula)}
    candidates = [name for name in _candidates(analysis) if name not in grouping]
    return recurrent_answers(
        cohort,
        covariates=candidates if "univariable" in wanted.cox else [],
        columns=_designs(analysis, cohort) if "multivariable" in wanted.cox else {},
        times=asked.survival_at or (float(cohort.exit.max()),),
        level=asked.interval,
    )


def _candidates(analysis: Analysis) -> list[str]:
    """Every covariate of any formula."""
    return list({n: None for m in analysis.models for n in m.variables})


def _table_one(analysis: Analysis, cohort: Cohort) -> pd.DataFrame:
    """Characteristics of patients; printed groups are no patients."""
    named = [] if "life_table" in analysis.clinical else _described(analysis, cohort)
    return table_one(cohort, named)


def _cox_model(
    analysis: Analysis, cohort: Cohort, formula: str, columns: pd.DataFrame
) -> pd.DataFrame:
    """Cox model of a formula of the analysis, frailties left out: ``cox: <formula>``."""
    fitted = cox_model(cohort, columns, level=analysis.estimands.interval)
    return cox_rows(f"cox: {formula}", fitted, schoenfeld_test(cohort, columns))


def _designs(analysis: Analysis, cohort: Cohort) -> dict[str, pd.DataFrame]:
    """Columns of each formula of the analysis that has any."""
    designs = {}
    for formula in dict.fromkeys(model.formula for model in analysis.models):
        variables = formula_variables(formula)
        known = cohort.covariates[list(variables)].notna().all(axis=1).to_numpy(dtype=bool)
        own = joined(cohort.where(known), variables)
        design = learn_design(own.covariates, formula, weight=own.patient_weight)
        if design.columns:
            # rows that lack a covariate of this formula have no columns, and are left out
            matrix = np.full((len(cohort), len(design.columns)), np.nan)
            matrix[known] = design.matrix(cohort.covariates.loc[known])
            designs[formula] = pd.DataFrame(matrix, columns=list(design.columns))
    return designs


def _described(analysis: Analysis, cohort: Cohort) -> list[str]:
    toxicity = analysis.clinical.get("toxicity")
    outcomes = toxicity.columns if toxicity else ()  # no characteristics, unless asked for as such
    known = tuple(cohort.columns) or tuple(cohort.covariates.columns)
    # what groups rows is no characteristic of a patient
    outcomes = (*outcomes, *_grouping(analysis), *_no_characteristics(analysis))
    chosen = analysis.table_one or [name for name in known if name not in outcomes]
    named = [name for name in chosen if name != cohort.treatment and name in cohort.covariates]
    return [name for name in named if not _identifies(cohort, name)]


def _no_characteristics(analysis: Analysis) -> Iterator[str]:
    """Columns that tell of outcomes or of expected deaths."""
    if "multistate" in analysis.clinical:
        yield from analysis.clinical["multistate"].needed
    for model in analysis.models:
        if model.background is not None:
            yield model.background.rate


def _identifies(cohort: Cohort, name: str) -> bool:
    """Whether a column, such as the grouping of a frailty, tells who a patient is."""
    column = cohort.columns.get(name)
    if column is not None and column.levels:
        return False
    return bool(identifying(name, cohort.covariates[name], len(cohort.patients)))


def _grouping(analysis: Analysis) -> set[str]:
    """Columns that say which rows belong together: subjects, clusters, groups of frailties."""
    groups = {name for model in analysis.models for name in formula_groups(model.formula)}
    return groups | {analysis.cohort.subject, analysis.cohort.cluster}
