"""Ratios of cost, measured in one run: ``uv run python -m tests.benchmarks``.

Each engine runs in a process of its own, engines in turn, so that a slow machine is slow for all.
`bambi` (Weibull only; its coefficients are log time ratios, so their shift means nothing) runs
where it is installed: ``uv run --with bambi python -m tests.benchmarks --engines posthaz bambi``.
``sample_s`` is sampling alone, everything compiled; ``compile_s`` is what else a first fit takes
after the imports.
The cohort is simulated (seven covariates, Weibull hazard). Times are of this machine today: read
the ratios.
"""

import argparse
import json
import subprocess
import sys

import pandas as pd

ENGINES = ("posthaz", "posthaz_laplace", "pymc", "nutpie")
OPTIONAL = ("bambi",)
MODELS = ("weibull", "pwe", "pwe_walk", "frailty")
MEASURES = (
    "import_s",
    "compile_s",
    "sample_s",
    "total_s",
    "second_fit_s",
    "ess_bulk",
    "ess_tail",
    "ess_per_s",
    "ess_per_gradient",
    "divergences",
    "peak_mb",
    "largest_shift_mcse",
)


def main() -> None:
    """Run every engine on every model and print medians and ratios to plain PyMC."""
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    options.add_argument("--rows", type=int, default=686)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    options.add_argument("--engines", nargs="+", choices=ENGINES + OPTIONAL, default=list(ENGINES))
    chosen = options.parse_args()
    rows = [
        _measured(engine, model, chosen.rows)
        for _ in range(chosen.repeats)
        for model in chosen.models
        for engine in chosen.engines
        if engine != "bambi" or model == "weibull"
    ]
    table = pd.DataFrame(rows)
    table["largest_shift_mcse"] = table.apply(_shift, axis=1, reference=table)
    medians = table.groupby(["model", "engine"], sort=False)[list(MEASURES)].median()
    print(f"\nmedians of {chosen.repeats}, {chosen.rows} rows\n{medians.round(3).to_string()}")
    if "pymc" in chosen.engines:
        print("\nratio to plain PyMC (total time: below 1 is faster; ESS per second: above 1)")
        for model in chosen.models:
            plain = medians.loc[(model, "pymc")]
            for engine in (e for e in chosen.engines if (model, e) in medians.index):
                own = medians.loc[(model, engine)]
                print(
                    f"{model:10s} {engine:16s} total {own['total_s'] / plain['total_s']:.3f}"
                    f"   ESS/s {own['ess_per_s'] / plain['ess_per_s']:.1f}"
                )


def _measured(engine: str, model: str, rows: int) -> dict:
    command = [sys.executable, "-m", "tests.benchmarks.one", engine, model, str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{engine} {model} failed:\n{done.stderr[-2000:]}")
    measured = json.loads(done.stdout.strip().splitlines()[-1])
    print(f"{model} {engine}: {measured['total_s']:.1f} s", flush=True)
    return {"engine": engine, "model": model, **measured}


def _shift(row: pd.Series, reference: pd.DataFrame) -> float:
    """Largest difference of a coefficient's posterior mean from plain PyMC's, in MCSE."""
    plain = reference[(reference["model"] == row["model"]) & (reference["engine"] == "pymc")]
    if plain.empty:
        return float("nan")
    first = plain.iloc[0]
    return max(
        abs(own - other) / (own_error**2 + error**2) ** 0.5
        for own, other, own_error, error in zip(
            row["means"], first["means"], row["errors"], first["errors"], strict=True
        )
    )


if __name__ == "__main__":
    main()
