"""A report as PDF: the page, printed with contents and page numbers."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from posthaz.errors import OutputError
from posthaz.files import write_bytes
from posthaz.report.blocks import Report
from posthaz.report.html import render_html


def write_pdf(report: Report, path: str | Path) -> Path:
    """Write the report as PDF, whole or not at all.

    The page is printed by WeasyPrint, without a browser: contents with page numbers, bookmarks,
    tags for screen readers; nothing is fetched from disk or network.

    Parameters
    ----------
    report : Report
        The report.
    path : str or Path
        File to write, ending in ``.pdf``.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OutputError
        Without the extra ``pdf``, or when the file can't be written.
    """
    page = printer().HTML(string=print_ready(report), url_fetcher=_only_inside())
    return write_bytes(Path(path), page.write_pdf(pdf_tags=True))


def print_ready(report: Report) -> str:
    """The page with the styles of paper: contents, page numbers, hyphens that fonts have."""
    style = files("posthaz.report").joinpath("templates/pdf.css").read_text(encoding="utf-8")
    # few fonts have the hyphen that holds a line
    text = render_html(report, still=True).replace("\u2011", "-")
    return text.replace("</style>", f"{style}</style>", 1)


@cache
def printer() -> Any:
    """WeasyPrint, or one error that says how to install what is lacking.

    Raises
    ------
    OutputError
        When it, or the Pango library that it sets text with, is not there.
    """
    try:
        import weasyprint
    except ImportError as error:
        raise OutputError(
            "a PDF is printed by WeasyPrint, which is not installed",
            fix="pip install 'posthaz[pdf]', or leave pdf out of --format",
        ) from error
    except OSError as error:
        raise OutputError(
            "WeasyPrint finds no Pango library on this machine",
            fix="install it (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0), or leave pdf "
            "out of --format",
        ) from error
    return weasyprint


def _only_inside() -> Any:
    """A fetcher that opens what is inside the page, and nothing else."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=["data"], allow_redirects=False)
