"""A report as Markdown (GitHub's flavour)."""

import re

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
from posthaz.report.inline import plain_report, sentence, spans
from posthaz.report.missing import MissingPart

_BARE_PIPE = re.compile(r"(?<!\\)\|")
SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")
WORDS = {"info": "Note", "warning": "Warning", "error": "Error"}


def render_markdown(report: Report, figures_folder: str = "figures") -> str:
    r"""The report as Markdown, its figures linked from a folder beside it.

    Parameters
    ----------
    report : Report
        The report.
    figures_folder : str, optional
        Folder of the figures' PNG files, relative to the Markdown file.

    Returns
    -------
    str
        The text, ending in a line break.

    Examples
    --------
    >>> from posthaz.report.blocks import Paragraph
    >>> render_markdown(Report("PCI", lead=(Paragraph("HR **0.90**"),)))
    '# PCI\n\nHR **0.90**\n'
    """
    report = plain_report(report)
    parts = [f"# {inline_markdown(report.title)}"]
    if report.simulated:
        made = report.say("The patients in this report were made by a program.")
        parts.append(f"> **{report.say('SIMULATED COHORT.')}** {made}")
    if report.subtitle:
        parts.append(inline_markdown(report.subtitle))
    parts += [block_markdown(block, report, figures_folder) for block in report.lead]
    for section in report.sections:
        parts += section_parts(section, report, figures_folder, 2)
    if report.footer:
        parts.append("---")
        parts += [block_markdown(block, report, figures_folder) for block in report.footer]
    return "\n\n".join(parts) + "\n"


def section_parts(section: Section, report: Report, folder: str, level: int) -> list[str]:
    """A section and its subsections."""
    parts = [f"{'#' * level} {inline_markdown(section.title)}"]
    parts += [block_markdown(block, report, folder) for block in section.blocks]
    for one in section.subsections:
        parts += section_parts(one, report, folder, level + 1)
    return parts


def block_markdown(block: Block, report: Report, folder: str) -> str:
    """One block."""
    match block:
        case Paragraph(text):
            return inline_markdown(text)
        case Note(kind, text):
            return f"> **{report.say(f'{WORDS[kind]}:')}** {inline_markdown(text)}"
        case MissingPart():
            return f"> **Missing:** {inline_markdown(block.text)}"
        case Bullets(items, ordered):
            marks = [f"{i}." if ordered else "-" for i in range(1, len(items) + 1)]
            pairs = zip(marks, items, strict=True)
            return "\n".join(f"{mark} {inline_markdown(item)}" for mark, item in pairs)
        case KeyValues(items):
            return "\n".join(f"- **{escaped(k)}:** {inline_markdown(v)}" for k, v in items)
        case Table():
            return table_markdown(block, block, report)
        case Checklist():
            return table_markdown(checklist_table(block, report), block, report)
        case FigureBlock():
            image = f"![{escaped(block.alt)}]({folder}/{block.name}.png)"
            return f"{image}\n\n{caption_of(block, block, report)}"


def table_markdown(table: Table, block: Block, report: Report) -> str:
    """A table with pipes; groups of rows are headed by a row of their own."""
    heads = [inline_markdown(head) for head in table.shown.values()]
    rules = ["---:" if number else "---" for number in numeric_columns(table)]
    lines = [pipe_row(heads), pipe_row(rules)]
    for group, rows in grouped_rows(table):
        if group:
            lines.append(pipe_row([f"**{escaped(group)}**", *[""] * (len(heads) - 1)]))
        lines += [pipe_row([inline_markdown(cell) for cell in row.cells]) for row in rows]
    caption = caption_of(table, block, report)
    notes = [inline_markdown(note) for note in table.notes]
    return "\n\n".join([caption, "\n".join(lines), *notes])


def pipe_row(cells: list[str]) -> str:
    """One row between pipes; those within code, such as `(1 | centre)`, would end a cell."""
    told = (_BARE_PIPE.sub(r"\|", cell.replace("\n", " ")) for cell in cells)
    return "| " + " | ".join(told) + " |"


def caption_of(shown: Table | FigureBlock, block: Block, report: Report) -> str:
    """Number and caption, and where the numbers are, as a link."""
    label, text = report.say(report.label(block)), inline_markdown(sentence(shown.caption))
    file = f"[{escaped(shown.source)}]({shown.source})."
    source = f" {report.say('Numbers:')} {file}" if shown.source else ""
    return f"**{label}.** {text}{source}"


def escaped(text: str) -> str:
    r"""Text in which no character is markup.

    Examples
    --------
    >>> escaped("a|b*")
    'a\\|b\\*'
    """
    return SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def inline_markdown(text: str) -> str:
    """Text with its own markup, everything else escaped."""
    form = {"bold": "**{}**", "code": "`{}`", "doi": "<{}>", "text": "{}"}
    return "".join(
        form[span.kind].format(span.text if span.kind in ("code", "doi") else escaped(span.text))
        for span in spans(text)
    )
