"""Designs: coded once, remembered, and refused with names."""

import numpy as np
import pandas as pd
import pytest

from posthaz.analyses.missing.words import in_a_product
from posthaz.cohort import Column
from posthaz.design import (
    formula_variables,
    in_product,
    learn_design,
    named_steps,
    reference_row,
    written_terms,
)
from posthaz.errors import FormulaError


@pytest.fixture
def frame() -> pd.DataFrame:
    random = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "arm": pd.Categorical(["b", "a"] * 20, categories=["b", "a"], ordered=True),
            "gtv": np.exp(random.normal(4, 1, 40)),
            "dose": random.uniform(45, 70, 40),
            "centre": pd.Categorical(list("ppqqrrpp") * 5, ordered=True),
        }
    )


def test_the_first_level_is_the_reference(frame: pd.DataFrame) -> None:
    design = learn_design(frame, "arm")
    assert design.columns == ("arm[a]",)
    assert design.matrix(frame)[:2].tolist() == [[0.0], [1.0]]


@pytest.mark.parametrize(
    "formula", ["bs(gtv, df=4)", "scale(dose)", "poly(dose, 2)", "center(gtv)"]
)
def test_transforms_are_remembered(frame: pd.DataFrame, formula: str) -> None:
    design = learn_design(frame, formula)
    whole = design.matrix(frame)
    np.testing.assert_allclose(design.matrix(frame.iloc[5:9]), whole[5:9], atol=1e-12)


def test_the_baseline_stands_at_the_reference_patient(frame: pd.DataFrame) -> None:
    design = learn_design(frame, "arm * log(gtv) + dose")
    centre = dict(zip(design.columns, design.centre, strict=True))
    assert centre["arm[a]"] == 0.0
    assert centre["arm[a]:log(gtv)"] == 0.0
    assert centre["log(gtv)"] == pytest.approx(np.log(frame["gtv"].mean()))
    assert centre["dose"] == pytest.approx(frame["dose"].mean())


@pytest.mark.parametrize(("centring", "expected"), [("all", 0.5), ("none", 0.0)])
def test_centring_rules(frame: pd.DataFrame, centring: str, expected: float) -> None:
    assert learn_design(frame, "arm", centring).centre.tolist() == [expected]


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("arm + os.system('x')", "calls 'os.system', which is not allowed"),
        ("log.at(gtv)", "calls 'log.at', which is not allowed"),
        ("bs(gtv, df=open('x'))", "calls 'open', which is not allowed"),
        ("arm +", "can't be read"),
        ("arm dose", "can't be read"),
        ("0 + arm", "removes the intercept"),
        ("(dose | centre)", "has no average effect of it"),
        ("dosee", "did you mean 'dose'"),
        ("dose + I(2 * dose)", "'I(2 * dose)' is determined by 'dose'"),
        ("log(dose - 60)", "not finite"),
    ],
)
def test_unusable_formulas_are_refused(frame: pd.DataFrame, formula: str, said: str) -> None:
    with pytest.raises(FormulaError) as caught:
        learn_design(frame, formula)
    assert said in str(caught.value).replace("call to ", "")


def test_unknown_levels_are_refused(frame: pd.DataFrame) -> None:
    design = learn_design(frame, "arm")
    other = frame.assign(arm=pd.Categorical(["c"] * 40, categories=["c"], ordered=True))
    with pytest.raises(FormulaError, match="new covariates"):
        design.matrix(other)


def test_clusters_are_numbered_and_unseen_ones_flagged(frame: pd.DataFrame) -> None:
    design = learn_design(frame, "arm + (1 | centre)")
    other = pd.DataFrame({"centre": ["r", "z"]})
    assert design.groups[0].levels == ("p", "q", "r")
    assert design.cluster(design.groups[0], other).tolist() == [2, -1]


def test_a_formula_without_covariates(frame: pd.DataFrame) -> None:
    design = learn_design(frame, "1")
    assert design.columns == ()
    assert design.matrix(frame).shape == (40, 0)


def test_named_steps_where_the_effect_is_one_number(frame: pd.DataFrame) -> None:
    columns = {
        "gtv": Column("gtv", step="doubling"),
        "dose": Column("dose", unit="Gy", step=10),
    }
    steps = named_steps(learn_design(frame, "log(gtv) + bs(dose, df=3)"), columns)
    assert [step.label for step in steps] == ["gtv, per doubling"]
    assert steps[0].weights[0] == pytest.approx(np.log(2))


def test_reference_row_takes_given_values(frame: pd.DataFrame) -> None:
    row = reference_row(frame, {"arm": "a", "dose": 60.0})
    assert row["arm"].tolist() == ["a"]
    assert row["dose"].tolist() == [60.0]
    assert row["gtv"].tolist() == [pytest.approx(frame["gtv"].mean())]


def test_a_product_is_told_from_a_colon_in_a_level(frame: pd.DataFrame) -> None:
    frame["the arm"] = pd.Categorical(["A: RT", "B: none"] * 20)
    plain = learn_design(frame, "`the arm` + gtv")
    assert plain.columns[0] == "the arm[B: none]"
    assert not plain.in_product("the arm")
    product = learn_design(frame, "`the arm` * gtv + dose")
    assert [product.in_product(name) for name in ("the arm", "gtv", "dose")] == [True, True, False]


