"""Laplace with importance weights against long chains.

The table comes from ``uv run python -m tests.recovery.laplace_study``.

Simulated cohorts, Weibull model with arm and three covariates. Agreement is measured where the
Pareto shape passes; how often it passes is part of the answer.
"""

import argparse
import time

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.inference import ess_bulk, fit_many
from tests.shared_data import plain_cohort

SIZES = (30, 100, 523)
SLOPES = np.array([-0.5, 0.3, 0.2, -0.2])
NAMES = ["arm", "x1", "x2", "x3"]
SPEC = ph.ModelSpec("weibull", ph.Weibull(), " + ".join(NAMES))
QUICK = ph.Sampling(method="laplace", chains=4, draws=10_000)
LONG = ph.Sampling(method="nuts", chains=4, draws=10_000, tune=500)


def simulated_cohort(size: int, seed: int) -> ph.Cohort:
    """A simulated cohort of two equal arms and three covariates, about a quarter censored."""
    random = np.random.default_rng([size, seed])
    design = random.standard_normal((size, len(SLOPES)))
    design[:, 0] = np.arange(size) % 2
    times = 12.0 * (random.exponential(size=size) * np.exp(-design @ SLOPES)) ** (1 / 1.2)
    censored = random.uniform(6.0, 40.0, size)
    frame = pd.DataFrame(design, columns=NAMES)
    return plain_cohort(np.minimum(times, censored), times <= censored, frame)


def compared(size: int, seeds: range) -> pd.DataFrame:
    """Differences of Laplace from long chains, one row a cohort and parameter."""
    tasks = [(SPEC, simulated_cohort(size, seed)) for seed in seeds]
    numbers = [1000 + seed for seed in seeds]
    started = time.perf_counter()
    quick = fit_many(tasks, QUICK, numbers)
    middle = time.perf_counter()
    long = fit_many(tasks, LONG, numbers)
    ended = time.perf_counter()
    rows = []
    for seed, ours, theirs in zip(seeds, quick, long, strict=True):
        passed = ours.provenance.method.startswith("Laplace")
        for name, a, b in _scalars(ours, theirs):
            sd = b.std()
            low, high = (np.quantile(a, q) - np.quantile(b, q) for q in (0.025, 0.975))
            rows.append(
                {
                    "n": size,
                    "seed": seed,
                    "parameter": name,
                    "passed": passed,
                    "khat": ours.provenance.khat,
                    "mean": (a.mean() - b.mean()) / sd,
                    "sd": a.std() / sd - 1.0,
                    "lower": low / sd,
                    "upper": high / sd,
                    "ess": ess_bulk(b),
                    "laplace_s": (middle - started) / len(tasks),
                    "nuts_s": (ended - middle) / len(tasks),
                }
            )
    return pd.DataFrame(rows)


def _scalars(ours, theirs):
    for name in ("log_hazard_ratio", "log_scale", "log_shape"):
        a, b = (f.draws["posterior"][name].to_numpy() for f in (ours, theirs))
        a, b = a.reshape(*a.shape[:2], -1), b.reshape(*b.shape[:2], -1)
        for k in range(a.shape[2]):
            yield f"{name}_{k}", a[:, :, k], b[:, :, k]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row a cohort size: how often the weights pass, and how far off they are then."""
    rows = []
    for size, part in table.groupby("n", sort=False):
        good = part[part["passed"]]
        largest = {c: good[c].abs().max() for c in ("mean", "sd", "lower", "upper")}
        within = (
            (good["mean"].abs() < 0.02)
            & (good["sd"].abs() < 0.02)
            & (good[["lower", "upper"]].abs().max(axis=1) < 0.05)
        )
        rows.append(
            {
                "n": size,
                "cohorts": part["seed"].nunique(),
                "passed": part.groupby("seed")["passed"].first().mean(),
                "largest_khat": part["khat"].max(),
                **{f"largest_{name}": value for name, value in largest.items()},
                "share_within": within.mean(),
                "smallest_ess_of_chains": part["ess"].min(),
                "laplace_s": part["laplace_s"].iloc[0],
                "nuts_s": part["nuts_s"].iloc[0],
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Run the study and print its table."""
    options = argparse.ArgumentParser(prog="python -m tests.recovery.laplace_study")
    options.add_argument("--cohorts", type=int, default=100)
    chosen = options.parse_args()
    parts = [compared(size, range(chosen.cohorts)) for size in SIZES]
    print(summary(pd.concat(parts)).round(4).to_string(index=False))


if __name__ == "__main__":
    main()
