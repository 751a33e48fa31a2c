"""A report as PDF: contents with page numbers, nothing fetched, what is lacking said at once."""

import builtins
import re
import zlib

import pytest

from posthaz.errors import OutputError, SpecError
from posthaz.report import Report
from posthaz.report import pdf as pdf_module
from posthaz.report.pdf import printer, write_pdf
from tests.unit.report.samples import sample


@pytest.fixture(autouse=True)
def _pango():
    """Text is set by a library of the system, which pip doesn't bring."""
    try:
        printer()
    except OutputError as error:
        if "Pango" in str(error):
            pytest.skip(str(error))
        raise


def texts(document):
    """Drawn lines of each page, by WeasyPrint's own boxes."""
    return [" ".join(line(page._page_box)) for page in document.pages]


def line(box):
    for child in getattr(box, "children", ()):
        yield from line(child)
    if getattr(box, "text", ""):
        yield box.text


@pytest.fixture
def printed(tmp_path):
    return write_pdf(sample(simulated=True), tmp_path / "report.pdf")


def test_it_is_a_tagged_document_with_a_title_and_bookmarks(printed):
    content = printed.read_bytes()
    assert content.startswith(b"%PDF-")
    parts = [content, *inflated(content)]
    whole = b"".join(parts)
    assert b"/StructTreeRoot" in whole
    assert b"/Title (Contents)" in whole and b"/Title (Survival)" in whole


def inflated(content):
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.S):
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            continue


def test_contents_name_the_pages_and_every_page_its_number():
    text = pdf_module.print_ready(sample(simulated=True))
    pages = texts(printer().HTML(string=text).render())
    first = re.sub(r"[. ]+", " ", pages[0])
    assert "Contents" in first and re.search(r"Priors \d+ ?.*Survival \d+ ?.*Provenance \d+", first)
    assert [f"{k} / {len(pages)}" in page for k, page in enumerate(pages, 1)] == [True] * len(pages)
    assert all("SIMULATED COHORT" in page for page in pages)


def test_nothing_outside_the_page_is_opened(tmp_path, monkeypatch):
    asked = []
    fetcher = pdf_module._only_inside()
    monkeypatch.setattr(type(fetcher), "open", lambda self, url, *a, **k: asked.append(url))
    page = '<img src="file:///etc/hostname"><img src="https://example.org/x.png">'
    printer().HTML(string=page, url_fetcher=fetcher).write_pdf()
    assert asked == []


def test_a_missing_extra_is_one_error_with_the_command(monkeypatch):
    from posthaz.cli.report import _formats

    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("weasyprint"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    printer.cache_clear()
    with pytest.raises(OutputError, match="not installed") as error:
        _formats("pdf")
    assert "pip install 'posthaz[pdf]'" in error.value.fix
    monkeypatch.undo()
    printer.cache_clear()
    assert _formats("docx,pdf") == ("html", "docx", "pdf")
    with pytest.raises(SpecError, match="'pdff' is not known"):
        _formats("pdff")


def test_an_unwritable_path_leaves_nothing(tmp_path):
    (tmp_path / "out").write_text("a file, not a folder")
    with pytest.raises(OutputError, match=r"report\.pdf"):
        write_pdf(Report("PCI"), tmp_path / "out" / "report.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
