import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import lxml.html
import pytest

from posthaz.report import Report, Section, render_html
from tests.unit.report.samples import NASTY, PNG, figure, sample

VOID = {"meta", "img", "br", "hr", "link", "input"}


@pytest.fixture(scope="module")
def page():
    return render_html(sample())


@pytest.fixture(scope="module")
def tree(page):
    return lxml.html.document_fromstring(page)


class Balance(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_element_is_closed(page):
    parser = Balance()
    parser.feed(page)
    assert parser.open == []
    assert page.startswith("<!doctype html>")


def test_headings_run_from_one_h1_without_a_gap(tree):
    levels = [int(item.tag[1]) for item in tree.iter("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_answer_comes_before_contents_and_sections(tree):
    order = [item.get("class") for item in tree.find(".//main")]
    assert order[:2] == ["lead", "contents"]
    assert "R-hat is 1.04." in tree.find(".//main")[0].text_content()


def test_landmarks_language_and_skip_link(tree):
    assert tree.get("lang") == "en"
    for tag in ("header", "main", "nav", "footer"):
        assert len(list(tree.iter(tag))) == 1
    skip = tree.xpath("//a[@class='skip']")[0].get("href")
    assert tree.xpath(f"//main[@id='{skip[1:]}']")


def test_ids_are_unique_and_inner_links_lead_somewhere(tree):
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    inner = [link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")]
    referred = [name for names in tree.xpath("//@aria-labelledby") for name in names.split()]
    assert set(inner) | set(referred) <= set(ids)
    assert {"priors", "survival", "barg", "report-provenance"} <= set(inner)


def test_pictures_have_alternative_text_and_are_inside_the_page(tree):
    images = list(tree.iter("img"))
    assert len(images) == 1
    assert images[0].get("alt") == figure().alt
    assert images[0].get("src").startswith("data:image/png;base64,")
    caption = images[0].getparent().find("figcaption").text_content()
    assert " ".join(caption.split()) == "Figure 1. Survival by arm. Numbers: curves.csv"


def test_svg_is_preferred_because_it_stays_sharp():
    block = replace(figure(), svg=b"<svg/>")
    page = render_html(Report("x", sections=(Section("S", "s", (block,)),)))
    assert "data:image/svg+xml;base64,PHN2Zy8+" in page
    assert PNG not in page.encode()


def test_nothing_is_fetched(page, tree):
    outside = [
        link
        for link in tree.xpath("//@src | //@href | //@srcset")
        if re.match("(https?:)?//", link)
    ]
    assert outside == ["https://doi.org/10.1200/JCO.2017.77.5817"]
    assert not re.search(r"@import|url\(", page)
    assert not list(tree.iter("script", "link", "iframe", "object"))


def test_tables_have_caption_and_scoped_headers(tree):
    tables = list(tree.iter("table"))
    assert len(tables) == 2
    for table in tables:
        assert table.find("caption").text_content().strip()
        assert all(head.get("scope") for head in table.iter("th"))
        for row in table.find("tbody").iter("tr"):
            assert row[0].tag == "th"
        region = table.getparent()
        assert region.get("tabindex") == "0"
        assert region.get("role") == "region"


def test_table_shows_groups_numbers_and_missing_values(tree):
    table = tree.xpath("//table")[0]
    assert [head.text_content() for head in table.find("thead").iter("th")] == [
        "Term", "HR", "95 % interval", "ESS",
    ]  # fmt: skip
    groups = [head.text_content() for head in table.xpath(".//th[@scope='rowgroup']")]
    assert groups == ["weibull", "pwe"]
    cells = [[c.text_content() for c in row.iter("td")] for row in table.xpath(".//tr[td]")]
    assert cells == [
        ["0.90", "0.62 to 1.29", "3,800"],
        ["–", "–", "2,900"],
        ["0.92", "0.63 to 1.31", "4,100"],
    ]
    assert table.xpath("./caption//a/@href") == ["coefficients.csv"]


def test_checklist_links_to_the_sections_it_names(tree):
    table = tree.xpath("//div[contains(@class, 'checklist')]//table")[0]
    assert [(a.get("href"), a.text) for a in table.iter("a")] == [("#priors", "Priors")]
    assert "provenance.json" in table.text_content()


def test_text_cannot_become_markup(page, tree):
    assert "<script" not in page
    assert NASTY in tree.find(".//h1").text_content()
    assert tree.xpath("//section[@class='lead']//strong[text()='0.90']")


@pytest.mark.parametrize("simulated", [True, False])
def test_a_simulated_cohort_is_said_in_title_and_banner(simulated):
    tree = lxml.html.document_fromstring(render_html(sample(simulated)))
    banners = [item.text_content() for item in tree.xpath("//div[@class='banner']")]
    assert tree.findtext(".//title").startswith("SIMULATED COHORT") is simulated
    assert any("SIMULATED COHORT" in text for text in banners) is simulated


def test_an_empty_report_is_still_a_page():
    tree = lxml.html.document_fromstring(render_html(Report("Nothing")))
    assert tree.findtext(".//h1") == "Nothing"
    assert not list(tree.iter("nav", "footer"))


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_text_has_contrast_aa_on_every_ground(page, scheme):
    palette = {}
    for block in re.findall(r":root \{(.*?)\}", page, re.S)[: scheme + 1 : max(scheme, 1)]:
        palette |= dict(re.findall(r"--([\w-]+): (#\w{6})", block))
    for text in ("ink", "muted", "link"):
        for ground in ("paper", "tint", "lead", "info", "warning", "error"):
            high, low = sorted([luminance(palette[text]), luminance(palette[ground])])[::-1]
            assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)
