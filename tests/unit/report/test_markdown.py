import re

import pytest

from posthaz.report import Report, render_markdown
from posthaz.report.markdown import pipe_row
from tests.unit.report.samples import sample


@pytest.fixture(scope="module")
def text():
    return render_markdown(sample(simulated=True))


def test_headings_follow_the_sections(text):
    headings = re.findall(r"^(#+) (\w+)", text, re.M)
    assert headings == [
        ("#", "PCI"),
        ("##", "Priors"),
        ("##", "Survival"),
        ("###", "Estimates"),
        ("##", "Checklist"),
    ]


def test_every_table_row_has_as_many_cells_as_its_header(text):
    rows = [line for line in text.splitlines() if line.startswith("|")]
    counts = [len(re.findall(r"(?<!\\)\|", line)) - 1 for line in rows]
    assert counts == [4] * 7 + [3] * 4
    assert "| arm | 0.90 | 0.62 to 1.29 | 3,800 |" in rows
    assert rows[1] == "| --- | ---: | ---: | ---: |"


def test_the_figure_is_linked_with_its_alternative_text(text):
    assert re.search(r"!\[Curves .*\]\(figures/survival\.png\)", text)
    assert "**Figure 1.** Survival by arm. Numbers: [curves.csv](curves.csv)." in text
    assert "(plots/survival.png)" in render_markdown(sample(), "plots")


def test_text_cannot_become_markup(text):
    assert "<script" not in text.replace("\\<script", "")
    assert r"a\|b \*c\* \[d\](e)" in text
    assert "**0.90**" in text


def test_simulated_cohort_and_notes_are_said_in_words(text):
    assert "SIMULATED COHORT" in text
    assert "SIMULATED" not in render_markdown(sample())
    for word in ("Error", "Note", "Warning"):
        assert f"> **{word}:**" in text


def test_report_without_anything_is_its_title():
    assert render_markdown(Report("PCI")) == "# PCI\n"


def test_a_frailty_in_a_table_ends_no_cell():
    assert pipe_row(["`arm + (1 | id)`", "a\\|b"]) == "| `arm + (1 \\| id)` | a\\|b |"
