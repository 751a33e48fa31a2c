"""What a printed life table says besides its fits: rounding, and changes of the effect."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.analyses.life_table.effect_change import EffectChange, effect_change
from posthaz.analyses.life_table.rounding import Rounding, rounding_effect
from posthaz.analyses.life_table.spec import LifeTable
from posthaz.baselines import turnbull
from posthaz.cohort import Cohort, unrounded_life_tables
from posthaz.estimands import survival
from posthaz.inference import Fit
from posthaz.spec import Sampling


@dataclass(frozen=True, eq=False)
class LifeTableAnswer:
    """Answers about a life table.

    Parameters
    ----------
    points : DataFrame
        Columns ``arm, time, at_risk, printed`` (survival), ``median, lower, upper`` (posterior)
        and ``predicted_lower, predicted_upper`` (the rate that as many patients would show).
    rounding : Rounding or None
        What rounding does; None for counts, or where nothing was asked.
    change : EffectChange or None
        Whether the effect changes; None where arms aren't compared.
    """

    points: pd.DataFrame
    rounding: Rounding | None
    change: EffectChange | None


def life_table_answer(
    printed: LifeTable, cohort: Cohort, primary: Fit, sampling: Sampling, level: float = 0.95
) -> LifeTableAnswer:
    """Answer what a life table leaves open.

    Parameters
    ----------
    printed : LifeTable
        The table.
    cohort : Cohort
        The cohort read from it.
    primary : Fit
        Fit of the primary model.
    sampling : Sampling
        How to sample the model whose effect changes.
    level : float
        Probability of the intervals.

    Returns
    -------
    LifeTableAnswer
        Printed beside predicted survival, rounding, proportionality.
    """
    rounding = None
    if printed.rounding_draws and primary.design.columns:
        unrounded = unrounded_life_tables(
            printed.rows,
            printed.spec,
            printed.rounding_draws,
            sampling.seed,
            name=printed.name,
        )
        rounding = rounding_effect(primary, cohort, unrounded, level) if unrounded else None
    change = effect_change(cohort, primary, printed.change_upper, sampling, level)
    return LifeTableAnswer(_points(cohort, primary, sampling.seed, level), rounding, change)


def _points(cohort: Cohort, primary: Fit, seed: int, level: float) -> pd.DataFrame:
    curve = turnbull(cohort, level=level)
    curve = curve[curve["time"] > 0].reset_index(drop=True)
    times = np.unique(curve["time"].to_numpy(dtype=float))
    curves = survival(primary, times).transpose("profile", "time", "chain", "draw")
    profiles = [str(profile) for profile in curves["profile"].to_numpy()]
    draws = curves.to_numpy().reshape(len(profiles), len(times), -1)
    random = np.random.default_rng(seed)
    tails = ((1.0 - level) / 2.0, 0.5, (1.0 + level) / 2.0)
    rows = []
    for row in curve.to_dict("records"):
        arm = str(row["arm"])
        profile = arm if arm in profiles else profiles[0]
        own = draws[profiles.index(profile), np.searchsorted(times, row["time"])]
        size = float(cohort.weight[cohort.arm == arm].sum())
        patients = max(round(size), 1)
        predicted = random.binomial(patients, np.clip(own, 0.0, 1.0)) / patients
        lower, median, upper = np.quantile(own, tails)
        rows.append(
            {
                "arm": arm,
                "time": row["time"],
                "at_risk": row["at_risk"],
                "printed": row["survival"],
                "median": median,
                "lower": lower,
                "upper": upper,
                "predicted_lower": float(np.quantile(predicted, tails[0])),
                "predicted_upper": float(np.quantile(predicted, tails[2])),
            }
        )
    return pd.DataFrame(rows)
