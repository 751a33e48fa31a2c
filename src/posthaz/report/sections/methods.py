"""The methods, in the style of a journal, written from what was actually done."""

from collections.abc import Callable, Sequence

from posthaz.cohort import Cohort
from posthaz.report.blocks import Bullets, Paragraph, Section
from posthaz.report.results import Results
from posthaz.report.sections.beside import grouped
from posthaz.report.sections.methods_models import model_sentences, prior_sentences
from posthaz.report.sections.methods_sampling import sampling_sentences
from posthaz.report.sections.naming import capitalised, linked
from posthaz.report.sections.references import numbered
from posthaz.report.sections.time_scale import delayed_entry_sentence
from posthaz.report.sections.wording import (
    at_time,
    counted,
    interval_name,
    listed,
    number_text,
    recorded_in_steps,
    with_unit,
)

_TRANSFORMS = {"log-log": "log(−log)", "log": "log", "plain": "plain"}


def methods_section(
    results: Results, clinical: Callable[[Results], Sequence[str]] = lambda _: ()
) -> Section:
    """Cohort, models, computation, estimands, frequentist methods and checks, with references.

    Parameters
    ----------
    results : Results
        The results.
    clinical : callable, optional
        Gives the paragraphs of the clinical analyses.

    Returns
    -------
    Section
        Anchor ``methods``.
    """
    texts = (
        _cohort(results),
        f"{model_sentences(results)} {prior_sentences(results)}",
        _computation(results),
        _estimands(results),
        _frequentist(results),
        *clinical(results),
        _checks(results),
    )
    paragraphs, references = numbered(texts)
    blocks = tuple(Paragraph(linked(text)) for text in paragraphs)
    listing = Section("References", "references", (Bullets(references, ordered=True),))
    return Section("Methods", "methods", blocks, (listing,))


def _cohort(results: Results) -> str:
    cohort = results.cohort
    missing = {
        "drop": "Rows lacking a covariate of a model were left out of that model.",
        "refuse": "Rows lacking a covariate of a model were not allowed.",
    }[results.analysis.cohort.missing]
    kinds = ["right censoring"]
    if grouped(cohort):
        kinds.append("interval censoring")
    if (cohort.entry[cohort.first] > 0).any():
        kinds.append("delayed entry")
    if not cohort.first.all():
        kinds.append("several rows a patient")
    if (cohort.weight != 1).any():
        kinds.append("case weights")
    made = "simulated cohort" if results.simulated else "cohort"
    text = (
        f"The {made} had {_size(cohort)} and {counted(_events(results), 'event')} "
        f"(endpoint: {results.analysis.endpoint}), with {listed(kinds)}; time was counted in "
        f"{cohort.unit}. {missing}"
    )
    if cohort.resolution:
        text += (
            f" {recorded_in_steps(cohort.resolution, cohort.unit)}: models took each event to "
            "lie in the step that ends at its time, while Kaplan–Meier, log-rank and Cox took the "
            "times as they are."
        )
    if entry := delayed_entry_sentence(results):
        text += f" {entry}"
    if results.analysis.landmark is not None:
        text += (
            " Time was counted from a landmark at "
            f"{at_time(results.analysis.landmark, cohort.unit)}, "
            "and patients no longer at risk then were left out [@landmark]."
        )
    if grouped(cohort):
        return text
    text += " Follow-up was described by the reverse Kaplan–Meier method [@reverse]"
    if cohort.arms and len(results.frequentist.table_one):
        return f"{text} and the balance of the arms by standardised mean differences [@smd]."
    return f"{text}."


def _size(cohort: Cohort) -> str:
    """Patients, and rows where these are another number."""
    patients, rows = cohort.patient_count, counted(len(cohort), "row")
    if patients == len(cohort):
        return rows
    return f"{counted(patients, 'patient')} ({rows})"


def _events(results: Results) -> float:
    """Events of the first cause, weighted where they are known to lie in intervals."""
    cohort = results.cohort
    if not grouped(cohort):
        return cohort.event_count
    return round(float(cohort.weight[cohort.event | cohort.interval_censored].sum()), 1)


def _computation(results: Results) -> str:
    origin = results.posterior.primary.provenance
    versions = dict(origin.versions)
    return (
        f"{sampling_sentences(results)} The seed was {origin.seed}. "
        "Convergence was judged by rank-normalised split R-hat and effective sample sizes "
        "[@rhat], divergent transitions and the energy fraction of missing information [@bfmi], "
        f"computed with ArviZ {versions['arviz']} [@arviz]. The analysis was run by posthaz "
        f"{versions['posthaz']} under Python {versions['python']}."
    )


