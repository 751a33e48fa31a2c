"""A table in place of a cohort is refused by name, wherever a cohort is taken."""

from collections.abc import Callable

import pandas as pd
import pytest

import posthaz as ph
from posthaz.errors import CohortError, SpecError

TABLE = pd.DataFrame({"t": [1.0, 2.0], "d": [1, 0]})
SPEC = ph.ModelSpec("m", ph.Exponential())


@pytest.mark.parametrize(
    "call",
    [
        lambda table: ph.fit(SPEC, table),
        lambda table: ph.fit(SPEC, cohort=table),
        lambda table: ph.kaplan_meier(table),
        lambda table: ph.turnbull(table),
        lambda table: ph.cumulative_incidence(table),
        lambda table: ph.landmark(table, 3.0),
        lambda table: ph.propensity_score(table, "age"),
        lambda table: ph.collapse(table),
    ],
)
@pytest.mark.parametrize("given", [TABLE, "x.csv", None])
def test_a_table_is_no_cohort(call: Callable[[object], object], given: object) -> None:
    with pytest.raises(CohortError, match=r"takes a cohort, and was given a .*read_cohort"):
        call(given)


def test_what_is_no_model_or_setting() -> None:
    cohort = ph.simulated_example()
    with pytest.raises(SpecError, match="fit takes a ModelSpec"):
        ph.fit("weibull", cohort)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="did you mean 'draws'"):
        ph.fit(SPEC, cohort, draw=10)
    with pytest.raises(SpecError, match="not at least 20"):
        ph.fit(SPEC, cohort, draws=-5)
