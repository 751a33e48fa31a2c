"""What was asked for stands in the page: tests, frailties; and grouping columns don't."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from posthaz.baselines import frequentist_answers
from posthaz.cohort import CohortSpec
from posthaz.design import learn_design
from posthaz.hazards import Weibull
from posthaz.report.gather import _described
from posthaz.report.sections.answer_tables import _table
from posthaz.report.sections.clusters import between_clusters
from posthaz.report.sections.survival import asked_tests_sentence
from posthaz.simulate import simulated_example
from posthaz.spec import Analysis, EstimandSpec, ModelSpec


def test_every_test_asked_for_is_in_the_sentence():
    answers = frequentist_answers(
        simulated_example(), covariates=[], fleming_harrington=[(0, 1), (1, 0)], cox=[]
    )
    results = SimpleNamespace(frequentist=SimpleNamespace(answers=answers))
    text = asked_tests_sentence(results)  # type: ignore[arg-type]
    assert text.startswith("The log-rank test gives χ² = ")
    assert "weights (0, 1), which looks at late differences" in text
    assert "weights (1, 0), which looks at early differences" in text
    assert text.count("P ") == 3
    none = SimpleNamespace(frequentist=SimpleNamespace(answers=answers.iloc[:0]))
    assert asked_tests_sentence(none) == ""  # type: ignore[arg-type]


def test_a_frailty_is_a_median_hazard_ratio_in_words():
    frame = pd.DataFrame({"ward": pd.Categorical(list("abcabc"))})
    draws = xr.DataTree.from_dict(
        {"/posterior": xr.Dataset({"frailty_sd_ward": (("chain", "draw"), np.full((2, 50), 0.5))})}
    )
    fit = SimpleNamespace(
        design=learn_design(frame, "(1 | ward)"),
        draws=draws,
        spec=ModelSpec("m", Weibull(), "(1 | ward)"),
    )
    results = SimpleNamespace(
        posterior=SimpleNamespace(primary=fit),
        analysis=SimpleNamespace(estimands=EstimandSpec()),
    )
    (text,) = between_clusters(results, fit)  # type: ignore[arg-type]
    assert "standard deviation of 0.50" in text
    assert "1.61 (1.61 to 1.61) times" in text  # exp(0.5 x sqrt(2) x 0.6745)


@pytest.mark.parametrize("stated", [(), ("centre",)])
def test_grouping_columns_are_no_characteristics_unless_asked_for(stated):
    cohort = simulated_example()
    analysis = Analysis(
        "a",
        (ModelSpec("m", Weibull(), "arm + (1 | centre)"),),
        CohortSpec(event_codes={"1": 1, "0": 0}),
        table_one=stated,
    )
    assert ("centre" in _described(analysis, cohort)) is bool(stated)
    assert "gtv_cc" in _described(analysis, cohort) or stated


def test_a_head_promises_no_interval_that_no_row_has():
    row = {"arm": "A", "time": "12", "bayes": "50 % (40 to 60)", "mcse": "0.1"}
    heads = {"time": "At", "bayes": "Bayes (95 % CrI)", "km": "Turnbull (95 % CI)", "mcse": "MCSE"}
    bare = _table([row | {"km": "48 %"}], "Survival", heads)
    whole = _table([row | {"km": "48 % (37 to 59)"}], "Survival", heads)
    assert bare is not None and whole is not None
    assert bare.columns["km"] == "Turnbull" and whole.columns["km"] == "Turnbull (95 % CI)"
