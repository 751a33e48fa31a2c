"""What a formula lets differ between clusters, and what it may not."""

import numpy as np
import pandas as pd
import pytest

from posthaz.design import formula_bars, learn_design
from posthaz.errors import FormulaError

_ARMS = pd.Categorical(list("ABABABABABAB"), categories=["A", "B"], ordered=True)
_FRAME = pd.DataFrame(
    {
        "arm": _ARMS,
        "dose": np.arange(12.0) * 10,
        "site": list("abcabcabcabc"),
        "ward": list("aabb" * 3),
    }
)


@pytest.mark.parametrize(
    ("formula", "varying", "blocks"),
    [
        ("arm + (1 | site)", ("",), ()),
        ("arm + (arm | site)", ("", "arm[B]"), ((0, 1),)),
        ("arm + (1 | site) + (0 + arm | site)", ("", "arm[B]"), ()),
        ("arm + (0 + arm | site)", ("arm[A]", "arm[B]"), ((0, 1),)),
        ("dose + (0 + dose | site)", ("dose",), ()),
        (
            "arm * dose + (arm * dose | site)",
            ("", "arm[B]", "dose", "arm[B]:dose"),
            ((0, 1, 2, 3),),
        ),
        ("arm + dose + (arm | site) + (0 + dose | site)", ("", "arm[B]", "dose"), ((0, 1),)),
    ],
)
def test_terms_before_a_bar_differ_between_clusters(formula, varying, blocks):
    (group,) = learn_design(_FRAME, formula).groups
    assert (group.name, group.varying, group.blocks) == ("site", varying, blocks)


def test_every_level_of_a_factor_without_an_intercept_has_an_effect():
    (group,) = learn_design(_FRAME, "arm + (0 + arm | site)").groups
    assert group.slopes is not None
    np.testing.assert_array_equal(
        group.slopes.matrix(_FRAME)[:3], [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    )


def test_numbers_are_centred_as_the_design_is():
    design = learn_design(_FRAME, "dose + (dose | site)")
    (group,) = design.groups
    assert group.slopes is not None
    np.testing.assert_allclose(group.slopes.matrix(_FRAME)[:, 0], _FRAME["dose"] - 55.0)
    np.testing.assert_allclose(group.slopes.unit, _FRAME["dose"].std(ddof=0))
    new = pd.DataFrame({"dose": [65.0], "site": ["new"]})
    np.testing.assert_allclose(group.slopes.matrix(new), [[10.0]])


def test_a_bar_keeps_the_terms_that_a_formula_keeps():
    (bar,) = formula_bars("arm + dose + (arm + dose | site)")
    assert str(bar.among(["dose"])) == "(1 + dose | site)"
    assert str(bar.among([])) == "(1 | site)"
    (alone,) = formula_bars("arm + (0 + arm | site)")
    assert alone.among(["dose"]) is None
    (odd,) = formula_bars("arm + (1 | `my site`)")
    assert str(odd) == "(1 | `my site`)"


@pytest.mark.parametrize(
    ("formula", "what", "fix"),
    [
        ("dose + (arm | site)", "no average effect of it", "add 'arm' to the formula"),
        ("arm + (arm | site) + (1 | site)", "the frailty differ .* twice", "keep it in one"),
        ("arm + (arm | site) + (0 + arm | site)", "the effect of 'arm' .* twice", "keep it in one"),
        ("arm * dose + (0 + arm:dose | site)", "hazards are alike", r"write \(1 \+ arm:dose"),
        ("I(dose/2) + (I(dose/2) | site)", "without a slash", "name of its own"),
    ],
)
def test_what_can_not_differ_is_said(formula, what, fix):
    with pytest.raises(FormulaError, match=what) as caught:
        learn_design(_FRAME, formula)
    assert pytest.importorskip("re").search(fix, caught.value.fix)


def test_numbered_clusters_are_called_as_they_are_written():
    frame = pd.DataFrame({"site": [1.0, 2.0, 10.0] * 4, "dose": np.arange(12.0)})
    design = learn_design(frame, "dose + (1 | site)")
    (group,) = design.groups
    assert set(group.levels) == {"1", "2", "10"}
    for named in (10, 10.0):
        (place,) = design.cluster(group, pd.DataFrame({"site": [named]}))
        assert group.levels[place] == "10"
