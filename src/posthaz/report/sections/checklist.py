"""The Bayesian analysis reporting guidelines (BARG), answered from the fit."""

from posthaz.report.blocks import Checklist, ChecklistItem, Paragraph, Section
from posthaz.report.results import Results
from posthaz.report.sections.checklist_answers import (
    approximation_answer,
    convergence_answer,
    data_answer,
    decision_answer,
    likelihood_answer,
    posterior_answer,
    prior_answer,
    prior_predictive_answer,
    prior_sensitivity_answer,
    resolution_answer,
    rope_answer,
    software_answer,
)
from posthaz.report.sections.predictive import inside_sentence

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
