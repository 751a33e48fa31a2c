"""A report as a Word document."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from posthaz.files import whole_file
from posthaz.languages import ENGLISH
from posthaz.report.blocks import (
    Block,
    Bullets,
    Checklist,
    FigureBlock,
    KeyValues,
    Note,
    Paragraph,
    Report,
    Section,
    Table,
)
from posthaz.report.cells import checklist_table, grouped_rows, numeric_columns
from posthaz.report.inline import plain_report, printable, sentence, spans
from posthaz.report.missing import MissingPart

WORDS = {"info": "Note", "warning": "Warning", "error": "Error"}
_LONGEST = 255
TEXT_WIDTH = Cm(16)
WARNING = RGBColor(0xA3, 0x2A, 0x00)


def write_word(report: Report, path: str | Path) -> Path:
    """Write the report as a Word document, whole or not at all.

    Parameters
    ----------
    report : Report
        The report.
    path : str or Path
        File to write, ending in ``.docx``.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OutputError
        When the file can't be written; nothing is then left behind.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_word(Report("PCI"), f"{folder}/report.docx").name
    'report.docx'
    """
    path = Path(path)
    document = build_document(report)
    with whole_file(path) as temporary:
        document.save(str(temporary))
    return path


def build_document(report: Report) -> WordDocument:
    """The document, not yet on disk."""
    report = plain_report(report)
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.5)
    document.styles["Normal"].font.size = Pt(10.5)  # type: ignore[attr-defined]
    document.core_properties.title = property_text(report.title)
    document.core_properties.author = ""
    document.core_properties.created = datetime.now(UTC)
    document.core_properties.language = report.language
    if report.speaker is not ENGLISH:
        add_language(document, report.language)
    document.add_heading(printable(report.title), level=0)
    if report.simulated:
        run = document.add_paragraph().add_run(report.say("SIMULATED COHORT"))
        run.bold, run.font.color.rgb = True, WARNING
        page.header.paragraphs[0].text = run.text
    if report.subtitle:
        document.add_paragraph(printable(report.subtitle), style="Subtitle")
    for block in report.lead:
        add_block(document, block, report)
    provenance = report.say("Provenance")
    headings = [one.title for one in report.sections] + [provenance] * bool(report.footer)
    add_contents(document, headings, report.say("Contents"))
    for section in report.sections:
        add_section(document, section, report, 1)
    if report.footer:
        document.add_heading(provenance, level=1)
        for block in report.footer:
            add_block(document, block, report)
    return document


def add_language(document: WordDocument, tag: str) -> None:
    """The language of the text, by which Word hyphenates and chooses fonts."""
    language = OxmlElement("w:lang")
    for kind in ("w:val", "w:eastAsia"):
        language.set(qn(kind), tag)
    properties = document.styles["Normal"].element.get_or_add_rPr()
    properties.append(language)


def property_text(text: str) -> str:
    r"""Text that Word's document properties can hold: no control characters, 255 letters.

    Examples
    --------
    >>> len(property_text("x" * 300)), property_text("a\x07b")
    (255, 'ab')
    """
    clean = printable(text)
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"


def add_contents(document: WordDocument, titles: Sequence[str], head: str) -> None:
    """A field of contents, filled in, so that it is there before Word makes it anew."""
    if not titles:
        return
    update = OxmlElement("w:updateFields")  # Word puts the page numbers in as it opens the file
    update.set(qn("w:val"), "true")
    document.settings.element.append(update)
    document.add_paragraph().add_run(head).bold = True
    for number, title in enumerate(titles):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        if not number:
            open_field(paragraph, 'TOC \\o "1-2" \\h \\z \\u')
        paragraph.add_run(printable(title))
        if number == len(titles) - 1:
            field_mark(paragraph, "end")


def add_field(paragraph: WordParagraph, code: str, shown: str) -> None:
    """A field, with what is shown until it is made anew."""
    open_field(paragraph, code)
    paragraph.add_run(shown)
    field_mark(paragraph, "end")


def open_field(paragraph: WordParagraph, code: str) -> None:
    """The start of a field, up to what is shown of it."""
    field_mark(paragraph, "begin")
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = f" {code} "
    paragraph.add_run()._r.append(text)
    field_mark(paragraph, "separate")


def field_mark(paragraph: WordParagraph, kind: str) -> None:
    """The begin, middle or end of a field."""
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(element)


def add_section(document: WordDocument, section: Section, report: Report, level: int) -> None:
    """A section and its subsections, under heading styles that Word can navigate."""
    document.add_heading(printable(section.title), level=level)
    for block in section.blocks:
        add_block(document, block, report)
    for one in section.subsections:
        add_section(document, one, report, level + 1)


def add_block(document: WordDocument, block: Block, report: Report) -> None:
    """One block."""
    match block:
        case Paragraph(text):
            add_spans(document.add_paragraph(), text)
        case Note(kind, text):
            add_note(document, report.say(f"{WORDS[kind]}:"), text)
        case MissingPart():
            add_note(document, "Missing:", block.text)
        case Bullets(items, ordered):
            for item in items:
                style = "List Number" if ordered else "List Bullet"
                add_spans(document.add_paragraph(style=style), item)
        case KeyValues(items):
            for term, text in items:
                paragraph = document.add_paragraph()
                paragraph.add_run(f"{printable(term)}: ").bold = True
                add_spans(paragraph, text)
        case Table():
            add_table(document, block, block, report)
        case Checklist():
            add_table(document, checklist_table(block, report), block, report)
        case FigureBlock():
            add_figure(document, block, report)


def add_note(document: WordDocument, word: str, text: str) -> None:
    """A remark set apart, with the word that says how grave it is."""
    paragraph = document.add_paragraph(style="Intense Quote")
    paragraph.add_run(f"{word} ").bold = True
    add_spans(paragraph, text)


def add_spans(paragraph: WordParagraph, text: str) -> None:
    """Text with its markup as runs."""
    for span in spans(text):
        run = paragraph.add_run(printable(span.text))
        run.bold = True if span.kind == "bold" else None
        if span.kind == "code":
            run.font.name = "Courier New"


def add_caption(
    document: WordDocument, report: Report, block: Block, text: str, source: str
) -> WordParagraph:
    """A caption, its number a field that counts, and the file that holds the numbers."""
    paragraph = document.add_paragraph(style="Caption")
    word, number = report.say(report.label(block)).split()
    paragraph.add_run(f"{word} ")
    add_field(paragraph, f"SEQ {word} \\* ARABIC", number)
    paragraph.add_run(".")
    for run in paragraph.runs:
        run.bold = True
    add_spans(
        paragraph, f" {sentence(text)}" + (f" {report.say('Numbers:')} {source}." if source else "")
    )
    return paragraph


def add_figure(document: WordDocument, block: FigureBlock, report: Report) -> None:
    """A picture with its alternative text, kept on the page of its caption."""
    shape = document.add_picture(BytesIO(block.png), width=TEXT_WIDTH)
    properties = shape._inline.docPr
    properties.set("descr", printable(block.alt))
    properties.set("name", block.name)
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    add_caption(document, report, block, block.caption, block.source)


def add_table(document: WordDocument, table: Table, block: Block, report: Report) -> None:
    """A table under its caption; the header row repeats on every page, no row is cut."""
    caption = add_caption(document, report, block, table.caption, table.source)
    caption.paragraph_format.keep_with_next = True
    heads, numbers = list(table.shown.values()), numeric_columns(table)
    grid = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, head, number in zip(grid.rows[0].cells, heads, numbers, strict=True):
        fill_cell(cell, f"**{head}**", number)
    mark_row(grid, "w:tblHeader")
    for group, rows in grouped_rows(table):
        if group:
            cells = grid.add_row().cells
            fill_cell(cells[0].merge(cells[-1]), f"**{group}**", False)
            mark_row(grid, "w:cantSplit")
        for row in rows:
            for cell, text, number in zip(grid.add_row().cells, row.cells, numbers, strict=True):
                fill_cell(cell, text, number)
            mark_row(grid, "w:cantSplit")
    for note in table.notes:
        add_spans(document.add_paragraph(), note)
    document.add_paragraph()


def fill_cell(cell: _Cell, text: str, number: bool) -> None:
    """Text into a cell, small, numbers to the right."""
    paragraph = cell.paragraphs[0]
    add_spans(paragraph, text)
    paragraph.paragraph_format.space_after = Pt(0)
    if number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for run in paragraph.runs:
        run.font.size = Pt(9)


def mark_row(grid: WordTable, mark: str) -> None:
    """Set a property of the last row that python-docx has no name for."""
    properties = grid.rows[-1]._tr.get_or_add_trPr()
    element = OxmlElement(mark)
    element.set(qn("w:val"), "true")
    properties.append(element)
