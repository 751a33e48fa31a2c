"""NVALT-11 as a Chinese reader gets it, on all its patients."""

import re
from html import unescape
from pathlib import Path

import pytest
from docx import Document

import posthaz as ph

EXAMPLE = Path(__file__).parents[2] / "examples" / "nvalt11_zh.toml"
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}")


@pytest.mark.slow
def test_the_page_of_nvalt11_has_no_english_sentence_left(tmp_path: Path):
    results = ph.run_analysis(EXAMPLE)
    written = results.report(tmp_path / "out", ("html", "docx", "md", "summary"))
    assert not written.missing
    assert not (tmp_path / "out" / "untranslated.po").exists()
    for name in ("report.html", "summary.html"):
        page = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert '<html lang="zh-CN">' in page
        shown = re.sub(r"<style>.*?</style>|<code>.*?</code>|<ol>.*?</ol>", "", page, flags=re.S)
        assert ENGLISH.findall(unescape(re.sub(r"<[^>]*>", "\n", shown))) == []
        assert all(word in page for word in ("观察组", "PCI组", "风险比", "118"))
    word = Document(str(tmp_path / "out" / "report.docx"))
    assert "敏感性分析" in [one.text for one in word.paragraphs]
