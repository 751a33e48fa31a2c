"""The Bayesian analysis reporting guidelines (BARG), answered from the fit."""

import numpy as np

from posthaz.report.blocks import Checklist, ChecklistItem, Paragraph, Section
from posthaz.report.results import Results
from posthaz.report.sections.methods_sampling import by_laplace
from posthaz.report.sections.naming import lowered, model_labels, variable_label
from posthaz.report.sections.predictive import inside_sentence
from posthaz.report.sections.wording import counted, interval_name, listed, number_text, with_unit

_NO_FACTORS = "Not done: no Bayes factors or posterior model probabilities are used."


def checklist_section(results: Results) -> Section:
    """Every item of the guidelines, with the section that answers it.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section
        Anchor ``checklist``.
    """
    checklist = Checklist(
        "Bayesian analysis reporting guidelines (BARG), answered",
        tuple(ChecklistItem(*item) for item in _items(results)),
    )
    text = (
        "Items of Kruschke 2021 (https://doi.org/10.1038/s41562-021-01177-7), in short. “Not "
        "done” means just that."
    )
    return Section("Reporting checklist", "checklist", (Paragraph(text), checklist))


def _items(results: Results) -> tuple[tuple[str, str, str], ...]:
    """Items, answers and the sections that hold them."""
    why = (
        "To state the probability of benefit and of effects of a named size directly, with prior "
        "knowledge in the open; frequentist answers stand beside."
    )
    goal = results.analysis.question or results.analysis.title or "Not stated in the analysis file."
    loo = "Models are compared by leave-one-out, not by Bayes factors or model probabilities."
    return (
        ("Preamble A. Why Bayesian", why, ""),
        ("Preamble B. Goals of the analysis", goal, ""),
        ("1A. Data variables", data_answer(results), "cohort"),
        ("1B. Likelihood and parameters", likelihood_answer(results), "methods"),
        ("1C. Prior distribution", prior_answer(results), "priors"),
        ("1D. Formal specification", "Formulas in the methods; code in posthaz.", "methods"),
        ("1E. Prior predictive check", prior_predictive_answer(results), "priors"),
        ("2A. Software", software_answer(results), "methods"),
        ("2B. Convergence of the chains", convergence_answer(results), "diagnostics"),
        ("2C. Resolution of the chains", resolution_answer(results), "diagnostics"),
        ("2D. If not MCMC", approximation_answer(results), "methods"),
        ("3A. Posterior predictive check", inside_sentence(results), "predictive-check"),
        ("3B. Summary of the posterior", posterior_answer(results), "answers"),
        ("3C. Bayes factors, model probabilities", loo, "comparison"),
        ("4A. Why decisions", decision_answer(results), "answers"),
        ("4B. Loss function", "Not done: no utilities or losses are stated.", ""),
        ("4C. Limits of practical equivalence", rope_answer(results), "answers"),
        ("4D. Bayes factors in decisions", _NO_FACTORS, ""),
        ("5A–C. Sensitivity to priors", prior_sensitivity_answer(results), "priors"),
        ("5D. Sensitivity of Bayes factors", _NO_FACTORS, ""),
        ("5E. Sensitivity of decisions", _models_answer(results), "answers"),
        ("6. Make it reproducible", _reproducible(results), "Provenance"),
    )


def _models_answer(results: Results) -> str:
    count = len(results.posterior.fits)
    if count == 1:
        return "Not done: the analysis has one model."
    number = "both" if count == 2 else f"all {count}"
    return (
        f"No decision is taken; the treatment effect is shown under {number} models."
        if results.cohort.arms
        else f"No decision is taken; all {count} models are in `estimands.csv`."
    )


def _reproducible(results: Results) -> str:
    origin = results.posterior.primary.provenance
    return (
        f"Command, seed ({origin.seed}), data hash and versions are below; tables are CSV files "
        "beside the report, draws are in `posterior/`. Whether the data may be shared is not "
        "known to this program."
    )


def data_answer(results: Results) -> str:
    """Dependent and predictor variables."""
    used = {n: None for spec in results.analysis.models for n in spec.variables}
    words = [lowered(variable_label(results.cohort, name)) for name in used]
    start = f"Time to the event ({results.analysis.endpoint}, {results.cohort.unit})"
    return f"{start}; predictors: {listed(words)}." if words else f"{start}; no predictors."


def likelihood_answer(results: Results) -> str:
    """Likelihoods of the models."""
    titles = list(dict.fromkeys(spec.baseline.title for spec in results.analysis.models))
    return (
        f"Survival likelihood with censoring; baseline hazards: {listed(titles)}. The parameter "
        "of interest is the treatment effect, the baseline’s are ancillary."
        if results.cohort.arms
        else f"Survival likelihood with censoring; baseline hazards: {listed(titles)}."
    )


