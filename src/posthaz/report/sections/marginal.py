"""The marginal hazard ratio over time, where it isn't constant."""

import numpy as np

from posthaz.estimands import band, hazard, ratio
from posthaz.figures import draw_hazard_ratio_over_time
from posthaz.inference import Fit
from posthaz.report.blocks import FigureBlock, Paragraph, Section
from posthaz.report.concerns.proportionality import holds_proportional
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import contrasts, model_labels, reference_arm
from posthaz.report.sections.picture import picture
from posthaz.report.sections.question import effect_noun
from posthaz.report.sections.rows import cox_row, estimand_row
from posthaz.report.sections.wording import at_time, listed, with_interval

_POINTS = 40


def marginal_section(results: Results) -> Section | None:
    """Marginal hazard ratio over time of the first model in which it changes.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section or None
        Anchor ``answers-marginal``; None where the hazard ratios of intervals are all there is.
    """
    fits = [fit for fit in results.posterior.fits.values() if changes(fit)]
    chosen = next((fit for fit in fits if not _shown_as_steps(fit)), None)
    if fits and chosen is None:
        return None
    if chosen is None:
        text = (
            "Every model here has proportional hazards (as an accelerated exponential or Weibull "
            f"has) and no covariate besides {effect_noun(results)}, so that the hazard ratio is "
            "constant over time by assumption, equals the marginal one, and has no figure: whether "
            "it truly is constant is a question for “Hazard ratios” and “Predictive check”."
        )
        return Section("Hazard ratio over time", "answers-marginal", (Paragraph(text),))
    text = why_it_changes(chosen)
    label = model_labels(results)[chosen.spec.name]
    text += f" The figure shows the ratio of the average hazards under “{label}”."
    figures = tuple(_figure(results, chosen, arm) for arm in contrasts(results, chosen))
    return Section("Hazard ratio over time", "answers-marginal", (Paragraph(text), *figures))


def why_it_changes(fit: Fit) -> str:
    """Why the hazard ratio of whole arms changes with time."""
    if set(fit.spec.variables) - {fit.treatment}:
        return (
            "Averaged over patients who differ, a hazard ratio changes with time even where each "
            "patient’s own does not, because the patients at high risk leave first."
        )
    if fit.spec.cure is not None:
        return (
            "Where some patients are cured, the hazard ratio of whole arms changes with time: more "
            "and more of those who are left are cured."
        )
    return "A treatment that stretches time need not have a constant hazard ratio."


def _shown_as_steps(fit: Fit) -> bool:
    """Whether the section on changing effects shows the same ratios: nobody is averaged over."""
    return bool(fit.spec.changing) and not (
        set(fit.spec.variables) - {fit.treatment} or fit.spec.cure
    )


def changes(fit: Fit) -> bool:
    """Whether a fit's marginal hazard ratio may change over time."""
    others = set(fit.design.variables) - {fit.treatment}
    return bool(fit.treatment) and (bool(others) or not holds_proportional(fit))


@guarded_block
def _figure(results: Results, fit: Fit, arm: str) -> FigureBlock:
    name, against = contrasts(results, fit)[arm]
    reference, unit = reference_arm(results), results.cohort.unit
    start = results.cohort.origin
    grid = np.linspace(start, results.horizon, _POINTS + 1)[1:]
    over_time = ratio(hazard(fit, grid), arm, reference).expand_dims(profile=[arm])
    cox, _ = cox_row(results, fit, arm)
    figure = draw_hazard_ratio_over_time(
        band(over_time, results.analysis.estimands.interval),
        unit=unit,
        horizon=results.horizon,
        start=results.cohort.origin,
        contrast=f"{name} v {against}",
        constant=float(cox["value"]) if np.isfinite(cox["value"]) else None,
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    parts = []
    for time in results.analysis.estimands.survival_at:
        row = estimand_row(
            results, "marginal hazard ratio", f"{arm} / {reference}", time, fit.spec.name
        )
        if np.isfinite(row["median"]):
            text = with_interval(row["median"], row["lower"], row["upper"])
            parts.append(f"{text} at {at_time(time, unit)}")
    alt = f"Hazard ratio of {name} v {against} over time"
    alt += f": {listed(parts)}." if parts else "."
    caption = (
        f"Marginal hazard ratio of {name} v {against} over time, "
        f"{model_labels(results)[fit.spec.name]}"
    )
    place = 1 + list(contrasts(results, fit)).index(arm)
    file = "marginal_hazard_ratio" if place == 1 else f"marginal_hazard_ratio_{place}"
    return picture(results, figure, file, alt, caption, "estimands.csv")
