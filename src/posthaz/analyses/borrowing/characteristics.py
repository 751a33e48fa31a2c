"""Operating characteristics of borrowing priors: bias, coverage and errors under drift."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from posthaz.analyses.borrowing.priors import NormalMixture
from posthaz.baselines import cox_model
from posthaz.cohort import Cohort
from posthaz.simulate import simulated_example

_SUCCESS = 0.975


def operating_characteristics(
    priors: Mapping[str, NormalMixture],
    truths: Sequence[float],
    *,
    size: int = 100,
    cohorts: int = 500,
    interval: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """What priors do over many simulated cohorts, for true hazard ratios that drift from history.

    Each cohort is simulated (Weibull times, half in each arm, two covariates as in
    `simulated_example`); its Cox estimate, adjusted for the covariates, and standard error
    update the prior.

    Parameters
    ----------
    priors : mapping of str to NormalMixture
        Priors of the log hazard ratio by name.
    truths : sequence of float
        True conditional hazard ratios of the current cohorts.
    size : int
        Patients a cohort.
    cohorts : int
        Simulated cohorts for each truth.
    interval : float
        Probability of the credible intervals.
    seed : int
        Seed.

    Returns
    -------
    DataFrame
        ``truth, prior, cohorts, bias, sd, rmse, coverage, success``: cohorts whose Cox estimate
        is finite; bias, standard deviation and root
        mean squared error of the posterior mean on the log scale; share of intervals that hold
        the truth; share of cohorts with a posterior probability of benefit above 0.975, which is
        the type I error where the truth is 1 and the power elsewhere.
    """
    tail = (1.0 - interval) / 2.0
    rows = []
    for truth in truths:
        estimates = [
            estimate
            for k in range(cohorts)
            for estimate in [_estimate(simulated_example(size, seed + k, hazard_ratio=truth))]
            if np.isfinite(estimate).all()
        ]
        for name, prior in priors.items():
            posteriors = [prior.updated(*estimate) for estimate in estimates]
            mean = np.array([posterior.expectation for posterior in posteriors])
            held = [
                tail <= posterior.below(float(np.log(truth))) <= 1.0 - tail
                for posterior in posteriors
            ]
            error = mean - np.log(truth)
            rows.append(
                {
                    "truth": truth,
                    "prior": name,
                    "cohorts": len(estimates),
                    "bias": error.mean(),
                    "sd": mean.std(),
                    "rmse": float(np.sqrt(np.mean(error**2))),
                    "coverage": float(np.mean(held)),
                    "success": float(np.mean([p.below(0.0) > _SUCCESS for p in posteriors])),
                }
            )
    return pd.DataFrame(rows)


def _estimate(cohort: Cohort) -> tuple[float, float]:
    columns = pd.DataFrame(
        {
            "arm": (cohort.arm == cohort.arms[1]).astype(float),
            "gtv": np.log(cohort.covariates["gtv_cc"]),
            "dose": cohort.covariates["dose_gy"],
        }
    )
    table: Any = cox_model(cohort, columns).table.set_index("term")
    return float(table.loc["arm", "log_hr"]), float(table.loc["arm", "se"])
