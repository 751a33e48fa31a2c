"""The estimand table: every answer an analysis asks for, with its Monte Carlo error."""

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd
import xarray as xr

from posthaz.cohort.argument import checks_arguments
from posthaz.estimands.contrast import difference, ratio
from posthaz.estimands.cured import cure_fraction
from posthaz.estimands.curves import hazard, survival
from posthaz.estimands.population import (
    Population,
    arm_populations,
    marginal_fault,
    of_model,
    profile,
)
from posthaz.estimands.quantiles import survival_quantile
from posthaz.estimands.recurrent import expected_events
from posthaz.estimands.rmst import restricted_mean
from posthaz.estimands.summary import COLUMNS as NUMBERS
from posthaz.estimands.summary import summary
from posthaz.inference import Fit
from posthaz.spec import EstimandSpec

COLUMNS = ("model", "estimand", "profile", "time", *NUMBERS)
AnswerDraws = tuple[str, str, float, xr.DataArray]
"""Name, profile and time of an answer, and its draws."""
Rows = Iterator[AnswerDraws]


@checks_arguments
def estimand_table(
    fit: Fit, wanted: EstimandSpec, horizon: float, drawn: Sequence[AnswerDraws] | None = None
) -> pd.DataFrame:
    """Every answer asked for, of one fit.

    Parameters
    ----------
    fit : Fit
        A fit.
    wanted : EstimandSpec
        Which answers.
    horizon : float
        Longest follow-up: by when a quantile counts as not reached; the horizon of the
        restricted mean where the analysis names none.
    drawn : sequence, optional
        What `answer_draws` gave for the same, where it is known already.

    Returns
    -------
    DataFrame
        Columns as in ``estimands.csv``. Contrasts have a profile ``"B - A"`` or ``"B / A"``;
        a row whose estimand starts with ``P(`` is a posterior probability (its ``mean``). Of
        recurrent events there are ``expected events`` in place of survival. Where covariates of
        the formula change during follow-up there are rows for profiles alone.
    """
    rows = [
        (fit.spec.name, estimand, label, time, *summary(draws, wanted.interval).values())
        for estimand, label, time, draws in drawn or answer_draws(fit, wanted, horizon)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    probability = table["estimand"].str.startswith("P(")
    table.loc[probability, ["sd", "median", "lower", "upper"]] = float("nan")
    return table


def answer_draws(fit: Fit, wanted: EstimandSpec, horizon: float) -> list[AnswerDraws]:
    """Draws of every answer asked for, from which tables are made.

    Parameters
    ----------
    fit, wanted, horizon
        As for `estimand_table`.

    Returns
    -------
    list of (str, str, float, DataArray)
        Name, profile, time and draws of each.
    """
    # covariates that change leave no arm's curve, only stated courses
    arms = () if marginal_fault(fit) else arm_populations(fit)
    populations = (
        *arms,
        *(profile(fit, label, **of_model(fit, values)) for label, values in wanted.profiles),
    )
    return list(_draws(fit, wanted, populations, [one.label for one in arms], horizon))


def between_arms(drawn: Iterable[AnswerDraws]) -> Rows:
    """Those answers that are differences between arms, but for probabilities."""
    return (row for row in drawn if row[0].endswith(" difference"))


def _draws(
    fit: Fit,
    wanted: EstimandSpec,
    populations: tuple[Population, ...],
    arms: list[str],
    horizon: float,
) -> Rows:
    if not populations:
        return
    if fit.recurrent:
        counts = expected_events(fit, wanted.survival_at or (horizon,), populations)
        yield from _each("expected events", counts)
        yield from _contrasts("expected events", counts, arms, (0.0,))
        return
    restriction = wanted.rmst_to or (max(wanted.survival_at) if wanted.survival_at else horizon)
    if fit.spec.cure is not None:
        shares = cure_fraction(fit, populations).expand_dims(time=[horizon], axis=-1)
        yield from _each("cure fraction", shares)
        yield from _contrasts("cure fraction", shares, arms, (0.0,))
    if wanted.survival_at:
        curves = survival(fit, wanted.survival_at, populations)
        yield from _each("survival", curves)
        yield from _contrasts("survival", curves, arms, (0.0,))
    quantiles = survival_quantile(fit, wanted.quantiles, populations)
    for estimand, label, fraction, draws in _each("quantile", quantiles):
        name = "median" if fraction == 0.5 else estimand
        yield name, label, fraction, draws
        yield f"P({name} > {horizon:g})", label, fraction, (draws > horizon).astype(float)
    means = restricted_mean(fit, [restriction], populations)
    yield from _each("rmst", means)
    yield from _contrasts("rmst", means, arms, (0.0, *wanted.rmst_thresholds))
    if len(arms) > 1 and wanted.survival_at:
        yield from _hazard_ratios(fit, wanted, arms)


def _each(estimand: str, answers: xr.DataArray) -> Rows:
    for label in answers["profile"].to_numpy():
        for time in answers["time"].to_numpy():
            yield estimand, str(label), float(time), answers.sel(profile=label, time=time)


def _contrasts(
    estimand: str, answers: xr.DataArray, arms: list[str], thresholds: tuple[float, ...]
) -> Rows:
    for arm in arms[1:]:
        reference = arms[0]
        gain, relative = difference(answers, arm, reference), ratio(answers, arm, reference)
        for time in answers["time"].to_numpy():
            label, draws = f"{arm} - {reference}", gain.sel(time=time)
            yield f"{estimand} difference", label, float(time), draws
            for threshold in thresholds:
                name = f"P({estimand} difference > {threshold:g})"
                yield name, label, float(time), (draws > threshold).astype(float)
            label = f"{arm} / {reference}"
            yield f"{estimand} ratio", label, float(time), relative.sel(time=time)


def _hazard_ratios(fit: Fit, wanted: EstimandSpec, arms: list[str]) -> Rows:
    """Marginal hazard ratio at each asked time, and the chance that it is below thresholds."""
    times = [time for time in wanted.survival_at if time > 0]
    answers = hazard(fit, times, arm_populations(fit))
    for arm in arms[1:]:
        over_time = ratio(answers, arm, arms[0])
        for time in times:
            draws, label = over_time.sel(time=time), f"{arm} / {arms[0]}"
            yield "marginal hazard ratio", label, time, draws
            for threshold in (1.0, *wanted.thresholds):
                name = f"P(marginal hazard ratio < {threshold:g})"
                yield name, label, time, (draws < threshold).astype(float)
