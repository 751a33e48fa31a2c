"""Codings of the package's own: deviations that sum to zero, splines in interactions."""

import numpy as np
import pandas as pd
import pytest

from posthaz.design import learn_design
from posthaz.design.function_arguments import ZeroSum
from posthaz.errors import FormulaError

RANDOM = np.random.default_rng(4)
FRAME = pd.DataFrame(
    {
        "arm": pd.Categorical(RANDOM.choice(["A", "B"], 60), ordered=True),
        "stage": pd.Categorical(RANDOM.choice(["I", "II", "III"], 60), ordered=True),
        "dose": RANDOM.uniform(50.0, 70.0, 60),
    }
)


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_deviations_sum_to_zero_and_have_one_prior(levels):
    matrix = ZeroSum().code_without_intercept([str(k) for k in range(levels)]).matrix
    assert np.allclose(matrix.sum(axis=0), 0.0)
    covariance = matrix @ matrix.T
    assert np.allclose(np.diag(covariance), 1.0 - 1.0 / levels)
    apart = covariance[0, 0] + covariance[1, 1] - 2.0 * covariance[0, 1]
    assert apart == pytest.approx(2.0)


def test_a_design_codes_new_patients_who_lack_a_level():
    design = learn_design(FRAME, "arm * zero_sum(stage)")
    assert len(design.columns) == 5
    again = design.matrix(FRAME[FRAME["stage"] == "II"].reset_index(drop=True))
    assert np.allclose(again, design.matrix(FRAME)[(FRAME["stage"] == "II").to_numpy()])


def test_splines_stand_in_interactions_and_remember_their_knots():
    design = learn_design(FRAME, "arm * spline(dose, df=3)")
    assert len(design.columns) == 7
    assert np.allclose(design.matrix(FRAME.iloc[:5]), design.matrix(FRAME)[:5])


def test_the_refusal_of_other_splines_names_it():
    with pytest.raises(FormulaError, match=r"Fix: write spline\(x, df=3\)"):
        learn_design(FRAME, "arm * bs(dose, df=4)")
