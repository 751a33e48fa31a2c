"""Curves, surfaces and cuts on cohorts whose truth is known.

``python -m tests.recovery.along_a_number {curves,surfaces,cuts,smooth} --cohorts 200``

``curves``: a J-shaped log hazard ratio along a volume, coverage of pointwise bands inside its
middle 90 %. ``surfaces``: dose helps above 100 cm3 only; where the line of probability 0.9 lies.
``cuts``: one step at 146 cm3; coverage of the interval of the cut. ``smooth``: no step; how often a
cut is said to fit better than the curve. Everything is fitted by Laplace with weights.
"""

import argparse
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.analyses.curves.spec import CurveSpec
from posthaz.analyses.curves.threshold import (
    change_point,
    cut_fits,
    cut_grid,
    cut_models,
    posterior_of_cut,
)
from posthaz.analyses.surfaces.answer import effect_line, reached
from posthaz.analyses.surfaces.spec import SurfaceSpec
from posthaz.arms.along_model import along_model
from posthaz.cohort import Cohort, Column
from posthaz.estimands import effect_of_values
from posthaz.spec.along import Along
from tests.shared_data import plain_cohort

PATIENTS, RATE = 400, 0.05
MIDDLE = np.exp(4.0)
CUT, BOUNDARY = 146.0, 100.0
BASELINE = ph.PiecewiseExponential(intervals=5, smoothing="random_walk")
MODEL = ph.ModelSpec("m", BASELINE, "age")
SAMPLING = ph.Sampling(method="laplace", chains=4, draws=500)
QUICK = ph.Sampling(method="laplace", chains=4, draws=250)
VOLUME = Column("volume", unit="cm3", role="gtv")


def j_shape(volume: np.ndarray) -> np.ndarray:
    """Log hazard ratio: falls, is least at about 37 cm3, and rises."""
    z = np.log(volume / MIDDLE)
    return 0.3 * z + 0.3 * z**2


def simulated(seed: int, kind: str) -> Cohort:
    random = np.random.default_rng(seed)
    volume = np.exp(random.normal(4.0 if kind in ("curves", "smooth") else 4.7, 0.9, PATIENTS))
    age, dose = random.normal(65.0, 8.0, PATIENTS), random.uniform(45.0, 75.0, PATIENTS)
    effect = {
        "curves": j_shape(volume),
        "smooth": 0.4 * np.log(volume / MIDDLE),
        "cuts": np.log(2.0) * (volume >= CUT),
        "surfaces": np.log(0.5) * (dose - 60.0) / 10.0 * (volume >= BOUNDARY),
    }[kind]
    hazard = RATE * np.exp(effect + 0.01 * (age - 65.0))
    time, censored = random.exponential(1.0 / hazard), random.uniform(12.0, 60.0, PATIENTS)
    frame = pd.DataFrame({"volume": volume, "dose": dose, "age": age})
    return plain_cohort(np.minimum(time, censored), time <= censored, frame, "months")


def batches(cohorts: int, kind: str, size: int = 20) -> Iterator[list[Cohort]]:
    for start in range(0, cohorts, size):
        yield [simulated(seed, kind) for seed in range(start, min(start + size, cohorts))]


def curves(cohorts: int) -> None:
    along = Along("volume", "spline", "log")
    points = np.exp(4.0 + 0.9 * np.linspace(-1.645, 1.645, 15))
    truth = j_shape(points) - j_shape(np.array([MIDDLE]))
    covered, methods = [], Counter()
    for part in batches(cohorts, "curves"):
        specs = [along_model(MODEL, c, along.terms, along.shrinkage, (), "c") for c in part]
        for one in ph.fit_many(list(zip(specs, part, strict=True)), SAMPLING):
            methods[one.provenance.method] += 1
            effect = effect_of_values(one, {"volume": points}, {"volume": MIDDLE})
            low, high = effect.quantile([0.025, 0.975], dim=("chain", "draw")).to_numpy()
            covered.append((low <= truth) & (truth <= high))
    share = np.mean(covered, axis=0)
    share[7] = np.nan  # the reference itself
    print(f"curves: {len(covered)} cohorts, methods {dict(methods)}")
    print(f"coverage {np.nanmean(share):.3f}; by point {np.round(share, 3).tolist()}", flush=True)


def surfaces(cohorts: int) -> None:
    asked, columns = SurfaceSpec("s", "volume", "dose", step=10.0), {"volume": VOLUME}
    lines, methods = [], Counter()
    for part in batches(cohorts, "surfaces", 10):
        specs = [
            along_model(MODEL, c, asked.terms(columns), asked.shrinkage(columns), (), "s")
            for c in part
        ]
        for cohort, one in zip(part, ph.fit_many(list(zip(specs, part, strict=True)), QUICK),
                               strict=True):  # fmt: skip
            methods[one.provenance.method] += 1
            patients = pd.DataFrame(
                {"x": cohort.covariates["volume"], "y": cohort.covariates["dose"], "weight": 1.0}
            )
            line = effect_line(one, asked, patients, 10.0, ("log", "linear"), 0.95)
            lines.append(reached(line, 0.9)[0])
        found = np.array([np.nan if one is None else one for one in lines])
        near = np.abs(found - BOUNDARY) <= 25.0
        print(f"surfaces: {len(found)} cohorts, methods {dict(methods)}")
        print(
            f"within 25 cm3 {near.mean():.2f}; nowhere {np.isnan(found).mean():.2f}; quantiles "
            f"{np.nanquantile(found, [0.1, 0.25, 0.5, 0.75, 0.9]).round(0).tolist()}",
            flush=True,
        )


def cuts(cohorts: int) -> None:
    covered, middles = [], []
    for seed in range(cohorts):
        cohort = simulated(seed, "cuts")
        grid = cut_grid(cohort.covariates["volume"].to_numpy(), 40)
        made = cut_models(MODEL, cohort, "volume", ())
        fits = cut_fits([made(cut) for cut in grid["cut"]], cohort, QUICK)
        where = posterior_of_cut(grid, fits, 0.95)[1]
        covered.append(where["lower"] <= CUT <= where["upper"])
        middles.append(where["median"])
        if seed % 20 == 19:
            spread = np.quantile(middles, [0.1, 0.5, 0.9]).round(0).tolist()
            print(f"cuts: {seed + 1} cohorts, coverage {np.mean(covered):.3f}, medians {spread}")


def smooth(cohorts: int) -> None:
    along, better, shares = Along("volume", "spline", "log"), [], []
    for seed in range(cohorts):
        cohort = simulated(seed, "smooth")
        spec = along_model(MODEL, cohort, along.terms, along.shrinkage, (), "c")
        fit = ph.fit(spec, cohort, QUICK)
        asked = CurveSpec("v", "volume", threshold=True)
        found = change_point(cohort, MODEL, asked, (), fit, QUICK)
        better.append(found.better)
        shares.append(float(found.elpd["elpd_difference"].iloc[0]))
        print(f"smooth: {seed + 1} cohorts, a cut said to fit better in {sum(better)}, elpd "
              f"difference {np.mean(shares):.1f}, optimism {found.optimism['apparent']:.2f} v "
              f"{found.optimism['fresh']:.2f}", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", choices=("curves", "surfaces", "cuts", "smooth"))
    parser.add_argument("--cohorts", type=int, default=200)
    asked = parser.parse_args()
    {"curves": curves, "surfaces": surfaces, "cuts": cuts, "smooth": smooth}[asked.study](
        asked.cohorts
    )


if __name__ == "__main__":
    main()
