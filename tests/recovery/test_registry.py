"""A registry of 100,000 rows: the posterior of its distinct rows is that of all rows."""

import runpy
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.hazards import Baseline
from posthaz.inference.prepare import prepare_fit
from posthaz.model import build_model
from tests.house.markdown import ROOT

pytestmark = pytest.mark.slow
ROWS = 100_000
CUTS = (6.0, 12.0, 24.0, 36.0, 60.0, 84.0)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """The registry's file and how to read it."""
    script = runpy.run_path(str(ROOT / "examples" / "simulate_registry.py"))
    path = tmp_path_factory.mktemp("registry") / "simulated_registry_0000.parquet"
    pq.write_table(script["simulated_rows"](ROWS, script["EFFECTS"], 1, 0), path)
    columns = {
        name: ph.Column(name, levels=levels)
        for name, (levels, _, _) in script["COVARIATES"].items()
    }
    return path, ph.CohortSpec(time="months", event="event", columns=columns)


@pytest.fixture(scope="module")
def row_by_row(simulated) -> Cohort:
    path, spec = simulated
    return ph.read_cohort(path, spec, covariates=list(spec.columns))


def density(spec: ph.ModelSpec, learnt_from: Cohort, evaluated_on: Cohort):
    """Log posterior density, up to a constant, of a model on rows that are not collapsed again."""
    prepared = prepare_fit(spec, learnt_from)
    frame = evaluated_on.covariates.loc[:, list(prepared.design.variables)]
    design = replace(prepared.design, frame=frame)
    model = build_model(prepared.spec, design, prepared.priors, evaluated_on)
    return model.compile_logp(), model.initial_point()


@pytest.mark.parametrize(
    ("baseline", "reduced"),
    [
        (ph.Weibull(), False),
        (ph.PiecewiseExponential(cuts=CUTS), False),
        (ph.PiecewiseExponential(cuts=CUTS), True),
    ],
    ids=["weibull", "piecewise exponential", "person-time"],
)
def test_the_posterior_density_is_that_of_all_rows(
    simulated, row_by_row: Cohort, baseline: Baseline, reduced: bool
) -> None:
    path, cohort_spec = simulated
    registry = ph.read_registry(path, cohort_spec)
    assert registry.source.simulated
    assert len(registry) < ROWS
    short = ph.person_time(registry, CUTS) if reduced else registry
    spec = ph.ModelSpec("registry", baseline, " + ".join(cohort_spec.columns), centre="none")
    of_all, point = density(spec, row_by_row, row_by_row)
    of_few, _ = density(spec, row_by_row, short)
    random = np.random.default_rng(1)
    for _ in range(5):
        near = {
            name: value + random.normal(0.0, 0.3, np.shape(value)) for name, value in point.items()
        }
        assert float(of_few(near)) == pytest.approx(float(of_all(near)), rel=1e-10)


def test_a_design_learnt_from_distinct_rows_is_that_of_all_rows(
    simulated, row_by_row: Cohort
) -> None:
    path, cohort_spec = simulated
    spec = ph.ModelSpec("registry", ph.Weibull(), " + ".join(cohort_spec.columns), centre="all")
    of_all = prepare_fit(spec, row_by_row)
    of_few = prepare_fit(spec, ph.read_registry(path, cohort_spec))
    assert np.allclose(of_few.design.centre, of_all.design.centre, rtol=1e-10)
    assert np.allclose(of_few.design.scale, of_all.design.scale, rtol=1e-10)
    assert of_few.collapsed.cohort.weight.sum() == ROWS