@pytest.mark.parametrize(
    ("formula", "inside"),
    [
        ("`the arm` * gtv + dose", {"the arm", "gtv"}),
        ("`the arm`:log(gtv) + gtv + dose", {"the arm", "gtv"}),
        ("`the arm` + log(gtv) + dose", set()),
    ],
)
def test_one_rule_says_what_takes_part_in_a_product(
    frame: pd.DataFrame, formula: str, inside: set[str]
) -> None:
    frame["the arm"] = pd.Categorical(["A: RT", "B: none"] * 20)
    design = learn_design(frame, formula)
    for name in ("the arm", "gtv", "dose"):
        assert in_product(formula, name) == design.in_product(name) == (name in inside)
        if name in design.columns:
            assert in_a_product(design, name) == (name in inside)


def test_terms_with_odd_names_can_be_read_again() -> None:
    formula = "`the arm` * log(`GTV cm³`) + dose + `GTV cm³ before`"
    terms = written_terms(formula)
    assert terms == (
        *("`the arm`", "log(`GTV cm³`)", "`the arm`:log(`GTV cm³`)", "dose"),
        "`GTV cm³ before`",
    )
    assert formula_variables(" + ".join(terms)) == formula_variables(formula)


def test_near_copies_and_constants_are_refused():
    rng = np.random.default_rng(1)
    age = rng.uniform(40, 80, 50)
    frame = pd.DataFrame({"age": age, "copy": age + rng.normal(0, 1e-6, 50)})
    with pytest.raises(FormulaError, match=r"'copy' is determined by .*millionth"):
        learn_design(frame, "age + copy")
    tiny = pd.DataFrame({"dose": rng.normal(0, 1e-12, 50)})
    with pytest.raises(FormulaError, match="numerically constant: 'dose'"):
        learn_design(tiny, "dose")
    # a parabola in calendar years is nearly a line, and no copy
    year = pd.DataFrame({"year": rng.uniform(1990, 2020, 50)})
    assert len(learn_design(year, "year + I(year ** 2)").columns) == 2


@pytest.mark.parametrize("name", ["row", "draw", "chain", "interval", "ward/step"])
def test_names_of_clusters_that_archives_need_are_refused(name):
    frame = pd.DataFrame({name: pd.Categorical(list("abab"))})
    with pytest.raises(FormulaError, match="rename the column"):
        learn_design(frame, f"(1 | `{name}`)")


def test_a_unit_too_small_to_be_of_use_gets_a_round_step() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"ptv": rng.lognormal(5.5, 0.6, 200), "age": rng.normal(60, 8, 200)})
    (step,) = named_steps(learn_design(frame, "ptv + age"), {})
    assert step.label == "ptv, per 100"
    assert step.weights == pytest.approx((100.0, 0.0))
    assert step.chosen


def test_a_doubling_says_nothing_of_a_covariate_that_enters_as_it_is() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"ptv": rng.lognormal(5.5, 0.6, 200)})
    stated = {"ptv": Column("ptv", unit="cm3", step="doubling")}
    (step,) = named_steps(learn_design(frame, "ptv"), stated)
    assert (step.label, step.chosen) == ("ptv, per 100 cm3", True)
    (step,) = named_steps(learn_design(frame, "log2(ptv)"), stated)
    assert (step.label, step.chosen) == ("ptv, per doubling", False)


def test_a_logarithm_is_told_per_doubling_without_being_asked() -> None:
    frame = pd.DataFrame({"ptv": np.random.default_rng(1).lognormal(5.5, 0.6, 200)})
    for formula, weight in (("log2(ptv)", 1.0), ("log(ptv)", np.log(2.0))):
        (step,) = named_steps(learn_design(frame, formula), {})
        assert step.label == "ptv, per doubling"
        assert step.weights == pytest.approx((weight,))


def test_no_step_is_chosen_for_a_curved_effect() -> None:
    frame = pd.DataFrame({"ptv": np.random.default_rng(1).lognormal(5.5, 0.6, 200)})
    assert named_steps(learn_design(frame, "ptv + I(ptv ** 2)"), {}) == ()
    assert named_steps(learn_design(frame, "bs(ptv, df=3)"), {}) == ()


def test_steps_of_a_covariate_whose_name_is_not_one_word(frame: pd.DataFrame) -> None:
    odd = frame.rename(columns={"dose": "CA-125"})
    steps = named_steps(learn_design(odd, "`CA-125` + arm"), {"CA-125": Column("CA-125", step=10)})
    assert steps[0].weights[0] == 10.0
    named_steps(learn_design(odd, "`CA-125` + arm"), {"CA-125": Column("CA-125")})


def test_new_covariates_may_have_other_types_and_must_have_known_values():
    frame = pd.DataFrame({"arm": pd.Categorical(["0", "1"] * 3, ordered=True), "x": range(6)})
    design = learn_design(frame.astype({"x": float}), "arm + x")
    for arm, x in (([1, 0], ["3", 4]), ([1.0, 0.0], pd.Categorical([3.0, 4.0]))):
        new = pd.DataFrame({"arm": arm, "x": x})
        assert design.matrix(new).tolist() == [[1.0, 3.0], [0.0, 4.0]]
    with pytest.raises(FormulaError, match="'arm' is '2', and has no such level"):
        design.matrix(pd.DataFrame({"arm": [2, 0], "x": [3, 4]}))
    with pytest.raises(FormulaError, match="'x' is 'a', and is a number"):
        design.matrix(pd.DataFrame({"arm": [1, 0], "x": ["a", 4]}))
