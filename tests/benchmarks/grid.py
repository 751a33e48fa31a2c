"""A sensitivity grid of 200 variants: ``uv run python -m tests.benchmarks.grid``.

10 prior means x 10 prior standard deviations x 2 baselines on the treatment effect of NVALT-11,
besides the two models as stated. Prints the seconds after imports, for ``auto`` (Laplace where its
weights can be trusted) and, with ``--method nuts``, for chains throughout; with ``--walk`` the
piecewise exponential model is the shipped random walk, which ``auto`` gives chains.
"""

import argparse
import time
from dataclasses import replace

import numpy as np

import posthaz as ph
from posthaz.hazards import PiecewiseExponential, Weibull
from posthaz.priors import Prior
from posthaz.spec import (
    Alternative,
    Analysis,
    Axis,
    BaselineChange,
    ModelSpec,
    PriorChange,
    SensitivitySpec,
)

MEANS = np.linspace(-0.45, 0.45, 10)
SDS = np.geomspace(0.1, 2.0, 10)


def grid(walk: bool = False) -> Analysis:
    """NVALT-11 with the grid as its sensitivity analysis."""
    shipped = ph.load_analysis("nvalt11_pci_os")
    models = {model.name: model for model in shipped.models}
    stated = models["pwe"]
    if not walk:
        priors = {key: prior for key, prior in stated.priors.items() if key != "sigma"}
        stated = ModelSpec("pwe", PiecewiseExponential(intervals=6), "arm", priors=priors)
    weibull = models["weibull"]
    shape = {key: prior for key, prior in weibull.priors.items() if key != "arm"}
    priors = [Prior("normal", (float(mean), float(sd))) for mean in MEANS for sd in SDS]
    axes = (
        Axis("prior on arm", tuple(Alternative(str(p), PriorChange("arm", p)) for p in priors)),
        Axis("baseline", (Alternative("weibull", BaselineChange(Weibull(), shape)),)),
    )
    varied = SensitivitySpec(models=("pwe",), axes=axes, combine="full")
    return replace(shipped, models=(stated,), sensitivity=varied)


def main() -> None:
    """Fit the grid and print what it took."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.grid")
    options.add_argument("--method", choices=("auto", "nuts", "laplace"), default="auto")
    options.add_argument("--workers", default="here")
    options.add_argument("--walk", action="store_true")
    chosen = options.parse_args()
    started = time.perf_counter()
    from posthaz.checks import convergence  # noqa: F401 - what the fits import, before the clock
    from posthaz.schedule import read_scheduler
    from posthaz.sensitivity import answer_sensitivity, variants

    analysis = grid(chosen.walk)
    analysis = replace(analysis, sensitivity=replace(analysis.sensitivity, method=chosen.method))
    cohort = ph.read_cohort(analysis.table, analysis.cohort)
    imported, processor = time.perf_counter(), time.process_time()
    answer = answer_sensitivity(analysis, cohort, read_scheduler(chosen.workers))
    took, processor = time.perf_counter() - imported, time.process_time() - processor
    table = answer.table
    by_weights = int(table["method"].str.startswith("Laplace").sum())
    print(
        f"{len(variants(analysis))} variants, method {chosen.method}, workers {chosen.workers}: "
        f"{took:.1f} s after imports ({imported - started:.1f} s), {processor:.1f} s of "
        f"processor time in this process; {by_weights} by Laplace "
        f"weights, largest k-hat {table['khat'].max():.2f}; "
        f"hazard ratios {table['hr_median'].min():.3f} to {table['hr_median'].max():.3f}; "
        f"{len(answer.failures)} failed checks"
    )


if __name__ == "__main__":
    main()
