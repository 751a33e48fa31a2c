"""Laws of stated courses: a curve along a path is the hazard of each piece, accrued."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from posthaz.effects import along_path, event_free_at, proportional
from posthaz.hazards import (
    Baseline,
    Exponential,
    Gompertz,
    Hazard,
    PiecewiseExponential,
    Weibull,
    survival_area,
)

KINDS: dict[str, tuple[Baseline, dict[str, object]]] = {
    "exponential": (Exponential(), {"log_rate": -2.5}),
    "weibull": (Weibull(), {"log_scale": 2.5, "log_shape": 0.4}),
    "gompertz": (Gompertz(unit_time=20.0), {"log_rate": -3.0, "growth": 0.8}),
    "pieces": (
        PiecewiseExponential(cuts=(4.0, 9.0)),
        {"log_hazard": np.log([0.05, 0.1, 0.02])},
    ),
}
RATIOS = st.lists(st.floats(-1.5, 1.5), min_size=3, max_size=3)
GRID = np.array([0.5, 2.0, 3.0, 7.0, 7.5, 15.0])


def hazard_at(kind: str, log_ratio: float) -> Hazard:
    baseline, values = KINDS[kind]
    own = {
        name: np.asarray(value).reshape(1, 1, 1, *np.shape(value)) for name, value in values.items()
    }
    return proportional(
        baseline.hazard({**own, **baseline.constants()}, np), np.asarray(log_ratio), np
    )


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(
    ratios=RATIOS,
    second=st.floats(0.5, 6.0),
    longer=st.floats(0.5, 6.0),
)
def test_hazard_accrues_piece_by_piece(
    kind: str, ratios: list[float], second: float, longer: float
) -> None:
    starts = [0.0, second, second + longer]
    pieces = [hazard_at(kind, ratio) for ratio in ratios]
    path = along_path(pieces, starts)
    accrued = path.cumulative_hazard(GRID)
    for place, time in enumerate(GRID):
        expected = 0.0
        for piece, start, end in zip(pieces, starts, [*starts[1:], np.inf], strict=True):
            low, high = min(start, time), min(end, time)
            expected += float(np.squeeze(piece.cumulative_hazard(np.array([high])))) - float(
                np.squeeze(piece.cumulative_hazard(np.array([low])))
            )
        assert np.squeeze(accrued)[place] == pytest.approx(expected, rel=1e-10, abs=1e-12)
    np.testing.assert_allclose(np.squeeze(path.time_at(accrued)), GRID, rtol=1e-7)


@pytest.mark.parametrize("origin", [0.0, 3.5])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5, deadline=None)
@given(ratios=RATIOS, second=st.floats(0.5, 6.0), longer=st.floats(0.5, 6.0))
def test_mean_time_is_the_area_under_the_path(
    kind: str, origin: float, ratios: list[float], second: float, longer: float
) -> None:
    starts = [0.0, second, second + longer]
    path = along_path([hazard_at(kind, ratio) for ratio in ratios], starts)
    later = event_free_at(path, origin)
    breaks = {*starts[1:], *getattr(KINDS[kind][0], "cuts", ())}

    def alive(time: float) -> float:
        return float(np.exp(-np.squeeze(later.cumulative_hazard(np.array([time])))))

    for horizon in (2.0, 5.0, 15.0):
        edges = [origin, *sorted(b for b in breaks if origin < b < horizon), max(horizon, origin)]
        expected = sum(
            quad(alive, *ends, epsabs=1e-13, epsrel=1e-12)[0] for ends in pairwise(edges)
        )
        area = np.squeeze(survival_area(later, np.array([horizon])))
        assert float(area) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_that_never_changes_is_the_profile(kind: str) -> None:
    alone = hazard_at(kind, 0.7)
    path = along_path([alone, alone], [0.0, 5.0])
    np.testing.assert_allclose(
        np.squeeze(path.cumulative_hazard(GRID)),
        np.squeeze(alone.cumulative_hazard(GRID)),
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        np.squeeze(path.log_hazard(GRID)), np.squeeze(alone.log_hazard(GRID)), rtol=1e-12
    )
