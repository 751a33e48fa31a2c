"""Law: another unit of time is another way to write the same model, priors included."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.hazards import BASELINES as KINDS
from posthaz.hazards import Baseline
from posthaz.inference.prepare import prepare_fit
from posthaz.spec import ModelSpec

DAYS = 30.4375
FORMS = ("proportional_hazards", "accelerated_failure_time")
SECOND_WALK = ph.PiecewiseExponential(intervals=4, smoothing="random_walk", order=2)
# as an analysis states them: what follows from the data must follow the unit too
BASELINES = [*(kind() for kind in KINDS.values()), ph.Weibull("log_rate"), SECOND_WALK]
# what is added to a level when a month becomes 30.4375 days
SHIFTS = {"rate": -1.0, "scale": 1.0, "median": 1.0}


def shift(baseline: Baseline, variable: str) -> float:
    """Change of a free variable of the model with the unit of time, in log units."""
    for parameter in baseline.parameters():
        if variable == (parameter.default_on or parameter.name):
            return SHIFTS.get("scale" if parameter.default_on else parameter.level, 0.0)
        if variable == f"{parameter.name}_first":  # the mean of a random walk
            return SHIFTS.get(parameter.level, 0.0)
    return 0.0


def in_days(cohort: Cohort) -> Cohort:
    times = {name: getattr(cohort, name) * DAYS for name in ("entry", "lower", "upper")}
    return replace(cohort, unit="days", **times)


def density(spec: ModelSpec, cohort: Cohort, points: list[Mapping[str, np.ndarray]]) -> np.ndarray:
    """Log posterior density, prior and likelihood, at values of the model's free variables."""
    model = prepare_fit(spec, cohort).model
    logp = model.compile_logp(jacobian=False, mode="FAST_COMPILE")
    return np.array([float(logp({v.name: p[v.name] for v in model.value_vars})) for p in points])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("baseline", BASELINES, ids=repr)
def test_density_is_the_same_in_months_and_days(baseline: Baseline, form: str) -> None:
    spec = ModelSpec("law", baseline, "arm + dose_gy", form=form)  # type: ignore[arg-type]
    months = ph.simulated_example(size=60)
    model = prepare_fit(spec, months).model
    random = np.random.default_rng(2)
    points, moved = [], []
    for _ in range(4):
        start = model.initial_point()
        point = {k: v + 0.3 * random.normal(size=np.shape(v)) for k, v in start.items()}
        points.append(point)
        moved.append({k: v + shift(baseline, k) * np.log(DAYS) for k, v in point.items()})
    difference = density(spec, in_days(months), moved) - density(spec, months, points)
    # an event's density is per unit of time: a constant, whatever the parameters
    np.testing.assert_allclose(difference, difference[0], atol=1e-8)
    np.testing.assert_allclose(difference[0], -months.event.sum() * np.log(DAYS), rtol=1e-9)
