"""A report on one page, and the files that a page carries with it."""

from base64 import b64decode

import pandas as pd
from lxml import html

from posthaz.report.blocks import FigureBlock, Note, Paragraph, Report, Section, Table
from posthaz.report.html import render_html
from posthaz.report.page import with_files
from posthaz.report.summary import summary_of

RATIOS = Table(pd.DataFrame({"arm": ["pci"], "hr": [0.9]}), "Ratios", source="coefficients.csv")
LONG = Table(pd.DataFrame({"n": range(50)}), "Everybody", source="all.csv")
CURVE = FigureBlock("survival", b"png", "Curves", "Survival", b"<svg/>", "survival_curves.csv")
REPORT = Report(
    "PCI",
    lead=(
        Note("error", "No convergence."),
        Note("warning", "Few events."),
        Paragraph("HR 0.90."),
        Paragraph("Cox agrees."),
        Paragraph("More."),
    ),
    sections=(
        Section("Cohort", "cohort", (LONG,)),
        Section("Survival", "survival", (Paragraph("Words."), CURVE)),
        Section("Hazard ratios", "hazard-ratios", (LONG, RATIOS)),
    ),
    footer=(Paragraph("Seed 1."),),
    simulated=True,
)


def test_summary_is_the_answer_one_curve_and_one_table():
    short = summary_of(REPORT)
    assert [type(one).__name__ for one in short.sections[0].blocks] == ["FigureBlock", "Table"]
    assert short.sections[0].blocks[1].caption == "Ratios"
    assert [one.text for one in short.lead] == [
        "No convergence.", "HR 0.90.", "Cox agrees.",
        "The report has 1 warning that belongs to this answer.",
    ]  # fmt: skip
    page = html.fromstring(render_html(short))
    assert page.xpath("//div[@class='banner']")
    assert not page.xpath("//nav") and not page.xpath("//footer")


def test_summary_of_a_report_without_curves_is_its_answer():
    short = summary_of(Report("PCI", lead=(Paragraph("Nothing to draw."),)))
    assert short.sections == () and short.lead == (Paragraph("Nothing to draw."),)


def test_a_page_carries_its_numbers(tmp_path):
    (tmp_path / "coefficients.csv").write_bytes(b"term,hr\narm,0.9\n")
    (tmp_path / "all.csv").write_bytes(b"n\n" + b"1\n" * 200_000)
    kept = with_files(REPORT, tmp_path)
    assert list(kept.files) == ["coefficients.csv"]
    page = html.fromstring(render_html(kept))
    (link,) = page.xpath("//li[@id='file-coefficients-csv']/a")
    assert link.get("download") == "coefficients.csv"
    head, content = link.get("href").split(",", 1)
    assert head == "data:text/csv;base64"
    assert b64decode(content) == b"term,hr\narm,0.9\n"
    targets = [a.get("href") for a in page.xpath("//caption//a | //figcaption//a")]
    assert targets == ["all.csv", "survival_curves.csv", "all.csv", "#file-coefficients-csv"]
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]
    assert not page.xpath("//script")
