"""Laws of cumulative incidence: whatever the hazards, everybody is somewhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from posthaz.analyses.competing_risks.incidence import incidence_of
from posthaz.hazards import Baseline
from tests.laws.parts import BASELINE_EXAMPLES, hazards

every_baseline = pytest.mark.parametrize("baseline", BASELINE_EXAMPLES, ids=repr)
GRID = np.linspace(0.0, 20.0, 401)


@every_baseline
@given(data=st.data())
def test_survival_and_incidences_add_up_to_one(baseline: Baseline, data: st.DataObject) -> None:
    causes = [data.draw(hazards(baseline)) for _ in range(3)]
    accrued = np.stack([np.ravel(cause.cumulative_hazard(GRID)) for cause in causes])
    answer = incidence_of(accrued)
    np.testing.assert_allclose(answer.sum(axis=0), 1.0, atol=1e-9)
    np.testing.assert_allclose(answer[0], np.exp(-accrued.sum(axis=0)), rtol=1e-12)
    assert (np.diff(answer[1:], axis=1) >= -1e-12).all()


@every_baseline
@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_incidence_is_the_integral_of_the_hazard_times_survival(
    baseline: Baseline, data: st.DataObject
) -> None:
    one, other = (data.draw(hazards(baseline)) for _ in range(2))
    cuts = [cut for cut in baseline.constants().get("interval_start", []) if cut > 0]
    grid = np.unique(np.concatenate([GRID, cuts]))
    accrued = np.stack([np.ravel(cause.cumulative_hazard(grid)) for cause in (one, other)])

    def integrand(time: float) -> float:
        point = np.array([time])
        total = one.cumulative_hazard(point) + other.cumulative_hazard(point)
        return float(np.ravel(np.exp(one.log_hazard(point) - total))[0])

    place = np.searchsorted(grid, 12.0)
    known = float(incidence_of(accrued)[1, place] - incidence_of(accrued)[1, 1])
    area, _ = quad(integrand, grid[1], grid[place], points=cuts or None, limit=400)
    assert known == pytest.approx(area, abs=1e-3)  # steps of the grid


def test_one_cause_alone_is_what_is_not_survived() -> None:
    accrued = np.linspace(0.0, 3.0, 7)[None]
    survival, incidence = incidence_of(accrued)
    np.testing.assert_allclose(incidence, 1.0 - survival, atol=1e-12)
