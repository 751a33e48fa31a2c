"""Gain in survival against extra toxicity."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.adjust import GradeCounts
from posthaz.analyses.toxicity.risk import JEFFREYS, risk_draws
from posthaz.estimands import difference, restricted_mean
from posthaz.inference import Fit


@dataclass(frozen=True, eq=False)
class BenefitRisk:
    """Joint draws of a gain in survival and of extra toxicity, independent of each other.

    Parameters
    ----------
    arm, reference : str
        The arms compared.
    label : str
        The toxicity.
    grade : int
        Patients with this grade or worse are counted.
    horizon : float
        Horizon of the restricted mean survival time.
    unit : str
        Unit of time.
    gain : ndarray of float, shape (draw,)
        Difference of restricted means, `arm` minus `reference`.
    extra : ndarray of float, shape (draw,)
        Difference of the probabilities of the toxicity.
    acceptable : float
        Largest acceptable difference of probabilities.
    """

    arm: str
    reference: str
    label: str
    grade: int
    horizon: float
    unit: str
    gain: np.ndarray
    extra: np.ndarray
    acceptable: float


def benefit_risk(
    fit: Fit,
    counts: GradeCounts,
    arm: str,
    *,
    grade: int = 2,
    horizon: float,
    prior: tuple[float, float] = JEFFREYS,
    acceptable: float = 0.1,
    seed: int = 1,
) -> BenefitRisk:
    """Set the gain in restricted mean survival of an arm against its extra toxicity.

    The two posteriors are from separate models, so the draws are paired at random: patients'
    survival and their toxicity are taken as independent given the arm.

    Parameters
    ----------
    fit : Fit
        A fit whose formula has the treatment.
    counts : GradeCounts
        The toxicity.
    arm : str
        The arm compared with the reference.
    grade : int
        Patients with this grade or worse are counted.
    horizon : float
        Horizon of the restricted mean.
    prior : (float, float)
        Beta prior of each arm's probability.
    acceptable : float
        Largest acceptable difference of probabilities.
    seed : int
        Seed.

    Returns
    -------
    BenefitRisk
        As many draws as the fit has.
    """
    reference = counts.arms[0]
    events = counts.at_least(grade)
    assert events is not None
    means = restricted_mean(fit, [horizon])
    gain = difference(means, arm, reference).to_numpy().ravel()
    place = counts.arms.index(arm)
    risks = [
        risk_draws(
            int(events[a]), int(counts.totals[a]), prior=prior, draws=len(gain), seed=(seed, 9, a)
        )
        for a in (place, 0)
    ]
    extra = risks[0] - risks[1]
    return BenefitRisk(
        arm, reference, counts.label, grade, horizon, fit.unit, gain, extra, acceptable
    )


def quadrants(pair: BenefitRisk) -> pd.DataFrame:
    """Posterior probability of each combination of gain and extra toxicity.

    Parameters
    ----------
    pair : BenefitRisk
        Joint draws.

    Returns
    -------
    DataFrame
        Columns ``gain`` (``"longer"`` or ``"shorter"``), ``toxicity`` (``"less"`` for at most 0,
        ``"acceptable"`` for above 0 and at most acceptable, ``"more"``), ``probability``;
        six rows that add up to 1.

    Examples
    --------
    >>> pair = BenefitRisk("b", "a", "Rash", 2, 12.0, "months", np.array([1.0, -1.0]),
    ...                    np.array([0.2, 0.05]), 0.1)
    >>> table = quadrants(pair)
    >>> table.loc[table["probability"] > 0, ["gain", "toxicity"]].to_numpy().tolist()
    [['longer', 'more'], ['shorter', 'acceptable']]
    """
    bands = {
        "less": pair.extra <= 0,
        "acceptable": (pair.extra > 0) & (pair.extra <= pair.acceptable),
        "more": pair.extra > pair.acceptable,
    }
    rows = [
        (gain, name, float((side & band).mean()))
        for gain, side in (("longer", pair.gain > 0), ("shorter", pair.gain <= 0))
        for name, band in bands.items()
    ]
    return pd.DataFrame(rows, columns=["gain", "toxicity", "probability"])
