"""Printed hazard ratios as tables and as a page."""

from dataclasses import replace

import pandas as pd
import pytest

from posthaz.evidence import PrintedRatio
from posthaz.priors import historical
from posthaz.report.blocks import FigureBlock, Note
from posthaz.report.evidence import compose_evidence, gather_evidence, write_evidence
from posthaz.report.evidence_tables import credibility_items
from posthaz.report.html import render_html
from posthaz.spec.evidence_file import EvidenceSpec

RATIO = PrintedRatio(0.54, 0.31, 0.94, p="0.03", name="pfs", label="Xinqiao, PFS")
ODD = PrintedRatio(0.62, 0.39, 0.98, p="<0.001", name="quoted")


@pytest.fixture(scope="module")
def found():
    registry = {"registry": historical(0.77, 0.71, 0.84)}
    return gather_evidence(EvidenceSpec((RATIO, ODD), priors=registry, chosen={"quoted": ()}))


def test_rows_by_ratio_and_prior(found):
    assert found.posteriors.groupby("ratio").size().to_dict() == {"pfs": 4, "quoted": 3}
    assert found.ratios["doubts"].tolist() == ["", "p_value"]


def test_doubts_stand_in_the_first_lines(found):
    report = compose_evidence(found)
    (note,) = [block for block in report.lead if isinstance(block, Note)]
    assert note.text.startswith("quoted: P <0.001 does not match")


def test_every_ratio_has_a_section_with_its_figure(found):
    report = compose_evidence(found)
    assert [section.anchor for section in report.sections] == [
        "printed", "ratio-pfs", "ratio-quoted"
    ]  # fmt: skip
    figures = [b for s in report.sections for b in s.blocks if isinstance(b, FigureBlock)]
    assert "Reference prior: 0.54 (0.31 to 0.94)" in figures[0].alt


def test_many_ratios_get_one_table():
    many = tuple(replace(RATIO, name=f"r{k}") for k in range(13))
    report = compose_evidence(gather_evidence(EvidenceSpec(many)))
    assert [section.anchor for section in report.sections] == ["printed"]


def test_critical_priors_in_words():
    words = dict(credibility_items(RATIO))
    assert "0.32 to 3.15" in words["Critical prior"]
    assert "An advocate" in dict(credibility_items(PrintedRatio(0.77, 0.54, 1.1)))["Critical prior"]
    assert "Critical prior" not in dict(credibility_items(PrintedRatio(1.0, 0.5, 2.0)))


def test_files(found, tmp_path):
    written = write_evidence(found, tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in written}
    assert {"evidence.csv", "evidence_ratios.csv", "evidence.html",
            "figures/evidence_pfs.png"} <= names  # fmt: skip
    table = pd.read_csv(tmp_path / "evidence.csv")
    assert len(table) == 7
    assert "Xinqiao, PFS" in (tmp_path / "evidence.html").read_text(encoding="utf-8")
    assert render_html(compose_evidence(found))
