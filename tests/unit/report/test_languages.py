"""A report in Chinese: nothing left in English, and the user's own words as they are."""

import re
from collections import Counter
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from docx import Document
from matplotlib.text import Text

from posthaz.checks.convergence import _failures
from posthaz.cohort import Column
from posthaz.languages import speaker_of
from posthaz.languages.catalogue import NUMBER
from posthaz.report import Results, render_html, render_markdown, write_word
from posthaz.report.blocks import ChecklistItem, Note, Paragraph, Report, Section, Table
from posthaz.report.compose import compose_report
from posthaz.report.inline import plain_report
from posthaz.report.missing import MissingPart
from posthaz.report.pictures import plot_forest, plot_survival
from posthaz.report.summary import summary_of
from posthaz.report.write import write_report

LABELS = ("放疗组", "العلاج الإشعاعي", "Ακτινοθεραπεία")
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")


@pytest.fixture(scope="module")
def chinese(two_arms: Results) -> Results:
    cohort = two_arms.cohort
    arm = Column("arm", "手术方式", levels=("A", "B"), level_labels=(LABELS[1], LABELS[2]))
    cohort = replace(cohort, columns={**cohort.columns, "arm": arm})
    analysis = replace(two_arms.analysis, language="zh", title=LABELS[0], question="B优于A吗？")
    return replace(two_arms, analysis=analysis, cohort=cohort)


@pytest.fixture(scope="module")
def page(chinese: Results) -> Report:
    return compose_report(chinese)[0]


def words(page: str) -> str:
    """What a reader sees of a page, without references, code and the label of a column."""
    text = re.sub(
        r"<style>.*?</style>|<code>.*?</code>|<a .*?</a>|<ol>.*?</ol>", "", page, flags=re.S
    )
    return unescape(re.sub(r"<[^>]*>", "\n", text)).replace("ross tumour volume", "")


def test_no_sentence_is_left_in_english(page: Report):
    html = render_html(page)
    assert page.speaker.missed == []
    assert '<html lang="zh-CN">' in html
    assert ENGLISH.findall(words(html)) == []
    assert ENGLISH.findall(words(render_html(summary_of(page)))) == []


def test_labels_of_any_script_come_through(page: Report, tmp_path: Path):
    document = Document(str(write_word(page, tmp_path / "report.docx")))
    word = "\n".join(one.text for one in document.paragraphs)
    for text in (render_html(page), render_markdown(page), word):
        assert all(label in text for label in LABELS)


def test_each_block_has_the_numbers_of_the_english_one(page: Report):
    said = plain_report(page)
    english = plain_report(replace(page, speaker=speaker_of("en")))
    pairs = zip(texts(english), texts(said), strict=True)
    moved = [(a, b) for a, b in pairs if numbers(a) != numbers(b)]
    assert moved == []


def numbers(text: str) -> Counter[str]:
    return Counter(re.findall(NUMBER, text))


def texts(report: Report) -> list[str]:
    """Words of a report's blocks, in order, cells not among them."""
    sections = [one for top in report.sections for one in (top, *top.subsections)]
    blocks = [*report.lead, *(block for one in sections for block in one.blocks)]
    found = [one.title for one in sections]
    for block in blocks:
        for name in ("text", "caption", "alt", "notes", "items"):
            part = getattr(block, name, "")
            found += [part] if isinstance(part, str) else [words_of(one) for one in part]
    return found


def words_of(item: Any) -> str:
    """What an item of a list, of terms or of a checklist says."""
    if isinstance(item, ChecklistItem):
        return f"{item.item} {item.answer}"
    return item if isinstance(item, str) else " ".join(item)


def test_what_has_no_translation_stays_and_is_told():
    speaker = speaker_of("zh")
    report = Report(
        "T", lead=(Paragraph("Cox. An unheard-of sentence of 12 words."),), speaker=speaker
    )
    assert "<p>Cox。An unheard-of sentence of 12 words.</p>" in render_html(report)
    assert speaker.missed == ["An unheard-of sentence of 12 words"]


def test_a_missing_part_is_said_and_cells_are():
    frame = pd.DataFrame({"a": [0.5], "g": ["Survival"]})
    table = Table(frame, "Hazard ratios", {"a": "Hazard ratio"}, {"a": ".1f"}, group="g")
    sections = (Section("Survival", "survival", (table, Note("warning", "Cox."))),)
    report = Report("T", sections=sections, speaker=speaker_of("zh"))
    text = render_markdown(report)
    assert "**表 1.** 风险比。" in text
    assert "| **生存** |" in text
    assert "| 0.5 |" in text
    assert "> **警告：** Cox。" in text
    missing = replace(report, sections=(), lead=(MissingPart("table of medians", "no event"),))
    assert "错误：" in render_html(missing)


def test_the_texts_without_translation_are_written_to_be_translated(
    two_arms: Results, tmp_path: Path
):
    analysis = replace(two_arms.analysis, language="zh", title="")
    odd = (MissingPart("unheard-of thing 7", "no reason 5"),)
    written = write_report(replace(two_arms, analysis=analysis, missing=odd), tmp_path, ("html",))
    left = tmp_path / "untranslated.po"
    assert left in written.files
    told = left.read_text(encoding="utf-8")
    assert 'msgid "unheard-of thing"' in told
    assert 'msgid "no reason {n1}"' in told


@pytest.mark.parametrize(
    "worst",
    [
        {"rhat": 1.034}, {"ess": 80.0}, {"divergences": 3}, {"bfmi": 0.21},
        {"rhat": float("nan")}, {"ess": float("nan")},
    ],
)  # fmt: skip
def test_failed_checks_are_told_in_chinese(chinese: Results, worst: dict[str, float]):
    """The worst news of a report, at its head, under “Diagnostics” and in the checklist."""
    figures = {"rhat": 1.0, "ess": 900.0, "divergences": 0, "bfmi": 0.9} | worst
    rhat = (figures.pop("rhat"), "log_hazard_ratio[0]")
    said = _failures(4, rhat, figures["ess"], int(figures["divergences"]), figures["bfmi"])
    checks = tuple(replace(one, failures=said) for one in chinese.posterior.convergence)
    failed = replace(chinese, posterior=replace(chinese.posterior, convergence=checks))
    assert said and failed.failures
    page = compose_report(failed)[0]
    html = render_html(page)
    assert page.speaker.missed == []
    assert "未通过收敛检验" in words(html) and "项检验未通过" in words(html)


def test_pictures_of_results_speak_their_language_and_leave_other_axes_alone(
    chinese: Results, two_arms: Results
):
    _, (mine, theirs) = plt.subplots(1, 2, layout="constrained")
    mine.set_xlabel("Hazard ratio")
    plot_forest(chinese, theirs)
    alone = plot_survival(chinese)
    english = plot_survival(two_arms)
    said = (theirs.get_xlabel(), alone.get_xlabel(), english.get_xlabel(), mine.get_xlabel())
    plt.close("all")
    assert said == ("风险比（对数刻度）", "时间（月）", "Time (months)", "Hazard ratio")
    assert LABELS[1] in " ".join(text.get_text() for text in alone.figure.findobj(Text))
