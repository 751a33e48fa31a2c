"""A reviewer's questions, answered by whichever axes were tried."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.report.sections.sensitivity_words import five_answers


def study(**clinical):
    return SimpleNamespace(
        analysis=SimpleNamespace(clinical=clinical), cohort=ph.simulated_example()
    )


def comparison(*axes):
    rows = [(axis, "arm[B]", 2, 0.6, "", 0.6 + k / 10, "", 0.9, 0.95, -0.2 - k, f"{axis}: x{k}")
            for k, axis in enumerate(axes)]  # fmt: skip
    columns = ["axis", "term", "variants", "hr_lowest", "lowest", "hr_highest", "highest",
               "p_lowest", "p_highest", "largest_difference_sd", "largest"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("axis", "line"),
    [
        ("prior on arm", 0), ("prior on sigma", 0), ("baseline", 1), ("cuts", 1), ("smoothing", 1),
        ("effect of arm", 1), ("covariates", 2), ("covariate set", 2), ("coding of dose_gy", 2),
        ("matching", 2), ("weights", 2), ("missing values", 2), ("patients", 3),
        ("exclusion of old", 3), ("without one patient", 3), ("landmark", 3), ("horizon", 3),
        ("the censored", 5),
    ],
)  # fmt: skip
def test_each_axis_answers_its_question(axis, line):
    lines = five_answers(study(), comparison(axis), {})
    assert "**0.60** and **0.60**" in lines[line] and "2 alternatives" in lines[line]
    assert sum("Not tried" in one for one in lines) == len(lines) - 1
    assert len(lines) == 5 + (line == 5)


def test_the_choice_that_moves_it_furthest_is_named_and_axes_together_are_left_to_the_table():
    rows = comparison("cuts", "effect of arm", "cuts, prior on arm")
    (line,) = [one for one in five_answers(study(), rows, {}) if "baseline" in one]
    assert "**0.60** and **0.70**" in line and "4 alternatives" in line
    assert "at most 1.20 posterior standard deviations from the primary (effect of arm: x1)" in line


def test_tipping_points_stand_before_what_was_tried():
    beside = {"patients": "Without 3 patients the sign changes.", "confounder": "E-value 2."}
    lines = five_answers(study(), comparison("landmark"), beside)
    assert lines[3].endswith("over 2 alternatives, at most 0.20 posterior standard deviations "
                             "from the primary (landmark: x0).")  # fmt: skip
    assert "Without 3 patients the sign changes. the hazard" not in lines[3]
    assert lines[4] == "Does it hang on **a confounder nobody measured**? E-value 2."


def test_a_page_without_tipping_points_says_where_they_are():
    lines = five_answers(study(tipping_points=object()), comparison("cuts"), {})
    assert lines[4].endswith("? `posthaz report` answers it, by `[tipping_points]`.")


def test_the_confounder_is_answered_by_the_e_value_of_the_primary():
    """VanderWeele and Ding 2017: 0.80 (0.71 to 0.91) of a rare outcome has 1.81 and 1.43."""
    cohort = SimpleNamespace(
        weight=np.ones(100),
        event=np.arange(100) < 10,
        patients=SimpleNamespace(weight=np.ones(100)),
    )
    asked = SimpleNamespace(analysis=SimpleNamespace(clinical={}), cohort=cohort)
    table = pd.DataFrame(
        {"primary": [True, False], "term": ["arm[B]"] * 2, "hr_median": [0.80, 0.5],
         "hr_lower": [0.71, 0.4], "hr_upper": [0.91, 0.6]}
    )  # fmt: skip
    line = five_answers(asked, comparison("cuts"), {}, table)[4]
    assert "risk ratio of **1.81** with" in line and "rare outcome; **1.43** to bring" in line
    assert "`[tipping_points]` in the analysis file says what a known one would leave." in line
    given = five_answers(asked, comparison("cuts"), {"confounder": "E-value 2."}, table)[4]
    assert given.endswith("? E-value 2.")
