"""One engine on one model in this process; prints its measurements as one line of JSON."""

import json
import resource
import sys
import time

STARTED = time.perf_counter()

import numpy as np  # noqa: E402 - the clock starts before the imports it measures

SLOPES = np.array([-0.35, 0.2, 0.1, 0.3, -0.4, 0.3, 0.2])
INTERVALS = 10
CLUSTERS = 20
SETTINGS = {"draws": 1000, "tune": 1000, "chains": 4}
NAMES = [f"x{j}" for j in range(len(SLOPES))]


def cohort_arrays(rows: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Simulated design, times in years and events."""
    random = np.random.default_rng(seed)
    design = random.standard_normal((rows, len(SLOPES)))
    design[:, 0] = np.arange(rows) % 2
    times = 6.0 * (random.exponential(size=rows) * np.exp(-design @ SLOPES)) ** (1.0 / 1.3)
    censored = random.uniform(1.0, 7.0, rows)
    return design, np.minimum(times, censored), (times <= censored).astype(float)


def cluster_numbers(rows: int) -> np.ndarray:
    """Cluster of each row, for the frailty model."""
    return np.random.default_rng(2).integers(0, CLUSTERS, rows)


def posthaz_run(model: str, rows: int, method: str) -> dict:
    """Fit with posthaz; sampling is timed once more by itself, when all is compiled."""
    import pandas as pd

    import posthaz as ph
    from posthaz.checks import convergence
    from tests.shared_data import plain_cohort

    imported = time.perf_counter()
    design, time_, event = cohort_arrays(rows)
    frame = pd.DataFrame(design, columns=NAMES)
    formula = " + ".join(NAMES)
    if model == "frailty":
        frame["centre"] = pd.Categorical(cluster_numbers(rows).astype(str))
        formula += " + (1 | centre)"
    baselines = {
        "pwe": ph.PiecewiseExponential(intervals=INTERVALS),
        "pwe_walk": ph.PiecewiseExponential(intervals=INTERVALS, smoothing="random_walk"),
    }
    spec = ph.ModelSpec(model, baselines.get(model, ph.Weibull()), formula, centre="none")
    cohort = plain_cohort(time_, event, frame)
    settings = {"draws": 1000, "chains": 4, "method": method}
    fit = ph.fit(spec, cohort, **settings, seed=1)
    convergence(fit)
    ended = time.perf_counter()
    again = time.perf_counter()
    ph.fit(spec, cohort, **settings, seed=2)
    second = time.perf_counter() - again
    sampled, seconds = _sampling(spec, cohort, method)
    posterior = fit.draws["posterior"]
    others = ("log_scale", "log_shape", "log_hazard", "sigma", "centre_sd", "sd_centre")
    return {
        "import_s": imported - STARTED,
        "compile_s": ended - imported - second,
        "sample_s": seconds,
        "total_s": ended - STARTED,
        "second_fit_s": second,
        "gradients": sampled.gradients,
        "divergences": int(fit.draws["sample_stats"]["diverging"].sum()),
        "draws": posterior["log_hazard_ratio"].to_numpy(),
        "others": [posterior[name].to_numpy() for name in others if name in posterior],
    }


def _sampling(spec, cohort, method: str):
    """The draws by themselves: what a second of sampling buys."""
    from posthaz.inference.prepare import prepare_fit
    from posthaz.inference.sampled import draw_posteriors
    from posthaz.spec import Sampling

    prepared = prepare_fit(spec, cohort)
    sampling = Sampling(method=method)
    draw_posteriors([prepared], [1], sampling)
    started = time.perf_counter()
    (drawn,) = draw_posteriors([prepared], [2], sampling)
    return drawn.sampled, time.perf_counter() - started


def pymc_model(model: str, rows: int):
    """The model as the PyMC documentation would write it."""
    import pymc as pm
    import pytensor.tensor as pt

    design, time_, event = cohort_arrays(rows)
    with pm.Model() as built:
        beta = pm.Normal("beta", 0.0, 1.0, shape=design.shape[1])
        if model in ("weibull", "frailty"):
            log_scale = pm.Normal("log_scale", 0.0, 2.5)
            log_shape = pm.Normal("log_shape", 0.0, 1.0)
            shape = pt.exp(log_shape)
            predictor = design @ beta
            if model == "frailty":
                spread = pm.HalfNormal("centre_sd", 0.5)
                effects = pm.Normal("standard", 0.0, 1.0, shape=CLUSTERS) * spread
                predictor = predictor + effects[cluster_numbers(rows)]
            log_cumulative = predictor + shape * (np.log(time_) - log_scale)
            log_density = event * (log_cumulative + log_shape - np.log(time_))
            pm.Potential("likelihood", (log_density - pt.exp(log_cumulative)).sum())
            return built
        seen = time_[event == 1]
        start = np.append(0.0, np.quantile(seen, np.arange(1, INTERVALS) / INTERVALS))
        exposure = np.clip(time_[:, None] - start, 0.0, np.append(np.diff(start), np.inf))
        died = np.zeros_like(exposure)
        died[np.arange(rows), np.searchsorted(start[1:], time_)] = event
        if model == "pwe":
            log_hazard = pm.Normal("log_hazard", -2.0, 2.5, shape=INTERVALS)
        else:
            sigma = pm.HalfNormal("sigma", 0.5)
            first = pm.Normal("first", -2.0, 2.5)
            steps = pm.Normal("steps", 0.0, 1.0, shape=INTERVALS - 1)
            walk = pt.concatenate([first[None], first + sigma * pt.cumsum(steps)])
            log_hazard = pm.Deterministic("log_hazard", walk)
        rate = exposure * pt.exp(log_hazard) * pt.exp(design @ beta)[:, None]
        pm.Poisson("died", rate + 1e-300, observed=died)
    return built


def pymc_run(model: str, rows: int, engine: str) -> dict:
    """Fit with plain `pymc.sample`, or with nutpie on the same model."""
    import pymc as pm

    if engine == "nutpie":
        import nutpie
    imported = time.perf_counter()
    built = pymc_model(model, rows)
    if engine == "nutpie":
        compiled = nutpie.compile_pymc_model(built)
        ready = time.perf_counter()
        tree = nutpie.sample(compiled, **SETTINGS, seed=1, progress_bar=False)
        sampling = time.perf_counter() - ready
        steps = [tree[g]["n_steps"] for g in ("sample_stats", "warmup_sample_stats")]
        gradients = int(sum(step.sum() for step in steps))
    else:
        with built:
            tree = pm.sample(
                **SETTINGS,
                nuts_sampler="pymc",  # PyMC takes nutpie, the other peer, where it is installed
                random_seed=1,
                progressbar=False,
                cores=2,
                discard_tuned_samples=False,
            )
        sampling = float(tree["sample_stats"].attrs["sampling_time"])  # compilation left out
        steps = [tree[g]["n_steps"] for g in ("sample_stats", "warmup_sample_stats")]
        gradients = int(sum(step.sum() for step in steps))
    return _peer_result(tree, imported, sampling, gradients, "beta")


def bambi_run(model: str, rows: int) -> dict:
    """Bambi's Weibull regression, which is a model of the log time ratio."""
    import bambi
    import pandas as pd

    imported = time.perf_counter()
    design, time_, event = cohort_arrays(rows)
    frame = pd.DataFrame(design, columns=NAMES)
    frame["time"], frame["status"] = time_, np.where(event == 1, "none", "right")
    formula = "censored(time, status) ~ " + " + ".join(NAMES)
    built = bambi.Model(formula, frame, family="weibull", link="log")
    tree = built.fit(**SETTINGS, random_seed=1, progressbar=False)
    sampling = float(tree["sample_stats"].attrs["sampling_time"])
    gradients = int(tree["sample_stats"]["n_steps"].sum())
    stacked = np.stack([tree["posterior"][name].to_numpy() for name in NAMES], axis=-1)
    tree["posterior"]["beta"] = (("chain", "draw", "covariate"), stacked)
    return _peer_result(tree, imported, sampling, gradients, "beta")


def _peer_result(tree, imported: float, sampling: float, gradients: int, name: str) -> dict:
    ended = time.perf_counter()
    posterior = tree["posterior"]
    others = ("log_scale", "log_shape", "log_hazard", "sigma", "centre_sd", "alpha")
    return {
        "import_s": imported - STARTED,
        "compile_s": ended - imported - sampling,
        "sample_s": sampling,
        "total_s": ended - STARTED,
        "second_fit_s": float("nan"),
        "gradients": gradients,
        "divergences": int(tree["sample_stats"]["diverging"].sum()),
        "draws": posterior[name].to_numpy(),
        "others": [posterior[other].to_numpy() for other in others if other in posterior],
    }


def main() -> None:
    """Run one engine and print its measurements."""
    engine, model, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if engine.startswith("posthaz"):
        method = "laplace" if engine.endswith("laplace") else "nuts"
        result = posthaz_run(model, rows, method)
    elif engine == "bambi":
        result = bambi_run(model, rows)
    else:
        result = pymc_run(model, rows, engine)
    from posthaz.inference.chain_statistics import ess_bulk, ess_tail, mcse_mean, rhat

    draws = result.pop("draws")
    scalars = [draws[:, :, j] for j in range(draws.shape[2])]
    every = scalars + [
        array.reshape(*array.shape[:2], -1)[:, :, k]
        for array in result.pop("others")
        for k in range(array.reshape(*array.shape[:2], -1).shape[2])
    ]
    bulk = min(ess_bulk(array) for array in every)
    gradients = result.pop("gradients")
    result |= {
        "ess_bulk": bulk,
        "ess_tail": min(ess_tail(array) for array in every),
        "rhat": max(rhat(array) for array in every),
        "ess_per_s": bulk / result["sample_s"],
        "ess_per_gradient": bulk / max(gradients, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        "means": [float(array.mean()) for array in scalars],
        "errors": [mcse_mean(array) for array in scalars],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
