"""Law: a Gompertz hazard on a time scale that begins late is that of the same time from 0."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort import Cohort, Source
from posthaz.design import learn_design
from posthaz.spec import ModelSpec, choose_priors, resolve

SIZE, LATER = 400, 70.0
SPEC = ModelSpec("m", ph.Gompertz())


def late_cohort(later: float) -> Cohort:
    """Entries spread over 20 years from `later` on, a hazard that grows twentyfold in 30 years."""
    random = np.random.default_rng(3)
    entry = random.uniform(0.0, 20.0, SIZE)
    slope, rate = 0.1, 0.01
    # time from entry on by inverting the cumulative hazard
    more = -np.log(random.uniform(size=SIZE)) * slope / rate
    died = np.log(np.exp(slope * entry) + more) / slope
    left = np.minimum(died, entry + random.uniform(3.0, 15.0, SIZE))
    return Cohort(
        entry=entry + later,
        lower=left + later,
        upper=np.where(left == died, left + later, np.inf),
        cause=(left == died).astype(int),
        subject=np.arange(SIZE),
        weight=np.ones(SIZE),
        covariates=pd.DataFrame(index=range(SIZE)),
        columns={},
        row_number=np.arange(1, SIZE + 1),
        unit="years",
        source=Source("law", "", SIZE),
        origin=later,
    )


def log_hazards(later: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of the log hazard 5 and 25 years after the origin."""
    fit = ph.fit(SPEC, late_cohort(later), method="laplace", draws=500, seed=1)
    draws = fit.draws["posterior"].to_dataset()
    slope = draws["growth"].to_numpy() / fit.spec.baseline.unit_time
    at = np.array([later + 5.0, later + 25.0])
    found = draws["log_rate"].to_numpy()[..., None] + slope[..., None] * at
    return found.mean(axis=(0, 1)), found.std(axis=(0, 1))


def test_the_hazard_at_risk_does_not_depend_on_where_time_begins() -> None:
    (early, sd), (late, spread) = log_hazards(0.0), log_hazards(LATER)
    np.testing.assert_allclose(late, early, atol=0.25 * sd.max())
    np.testing.assert_allclose(spread, sd, rtol=0.15)


def test_the_default_level_is_as_open_as_the_way_to_time_0() -> None:
    cohort = late_cohort(LATER)
    resolved = resolve(SPEC, cohort.exit[cohort.event], origin=LATER)
    assert isinstance(resolved.baseline, ph.Gompertz)
    span = float(cohort.exit[cohort.event].max()) - LATER
    assert resolved.baseline.unit_time == pytest.approx(span)
    design = learn_design(cohort.covariates, "1")
    prior = choose_priors(resolved, design, 0.05, LATER).baseline["log_rate"]
    assert prior.values[1] == pytest.approx(np.hypot(2.5, 4.0 * LATER / span))
    assert choose_priors(resolved, design, 0.05).baseline["log_rate"].values[1] == 2.5
