"""Numbers that say nearly the same."""

import numpy as np
import pandas as pd
import pytest

from posthaz.design import entangled_numbers, learn_design

RANDOM = np.random.default_rng(2)
GTV = np.exp(RANDOM.normal(4.0, 0.8, 300))
PTV = 2.5 * GTV * np.exp(RANDOM.normal(0.0, 0.15, 300))
FRAME = pd.DataFrame(
    {"gtv": GTV, "ptv": PTV, "age": RANDOM.normal(65.0, 8.0, 300),
     "arm": pd.Categorical(RANDOM.choice(["a", "b"], 300))}
)  # fmt: skip


def test_correlation_and_inflation_are_those_of_a_regression():
    (found,) = entangled_numbers(learn_design(FRAME, "arm + log(ptv) + log(gtv) + age"))
    assert found.correlation == pytest.approx(np.corrcoef(np.log(PTV), np.log(GTV))[0, 1])
    others = np.column_stack([np.ones(300), FRAME["arm"] == "b", np.log(GTV), FRAME["age"]])
    left = np.log(PTV) - others @ np.linalg.lstsq(others, np.log(PTV), rcond=None)[0]
    assert found.inflation[0] == pytest.approx(np.log(PTV).var() / left.var())
    assert found.apart == "log(gtv / ptv)"


def test_the_mend_tells_them_apart():
    assert entangled_numbers(learn_design(FRAME, "log(ptv) + log(gtv / ptv)")) == ()
    (plain,) = entangled_numbers(learn_design(FRAME, "ptv + gtv"))
    assert plain.apart == "I(gtv - ptv)"


def test_names_that_need_backquotes_have_them_in_the_mend():
    odd = FRAME.rename(columns={"gtv": "GTV (cc)", "ptv": "P-T V"})
    (found,) = entangled_numbers(learn_design(odd, "arm + log(`P-T V`) + log(`GTV (cc)`)"))
    assert found.apart == "log(`GTV (cc)` / `P-T V`)"


@pytest.mark.parametrize("formula", ["age + log(gtv)", "arm * log(gtv)", "gtv + log(gtv)", "1"])
def test_others_are_left_alone(formula):
    assert entangled_numbers(learn_design(FRAME, formula)) == ()
