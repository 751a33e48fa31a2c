"""What a report makes of its fits."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from posthaz.report.gather_posterior import _once
from posthaz.report.sections.comparison import comparison_section


def test_what_is_dear_is_made_once_of_each_fit():
    made: list[list[float]] = []

    def dear(one: list[float]) -> int:
        made.append(one)
        return len(made)

    once = _once(dear)  # type: ignore[arg-type]
    first: list[float] = []  # equal to the second and without a hash, as fits are
    second: list[float] = []
    assert [once(one) for one in (first, second, first)] == [1, 2, 1]  # type: ignore[arg-type]


def test_models_that_could_not_be_compared_leave_a_place_for_the_reason():
    nothing = pd.DataFrame()
    results: Any = SimpleNamespace(posterior=SimpleNamespace(comparison=nothing, pareto=nothing))
    section = comparison_section(results)
    assert (section.anchor, section.blocks, section.appendix) == ("comparison", (), ())
