"""Tables of analyses are told in ``answers.csv``: columns, words and files that exist."""

import re

import pytest

from posthaz.analyses.registry import analysis_names, part_of
from posthaz.answers import COLUMNS, METHODS, QUANTITIES
from posthaz.answers.view import METHOD_OF
from tests.house.markdown import ROOT

SECTIONS = re.split(r"(?m)^## ", (ROOT / "docs/reference/outputs.md").read_text(encoding="utf-8"))
ELSEWHERE = {"sensitivity"}  # one row a variant; its page is a report of its own
VIEWS = [
    pytest.param(view, id=f"{name}-{view.file}-{place}")
    for name in analysis_names()
    for place, view in enumerate(part_of(name).views)
]


def words_of(file):
    """Words in code style in the sections on a file."""
    about = [text for text in SECTIONS[2:] if re.search(rf"{file}[*`.\\]|{file}\\.csv", text)]
    assert about, file
    return set(re.findall(r"`([^`]+)`", " ".join(about)))


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_reads_documented_columns(view):
    documented = words_of(view.file)
    own = {column for columns in view.reads.values() for column in columns}
    own |= {view.statement[0]} - {""}
    assert own <= documented
    assert {*view.reads, *view.fixed} <= set(COLUMNS)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_uses_the_words_of_answers(view):
    assert "method" in {*view.reads, *view.fixed}
    assert "quantity" in {*view.reads, *view.fixed}
    assert view.fixed.get("method", "cox") in METHODS
    assert view.fixed.get("quantity", "survival") in QUANTITIES
    assert set(METHOD_OF.values()) <= set(METHODS)


@pytest.mark.parametrize("name", sorted({*analysis_names()} - {"privacy"}))
def test_every_analysis_that_answers_is_in_the_answers(name):
    part = part_of(name)
    rows = type(part).__dataclass_fields__["rows"].default
    assert part.views or part.rows is not rows
