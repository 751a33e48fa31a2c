"""Survival at the asked times, medians, restricted means, and how the arms differ in them."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from posthaz.estimands import difference, restricted_mean
from posthaz.figures import draw_difference
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Section
from posthaz.report.missing import MissingPart, guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.answer_tables import means_table, quantile_table, survival_table
from posthaz.report.sections.contrast_tables import (
    contrast_table,
    models_table,
    probability_table,
)
from posthaz.report.sections.marginal import marginal_section
from posthaz.report.sections.naming import (
    capitalised,
    contrasts,
    model_labels,
    reference_arm,
    without_curves,
)
from posthaz.report.sections.picture import picture
from posthaz.report.sections.question import asks_for_reference, words
from posthaz.report.sections.rows import estimand_row, restriction
from posthaz.report.sections.time_gain import longer, turned
from posthaz.report.sections.time_scale import up_to
from posthaz.report.sections.wording import at_time, interval_name, percent


def answers_section(results: Results) -> Section:
    """Every answer asked for, of the primary model, beside its frequentist counterpart.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    Section
        Anchor ``answers``.
    """
    subsections = [
        _part("Survival", "answers-survival", survival_table(results)),
        _part("Median and other quantiles", "answers-quantiles", quantile_table(results)),
        _part("Restricted mean survival time", "answers-rmst", means_table(results)),
    ]
    fault = without_curves(results)
    if fault:
        introduction = (Paragraph(f"{_sentence(fault)}"), Paragraph(_introduction(results)))
        shown = tuple(one for one in subsections if one is not None)
        return Section("Answers", "answers", introduction if shown else introduction[:1], shown)
    if contrasts(results, results.posterior.primary):
        blocks = [contrast_table(results), probability_table(results)]
        blocks += [*difference_figures(results), models_table(results)]
        subsections.append(_part("Differences between arms", "answers-differences", *blocks))
        subsections.append(marginal_section(results))
    shown = tuple(one for one in subsections if one is not None)
    return Section("Answers", "answers", (Paragraph(_introduction(results)),), shown)


def _sentence(fault: str) -> str:
    """A reason as a sentence of its own."""
    return capitalised(fault)


def _part(title: str, anchor: str, *blocks: Block | None) -> Section | None:
    kept = tuple(block for block in blocks if block is not None)
    return Section(title, anchor, kept) if kept else None


def _introduction(results: Results) -> str:
    fit, asked = results.posterior.primary, results.analysis.estimands
    label = model_labels(results)[fit.spec.name]
    others = [name for name in fit.design.variables if name != fit.treatment]
    if without_curves(results):
        whom = "They are of patients along the stated courses. "
    elif others and fit.treatment:
        whom = (
            "Answers are standardised: each is the average over the whole cohort’s covariates "
            "with everybody given the same arm. "
        )
    else:
        whom = "Answers are averages over the whole cohort. " if others else ""
    error, estimand, model = largest_error(results)
    precision = (
        f"The largest Monte Carlo standard error (MCSE) of any answer is {percent(error)} of that "
        f"answer’s posterior standard deviation ({estimand}, {model_labels(results)[model]}), so "
        "the digits shown do not depend on the seed in any way that matters."
        if error <= 0.1
        else f"The largest Monte Carlo standard error (MCSE) is {percent(error)} of the posterior "
        f"standard deviation ({estimand}, {model_labels(results)[model]}): sample longer "
        "before trusting the last digit."
    )
    return (
        f"All tables here are of the primary model ({label}) unless they say otherwise; "
        f"“Bayes” is the posterior median with its equal-tailed {interval_name(asked.interval)} "
        f"credible interval. {whom}{precision}"
    )


def largest_error(results: Results) -> tuple[float, str, str]:
    """Largest Monte Carlo error relative to the posterior sd, and of which answer and model."""
    table = results.posterior.estimands
    relative = (table["mcse"] / table["sd"]).where(table["sd"] > 0)
    if not relative.notna().any():
        return float("nan"), "none", results.posterior.primary.spec.name
    row = table.iloc[int(np.nanargmax(relative))]
    return float(relative.max()), str(row["estimand"]), str(row["model"])


def difference_figures(results: Results) -> Iterator[FigureBlock | MissingPart]:
    """One figure for each arm against the reference, of the primary model."""
    fit, horizon = results.posterior.primary, restriction(results)
    if not np.isfinite(horizon):
        return
    means = restricted_mean(fit, [horizon]).isel(time=0)
    for place, arm in enumerate(contrasts(results, fit), 1):
        file = "rmst_difference" if place == 1 else f"rmst_difference_{place}"
        yield _difference_figure(results, arm, means, file)


@guarded_block
def _difference_figure(results: Results, arm: str, means: xr.DataArray, file: str) -> FigureBlock:
    fit, asked, unit = results.posterior.primary, results.analysis.estimands, results.cohort.unit
    horizon, reference = restriction(results), reference_arm(results)
    name, against = contrasts(results, fit)[arm]
    draws = difference(means, arm, reference).to_numpy()
    row = estimand_row(results, "rmst difference", f"{arm} - {reference}")
    chance = estimand_row(results, "P(rmst difference > 0)", f"{arm} - {reference}")["mean"]
    if asks_for_reference(results):
        draws, chance, (name, against) = -draws, 1 - chance, (against, name)
        row = turned(row)
    figure = draw_difference(
        draws,
        label=f"Gain in restricted mean to {at_time(round(horizon, 1), unit)} ({unit})",
        thresholds=(0.0, *asked.rmst_thresholds),
        interval=asked.interval,
        simulated=results.simulated,
    )
    alt = (
        f"Posterior density of the gain in restricted mean with {name} v {against}: median "
        f"{longer(row['median'], unit)}, from {longer(row['lower'], unit)} to "
        f"{longer(row['upper'], unit)}; {percent(chance)} of it lies above 0."
    )
    caption = (
        f"Posterior of the difference in mean {words(results).time} {up_to(results, horizon)}, "
        f"{name} minus {against}; the shaded part favours {name}"
    )
    return picture(results, figure, file, alt, caption, "estimands.csv")
