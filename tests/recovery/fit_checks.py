"""Power of the checks of fit: ``python -m tests.recovery.fit_checks --cohorts 100``.

Cohorts of 90 and 300 are simulated in which a model is true or misses one thing, and every check
is asked whether it finds anything. One combination at a time, kept as it is done: a run goes on
where an earlier one ended.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import posthaz as ph
from posthaz.cohort import Cohort
from tests.shared_data import plain_cohort

RATE, CROSSING = 0.07, 6.0
SIZES = (90, 300)
FAMILIES = ("time", "arm over time", "covariate", "calibration", "PIT", "PIT by arm", "LOO-PIT",
            "LOO-PIT by arm", "any of them")  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """What is true, and what is fitted.

    Parameters
    ----------
    log_ratio : callable
        Log hazard ratio from the standardised log volume.
    time : callable
        Time from a cumulative hazard (already divided by the covariates' ratio) and the arm.
    spec : ModelSpec
        The model that is fitted.
    """

    log_ratio: Callable[[np.ndarray], np.ndarray]
    time: Callable[[np.ndarray, np.ndarray], np.ndarray]
    spec: ph.ModelSpec


def constant(spent: np.ndarray, arm: np.ndarray) -> np.ndarray:
    """A constant hazard with a hazard ratio of 0.6."""
    return spent / (RATE * np.where(arm, 0.6, 1.0))


def crossing(spent: np.ndarray, arm: np.ndarray) -> np.ndarray:
    """A hazard ratio of 0.4 before six months and of 2.2 after."""
    early, late = RATE * np.where(arm, 0.4, 1.0), RATE * np.where(arm, 2.2, 1.0)
    return np.where(
        spent < early * CROSSING, spent / early, CROSSING + (spent - early * CROSSING) / late
    )


def rising(spent: np.ndarray, arm: np.ndarray) -> np.ndarray:
    """A Weibull hazard of shape 1.8."""
    return 12.0 * (spent / np.where(arm, 0.6, 1.0)) ** (1.0 / 1.8)


def humped(spent: np.ndarray, arm: np.ndarray) -> np.ndarray:
    """A log-logistic hazard of shape 2.5, which rises and falls, made proportional."""
    return 8.0 * np.expm1(spent / np.where(arm, 0.6, 1.0)) ** (1.0 / 2.5)


def line(z: np.ndarray) -> np.ndarray:
    return 0.4 * z


def bent(z: np.ndarray) -> np.ndarray:
    return 0.45 * (z**2 - 1.0)


_EXPONENTIAL = ph.ModelSpec("m", ph.Exponential(), "arm + log(gtv_cc)")
_WEIBULL = ph.ModelSpec("m", ph.Weibull(), "arm + log(gtv_cc)")
SCENARIOS = {
    "true model": Scenario(line, constant, _WEIBULL),
    "hazards cross (0.4, then 2.2)": Scenario(line, crossing, _WEIBULL),
    "exponential for Weibull (1.8)": Scenario(line, rising, _EXPONENTIAL),
    "Weibull for log-logistic (2.5)": Scenario(line, humped, _WEIBULL),
    "volume bends (missing square)": Scenario(bent, constant, _WEIBULL),
    "volume left out": Scenario(line, constant, replace(_WEIBULL, formula="arm")),
}  # fmt: skip


def simulated(scenario: Scenario, patients: int, seed: int) -> Cohort:
    """A trial of two arms and a volume, censored between 10 and 40 months."""
    random = np.random.default_rng(seed)
    arm = np.arange(patients) % 2 == 1
    z = random.standard_normal(patients)
    spent = random.exponential(1.0, patients) / np.exp(scenario.log_ratio(z))
    time = scenario.time(spent, arm)
    censored = random.uniform(10.0, 40.0, patients)
    names = pd.Categorical(np.where(arm, "RT", "none"), ["none", "RT"], ordered=True)
    frame = pd.DataFrame({"arm": names, "gtv_cc": np.exp(3.0 + 0.8 * z)})
    cohort = plain_cohort(np.minimum(time, censored), time <= censored, frame, "months")
    arms = ph.Column("arm", levels=("none", "RT"), role="treatment")
    columns = {"arm": arms, "gtv_cc": ph.Column("gtv_cc", role="gtv", unit="cm3")}
    return replace(cohort, treatment="arm", columns=columns)


def families(found: pd.DataFrame) -> dict[str, bool]:
    """Which kind of check found something."""
    by_arm = found["check"].str.endswith("PIT") & (found["of"] != "")
    kind = found["check"].where(~by_arm, found["check"] + " by arm")
    hit = found["found"].groupby(kind).any()
    return {
        name: bool(hit.get(name, False)) if name != FAMILIES[-1] else bool(hit.any())
        for name in FAMILIES
    }


def power(scenario: Scenario, patients: int, cohorts: int) -> dict[str, float]:
    """Share of the cohorts in which each kind of check finds something."""
    total: dict[str, int] = dict.fromkeys(FAMILIES, 0)
    for seed in range(cohorts):
        cohort = simulated(scenario, patients, seed)
        fit = ph.fit(scenario.spec, cohort, draws=250, chains=4, method="laplace")
        groups = {k: v for k, v in fit.draws.children.items() if k != "posterior_predictive"}
        bare = replace(fit, draws=xr.DataTree(children=groups))
        for name, hit in families(ph.check_fit(cohort, bare).found).items():
            total[name] += hit
    return {name: count / cohorts for name, count in total.items()}


def table(kept: dict[str, dict[str, float]]) -> str:
    """What is kept, as a table in Markdown."""
    lines = ["| simulated, and fitted | patients | " + " | ".join(FAMILIES) + " |",
             "|---|---|" + "---|" * len(FAMILIES)]  # fmt: skip
    for name in SCENARIOS:
        for size in SIZES:
            one = kept.get(f"{name}, {size}")
            if one:
                shown = " | ".join(f"{100 * one[family]:.0f} %" for family in FAMILIES)
                lines.append(f"| {name} | {size} | {shown} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=100)
    parser.add_argument("--only", default="", help="scenarios whose name begins so")
    parser.add_argument("--keep", type=Path, default=Path("fit_checks.json"))
    asked = parser.parse_args()
    kept = json.loads(asked.keep.read_text()) if asked.keep.exists() else {}
    for name, scenario in SCENARIOS.items():
        for size in SIZES:
            key = f"{name}, {size}"
            if not name.startswith(asked.only) or kept.get(key, {}).get("cohorts") == asked.cohorts:
                continue
            kept[key] = {"cohorts": asked.cohorts, **power(scenario, size, asked.cohorts)}
            asked.keep.write_text(json.dumps(kept, indent=1))
            print(key, kept[key], flush=True)
    print(table(kept))


if __name__ == "__main__":
    main()
