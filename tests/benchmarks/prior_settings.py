"""Prior settings a second: ``python -m tests.benchmarks.prior_settings [SETTINGS [DRAWS]]``.

Summaries of one model of NVALT-11 under many priors of the treatment's effect, by proposals that
they share, after one batch that compiles; and how far they lie from fits of their own.
"""

import sys
import time
from dataclasses import replace

import numpy as np

import posthaz as ph

MEANS = (-0.45, 0.45)
SDS = np.geomspace(0.1, 2.0, 10)
BATCH = 64
COMPARED = 100


def settings(baseline: ph.Weibull | ph.PiecewiseExponential, count: int):
    """A model of NVALT-11 under each of a grid of priors, beside its patients."""
    shipped = ph.load_analysis("nvalt11_pci_os")
    cohort = ph.read_cohort(shipped.table, shipped.cohort)
    spec = ph.ModelSpec(baseline.kind, baseline, "arm")
    grid = [(mean, sd) for mean in np.linspace(*MEANS, -(-count // len(SDS))) for sd in SDS]
    return [
        (replace(spec, priors={"arm": ph.Prior("normal", (float(mean), float(sd)))}), cohort)
        for mean, sd in grid[:count]
    ]


def measured(baseline: ph.Weibull | ph.PiecewiseExponential, count: int, draws: int) -> str:
    """Processor milliseconds a setting, and the largest differences from single fits."""
    tasks = settings(baseline, count)
    sampling = ph.Sampling(method="laplace", draws=draws)
    ph.fit_many(tasks[:BATCH], sampling, keep="summaries")
    began = time.process_time()
    table = ph.fit_many(tasks, sampling, keep="summaries")
    spent = (time.process_time() - began) * 1000 / count
    own = table[table["parameter"].str.startswith("log_hazard_ratio[")].set_index("task")
    sharing = own["method"].str.contains("priors share").mean()
    chosen = np.linspace(0, count - 1, min(COMPARED, count)).round().astype(int)
    apart = []
    for task, fit in zip(chosen, ph.fit_many([tasks[k] for k in chosen], sampling), strict=True):
        values = fit.draws["posterior"]["log_hazard_ratio"].to_numpy().ravel()
        expected = [values.mean(), values.std(ddof=1), *np.quantile(values, (0.025, 0.975))]
        found = own.loc[task, ["mean", "sd", "lower", "upper"]].to_numpy(float)
        apart.append(np.abs(found - expected) / expected[1])
    worst = ", ".join(f"{one:.3f}" for one in np.max(apart, axis=0))
    return (
        f"{baseline.kind}, {count} settings, 4 x {draws}: {spent:.1f} ms a setting, {sharing:.0%} "
        f"share proposals; mean, sd, 2.5 and 97.5 % points of {len(chosen)} differ from those of "
        f"their fits by at most {worst} sd"
    )


if __name__ == "__main__":
    count, draws = (int(one) for one in (*sys.argv[1:], "1000", "1000")[:2])
    for baseline in (ph.Weibull(), ph.PiecewiseExponential(intervals=6)):
        print(measured(baseline, count, draws), flush=True)
