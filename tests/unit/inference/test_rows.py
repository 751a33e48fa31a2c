"""Padding of rows to a few lengths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthaz.inference.rows import padded, padded_length


@given(st.integers(1, 10**7))
def test_padding_is_enough_and_not_much(rows: int) -> None:
    length = padded_length(rows)
    assert rows <= length <= max(32, 1.5 * rows)
    assert padded_length(length) == length


@pytest.mark.parametrize("name", ["exit", "design"])
def test_rows_are_repeated_and_weights_are_not(name: str) -> None:
    array = np.arange(6.0).reshape(3, 2)
    made = padded(name, array, 5)
    np.testing.assert_array_equal(made[:3], array)
    np.testing.assert_array_equal(made[3:], array[[-1, -1]])
    np.testing.assert_array_equal(padded("weight", np.ones(3), 5), [1, 1, 1, 0, 0])
