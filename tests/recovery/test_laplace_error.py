"""The Monte Carlo error printed for small cohorts under Laplace is the scatter over seeds."""

import numpy as np
import pytest
import xarray as xr

import posthaz as ph
from posthaz.estimands import summary, survival
from posthaz.inference import Fit, fit_many
from posthaz.spec import coefficient_name

pytestmark = pytest.mark.slow
SEEDS = range(60)
PRIORS = {"covariates": ph.Prior("normal", (0.0, 3.0))}
MODELS = {
    "weibull": ph.ModelSpec("m", ph.Weibull(), "arm + centre", priors=PRIORS),
    "accelerated": ph.ModelSpec(
        "m", ph.Weibull(), "arm + centre", form="accelerated_failure_time", priors=PRIORS
    ),
    "gompertz": ph.ModelSpec("m", ph.Gompertz(), "arm + centre", priors=PRIORS),
}


def _answers(fit: Fit) -> dict[str, xr.DataArray]:
    posterior = fit.draws["posterior"].to_dataset()
    coefficients = posterior[coefficient_name(fit.spec)]
    found: dict[str, xr.DataArray] = {
        f"coefficient {k}": coefficients[..., k] for k in range(coefficients.shape[-1])
    }
    curves = survival(fit, [6.0, 18.0])
    return found | {
        f"survival {p} {t}": curves[:, :, p, t]
        for p in range(curves.shape[2])
        for t in range(curves.shape[3])
    }


@pytest.mark.parametrize("name", MODELS)
def test_scatter_over_seeds_is_the_printed_error(name: str) -> None:
    whole = ph.simulated_example()
    rows = np.random.default_rng(2).choice(len(whole), 26, replace=False)
    sampling = ph.Sampling(method="laplace")
    tasks = [(MODELS[name], whole.at(rows))] * len(SEEDS)
    fits = fit_many(tasks, sampling, list(SEEDS))
    weighted = [fit for fit in fits if fit.provenance.method.startswith("Laplace")]
    assert len(weighted) > len(SEEDS) / 2
    numbers: dict[str, list[dict[str, float]]] = {}
    for fit in weighted:
        for label, draws in _answers(fit).items():
            numbers.setdefault(label, []).append(summary(draws))
    for label, rows_ in numbers.items():
        scatter = np.std([row["mean"] for row in rows_], ddof=1)
        printed = np.sqrt(np.mean([row["mcse"] ** 2 for row in rows_]))
        assert 0.8 < scatter / printed < 1.3, label
