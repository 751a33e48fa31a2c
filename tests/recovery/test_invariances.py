"""Days for months, another order, rows cut and counts change no posterior."""

import pytest

from posthaz.hazards import BASELINES
from tests.recovery.invariances import EFFECTS, KINDS, MOST, compared

WAYS = {"days", "order of rows", "order of levels", "rows cut", "counts"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("effect", EFFECTS)
def test_the_same_patients_told_otherwise(effect: str, kind: str) -> None:
    found = {name: errors for name, errors, _ in compared(effect, BASELINES[kind]())}
    assert set(found) == WAYS
    assert max(found.values()) < MOST, found
