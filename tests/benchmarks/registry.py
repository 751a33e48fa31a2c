"""A registry larger than memory, measured: ``uv run python -m tests.benchmarks.registry``.

A simulated registry is written, read and grouped, reduced to person-time and fitted, each in a
process of its own where memory counts: the peak is that of a process that does nothing but read
and fit. Times are of this machine today.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "examples" / "simulate_registry.py"
CUTS = (6.0, 12.0, 24.0, 36.0, 48.0, 60.0, 84.0, 96.0, 108.0)


def main() -> None:
    """Simulate, measure in processes of their own, and print."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.registry")
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--folder", type=Path, help="keep the registry here")
    options.add_argument("--memory", default="1GB", help="what grouping may use")
    options.add_argument("--method", default="laplace", choices=["laplace", "nuts", "auto"])
    options.add_argument("--draws", type=int, default=250, help="draws of each of four chains")
    options.add_argument("--measure", choices=list(MEASURED), help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.measure:
        print(json.dumps(MEASURED[chosen.measure](chosen)))
        return
    with tempfile.TemporaryDirectory(prefix="posthaz-benchmark-") as temporary:
        chosen.folder = chosen.folder or Path(temporary) / "simulated_registry"
        started = time.perf_counter()
        run([str(SCRIPT), "--rows", str(chosen.rows), "--folder", str(chosen.folder)])
        print(f"{chosen.rows} simulated rows written: {time.perf_counter() - started:.1f} s")
        shown(run(own_arguments(chosen, "grouped")))
        shown(run(own_arguments(chosen, "fitted")))


def own_arguments(chosen: argparse.Namespace, measure: str) -> list[str]:
    """Arguments that start this module once more, for one measurement."""
    named = {name: getattr(chosen, name) for name in ("folder", "memory", "method", "draws")}
    options = [word for name, value in named.items() for word in (f"--{name}", str(value))]
    return ["-m", "tests.benchmarks.registry", "--measure", measure, *options]


def run(arguments: list[str]) -> str:
    """What a Python process of its own prints."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
    return done.stdout.strip().splitlines()[-1]


def shown(line: str) -> None:
    """Print measurements, one a line."""
    for what, value in json.loads(line).items():
        print(f"{what:60s} {value:.4g}" if isinstance(value, float) else f"{what:60s} {value}")


def peak_mb() -> float:
    """Largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def registry_spec() -> tuple:
    """How to read the simulated registry, and the log hazard ratio of each level."""
    import runpy

    import posthaz as ph

    simulated = runpy.run_path(str(SCRIPT))["COVARIATES"]
    columns = {name: ph.Column(name, levels=levels) for name, (levels, _, _) in simulated.items()}
    truth = {
        (name, level): effect * step
        for name, (levels, _, effect) in simulated.items()
        for step, level in enumerate(levels)
    }
    return ph.CohortSpec(time="months", event="event", columns=columns), truth


def largest_error(fit, truth: dict) -> float:
    """Largest difference of a log hazard ratio's posterior mean from the simulated one."""
    means = fit.draws["posterior"]["log_hazard_ratio"].mean(("chain", "draw"))
    return max(
        abs(float(means.sel(covariate=f"{name}[{level}]")) - value)
        for (name, level), value in truth.items()
        if value != 0
    )


def grouped(chosen: argparse.Namespace) -> dict:
    """The same grouping on two worker processes, and whether it gives the same."""
    import numpy as np

    import posthaz as ph

    spec, _ = registry_spec()
    started = time.perf_counter()
    mapped = ph.group_registry(chosen.folder, spec, (), "processes:2", chosen.memory)
    seconds = time.perf_counter() - started
    whole = ph.read_registry(chosen.folder, spec, (), chosen.memory)
    arrays = ("entry", "lower", "upper", "cause", "weight")
    same = all(np.array_equal(getattr(mapped, name), getattr(whole, name)) for name in arrays)
    return {
        "map and reduction on two processes, seconds": seconds,
        "which gives what DuckDB alone gives": same and mapped.covariates.equals(whole.covariates),
    }


def fitted(chosen: argparse.Namespace) -> dict:
    """Reading, reduction and two fits, with the peak of memory after each."""
    started = time.perf_counter()
    import posthaz as ph

    spec, truth = registry_spec()
    cohort = ph.read_registry(chosen.folder, spec, memory=chosen.memory)
    measured: dict = {
        "imports, reading and grouping, seconds": time.perf_counter() - started,
        "rows of the registry": cohort.source.rows,
        "distinct rows": len(cohort),
        "collapse factor": cohort.source.rows / len(cohort),
        "peak memory after grouping, MB": peak_mb(),
    }
    started = time.perf_counter()
    reduced = ph.person_time(cohort, CUTS)
    measured["reduction to person-time, seconds"] = time.perf_counter() - started
    measured["rows of person-time"] = len(reduced)
    models = {
        "piecewise exponential": (ph.PiecewiseExponential(cuts=CUTS), reduced),
        "Weibull": (ph.Weibull(), cohort),
    }
    for name, (baseline, rows) in models.items():
        started = time.perf_counter()
        model = ph.ModelSpec(name.split()[0], baseline, " + ".join(spec.columns))
        fit = ph.fit(model, rows, method=chosen.method, draws=chosen.draws, chains=4, seed=1)
        measured[f"{name}: fit, seconds"] = time.perf_counter() - started
        measured[f"{name}: how"] = fit.provenance.method
        measured[f"{name}: largest R-hat"] = ph.convergence(fit).rhat
        measured[f"{name}: log hazard ratios off by at most"] = largest_error(fit, truth)
        measured[f"{name}: peak memory so far, MB"] = peak_mb()
    return measured


MEASURED = {"grouped": grouped, "fitted": fitted}

if __name__ == "__main__":
    main()