def _estimands(results: Results) -> str:
    asked, unit = results.analysis.estimands, results.cohort.unit
    if results.cohort.recurrent:
        return (
            "Expected numbers of events (the integrated intensity) were computed for every "
            "posterior draw, averaged over the cohort’s covariates, and summarised by the "
            f"posterior median and the equal-tailed {interval_name(asked.interval)} interval."
        )
    kinds = ["quantiles of survival", "restricted mean survival time [@rmst]"]
    if asked.survival_at:
        times = with_unit(listed([number_text(t) for t in asked.survival_at]), unit)
        kinds.insert(0, f"survival at {times}")
    text = (
        f"{listed(kinds)} were computed for every posterior draw, "
        "in closed form where the model has one and by Gauss–Legendre quadrature otherwise, and "
        "summarised by the posterior median and the equal-tailed "
        f"{interval_name(asked.interval)} interval."
    )
    text = capitalised(text)
    fits = [fit for fit in results.posterior.fits.values() if fit.treatment]
    if not fits:
        return text
    text += " Contrasts between arms and the probabilities of thresholds were formed draw by draw."
    if any(set(fit.design.variables) - {fit.treatment} for fit in fits):
        text += (
            " In models with further covariates, answers were standardised over the cohort "
            "(g-computation), hazards weighted by survival [@standardise]."
        )
    return text


def _frequentist(results: Results) -> str:
    wanted, arms = results.analysis.baselines, len(results.cohort.arms)
    version = dict(results.posterior.primary.provenance.versions)["greenwood"]
    if results.cohort.recurrent:
        return (
            "Every event of a patient counted. The mean number of events was also estimated "
            "without a model by the Nelson–Aalen estimate of recurrent events with Lawless and "
            "Nadeau’s robust variance, and rate ratios by Andersen and Gill’s model, Cox "
            "regression of all events with sandwich standard errors by patient, computed with "
            f"greenwood {version}. Log-rank tests, medians and restricted means have no meaning "
            "there."
        )
    if grouped(results.cohort):
        return (
            "Survival was also estimated without a model by Turnbull’s estimate, and hazard ratios "
            "by maximum likelihood in the grouped proportional-hazards model, whose baseline rises "
            "freely over the intervals in which events may lie [@grouped], with Wald and "
            "profile-likelihood limits. Log-rank tests and restricted means need exact times and "
            "were left out."
        )
    scale = _TRANSFORMS.get(wanted.confidence_transform, wanted.confidence_transform)
    parts = []
    if wanted.kaplan_meier:
        parts.append(
            f"Survival was also estimated by Kaplan–Meier [@km] with Greenwood’s variance and "
            f"confidence limits on the {scale} scale, and restricted means by the area under it"
        )
    if wanted.logrank and arms > 1:
        parts.append("arms were compared by the log-rank test [@logrank]")
    if wanted.fleming_harrington and arms > 1:
        pairs = listed([f"({rho:g}, {gamma:g})" for rho, gamma in wanted.fleming_harrington])
        parts.append(f"and by Fleming–Harrington tests with weights {pairs} [@fleming]")
    if wanted.cox:
        robust = ", robust (sandwich) standard errors" if _robust(results) else ""
        parts.append(
            f"Cox regression [@cox] was fitted ({listed(list(wanted.cox))}) with Efron’s method "
            f"for ties [@efron]{robust}, and proportional hazards were tested on scaled Schoenfeld "
            "residuals [@zph]"
        )
    if not parts:
        return "No frequentist analysis was asked for."
    text = "; ".join(parts)
    return f"{capitalised(text)}. These were computed with greenwood {version}."


def _robust(results: Results) -> bool:
    cohort = results.cohort
    several = not cohort.first.all()
    return cohort.cluster is not None or several or not cohort.weights_count


def _checks(results: Results) -> str:
    replicates = results.posterior.replicated["replicate"].nunique()
    text = (
        ""
        if grouped(results.cohort) or results.cohort.recurrent or results.withheld
        else "Fit was judged by laying the observed Kaplan–Meier curves over those of "
        f"{replicates} cohorts drawn from the posterior predictive distribution [@visual]. "
    )
    if len(results.posterior.comparison) > 1:
        text += (
            "Models were compared by Pareto-smoothed importance-sampling leave-one-out "
            "cross-validation [@loo] and stacking weights [@stacking]; differences in expected "
            "log predictive density below 4 or below two standard errors were not taken as "
            "decisive [@uncertainty]. "
        )
    else:
        text += "Predictive density was estimated by leave-one-out cross-validation [@loo]. "
    return text + "Reporting follows the Bayesian analysis reporting guidelines [@barg]."
