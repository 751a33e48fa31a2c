"""How far each patient moves the effect of treatment: without them, what would it be?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.analyses.tipping_points.effect import treatment_effect
from posthaz.analyses.tipping_points.pool import MOST_KHAT
from posthaz.analyses.tipping_points.removal import Refits, patient_likelihoods
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.estimands import Population, arm_populations, difference, restricted_mean
from posthaz.inference import Fit, smoothed_weights
from posthaz.spec import Sampling

INFLUENCE_COLUMNS = (
    "time", "event", "arm", "log_hr_change", "hr_without", "sd_moved",
    "rmst_time", "rmst_change", "khat", "method",
)  # fmt: skip
_WEIGHTS, _REFIT = "weights", "refit"


def patient_influence(
    fit: Fit, cohort: Cohort, sampling: Sampling, horizon: float | None = None
) -> pd.DataFrame:
    """Change of the log hazard ratio and of the difference in restricted mean without each patient.

    Each patient's likelihood is divided out of the posterior by importance weights, smoothed;
    where their Pareto k-hat is 0.7 or more, the model is fitted again without the patient. The
    restricted means stay averaged over the whole cohort.

    Parameters
    ----------
    fit : Fit
        A fit with the pointwise log-likelihood.
    cohort : Cohort
        Its cohort.
    sampling : Sampling
        How to refit.
    horizon : float, optional
        Horizon of the restricted means; none are given without it.

    Returns
    -------
    DataFrame
        Columns `INFLUENCE_COLUMNS`, one row a patient, those who move the log hazard ratio most
        first and nobody named: ``log_hr_change`` is the mean without the patient less that with
        all, ``sd_moved`` the same in posterior standard deviations.
    """
    effect = treatment_effect(fit)
    pointwise, members = patient_likelihoods(fit)
    firsts = fit.draws["constant_data"].to_dataset()
    populations = arm_populations(fit) if horizon is not None else []
    gains = _gains(fit, horizon, populations)
    rows = []
    for k in range(len(members)):
        log_weights, khat = smoothed_weights(-pointwise[:, k])
        weights = np.exp(log_weights)
        rows.append((
            float(weights @ effect.draws - effect.draws.mean()),
            float(weights @ gains - gains.mean()), khat, _WEIGHTS,
        ))  # fmt: skip
    table = pd.DataFrame(rows, columns=["log_hr_change", "rmst_change", "khat", "method"])
    table = _refitted(table, Refits(fit, cohort, sampling, members), horizon, populations)
    arms = cohort.where(cohort.first)
    of = dict(zip(arms.subject.tolist(), arms.arm.tolist(), strict=True))
    middle = float(np.median(effect.draws))
    table = table.assign(
        time=fit.draws["observed_data"]["time"].to_numpy(),
        event=firsts["time"].to_numpy() > 0,
        arm=[of[one] for one in members.tolist()],
        hr_without=np.exp(middle + table["log_hr_change"]),
        sd_moved=table["log_hr_change"] / effect.draws.std(ddof=1),
        rmst_time=np.nan if horizon is None else horizon,
    )[list(INFLUENCE_COLUMNS)]
    order = table["log_hr_change"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _gains(fit: Fit, horizon: float | None, populations: Sequence[Population]) -> np.ndarray:
    """Difference in restricted mean by draw; missing where none is asked for."""
    total = len(treatment_effect(fit).draws)
    if horizon is None:
        return np.full(total, np.nan)
    reference, arm = (population.label for population in populations)
    means = restricted_mean(fit, [horizon], populations).isel(time=0)
    gains = difference(means, arm, reference)
    flat = gains.transpose("chain", "draw").to_numpy().ravel()
    if len(flat) != total:
        raise PosthazError(f"model '{fit.spec.name}': restricted means are of {len(flat)} draws")
    return flat


def _refitted(
    table: pd.DataFrame, refits: Refits, horizon: float | None, populations: Sequence[Population]
) -> pd.DataFrame:
    """The table with refits in place of weights that can't be trusted."""
    lost = np.flatnonzero(~(table["khat"] < MOST_KHAT))
    if not len(lost):
        return table
    whole, *without = refits.fits([(), *((int(k),) for k in lost)])
    assert whole is not None
    table = table.copy()
    own = _means(whole, horizon, populations)
    for k, one in zip(lost, without, strict=True):
        found = np.nan if one is None else _means(one, horizon, populations) - own
        table.loc[k, ["log_hr_change", "rmst_change"]] = found
        table.loc[k, "method"] = _REFIT
    return table


def _means(fit: Fit, horizon: float | None, populations: Sequence[Population]) -> np.ndarray:
    """Posterior means of the log hazard ratio and of the difference in restricted mean."""
    gains = _gains(fit, horizon, populations)
    return np.array([treatment_effect(fit).draws.mean(), gains.mean()])
