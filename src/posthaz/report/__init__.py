"""What was found, as one HTML page, Markdown or Word."""

from posthaz.report.blocks import (
    Block,
    Bullets,
    Checklist,
    ChecklistItem,
    FigureBlock,
    KeyValues,
    Note,
    Paragraph,
    Report,
    Section,
    Table,
)
from posthaz.report.html import render_html
from posthaz.report.markdown import render_markdown
from posthaz.report.word import write_word

__all__ = [
    "Block",
    "Bullets",
    "Checklist",
    "ChecklistItem",
    "FigureBlock",
    "KeyValues",
    "Note",
    "Paragraph",
    "Report",
    "Section",
    "Table",
    "render_html",
    "render_markdown",
    "write_word",
]
