"""What changed between two files of answers."""

import pandas as pd

from posthaz.answers.beside import changed_answers

BEFORE = pd.DataFrame(
    [
        {"quantity": "hazard_ratio", "model": "a", "value": 0.80, "mcse": 0.010},
        {"quantity": "rmst", "model": "a", "value": 20.0, "mcse": 0.1},
        {"quantity": "survival", "model": "a", "time": 12, "value": 0.5, "mcse": 0.001},
        {"quantity": "test", "model": "", "value": None},
        {"quantity": "hazard_ratio", "model": "a", "statement": "< 1", "probability": 0.9},
        {"quantity": "median", "model": "a", "value": 9.0},
    ]
)


def test_rows_are_told_apart_by_what_they_answer():
    after = BEFORE.copy()
    after.loc[1, "value"] = 20.3  # 2.1 errors of the difference
    after.loc[2, "value"] = 0.6
    after.loc[4, "probability"] = 0.95  # nothing says how precise it is
    after.loc[5, "quantity"] = "rmst_difference"
    table = changed_answers(BEFORE, after.iloc[::-1])
    kinds = table.groupby("kind")["quantity"].apply(set).to_dict()
    assert kinds == {
        "equal": {"hazard_ratio", "test"},
        "within Monte Carlo error": {"rmst"},
        "changed": {"survival", "hazard_ratio"},
        "gone": {"median"},
        "new": {"rmst_difference"},
    }
    errors = table.loc[table["quantity"] == "rmst", "errors"].item()
    assert round(errors, 2) == 2.12


def test_the_same_answers_are_equal_also_where_a_name_comes_twice():
    twice = pd.concat([BEFORE, BEFORE.iloc[:1]], ignore_index=True)
    table = changed_answers(twice, twice)
    assert len(table) == 7 and (table["kind"] == "equal").all()
