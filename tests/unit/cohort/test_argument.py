"""A table in place of a cohort is refused by name, wherever a cohort is taken."""

from collections.abc import Callable

import pandas as pd
import pytest

import posthaz as ph
from posthaz.adjust import balance_table, table_one
from posthaz.analyses.borrowing.pooled import pooled_rows
from posthaz.cohort import Column
from posthaz.errors import AdjustmentError, CohortError, SpecError

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
        lambda table: table_one(table, ["age"]),
        lambda table: ph.fit_many([(SPEC, table)]),
        lambda table: pooled_rows(ph.simulated_example(size=20), table),
    ],
)
@pytest.mark.parametrize("given", [TABLE, "x.csv", None])
def test_a_table_is_no_cohort(call: Callable[[object], object], given: object) -> None:
    with pytest.raises(CohortError, match=r"takes a cohort, and was given a .*read_cohort"):
        call(given)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda c: ph.screen_covariates(c, ph.ScreeningSpec(("age",)), SPEC), "ModelSpec as model"),
        (lambda c: ph.subgroup_effects(c, ph.SubgroupSpec(("sex",)), SPEC), "ModelSpec as model"),
        (
            lambda c: ph.subgroup_effects(c, SPEC, "sex"),
            "SubgroupSpec as asked, and was given a str",
        ),
        (
            lambda c: ph.subgroup_effects(c, SPEC, ph.SubgroupSpec(("sex",)), 5),
            "Sampling as sampling",
        ),
        (lambda c: ph.average_models({}, c, ["any"]), "ModelAveragingSpec as asked"),
        (lambda c: ph.tipping_points(SPEC, c), "Fit as fit, and was given a ModelSpec"),
        (lambda c: ph.survival(c, 12.0), "Fit as fit, and was given a Cohort"),
        (lambda c: ph.coefficient_table(c), "Fit as fit, and was given a Cohort"),
        (lambda c: ph.convergence(SPEC), "Fit as fit, and was given a ModelSpec"),
    ],
)
def test_settings_out_of_place_are_refused(call: Callable[[object], object], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        call(ph.simulated_example())


def test_what_is_no_model_or_setting() -> None:
    cohort = ph.simulated_example()
    with pytest.raises(SpecError, match="fit takes a ModelSpec"):
        ph.fit("weibull", cohort)  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="did you mean 'draws'"):
        ph.fit(SPEC, cohort, draw=10)
    with pytest.raises(SpecError, match="not at least 20"):
        ph.fit(SPEC, cohort, draws=-5)


@pytest.mark.parametrize(
    "call",
    [ph.match_patients, ph.balancing_weights, lambda given: balance_table(given, {})],
)
@pytest.mark.parametrize("given", [TABLE, ph.simulated_example(size=20)])
def test_a_table_or_a_cohort_is_no_score(call: Callable[[object], object], given: object) -> None:
    with pytest.raises(
        AdjustmentError, match=r"takes a propensity score, and was given a (table|cohort)"
    ):
        call(given)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"time": ["t"]}, "is no name of a column"),
        ({"event_codes": {"1": "x"}}, "gives no causes by code"),
        ({"event_codes": [1]}, "gives no causes by code"),
        ({"where": {"arm": "a"}}, "where is a dict"),
        ({"columns": {"arm": {"unit": "Gy"}}}, "the meaning of 'arm' is a dict"),
    ],
)
def test_arguments_of_another_type(stated: dict, said: str) -> None:
    with pytest.raises(CohortError) as caught:
        ph.read_cohort(_TABLE, **{"time": "t", "event": "d", **stated})
    assert said in str(caught.value)
    assert "Fix: " in str(caught.value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda c: ph.propensity_score(c, 3), "covariates is 3, a int. Fix: give text or several"),
        (lambda c: ph.propensity_score(c, ["gtv_cc", 3]), "covariates is ['gtv_cc', 3], a list"),
        (lambda c: ph.landmark(c, "x"), "time is 'x', a str. Fix: give a number"),
        (lambda c: ph.landmark(c, True), "time is True, a bool"),
        (lambda c: ph.kaplan_meier(c, level=95), "level is 95. Fix: give a share between 0 and 1"),
        (lambda c: ph.kaplan_meier(c, transform="foo"), "give one of log-log, log, plain"),
        (lambda c: ph.cumulative_incidence(c, transform="foo"), "give one of log-log, log, plain"),
        (lambda c: ph.cumulative_incidence(c, variance="foo"), "Fix: give one of delta, gray"),
        (lambda c: ph.relative_survival(c, len, method="foo"), "give one of pohar_perme, ederer_2"),
        (lambda c: ph.simulated_example(size=-1), "size: found -1. Fix: give 2 or more"),
        (
            lambda c: ph.simulated_example(size=2.5),
            "size is 2.5, a float. Fix: give a whole number",
        ),
        (lambda c: ph.simulated_example(hazard_ratio=0), "hazard_ratio: found 0"),
    ],
)
def test_numbers_and_texts_in_the_wrong_place(call: Callable[[object], object], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        call(ph.simulated_example())
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": 3}, "name: found 3. Fix: give text"),
        ({"role": "gvt"}, "role: unknown role 'gvt' (did you mean 'gtv'?)"),
        ({"levels": "AB"}, "levels: found 'AB'"),
        ({"levels": ("A", "A")}, "levels: a level is named twice"),
        ({"levels": (1, "01")}, "levels: a level is named twice"),
        ({"levels": ("A", "B"), "level_labels": ("a",)}, "1 label(s) for 2 level(s)"),
        ({"levels": ("A", "B"), "reference": "C"}, "'C' is not one of the levels"),
        ({"levels": ("A", "B"), "step": 10}, "step: a factor has levels, not steps"),
        ({"step": -1}, "step: found -1"),
        ({"step": "double"}, "step: found 'double'"),
        ({"convert": "mm3 to Gy"}, "convert: mm3 is a volume and Gy a dose"),
        ({"convert": "mm3 to cm3", "unit": "mm3"}, "convert: it makes cm3, and unit is mm3"),
        ({"derived": "age > 60"}, "derived: found 'age > 60'"),
        ({"measured_after": "no"}, "measured_after: found 'no'"),
    ],
)
def test_a_column_follows_the_rules_of_the_file(fields: dict, said: str) -> None:
    with pytest.raises(CohortError) as caught:
        Column(**{"name": "x", **fields})
    assert said in str(caught.value)


def test_levels_of_a_column_may_be_numbers() -> None:
    column = Column("arm", levels=[0, 1.0], level_labels=["no", "yes"], reference=1)
    assert (column.levels, column.reference) == (("0", "1"), "1")
    assert column.level_label(1) == "yes"


def test_codes_may_be_numbers_and_columns_of_arrow() -> None:
    plain = ph.read_cohort(_TABLE, time="t", event="d", event_codes={1: 0, 0: 1}, treatment="arm")
    arrow = _TABLE.convert_dtypes(dtype_backend="pyarrow")
    same = ph.read_cohort(arrow, time="t", event="d", event_codes={1: 0, 0: 1}, treatment="arm")
    assert plain.event.tolist() == same.event.tolist() == [False, True] * 10
    assert plain.arms == same.arms


_TABLE = pd.DataFrame({"t": range(1, 21), "d": [1, 0] * 10, "arm": list("aabb") * 5})
