"""A report as PDF: contents with page numbers, nothing fetched, what is lacking said at once."""

import builtins
import re
import zlib
from base64 import b64encode
from unittest.mock import MagicMock
from urllib.request import OpenerDirector

import pytest

from posthaz.cli.report import _formats
from posthaz.errors import OutputError, SpecError
from posthaz.report import Report
from posthaz.report import pdf as pdf_module
from posthaz.report.pdf import printer, write_pdf
from posthaz.report.write import write_whole
from tests.unit.report.samples import PNG, sample


@pytest.fixture
def pango():
    """Text is set by a library of the system, which pip doesn't bring: nothing renders without."""
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
def printed(tmp_path, pango):
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


@pytest.mark.usefixtures("pango")
def test_contents_name_the_pages_and_every_page_its_number():
    text = pdf_module.print_ready(sample(simulated=True))
    pages = texts(printer().HTML(string=text).render())
    first = re.sub(r"[. ]+", " ", pages[0])
    assert "Contents" in first and re.search(r"Priors \d+ ?.*Survival \d+ ?.*Provenance \d+", first)
    assert [f"{k} / {len(pages)}" in page for k, page in enumerate(pages, 1)] == [True] * len(pages)
    assert all("SIMULATED COHORT" in page for page in pages)


@pytest.mark.usefixtures("pango")
def test_nothing_outside_the_page_is_opened(monkeypatch):
    asked, opened = [], OpenerDirector.open

    def noted(self, request, *rest, **named):
        asked.append(request.full_url)
        return opened(self, request, *rest, **named)

    monkeypatch.setattr(OpenerDirector, "open", noted)
    inside = f"data:image/png;base64,{b64encode(PNG).decode()}"
    page = '<img src="file:///etc/hostname"><img src="https://example.org/x.png">'
    page = f'{page}<img src="{inside}">'
    printer().HTML(string=page, url_fetcher=pdf_module._only_inside()).write_pdf()
    # what is inside passes by the same way, so that others would have been seen
    assert asked == [inside]


@pytest.fixture
def lacking(monkeypatch):
    """A machine on which importing WeasyPrint fails, whatever this one has."""
    real, failing = builtins.__import__, []

    def without(name, *rest):
        if name.startswith("weasyprint"):
            raise failing[0]
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    printer.cache_clear()
    yield failing.append
    printer.cache_clear()


@pytest.mark.parametrize(
    ("error", "said", "fix"),
    [
        (ImportError("weasyprint"), "not installed", "pip install 'posthaz[pdf]'"),
        (OSError("cannot load library 'libpango-1.0-0'"), "no Pango library", "libpango-1.0-0"),
    ],
)
def test_what_is_lacking_is_one_error_with_the_command(error, said, fix, lacking, tmp_path):
    lacking(error)
    with pytest.raises(OutputError, match=said) as raised:
        _formats("pdf")
    assert fix in raised.value.fix
    # from Python too, before the fits of hours are written and lost with the rest
    with pytest.raises(OutputError, match=said):
        write_whole(MagicMock(analysis=MagicMock(clinical={})), tmp_path / "out", ("html", "pdf"))
    assert not (tmp_path / "out").exists()


def test_formats_are_those_that_are_known(monkeypatch):
    monkeypatch.setattr(pdf_module, "printer", lambda: None)
    assert _formats("docx,pdf") == ("html", "docx", "pdf")
    with pytest.raises(SpecError, match="'pdff' is not known"):
        _formats("pdff")


@pytest.mark.usefixtures("pango")
def test_an_unwritable_path_leaves_nothing(tmp_path):
    (tmp_path / "out").write_text("a file, not a folder")
    with pytest.raises(OutputError, match=r"report\.pdf"):
        write_pdf(Report("PCI"), tmp_path / "out" / "report.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
