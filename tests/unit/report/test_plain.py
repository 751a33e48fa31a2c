"""Hostile labels in every format: no markup, no escapes, no marks of direction, no template."""

import re
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from lxml import etree

from posthaz.figures.style import new_figure
from posthaz.figures.write import figure_bytes
from posthaz.report.blocks import Bullets, KeyValues, Note, Paragraph, Report, Section, Table
from posthaz.report.html import render_html
from posthaz.report.markdown import render_markdown
from posthaz.report.word import write_word

HOSTILE = (
    "<script>document.title='x'</script> =cmd|' /C calc'!A0 \x1b[31mred\x1b[0m \x00\x07\x9b2J"
    " \u202eright\u200f\u2066 {{7*7}} {% for %} \x1b]0;title\x07end"
)
SEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def report() -> Report:
    frame = pd.DataFrame({"arm": [HOSTILE, "PCI"], "hr": [0.5, 1.0], "group": [HOSTILE, HOSTILE]})
    heads = {"arm": HOSTILE, "hr": "HR"}
    table = Table(frame, HOSTILE, heads, group="group", notes=(HOSTILE,),
                  formats={"arm": lambda value: f"{value}{HOSTILE}"})  # fmt: skip
    blocks = (Paragraph(HOSTILE), Note("info", HOSTILE), Bullets((HOSTILE,)), table, table)
    footer = (KeyValues(((HOSTILE, HOSTILE),)),)
    section = Section(HOSTILE, "answers", blocks)
    return Report(HOSTILE, HOSTILE, lead=blocks[:2], sections=(section,), footer=footer)


def test_a_page_has_the_words_and_nothing_else(report: Report) -> None:
    page = render_html(report)
    assert not SEEN.search(page)
    assert "<script>document" not in page
    assert "&lt;script&gt;document" in page
    assert "{{7*7}}" in page
    assert "49 " not in page


def test_markdown_has_the_words_and_nothing_else(report: Report) -> None:
    text = render_markdown(report)
    assert not SEEN.search(text)
    assert "<script>" not in text.replace("\\<script\\>", "")


def test_word_takes_any_label(report: Report, tmp_path: Path) -> None:
    """Control characters are no XML: today this ended in ValueError."""
    document = Document(str(write_word(report, tmp_path / "r.docx")))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "{{7*7}}" in text
    assert not SEEN.search(text)


def test_a_figure_takes_any_label() -> None:
    figure = new_figure(2.0)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], label="a\x1b[31mb\u202e")
    axes.set_title("t\x07\x00")
    axes.set_yticks([0, 1], ["x\x1b[0m", "y\u200f"])
    axes.legend()
    _, svg = figure_bytes(figure)
    assert not SEEN.search(svg.decode())
    etree.fromstring(svg)
