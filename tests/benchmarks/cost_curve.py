"""What a fit costs by rows, covariates and intervals: ``python -m tests.benchmarks.cost_curve``.

``... measure FOLDER [START ...]`` runs what FOLDER lacks, each fit in its own process with an empty
cache (``nuts-686`` runs those alone);
``... write FOLDER`` makes ``docs/explanation/speed.md`` and its figure of what was measured.
Processor seconds (user and system): other work on the machine moves them less than the clock.
"""

import json
import os
import resource
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

DOCS = Path(__file__).parents[2] / "docs"
ROWS = (100, 686, 6_309, 100_000, 1_000_000)
CELLS = [
    *((rows, 2, 6, False) for rows in ROWS),
    *((rows, 2, 6, True) for rows in ROWS[2:]),
    (686, 10, 6, False),
    (686, 50, 6, False),
    (686, 2, 20, False),
    (6_309, 10, 20, False),
    (6_309, 50, 20, False),
]
"""Rows, covariates, intervals, whether rows are alike enough to be collapsed."""
PLAIN_ROWS = 6_309
"""Rows up to which plain PyMC is asked too."""
MANY = 100_000
"""Rows from which NUTS makes 100 draws a chain in place of 1,000."""
_LIMIT = 900


def arrays(rows: int, covariates: int, alike: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Simulated design, months and events; alike rows have two covariates of 0 and 1."""
    random = np.random.default_rng(1)
    design = random.standard_normal((rows, covariates))
    design[:, 0] = np.arange(rows) % 2
    if alike:
        design = (design > 0.5).astype(float)
    slopes = np.linspace(-0.3, 0.3, covariates)
    times = 24.0 * (random.exponential(size=rows) * np.exp(-design @ slopes)) ** (1.0 / 1.3)
    censored = random.uniform(12.0, 84.0, rows)
    found = np.minimum(times, censored)
    return design, np.ceil(found) if alike else found, (times <= censored).astype(float)


def posthaz_fit(rows: int, covariates: int, intervals: int, alike: bool, method: str) -> dict:
    """A first and a second fit by posthaz."""
    import pandas as pd

    import posthaz as ph
    from tests.shared_data import plain_cohort

    design, months, event = arrays(rows, covariates, alike)
    names = [f"x{k}" for k in range(covariates)]
    cohort = plain_cohort(months, event, pd.DataFrame(design, columns=names))
    spec = ph.ModelSpec("pwe", ph.PiecewiseExponential(intervals=intervals), " + ".join(names))
    draws = 100 if method == "nuts" and rows >= MANY and not alike else 1000
    settings = {"draws": draws, "tune": draws, "chains": 4, "method": method}
    began = time.process_time()
    fit = ph.fit(spec, cohort, **settings, seed=1)
    first = time.process_time() - began
    found = {"draws": draws, "fit": first, "how": fit.provenance.method.split(" (")[0]}
    found["total"] = time.process_time()  # of the process so far
    if rows < MANY or alike:
        began = time.process_time()
        ph.fit(spec, cohort, **settings, seed=2)
        found["second"] = time.process_time() - began
    return found | _gradient(spec, cohort, intervals)


def _gradient(spec, cohort, intervals: int) -> dict:
    """Seconds of one gradient, of one density, and of NumPy over the same arrays."""
    import jax

    from posthaz.inference.prepare import prepare_fit

    posterior = prepare_fit(spec, cohort).posterior
    density = posterior.engine.translated.log_density
    gradient = (
        jax.jit(jax.value_and_grad(density)).lower(posterior.start, *posterior.data).compile()
    )
    data = [jax.device_put(array) for array in posterior.data]
    # NumPy: the linear predictor, the cumulative hazard, the event term and the gradient's sums
    design, months, event = (np.asarray(one) for one in _three(cohort))
    starts = np.quantile(months, np.linspace(0.0, 1.0, intervals + 1)[:-1])
    exposure = np.clip(months[:, None] - starts, 0.0, np.append(np.diff(starts), np.inf))
    place = np.searchsorted(starts, months, side="left").clip(1) - 1

    def numpy_pass() -> None:
        rate, slopes = np.full(exposure.shape[1], 0.02), np.zeros(design.shape[1])
        predictor = design @ slopes
        hazards = np.exp(predictor) * (exposure @ rate)
        _ = np.sum(event * (np.log(rate)[place] + predictor) - hazards)
        _ = design.T @ (event - hazards), exposure.T @ np.exp(predictor)

    return {
        "gradient": _fastest(lambda: jax.block_until_ready(gradient(posterior.start, *data))),
        "numpy": _fastest(numpy_pass),
        "distinct_rows": posterior.rows,
    }


def _three(cohort) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return cohort.covariates.to_numpy(float), cohort.exit, cohort.event.astype(float)


def _fastest(call) -> float:
    """Processor seconds of a call, the least of five rounds of half a second or one call."""
    call()
    found = []
    for _ in range(5):
        began, count = time.process_time(), 0
        while count == 0 or time.process_time() - began < 0.2:
            call()
            count += 1
        found.append((time.process_time() - began) / count)
    return min(found)


def plain_fit(rows: int, covariates: int, intervals: int, alike: bool) -> dict:
    """The same model as PyMC's documentation writes it, sampled by `pm.sample`."""
    import pymc as pm
    import pytensor.tensor as pt

    design, months, event = arrays(rows, covariates, alike)
    starts = np.append(0.0, np.quantile(months[event == 1], np.arange(1, intervals) / intervals))
    exposure = np.clip(months[:, None] - starts, 0.0, np.append(np.diff(starts), np.inf))
    died = np.zeros_like(exposure)
    died[np.arange(rows), np.searchsorted(starts[1:], months)] = event
    began = time.process_time()
    with pm.Model():
        slopes = pm.Normal("beta", 0.0, 1.0, shape=covariates)
        level = pm.Normal("log_hazard", -3.0, 2.5, shape=intervals)
        rate = exposure * pt.exp(level) * pt.exp(design @ slopes)[:, None]
        pm.Poisson("died", rate + 1e-300, observed=died)
        pm.sample(1000, tune=1000, chains=4, cores=1, nuts_sampler="pymc", random_seed=1,
                  progressbar=False)  # fmt: skip
    spent = time.process_time() - began
    return {"draws": 1000, "fit": spent, "how": "pm.sample", "total": time.process_time()}


def measure(folder: Path, *chosen: str) -> None:
    """Run what the folder lacks, of the fits chosen by the start of their names or of all."""
    for cell in CELLS:
        for engine in ("laplace", "nuts", "pymc"):
            if engine == "pymc" and (cell[0] > PLAIN_ROWS or cell[3]):
                continue
            told = [str(int(one)) for one in cell]
            path = folder / f"{'-'.join([engine, *told])}.json"
            if path.exists() or (chosen and not path.stem.startswith(chosen)):
                continue
            command = [sys.executable, "-m", "tests.benchmarks.cost_curve", "one", engine, *told]
            try:
                with TemporaryDirectory() as cache:
                    done = subprocess.run(
                        command,
                        capture_output=True,
                        text=True,
                        check=False,
                        timeout=_LIMIT,
                        env=os.environ | {"POSTHAZ_CACHE": cache},
                    )
            except subprocess.TimeoutExpired:
                path.write_text(json.dumps({"ended": False}), encoding="utf-8")
                continue
            if done.returncode:
                print(f"{path.stem}: {done.stderr[-600:]}", flush=True)
                continue
            path.write_text(done.stdout.strip().splitlines()[-1], encoding="utf-8")
            print(path.stem, path.read_text(encoding="utf-8"), flush=True)


def one(engine: str, *cell: str) -> None:
    """Measure one fit in this process."""
    rows, covariates, intervals, alike = (int(part) for part in cell)
    given = rows, covariates, intervals, bool(alike)
    found = plain_fit(*given) if engine == "pymc" else posthaz_fit(*given, engine)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(json.dumps({"ended": True, "peak_mb": peak, **found}))


def write(folder: Path) -> None:
    """The page and its figure of what was measured."""
    found = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    rows = []
    for cell in CELLS:
        told = "-".join(str(int(one)) for one in cell)
        laplace, nuts, plain = (found.get(f"{e}-{told}", {}) for e in ("laplace", "nuts", "pymc"))
        if not laplace and not nuts:
            continue
        count, covariates, intervals, alike = cell
        kind = f"alike, {laplace['distinct_rows']:,} distinct" if alike else "continuous"
        rows.append(
            f"| {count:,} ({kind}) | {covariates} | {intervals} | {_said(laplace, 'total')} | "
            f"{_said(laplace, 'second')} | {_said(nuts, 'total')} | {_said(nuts, 'second')} | "
            f"{'not asked' if alike or count > PLAIN_ROWS else _said(plain, 'total')} | "
            f"{_peak(laplace, nuts)} | {_ratio(laplace)} |"
        )
    libraries = ", ".join(f"{n} {version(n)}" for n in ("posthaz", "pymc", "jax", "numpy"))
    text = _PAGE.format(
        table="\n".join(rows), date=f"{date.today():%-d %B %Y}", libraries=libraries
    )
    (DOCS / "explanation" / "speed.md").write_text(text, encoding="utf-8")
    _figure(found)


def _said(measured: dict, name: str) -> str:
    if measured.get("ended") is False:
        return f"> {_LIMIT}"
    if name not in measured:
        return "–"
    few = "*" if measured["draws"] < 1000 else ""
    return f"{measured[name]:.1f}{few}" if measured[name] < 10 else f"{measured[name]:.0f}{few}"


def _peak(*measured: dict) -> str:
    return ", ".join(
        f"{one['peak_mb'] / 1000:.1f}" if "peak_mb" in one else "–" for one in measured
    )


def _ratio(measured: dict) -> str:
    if "gradient" not in measured:
        return "–"
    gradient, plain = measured["gradient"], measured["numpy"]
    return f"{gradient * 1e3:.3g} ms, {gradient / plain:.1f}"


def _figure(found: dict[str, dict]) -> None:
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter, StrMethodFormatter

    figure = Figure(figsize=(7.0, 4.2), layout="constrained")
    axes = figure.subplots()
    names = {"laplace": "posthaz, Laplace weights", "nuts": "posthaz, NUTS", "pymc": "plain PyMC"}
    for engine, label in names.items():
        told = {rows: found.get(f"{engine}-{rows}-2-6-0", {}) for rows in ROWS}
        # chains of 100 draws are another task, and stay in the table
        points = [(r, m["total"]) for r, m in told.items() if m.get("draws") == 1000]
        if points:
            axes.loglog(*zip(*points, strict=True), marker="o", label=label)
    axes.set(xlabel="rows (continuous times, 2 covariates, 6 intervals)",
             ylabel="processor seconds of the first fit")  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axis.set_minor_formatter(NullFormatter())
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(DOCS / "images" / "speed.png", dpi=120)


_PAGE = (
    "# What a fit costs\n\n"
    "Processor seconds, user and system, of a piecewise exponential model of simulated patients, 4 "
    "chains of 1,000 draws, with every group that ArviZ knows. *Laplace* and *NUTS* are of "
    "processes with an empty cache: imports, compilation and fit. *A second fit* is the same with "
    "another seed in the same process, nothing being compiled.\n\n"
    "![Processor seconds against rows](../images/speed.png)\n\n"
    "| rows | covariates | intervals | Laplace | a second fit | NUTS | a second fit | plain PyMC | "
    "peak memory, GB: Laplace, NUTS | one gradient, and how many passes of NumPy it takes |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|\n"
    "{table}\n\n"
    "A dash: not measured. An asterisk: 4 chains of 100 draws after 100 of warm-up. *Alike*: "
    "whole months and two "
    "covariates of 0 and 1, so that equal rows are collapsed to one; the pass of NumPy is over all "
    "rows. *Plain PyMC* is the likelihood as PyMC's documentation would write it, by `pm.sample`, "
    "asked up to 6,309 rows. *A pass of NumPy*: linear predictor, cumulative hazard, "
    "log-likelihood and the sums of its gradient, in one thread.\n\n"
    "Measured once on {date}, on two processor cores shared with other work and 23 GB of memory "
    "({libraries}): read the ratios. `python -m tests.benchmarks.cost_curve measure DIR` runs what "
    "is missing, `... write DIR` makes this page.\n"
)

if __name__ == "__main__":
    command, *given = sys.argv[1:]
    if command == "one":
        one(*given)
    else:
        place = Path(given[0])
        place.mkdir(parents=True, exist_ok=True)
        {"measure": measure, "write": write}[command](place, *given[1:])
