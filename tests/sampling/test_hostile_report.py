"""A whole report of hostile labels: no script, formula, escape, template or field in any file."""

import csv
import re
from pathlib import Path

import lxml.html
import numpy as np
import pandas as pd
import pytest
from docx import Document

from tests.fuzz.inputs import toml_text
from tests.fuzz.runs import FORMULA, check_text, run

ARMS = ("<script>document.title='x'</script>", "=cmd|' /C calc'!A0")
SEXES = ("\\input{/etc/passwd}", "{{7*7}} $x_{$")
LABEL = "\x1b[31mAge\u202e\u200f <img src=x onerror=alert(1)> ${7*7} @SUM(A1)"
HOSTILE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
ASKED = {
    "analysis": {"title": ARMS[0] + SEXES[1], "question": LABEL, "endpoint": f"+{SEXES[0]}"},
    "cohort": {
        **{"table": "cohort.csv", "time": "time", "event": "event", "unit": "months"},
        "columns": {
            "age": {"label": LABEL, "unit": "=years", "step": 10},
            "sex": {"label": "-2+3 | `x` **b** [a](javascript:alert(1))"},
        },
    },
    "treatment": {"column": "arm"},
    "models": {"m": {"baseline": "exponential", "formula": "arm + age + sex"}},
    "estimands": {"survival_at": [6], "rmst_to": 12},
    "subsets": {"old": {"label": ARMS[1], "where": {"age": {"at_least": 60}}}},
    "sampling": {"method": "laplace", "chains": 1, "draws": 100, "seed": 1},
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    random, rows = np.random.default_rng(4), 60
    table = pd.DataFrame(
        {
            "time": random.exponential(9.0, rows).round(2) + 0.5,
            "event": random.integers(0, 4, rows) > 0,
            "arm": np.array(ARMS)[np.arange(rows) % 2],
            "age": random.normal(62.0, 8.0, rows).round(),
            "sex": np.array(SEXES)[np.arange(rows) // 2 % 2],
        }
    )
    table.assign(event=table["event"].astype(int)).to_csv(folder / "cohort.csv", index=False)
    (folder / "x.toml").write_text(toml_text(ASKED), encoding="utf-8")
    code, said = run(
        ["report", str(folder / "x.toml"), "--out", str(folder / "out"), "--format", "md,docx"]
    )
    assert code in (0, 3), said
    assert not HOSTILE.search(said)
    return folder / "out"


def test_no_file_drives_a_terminal_or_a_spreadsheet(out: Path) -> None:
    files = [path for path in out.rglob("*") if path.is_file()]
    assert {".html", ".md", ".docx", ".csv", ".json", ".nc", ".svg"} <= {f.suffix for f in files}
    for file in files:
        check_text(file)
        if file.suffix == ".svg":
            assert not HOSTILE.search(file.read_text(encoding="utf-8"))


def test_labels_are_in_the_tables_though(out: Path) -> None:
    with (out / "table_one.csv").open(encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any("@SUM(A1)" in cell and "onerror" in cell for cell in cells)
    assert any(SEXES[0] in cell for cell in cells)
    assert not [cell for cell in cells if FORMULA.match(cell)]


def test_the_page_runs_nothing(out: Path) -> None:
    text = (out / "report.html").read_text(encoding="utf-8")
    page = lxml.html.fromstring(text)
    assert page.findall(".//script") == []
    assert [one.get("src", "") for one in page.iter("img") if "onerror" in one.attrib] == []
    links = [one.get("href", "") for one in page.iter("a") if "download" not in one.attrib]
    assert links
    assert not [link for link in links if link.lower().startswith(("javascript", "data"))]
    saved = [one.get("href", "") for one in page.iter("a") if "download" in one.attrib]
    assert all(link.startswith("data:text/csv;base64,") for link in saved)
    assert not [name for one in page.iter() for name in one.attrib if name.startswith("on")]
    assert "{{7*7}} $x_{$" in page.text_content()
    assert ARMS[0] in page.text_content()
    assert "script-src" in text or "default-src 'none'" in text


def test_markdown_and_word_hold_text_only(out: Path) -> None:
    text = (out / "report.md").read_text(encoding="utf-8")
    assert "<script" not in text.replace("\\<script", "")
    assert "<img" not in text.replace("\\<img", "")
    assert "](javascript:" not in text.replace("\\](", "")
    document = Document(str(out / "report.docx"))
    shown = "\n".join(
        [one.text for one in document.paragraphs]
        + [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    )
    assert "{{7*7}} $x_{$" in shown
    assert not HOSTILE.search(shown)
    assert "49 $x" not in shown
    fields = re.findall(r"<w:instrText[^>]*>([^<]*)<", document.element.xml)
    assert fields and all(one.strip().split()[0] in ("TOC", "SEQ") for one in fields)