def prior_answer(results: Results) -> str:
    """How many priors were stated and how many are defaults."""
    fit = results.posterior.primary
    chosen = fit.priors.every
    defaults = sum(prior.origin.startswith("default") for prior in chosen)
    if not defaults:
        return "Every prior of the primary model is stated in the analysis file; all are listed."
    return (
        f"Of {counted(len(chosen), 'prior')} of the primary model {defaults} "
        f"{'is a default' if defaults == 1 else 'are defaults'}, the others are stated in the "
        "analysis file; all are listed."
    )


def prior_predictive_answer(results: Results) -> str:
    """Whether prior curves were drawn."""
    if results.cohort.recurrent:
        return "The prior stands beside the posterior; no curves were drawn from it."
    if results.posterior.prior_curves is None:
        return "Not done: a prior is improper, so nothing can be drawn from it."
    return "Done: survival curves drawn from the priors alone."


def software_answer(results: Results) -> str:
    """Main libraries and their versions."""
    versions = dict(results.posterior.primary.provenance.versions)
    names = ("posthaz", "pymc", "blackjax", "arviz")
    return listed([f"{name} {versions[name]}" for name in names if name in versions]) + "."


def convergence_answer(results: Results) -> str:
    """Worst R-hat, divergences and failures."""
    checks = results.posterior.convergence
    worst = max((check.rhat for check in checks), default=float("nan"))
    divergences = sum(check.divergences for check in checks)
    text = f"Largest R-hat over all models and parameters {worst:.3f}; "
    text += f"{counted(divergences, 'divergence')}."
    if results.failures:
        return f"{text} **Failed**: {'; '.join(results.failures)}."
    if results.missing:
        return f"{text} What could be checked passed; not everything asked for could be made."
    return f"{text} All checks passed."


def resolution_answer(results: Results) -> str:
    """Smallest effective sample sizes."""
    checks = results.posterior.convergence
    bulk, tail = min(c.ess_bulk for c in checks), min(c.ess_tail for c in checks)
    return (
        f"Smallest effective sample size {bulk:,.0f} (bulk) and {tail:,.0f} (tail) over all "
        "models; Monte Carlo standard errors of the primary model’s answers are in the appendix."
    )


def approximation_answer(results: Results) -> str:
    """Whether a model was not sampled by chains, and how far that can be trusted."""
    labels = model_labels(results)
    parts = [
        f"“{labels[name]}”: {fit.provenance.method}"
        for name, fit in results.posterior.fits.items()
        if by_laplace(fit)
    ]
    if not parts:
        return "Does not apply: every posterior was sampled by MCMC."
    return f"{'; '.join(parts)}. The others were sampled by MCMC."


def posterior_answer(results: Results) -> str:
    """How posteriors are summarised."""
    interval = interval_name(results.analysis.estimands.interval)
    return f"Medians with equal-tailed {interval} credible intervals, and densities."


def decision_answer(results: Results) -> str:
    """Whether decisions are taken."""
    return "No decision is taken: probabilities are reported and left to the reader."


def rope_answer(results: Results) -> str:
    """Thresholds that stand in for limits of practical equivalence."""
    asked, unit = results.analysis.estimands, results.cohort.unit
    parts = []
    if asked.thresholds:
        parts.append(f"hazard ratios below {listed([number_text(t) for t in asked.thresholds])}")
    if asked.rmst_thresholds:
        gains = listed([number_text(t) for t in asked.rmst_thresholds])
        parts.append(f"gains in restricted mean above {with_unit(gains, unit)}")
    if not parts or len(results.cohort.arms) < 2:
        return "Not done: the analysis states no threshold."
    return (
        f"No region of equivalence; the probabilities of {listed(parts)} are given, thresholds "
        "as the analysis file states them."
    )


def prior_sensitivity_answer(results: Results) -> str:
    """Whether several priors of the treatment effect were tried."""
    varied = results.analysis.sensitivity
    axes = [axis for axis in varied.axes if axis.title.startswith("prior on ")] if varied else []
    if axes and "sensitivity" in results.clinical:
        tried = sum(len(axis.alternatives) for axis in axes)
        on = listed([axis.title.removeprefix("prior on ") for axis in axes])
        return f"Done: {counted(tried, 'alternative prior')} on {on}, in the sensitivity analysis."
    priors = set()
    for fit in results.posterior.fits.values():
        for term, prior in zip(fit.design.columns, fit.priors.coefficients, strict=True):
            if fit.treatment and term.startswith(f"{fit.treatment}["):
                priors.add((prior.family, tuple(np.round(prior.values, 6))))
    if len(priors) > 1:
        return f"The models differ in the treatment’s prior: {len(priors)} priors are compared."
    return "Not done: no model repeats another with a different prior of the treatment effect."
