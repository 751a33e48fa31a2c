"""Posterior of the gain in restricted mean survival time."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from posthaz.estimands import difference, restricted_mean
from posthaz.figures import draw_difference
from posthaz.report.blocks import FigureBlock
from posthaz.report.missing import MissingPart, guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import contrasts, reference_arm
from posthaz.report.sections.picture import picture
from posthaz.report.sections.question import asks_for_reference, words
from posthaz.report.sections.rows import estimand_row, restriction
from posthaz.report.sections.time_gain import longer, turned
from posthaz.report.sections.time_scale import up_to
from posthaz.report.sections.wording import at_time, percent


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
