"""Survival, and the time gained, within each level of the other covariate."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.analyses.interactions.levels import EffectCohort
from posthaz.baselines import at_risk_rows, kaplan_meier, rmst
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.estimands import arm_populations, band, restricted_mean, summary, survival
from posthaz.estimands.population import Population
from posthaz.inference import Fit

GAIN_COLUMNS = (
    *("name", "by_level", "by_label", "against", "level", "level_label", "reference_label", "time"),
    *("gain", "lower", "upper", "p_above_0", "km_gain", "km_lower", "km_upper", "sample"),
)
_POINTS = 101


@dataclass(frozen=True, eq=False)
class LevelCurves:
    """Survival by level of the effect in the patients of one level of the other covariate.

    Parameters
    ----------
    level, label : str
        The level, and its name.
    part : Cohort
        Its patients.
    steps : DataFrame
        Kaplan-Meier, as of `kaplan_meier`.
    curves : DataFrame
        Posterior bands, columns ``arm, time, median, lower, upper``, standardised over them.
    """

    level: str
    label: str
    part: Cohort
    steps: pd.DataFrame
    curves: pd.DataFrame

    def at_risk(self, times: np.ndarray) -> pd.DataFrame:
        """Patients at risk by arm at some times."""
        return at_risk_rows(self.part, times.tolist())


def level_curves(
    ready: EffectCohort, part: Cohort, fitted: Fit | None, interval: float
) -> Iterator[LevelCurves]:
    """Kaplan-Meier and posterior survival within each level.

    Parameters
    ----------
    ready : EffectCohort
        The cohort of the interaction.
    part : Cohort
        Its rows that the model of the levels was fitted to.
    fitted : Fit or None
        That model.
    interval : float
        Probability of the bands.

    Yields
    ------
    LevelCurves
        One a level; nothing where there is no survival of patients (repeated events, covariates
        that change, events between two times).
    """
    for level, own in _parts(ready, part):
        try:
            steps = kaplan_meier(own, level=interval)
            grid = np.linspace(part.origin, float(own.exit.max()), _POINTS)
            whom = _whom(ready, fitted, level)
            curves = (
                band(survival(fitted, grid, whom), interval)
                if fitted is not None and whom
                else pd.DataFrame(columns=["arm", "time", "median", "lower", "upper"])
            )
        except PosthazError:  # no survival of patients: the hazard ratios stand alone
            return
        yield LevelCurves(level, ready.by_label(level), own, steps, curves)


def level_gains(
    ready: EffectCohort,
    part: Cohort,
    fitted: Fit | None,
    horizon: float | None,
    interval: float,
) -> Iterator[dict[str, object]]:
    """Restricted mean gained within each level, and how far the gains of two levels differ.

    Parameters
    ----------
    ready, part, fitted, interval
        As of `level_curves`.
    horizon : float or None
        Horizon of the restricted mean.

    Yields
    ------
    dict
        Rows of `GAIN_COLUMNS`; differences name the level taken off in `against`, which is empty
        in the others, and have no Kaplan-Meier.
    """
    if fitted is None or horizon is None:
        return
    found: dict[tuple[str, str], xr.DataArray] = {}
    reference = part.arms[0]
    for level, own in _parts(ready, part):
        whom = _whom(ready, fitted, level)
        if not whom:
            continue
        try:
            means = restricted_mean(fitted, [horizon], whom).isel(time=0)
            plain = rmst(own, horizon, level=interval)
        except PosthazError:
            return
        for arm in part.arms[1:]:
            gain = means.sel(profile=str(arm)) - means.sel(profile=str(reference))
            seen = plain[(plain["quantity"] == "difference") & (plain["arm"] == arm)]
            row = seen.iloc[0] if len(seen) else pd.Series(np.nan, ["value", "lower", "upper"])
            found[level, arm] = gain
            yield {
                **_named(ready, level, ready.by_label(level), arm, horizon),
                **_numbers(gain, interval),
                **{
                    f"km_{to}": float(row[name])
                    for to, name in (("gain", "value"), ("lower", "lower"), ("upper", "upper"))
                },
            }
    first = next(iter(found), ("", ""))[0]
    for (level, arm), gain in found.items():
        if level != first:
            label = f"{ready.by_label(level)} minus {ready.by_label(first)}"
            apart = _numbers(gain - found[first, arm], interval)
            yield {**_named(ready, level, label, arm, horizon), "against": first, **apart}


def _parts(ready: EffectCohort, part: Cohort) -> Iterator[tuple[str, Cohort]]:
    by = part.covariates[ready.by]
    for level in map(str, by.cat.categories):
        own = part.where((by.astype(str) == level).to_numpy(dtype=bool))
        if len(own):
            yield level, own


def _whom(ready: EffectCohort, fitted: Fit | None, level: str) -> tuple[Population, ...]:
    """The patients of a level, everybody given each level of the effect."""
    if fitted is None:
        return ()
    inside = fitted.design.frame[ready.by].astype(str) == level
    weight = np.where(inside, fitted.design.weight, 0.0)
    return arm_populations(fitted, weight) if weight.any() else ()


def _named(
    ready: EffectCohort, level: str, label: str, arm: str, horizon: float
) -> dict[str, object]:
    return {
        "by_level": level,
        "by_label": label,
        "against": "",
        "level": arm,
        "level_label": ready.cohort.arm_label(arm),
        "reference_label": ready.cohort.arm_label(ready.cohort.arms[0]),
        "time": horizon,
    }


def _numbers(gain: xr.DataArray, interval: float) -> dict[str, object]:
    numbers = summary(gain, interval)
    return {
        "gain": numbers["median"],
        "lower": numbers["lower"],
        "upper": numbers["upper"],
        "p_above_0": float((gain > 0).mean()),
    }
