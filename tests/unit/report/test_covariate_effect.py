"""The head of a file that asks about a covariate."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from posthaz.design import learn_design
from posthaz.report.sections.single import first_covariate


def test_the_question_is_the_covariate_that_the_formula_names_first() -> None:
    grade = pd.Categorical(["a", "b"] * 20)
    frame = pd.DataFrame({"ptv_cc": np.linspace(50, 900, 40), "grade": grade})
    for formula, first in (("log2(ptv_cc) + grade", "ptv_cc"), ("grade + ptv_cc", "grade")):
        design = learn_design(frame, formula)
        fit = SimpleNamespace(design=design, spec=SimpleNamespace(formula=formula))
        results: Any = SimpleNamespace(posterior=SimpleNamespace(primary=fit))
        assert first_covariate(results) == first
