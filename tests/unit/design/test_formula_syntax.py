"""Every formula that formulae can't read gets a caret; every other one passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthaz.design.formula_syntax import syntax_fault


@pytest.mark.parametrize(
    "formula",
    ["1", "arm", "arm * log(gtv_cc) + bs(dose_gy, df=4) + (1 | centre)", "`body mass` + arm:age"],
)
def test_good_formulas_have_no_fault(formula):
    assert syntax_fault(formula) == ""


@pytest.mark.parametrize(
    ("formula", "position", "reason"),
    [
        ("arm age", 4, "missing before this"),
        ("arm)", 3, "never opened"),
        ("arm + ", 6, "a term is missing"),
        ("arm * (age", 10, "after expression"),
        ("(arm + )", 7, "a term is missing before this bracket"),
        ("y ~ arm", 2, "right-hand side only"),
        ("arm = 3", 4, "inside the brackets of a function"),
        ("age^2", 3, "unexpected character"),
        ("arm + `body mass", 6, "not closed"),
        ("arm + 'x", 6, "unterminated"),
        ("", 0, "is empty"),
        ("  ", 0, "is empty"),
        ("(" * 5000, 0, "too deeply"),
    ],
)
def test_faults_have_a_caret_at_their_place(formula, position, reason):
    shown, caret = syntax_fault(formula).split("\n")
    assert shown == f"    {formula}" or shown == f"    {formula[:60]} ..."
    assert caret.index("^") == 4 + position
    assert reason in caret


def test_a_formula_over_several_lines_is_shown_on_one():
    assert syntax_fault("arm\n + (age").split("\n")[0] == "    arm + (age"


@given(st.text(alphabet="ab1 +*:|()~`'\"=,.^[]{}-/%!", max_size=20))
def test_no_text_escapes_as_another_error(formula):
    assert isinstance(syntax_fault(formula), str)
