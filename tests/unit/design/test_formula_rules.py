"""Formulas that would hang, crash or exhaust memory are refused before anything is evaluated."""

import time

import numpy as np
import pandas as pd
import pytest

from posthaz.design import formula_terms, formula_variables, learn_design, reference_row
from posthaz.errors import FormulaError


@pytest.fixture
def frame() -> pd.DataFrame:
    random = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "arm": pd.Categorical(["new", "old"] * 30, categories=["old", "new"], ordered=True),
            "stage": pd.Categorical(list("zyx") * 20, categories=list("zxy"), ordered=True),
            "grade": np.tile([1.0, 2.0, 10.0], 20),
            "age": random.normal(60, 8, 60),
            "centre": pd.Categorical([f"c{i}" for i in range(30)] * 2, ordered=True),
            "ward": pd.Categorical([f"w{i}" for i in range(20)] * 3, ordered=True),
        }
    )


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (
            "bs(age, degree=21, df=23)",
            "degree = 21 in bs(), which takes a whole number from 1 to 5",
        ),
        ("bs(age, df=10**5)", "df is no plain value in bs(), which takes a whole number"),
        ("bs(age, df=21)", "df = 21 in bs(), which takes a whole number from 1 to 20"),
        ("bs(age, df=4, degree=-3)", "degree = -3"),
        ("bs(age, df=4, degree=2.5)", "degree = 2.5"),
        ("bs(age, df=4, knots=age)", "knots of bs() can't be given"),
        ("arm * spline(age, 100000)", "df = 100000 in spline()"),
        ("cr(age, df=100000)", "df = 100000 in cr()"),
        ("poly(age, 60)", "degree = 60 in poly()"),
        ("I(age * 9**(9**9))", "a power of plain numbers"),
        ("I(age**9999)", "a power inside a function is beyond 10"),
        ("I(age**(9**9))", "a power of plain numbers"),
        ("log(age * 'x' * 1000000000)", "'x' stands in arithmetic"),
        ("log(age, 10)", "takes one covariate alone"),
        ("*".join(f"x{i}" for i in range(20)), "at most 6 are multiplied"),
        (f"({'+'.join(f'x{i}' for i in range(40))})**5", "terms once multiplied out; at most 300"),
        ("(arm + age)**1000000", "takes a whole number from 2 to 6"),
        ("+".join(f"x{i}" for i in range(301)), "301 terms once multiplied out"),
        ("+".join(f"x{i % 9}" for i in range(3000)), "at most 300 are estimated"),
        ("age +" * 4000 + "arm", "characters; at most 10,000 are read"),
        ("(" * 21 + "age" + ")" * 21, "21 levels; at most 20 are read"),
        ("arm + " + "-" * 300 + "1", "301 signs follow one another"),
        ("arm*centre*ward", "columns; at most 500 are estimated"),
    ],
)
def test_what_is_too_large_is_refused_at_once(frame: pd.DataFrame, formula: str, said: str) -> None:
    start = time.process_time()
    with pytest.raises(FormulaError) as caught:
        learn_design(frame, formula)
    assert said in str(caught.value)
    assert "Fix: " in str(caught.value)
    assert len(str(caught.value)) < 600
    assert time.process_time() - start < 2.0


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("strata(arm)", "[models.NAME.strata]"),
        ("ns(age, 3)", "write spline(x, df=3)"),
        ("arm + frailty(centre)", "write (1 | column)"),
        ("tt(age)", "[models.NAME.changing.TERM]"),
        ("Surv(age, arm)", "the right-hand side only"),
        ("Surv(age, arm) ~ arm", "right-hand side only"),
        ("pspline(age)", "ask for a curve"),
        ("arm + cluster(centre)", "'cluster' in [cohort]"),
        ("factor(grade)", "write C(x)"),
        ("arm + 3", "3 stands alone"),
        ("age**2", "I(x**2)"),
        ("stage[x]", "I(stage == 'x')"),
        ("(1 | centre:ward)", "add a column to the table"),
        ("age > 60", "I(age > 70)"),
        ("log(arm)", "a factor stands as it is"),
        ("T(stage, 'w')", "there is no level 'w'"),
        ("C(age)", "which has 60 values; at most 20 are taken"),
        ("grade + C(grade)", "both as a number and as a factor"),
    ],
)
def test_what_is_written_otherwise_here_is_said(
    frame: pd.DataFrame, formula: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FormulaError) as caught:
        learn_design(frame, formula)
    assert said in str(caught.value)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("formula", [None, 3, ["arm"], {"arm"}])
def test_a_formula_is_text(formula: object) -> None:
    with pytest.raises(FormulaError, match="a formula is text"):
        formula_variables(formula)  # type: ignore[arg-type]


def test_as_many_terms_as_are_allowed_are_read() -> None:
    assert len(formula_terms("+".join(f"x{i}" for i in range(300)))) == 300


@pytest.mark.parametrize(
    ("nested", "plain"),
    [
        ("arm/age", "arm + arm:age"),
        ("stage/age", "stage + stage:age"),
        ("arm/(age + grade)", "arm + arm:age + arm:grade"),
        ("arm/stage", "arm + arm:stage"),
    ],
)
def test_a_nested_term_is_its_sum(frame: pd.DataFrame, nested: str, plain: str) -> None:
    one, other = learn_design(frame, nested), learn_design(frame, plain)
    assert one.columns == other.columns
    np.testing.assert_array_equal(one.matrix(frame), other.matrix(frame))


@pytest.mark.parametrize(
    ("formula", "columns"),
    [
        ("C(stage)", ("C(stage)[x]", "C(stage)[y]")),
        ("C(arm)", ("C(arm)[new]",)),
        ("T(stage, 'y')", ("T(stage, 'y')[z]", "T(stage, 'y')[x]")),
        ("T(stage, ref='y')", ("T(stage, ref='y')[z]", "T(stage, ref='y')[x]")),
        ("S(stage)", ("S(stage)[z]", "S(stage)[x]")),
        ("C(grade)", ("C(grade)[2]", "C(grade)[10]")),
        ("T(grade, 10)", ("T(grade, 10)[1]", "T(grade, 10)[2]")),
        ("zero_sum(grade)", ("zero_sum(grade)[1]", "zero_sum(grade)[2]")),
        ("C(age > 60)", ("C(age > 60)[True]",)),
    ],
)
def test_factors_keep_the_order_of_the_cohort(
    frame: pd.DataFrame, formula: str, columns: tuple[str, ...]
) -> None:
    design = learn_design(frame, formula)
    assert design.columns == columns
    # new patients may all be of one level, and the baseline stands at one of the levels
    np.testing.assert_array_equal(design.matrix(frame.iloc[:1]), design.matrix(frame)[:1])
    assert design.matrix(reference_row(design.frame)).shape == (1, len(columns))
