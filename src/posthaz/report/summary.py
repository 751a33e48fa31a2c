"""A report on one page: the answer, one curve, one table."""

from collections.abc import Iterable
from dataclasses import replace

from posthaz.report.blocks import Block, FigureBlock, Note, Paragraph, Report, Section, Table

SUMMARY = "summary"
_FIGURES = ("survival", "recurrent")
_TABLES = ("hazard-ratios", "answers", "changing-effects", "cohort")
_MOST_PARAGRAPHS = 2
_MOST_ROWS = 12


def summary_of(report: Report) -> Report:
    """The summary of a report.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    Report
        All errors of the lead and how many warnings it has, the first paragraphs of its answer,
        the figure of survival, and the first table of at most twelve rows, of hazard ratios where
        there is one.

    Examples
    --------
    >>> summary_of(Report("PCI", lead=(Paragraph("HR 0.90"), Paragraph("b"), Paragraph("c")))).lead
    (Paragraph(text='HR 0.90'), Paragraph(text='b'))
    """
    errors = [one for one in report.lead if isinstance(one, Note) and one.kind == "error"]
    warnings = sum(isinstance(one, Note) and one.kind == "warning" for one in report.lead)
    said = [one for one in report.lead if isinstance(one, Paragraph)][:_MOST_PARAGRAPHS]
    lead: list[Block] = [*errors, *said]
    if warnings:
        several = "warnings that belong" if warnings > 1 else "warning that belongs"
        lead.append(Note("warning", f"The report has {warnings} {several} to this answer."))
    shown = [_first(report, _FIGURES, FigureBlock), _first(report, _TABLES, Table)]
    blocks = tuple(replace(one, source="") for one in shown if one is not None)
    section = Section("In short", "in-short", blocks)
    return replace(
        report, lead=tuple(lead), sections=(section,) if blocks else (), footer=(), short=True
    )


def _first[B: FigureBlock | Table](
    report: Report, anchors: Iterable[str], kind: type[B]
) -> B | None:
    """The first block of a kind in the first of some sections that has one."""
    known = {section.anchor: section for section in report.sections}
    for anchor in anchors:
        section = known.get(anchor)
        if section is None:
            continue
        for block in (*section.blocks, *(b for one in section.subsections for b in one.blocks)):
            if isinstance(block, kind) and not (
                isinstance(block, Table) and len(block.frame) > _MOST_ROWS
            ):
                return block
    return None
