"""Law: another unit of time is another way to write the same model, priors included."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.inference.prepare import prepare_fit
from posthaz.spec import ModelSpec

DAYS = 30.4375
BASELINES = {
    "exponential": ph.Exponential(),
    "weibull": ph.Weibull(),
    "weibull by rate": ph.Weibull(location="log_rate"),
    "gompertz": ph.Gompertz(),
    "pieces": ph.PiecewiseExponential(intervals=3),
    "walk": ph.PiecewiseExponential(intervals=4, smoothing="random_walk"),
    "second walk": ph.PiecewiseExponential(intervals=4, smoothing="random_walk", order=2),
}
# what is added to each parameter when a month becomes 30.4375 days
SHIFTS = {"log_rate": -1.0, "log_hazard": -1.0, "log_hazard_first": -1.0, "log_scale": 1.0}


def in_days(cohort: Cohort) -> Cohort:
    times = {name: getattr(cohort, name) * DAYS for name in ("entry", "lower", "upper")}
    return replace(cohort, unit="days", **times)


def density(spec: ModelSpec, cohort: Cohort, points: list[Mapping[str, np.ndarray]]) -> np.ndarray:
    """Log posterior density, prior and likelihood, at values of the model's free variables."""
    model = prepare_fit(spec, cohort).model
    logp = model.compile_logp(jacobian=False, mode="FAST_COMPILE")
    return np.array([float(logp({v.name: p[v.name] for v in model.value_vars})) for p in points])


@pytest.mark.parametrize(
    ("name", "form"),
    [(name, "proportional_hazards") for name in BASELINES]
    + [(name, "accelerated_failure_time") for name in ("weibull", "pieces")],
)
def test_density_is_the_same_in_months_and_days(name: str, form: str) -> None:
    spec = ModelSpec(name, BASELINES[name], "arm + dose_gy", form=form)  # type: ignore[arg-type]
    months = ph.simulated_example(size=60)
    model = prepare_fit(spec, months).model
    random = np.random.default_rng(2)
    points, moved = [], []
    for _ in range(4):
        start = model.initial_point()
        point = {k: v + 0.3 * random.normal(size=np.shape(v)) for k, v in start.items()}
        points.append(point)
        moved.append({k: v + SHIFTS.get(k, 0.0) * np.log(DAYS) for k, v in point.items()})
    difference = density(spec, in_days(months), moved) - density(spec, months, points)
    # an event's density is per unit of time: a constant, whatever the parameters
    np.testing.assert_allclose(difference, difference[0], atol=1e-8)
    np.testing.assert_allclose(difference[0], -months.event.sum() * np.log(DAYS), rtol=1e-9)
