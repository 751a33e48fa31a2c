import numpy as np
import pandas as pd
import pytest

from posthaz.report import Report, Section, Table
from posthaz.report.cells import cell_text, grouped_rows, numeric_columns, table_rows
from posthaz.report.inline import spans
from tests.unit.report.samples import coefficients, sample


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.905, None, "0.91"),
        (np.float32(0.5), None, "0.50"),
        (np.int64(87), None, "87"),
        (np.int64(8700), ",d", "8,700"),
        (3, ".1f", "3.0"),
        (np.inf, ".2f", "∞"),
        (-np.inf, None, "-∞"),
        (np.nan, ".2f", "–"),
        (None, None, "–"),
        (pd.NA, ".2f", "–"),
        (np.True_, None, "yes"),
        ("not reached", ".2f", "not reached"),
        (0.00001, lambda p: "< 0.001" if p < 0.001 else f"{p:.3f}", "< 0.001"),
        (np.nan, lambda p: f"{p:.3f}", "–"),
    ],
)
def test_cell_text(value, form, text):
    assert cell_text(value, form) == text


def test_columns_are_shown_in_the_order_asked_with_the_row_header_first():
    frame = pd.DataFrame({"hr": [0.9], "term": ["arm"], "extra": [1]})
    table = Table(frame, "x", {"hr": "HR", "term": "Term"}, row_header="term")
    assert table.shown == {"term": "Term", "hr": "HR"}
    assert table_rows(table)[0].cells == ("arm", "0.90")


def test_groups_are_runs_of_equal_values():
    grouped = grouped_rows(coefficients())
    assert [(name, len(rows)) for name, rows in grouped] == [("weibull", 2), ("pwe", 1)]


def test_numeric_columns_are_those_that_hold_numbers():
    frame = pd.DataFrame(
        {
            "time": [1, 2],
            "hr": ["0.9 (0.6 to 1.3)", "–"],
            "note": ["1 of 2", "none"],
            "d": [-1.0, 2],
        }
    )
    assert numeric_columns(Table(frame, "x")) == [False, True, False, True]
    assert numeric_columns(Table(frame.iloc[:0], "x")) == [False] * 4


def test_tables_and_figures_are_numbered_in_reading_order():
    report = sample()
    figure = report.sections[1].blocks[0]
    table = report.sections[1].subsections[0].blocks[0]
    checklist = report.sections[2].blocks[0]
    labels = [report.label(block) for block in (figure, table, checklist)]
    assert labels == ["Figure 1", "Table 1", "Table 2"]


def test_anchors_used_twice_are_refused():
    with pytest.raises(ValueError, match="anchors used twice: a"):
        Report("x", sections=(Section("A", "a"), Section("B", "b", (), (Section("C", "a"),))))


def test_subsections_go_one_level_deep():
    deep = Section("B", "b", (), (Section("C", "c"),))
    with pytest.raises(ValueError, match="can't hold subsections"):
        Section("A", "a", (), (deep,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain < & *x*", [("text", "plain < & *x*")]),
        ("2 ** 3 ** 4", [("text", "2 "), ("bold", " 3 "), ("text", " 4")]),
        ("`a **b**`", [("code", "a **b**")]),
        (
            "(https://doi.org/10.1016/S0140-6736(13)61809-9).",
            [
                ("text", "("),
                ("doi", "https://doi.org/10.1016/S0140-6736(13)61809-9"),
                ("text", ")."),
            ],
        ),
        ("https://example.org/10.1", [("text", "https://example.org/10.1")]),
    ],
)
def test_spans(text, expected):
    assert [(span.kind, span.text) for span in spans(text)] == expected
