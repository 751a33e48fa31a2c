"""Answers are rows with one set of columns; they are found and set side by side by them."""

import numpy as np
import pandas as pd
import pytest

from posthaz.answers import COLUMNS, View, answer_frame, beside, find, joined, one_answer
from posthaz.answers.frame import NUMBERS, TEXTS


@pytest.fixture
def answers():
    rows = [
        {"method": "posterior", "model": "weibull", "quantity": "survival", "time": 12.0,
         "arm": arm, "value": value}
        for arm, value in (("RT", 0.7), ("none", 0.5))
    ]  # fmt: skip
    rows += [{"method": "kaplan_meier", "quantity": "survival", "time": 12.0, "arm": "RT",
              "value": 0.72}]  # fmt: skip
    rows += [{"method": "posterior", "quantity": "survival", "time": 12.0, "arm": "RT",
              "statement": "> 0.5", "probability": 0.99}]  # fmt: skip
    return answer_frame(rows)


def test_every_column_is_text_or_number():
    assert sorted(COLUMNS) == sorted((*TEXTS, *NUMBERS))
    assert list(answer_frame([]).columns) == list(COLUMNS)


def test_what_a_row_lacks_is_empty_or_missing(answers):
    row = answers.iloc[0]
    assert row["term"] == "" and np.isnan(row["p"])


def test_an_unknown_column_is_refused():
    with pytest.raises(KeyError, match="no column hr"):
        answer_frame([{"hr": 0.9}])


def test_rows_are_found_by_text_and_number_and_by_several_values(answers):
    assert len(find(answers, quantity="survival", time=12, statement="")) == 3
    assert find(answers, arm=("RT", "none"), method="posterior", statement="")[
        "value"
    ].tolist() == [0.7, 0.5]
    assert len(find(answers, p=float("nan"))) == 4
    assert one_answer(answers, arm="somebody else") is None
    with pytest.raises(KeyError, match="no column 'armm'"):
        find(answers, armm="RT")


def test_methods_stand_side_by_side_and_a_question_without_one_is_kept(answers):
    table = beside(answers, ["posterior", "kaplan_meier"]).set_index("arm")
    assert table.loc["RT", "kaplan_meier_value"] == 0.72
    assert np.isnan(table.loc["none", "kaplan_meier_value"])


def test_two_models_of_one_method_are_not_mixed(answers):
    again = joined([answers, answers.assign(model="gompertz")])
    with pytest.raises(ValueError, match="choose one of its models"):
        beside(again, ["posterior"])


def test_a_table_without_rows_has_no_answers_whatever_columns_it_lacks() -> None:
    """Hazard ratios of transitions, where no arms are compared."""
    view = View("ratios", "term method=source value=hr", {"quantity": "hazard_ratio"})
    assert view.answers(pd.DataFrame()).empty
    assert list(view.answers(pd.DataFrame()).columns) == list(COLUMNS)
