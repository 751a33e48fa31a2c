"""Where treatment does nothing, cloning, censoring and weighting finds nothing."""

import pytest

from tests.recovery.immortal_time import study

pytestmark = pytest.mark.slow


def test_clones_find_no_effect_where_there_is_none():
    found = study(200).set_index("method")
    assert abs(found.loc["clones", "mean"]) < 0.03
    assert 0.93 <= found.loc["clones", "coverage"] <= 0.97
    # clones of patients who begin sooner the worse they are look better without weights
    assert abs(found.loc["clones_unweighted", "mean"]) > abs(found.loc["clones", "mean"])
    assert found.loc["naive", "mean"] < -1.0
    assert abs(found.loc["trials", "mean"]) < 0.03
