"""Coverage of hazard ratios that change with time: ``python -m tests.recovery.changing_effects``.

Cohorts of 300 are simulated with a hazard ratio of 0.4 before 6 months and 1.6 after it, or 0.7
throughout; a model whose effect changes and one of proportional hazards are fitted to each by the
Laplace approximation with weights.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.cohort import Cohort
from tests.shared_data import plain_cohort

CUT, HORIZON, RATE = 6.0, 24.0, 0.08
TIMES = np.array([1.0, 2.0, 3.0, 9.0, 12.0, 15.0, 18.0])  # three months from the jump or more


@dataclass(frozen=True)
class Truth:
    """Hazard ratios before and after the cut."""

    early: float
    late: float

    @property
    def ratios(self) -> np.ndarray:
        return np.where(TIMES <= CUT, self.early, self.late)

    def survival(self, ratio_early: float, ratio_late: float, times: np.ndarray) -> np.ndarray:
        first = RATE * ratio_early * np.minimum(times, CUT)
        return np.exp(-first - RATE * ratio_late * np.maximum(times - CUT, 0.0))

    @property
    def gain(self) -> float:
        """Difference in restricted mean survival."""
        grid = np.linspace(0.0, HORIZON, 20_001)
        apart = self.survival(self.early, self.late, grid) - self.survival(1.0, 1.0, grid)
        return float(np.trapezoid(apart, grid))


TRUTHS = {"crossing": Truth(0.4, 1.6), "proportional": Truth(0.7, 0.7)}


def simulated(truth: Truth, patients: int, seed: int) -> Cohort:
    """A two-arm trial with a constant hazard in the reference arm, censored at 12 to 36 months."""
    random = np.random.default_rng(seed)
    arm = random.integers(0, 2, patients)
    early = RATE * np.where(arm == 1, truth.early, 1.0)
    late = RATE * np.where(arm == 1, truth.late, 1.0)
    spent = random.exponential(1.0, patients)
    time = np.where(spent < early * CUT, spent / early, CUT + (spent - early * CUT) / late)
    censored = random.uniform(12.0, 36.0, patients)
    names = pd.Categorical(np.where(arm, "RT", "none"), ["none", "RT"], ordered=True)
    cohort = plain_cohort(
        np.minimum(time, censored), time <= censored, pd.DataFrame({"arm": names}), "months"
    )
    return replace(cohort, treatment="arm")


def models(intervals: int) -> dict[str, ph.ModelSpec]:
    """The two models, alike but for the change."""
    baseline = ph.PiecewiseExponential(intervals=intervals, smoothing="random_walk")
    proportional = ph.ModelSpec("proportional", baseline, "arm")
    effect = ph.ChangingEffect("arm")
    return {
        "proportional": proportional,
        "changing": replace(proportional, name="changing", changing=(effect,)),
    }


def answers(truth: Truth, cohorts: int, patients: int, intervals: int) -> Iterator[dict]:
    """One row a cohort and model: what is covered, and the restricted mean difference."""
    every = [simulated(truth, patients, seed) for seed in range(cohorts)]
    sampling = ph.Sampling(draws=500, chains=4, method="laplace")
    for name, spec in models(intervals).items():
        for start in range(0, cohorts, 20):
            part = every[start : start + 20]
            for fit in ph.fit_many([(spec, cohort) for cohort in part], sampling):
                ratio = ph.hazard_ratio_over_time(fit, TIMES).to_numpy().reshape(-1, len(TIMES))
                low, high = np.quantile(ratio, [0.025, 0.975], axis=0)
                gain = ph.difference(ph.restricted_mean(fit, [HORIZON]), "RT", "none").to_numpy()
                lower, upper = np.quantile(gain, [0.025, 0.975])
                yield {
                    "model": name,
                    "covered": float(np.mean((low <= truth.ratios) & (truth.ratios <= high))),
                    "gain": float(gain.mean()),
                    "sd": float(gain.std()),
                    "width": float(upper - lower),
                    "gain_covered": float(lower <= truth.gain <= upper),
                }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--patients", type=int, default=300)
    parser.add_argument("--intervals", type=int, default=6)
    asked = parser.parse_args()
    for name, truth in TRUTHS.items():
        rows = list(answers(truth, asked.cohorts, asked.patients, asked.intervals))
        table = pd.DataFrame(rows).groupby("model", sort=False).mean()
        table["bias_in_sd"] = (table["gain"] - truth.gain) / table["sd"]
        print(f"{name}: difference in restricted mean {truth.gain:.3f}")
        print(table.round(3).to_string())


if __name__ == "__main__":
    main()
