"""A report as one self-contained HTML page."""

import re
from base64 import b64encode
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from posthaz.report.blocks import Block, FigureBlock, Report
from posthaz.report.cells import grouped_rows, numeric_columns
from posthaz.report.inline import plain_report, sentence, spans
from posthaz.report.pointed import pointed

TAGS = {"bold": "strong", "code": "code"}
_HELD = re.compile(
    r"(?<=[<>≤≥=]) (?=[\d−])|(?<= v) (?=\S)|(?<=\b[PR]) (?=[<>=] \d)"
    r"|(?<=[\u4e00-\u9fff][PR]) (?=[<>=] \d)"
    r"|(?<=\d) (?=(?:Gy|cm3|mm|kg)\b)"
)
"""Spaces at which a line had better not end: within "P < 0.001", "≥ 63" and "v placebo"."""


def render_html(report: Report, *, still: bool = False) -> str:
    r"""The report as one HTML page that asks nothing of any network.

    Styles and pictures are inside the page; every text is escaped.

    Parameters
    ----------
    report : Report
        The report.
    still : bool, optional
        Whether its pictures are to be no more than pictures, as on paper.

    Returns
    -------
    str
        The page.

    Examples
    --------
    >>> from posthaz.report.blocks import Paragraph
    >>> page = render_html(Report("PCI", lead=(Paragraph("HR **0.90**, n < 200"),)))
    >>> "<p>HR <strong>0.90</strong>, n &lt;\u00a0200</p>" in page
    True
    """
    return (
        environment().get_template("report.html").render(report=plain_report(report), still=still)
    )


@cache
def environment() -> Environment:
    """The templates, which escape whatever is put into them."""
    made = Environment(
        loader=PackageLoader("posthaz.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "inline": inline_html,
        "sentence": sentence,
        "kind": block_kind,
        "picture": picture,
        "pointed": pointed,
        "download": download,
    }
    made.globals |= {"grouped_rows": grouped_rows, "numeric_columns": numeric_columns}
    return made


def block_kind(block: Block) -> str:
    """Name of a block's kind, by which the template chooses."""
    return type(block).__name__


def inline_html(text: str) -> Markup:
    """Text with its markup as HTML.

    Examples
    --------
    >>> str(inline_html("**a** <script>"))
    '<strong>a</strong> &lt;script&gt;'
    """
    parts = []
    for span in spans(text):
        if span.kind == "doi":
            parts.append(Markup('<a href="{0}">{0}</a>').format(span.text))
        elif tag := TAGS.get(span.kind):
            parts.append(Markup(f"<{tag}>{{}}</{tag}>").format(span.text))
        else:
            parts.append(escape(_HELD.sub("\u00a0", span.text)))
    return Markup("").join(parts)


def download(content: bytes) -> str:
    """A file of numbers as a data address, which works wherever the page goes."""
    return f"data:text/csv;base64,{b64encode(content).decode('ascii')}"


def picture(block: FigureBlock) -> str:
    """The picture as a data address: SVG where there is one, which stays sharp enlarged."""
    kind, data = ("svg+xml", block.svg) if block.svg else ("png", block.png)
    return f"data:image/{kind};base64,{b64encode(data).decode('ascii')}"
