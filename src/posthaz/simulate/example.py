"""A small simulated two-arm cohort for examples and tests."""

import hashlib

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, Column, Source
from posthaz.cohort.argument import checks_arguments
from posthaz.effects import proportional
from posthaz.errors import Findings, SpecError
from posthaz.hazards import Weibull
from posthaz.simulate.draw import simulate_times

_CENTRES = ["east", "north", "south", "west"]
_COLUMNS = {
    "arm": Column("arm", label="Arm", role="treatment", levels=("A", "B")),
    "gtv_cc": Column(
        "gtv_cc", label="Gross tumour volume", unit="cm3", role="gtv", step="doubling"
    ),
    "dose_gy": Column("dose_gy", label="Dose", unit="Gy", role="dose", step=10.0),
    "centre": Column("centre", label="Centre", levels=("east", "north", "south", "west")),
}


@checks_arguments
def simulated_example(size: int = 120, seed: int = 1, hazard_ratio: float = 0.6) -> Cohort:
    """Simulated cohort of two arms, tumour volume and dose; no patient is in it.

    Weibull baseline with shape 1.2 and scale 18 months, hazard ratios 0.6 for arm B, 1.2 per
    doubling of the gross tumour volume, 0.9 per 10 Gy; censored between 12 and 48 months.

    Parameters
    ----------
    size : int
        Number of rows.
    seed : int
        Seed.
    hazard_ratio : float
        True hazard ratio of arm B, given volume and dose.

    Returns
    -------
    Cohort
        With covariates ``arm`` (A, B), ``gtv_cc``, ``dose_gy`` and ``centre``.

    Raises
    ------
    SpecError
        For fewer than two rows, a negative seed, or a hazard ratio that is not above 0.

    Examples
    --------
    >>> cohort = simulated_example()
    >>> len(cohort), cohort.arms, cohort.source.simulated
    (120, ('A', 'B'), True)
    """
    findings = Findings()
    place = "simulated_example"
    if size < 2:
        findings.add(f"{place}, size", f"found {size}", "give 2 or more: there are two arms")
    if seed < 0:
        findings.add(f"{place}, seed", f"found {seed}", "give a whole number from 0 on")
    if not 0 < hazard_ratio < np.inf:
        findings.add(f"{place}, hazard_ratio", f"found {hazard_ratio}", "give a number above 0")
    findings.raise_if_any(SpecError, "No cohort can be simulated:")
    random = np.random.default_rng(seed)
    arm = np.array(["A", "B"])[np.arange(size) % 2]
    volume = np.exp(random.normal(np.log(100.0), 0.7, size))
    dose = random.choice([50.0, 60.0, 66.0], size)
    predictor = (
        np.log(hazard_ratio) * (arm == "B")
        + np.log(1.2) * np.log2(volume / 100.0)
        + np.log(0.9) * (dose - 60.0) / 10.0
    )
    baseline = Weibull().hazard({"log_scale": np.log(18.0), "log_shape": np.log(1.2)}, np)
    times = simulate_times(proportional(baseline, predictor, np), np.zeros(size), (size,), random)
    censored = random.uniform(12.0, 48.0, size)
    event = times <= censored
    exit_ = np.minimum(times, censored)
    covariates = _covariates(arm, volume, dose, random)
    return Cohort(
        entry=np.zeros(size),
        lower=exit_,
        upper=np.where(event, exit_, np.inf),
        cause=event.astype(int),
        subject=np.arange(size),
        weight=np.ones(size),
        covariates=covariates,
        columns=_COLUMNS,
        row_number=np.arange(1, size + 1),
        unit="months",
        source=Source(
            f"simulated_example(size={size}, seed={seed}, hazard_ratio={hazard_ratio:g})",
            hashlib.sha256(exit_.tobytes()).hexdigest(),
            size,
            simulated=True,
        ),
        treatment="arm",
    )


def _covariates(
    arm: np.ndarray, volume: np.ndarray, dose: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": pd.Categorical(arm, categories=["A", "B"], ordered=True),
            "gtv_cc": volume,
            "dose_gy": dose,
            "centre": pd.Categorical(
                random.choice(_CENTRES, len(arm)), categories=_CENTRES, ordered=True
            ),
        }
    )
