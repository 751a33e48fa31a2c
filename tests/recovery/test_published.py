"""Every number that others printed is met within its tolerance: the cases of `published`."""

import pytest

from tests.recovery.published import CASES, Case


@pytest.mark.parametrize(
    "one",
    [pytest.param(one, id=one.key, marks=[pytest.mark.slow] * one.slow) for one in CASES],
)
def test_numbers_that_others_printed(one: Case) -> None:
    if not one.there:
        pytest.skip(f"what it needs (shared {one.needs}) is absent")
    numbers = list(one.numbers())
    assert len(numbers) >= one.least
    differ = [number for number in numbers if not number.agrees]
    assert not differ, differ
