"""The posterior predictive check: would the model have produced a cohort like this one?"""

from typing import TYPE_CHECKING

import pandas as pd

from posthaz.figures import draw_predictive_check
from posthaz.report.blocks import FigureBlock, Paragraph, Section
from posthaz.report.concerns.curves import reproduced
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.beside import grouped
from posthaz.report.sections.naming import arm_labels, model_labels
from posthaz.report.sections.picture import picture
from posthaz.report.sections.proportionality import treatment_disproportionate
from posthaz.report.sections.time_scale import enters_late
from posthaz.report.sections.wording import interval_name, lasting, listed, share

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOT_EXACT = (
    "Events are only known to lie between two times, so that there is no Kaplan–Meier curve to lay "
    "over those of replicated cohorts. Compare the points with the band under “Survival”."
)
_TOO_STIFF = (
    "The model does not reproduce the observed curves well; prefer answers of a model with a freer "
    "hazard."
)
_NOT_PROPORTIONAL = (
    "The model does not reproduce the observed curves well. The hazards of the arms don’t look "
    "proportional (see “Hazard ratios”), so that a freer baseline may not fix it: one hazard "
    "ratio for all times misses both curves. Read survival differences and restricted means beside "
    "those of Kaplan–Meier."
)
_MOST_DRAWN = 50


def predictive_section(results: Results) -> Section | None:
    """Observed Kaplan-Meier over that of cohorts drawn from the primary model.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section or None
        Anchor ``predictive-check``; without a figure where events are known to lie between two
        times only.
    """
    if not len(results.posterior.replicated) and not grouped(results.cohort):
        return Section(
            "Predictive check", "predictive-check", (Paragraph(_not_replicated(results)),)
        )
    if grouped(results.cohort):
        blocks = (Paragraph(NOT_EXACT), Paragraph(inside_sentence(results)))
        return Section("Predictive check", "predictive-check", blocks)
    blocks = (Paragraph(agreement_sentence(results)), _figure(results))
    return Section("Predictive check", "predictive-check", blocks)


def _not_replicated(results: Results) -> str:
    if results.withheld:
        return "Withheld by `[privacy]`: it lays the observed curve over the predicted ones."
    changing = results.posterior.primary.changing
    if results.posterior.primary.spec.background is not None:
        return (
            "Not done: deaths that are expected of anybody are known as a rate at the end of "
            "follow-up alone, and can’t be drawn."
        )
    if not changing:
        return "Not done: the cohort is so large that no predicted times were kept."
    names = " and ".join(f"`{name}`" for name in changing)
    return (
        f"Not done: {names} changed during follow-up, and a replicated patient would need to be "
        "told how it would have gone on."
    )


def agreement_sentence(results: Results) -> str:
    """Share of the observed curve inside the predictive band, and what that means."""
    labels, table = arm_labels(results), results.posterior.agreement
    count = results.posterior.replicated["replicate"].nunique()
    parts = [
        f"{share(row['inside'])} of the observed steps{_whose(labels, str(row['arm']))} lie within "
        f"the band (largest distance from its middle {100 * row['largest']:.0f} percentage points)"
        for _, row in table.iterrows()
    ]
    if all(reproduced(row) for _, row in table.iterrows()):
        verdict = "The observed curves are among those that the model would produce."
    elif treatment_disproportionate(results):
        verdict = _NOT_PROPORTIONAL
    else:
        verdict = _TOO_STIFF
    last = lasting(results.horizon, results.cohort.unit)
    entry = ", each patient from their own time of entry" if enters_late(results) else ""
    return (
        f"{count} cohorts were drawn from the primary model, each followed to {last}{entry}. "
        f"Of their Kaplan–Meier curves we took the pointwise "
        f"{interval_name(results.analysis.estimands.interval)} band: {listed(parts)}. {verdict}"
    )


def _whose(labels: dict[str, str], arm: str) -> str:
    return f" with {labels[arm]}" if len(labels) > 1 else ""


def inside_sentence(results: Results) -> str:
    """Share of the observed curve inside the predictive band, in short."""
    if "life_table" in results.clinical:
        return _printed_inside(results)
    if results.cohort.recurrent:
        return (
            "The expected number of events is laid over the mean cumulative count, under “Number "
            "of events”; no cohorts were replicated."
        )
    if grouped(results.cohort):
        return "Not done: there are no exact event times to lay over replicated ones."
    if not len(results.posterior.replicated):
        return _not_replicated(results)
    labels = arm_labels(results)
    parts = [
        f"{share(row['inside'])}{_whose(labels, str(row['arm']))}"
        for _, row in results.posterior.agreement.iterrows()
    ]
    return f"Share of the observed curve inside the predictive band: {listed(parts)}."


def _printed_inside(results: Results) -> str:
    points = results.clinical["life_table"].points
    inside = (points["printed"] >= points["predicted_lower"] - 1e-9) & (
        points["printed"] <= points["predicted_upper"] + 1e-9
    )
    level = interval_name(results.analysis.estimands.interval)
    return (
        f"{int(inside.sum())} of {len(points)} printed survival rates lie within the {level} "
        "predictive interval of the rate that as many patients would show under the primary model."
    )


def predictive_figure(results: Results) -> "Figure":
    """Observed Kaplan-Meier over that of replicated cohorts."""
    replicated = results.posterior.replicated
    return draw_predictive_check(
        results.frequentist.kaplan_meier,
        replicated[replicated["replicate"] % thinned(replicated) == 0],
        labels=arm_labels(results),
        unit=results.cohort.unit,
        horizon=results.horizon,
        start=results.cohort.origin,
        endpoint=results.analysis.endpoint,
        simulated=results.simulated,
    )


@guarded_block
def _figure(results: Results) -> FigureBlock:
    figure = predictive_figure(results)
    label = model_labels(results)[results.posterior.primary.spec.name]
    caption = f"Kaplan–Meier of the observed cohort over that of replicated ones, {label}"
    alt = f"Observed Kaplan–Meier over replicated curves. {inside_sentence(results)}"
    return picture(results, figure, "predictive_check", alt, caption, "kaplan_meier.csv")


def thinned(replicated: pd.DataFrame) -> int:
    """Every how many replicates to draw, so that single curves can still be seen."""
    return max(1, replicated["replicate"].nunique() // _MOST_DRAWN)
