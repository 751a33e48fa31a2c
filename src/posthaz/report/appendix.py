"""The appendix of a report: what a reader who checks wants, out of the way of one who reads."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pandas as pd

from posthaz.report.blocks import Block, Paragraph, Section, Table
from posthaz.report.cells import cell_text

ERROR = "mcse"
"""Column of Monte Carlo errors, which any table may have and only the appendix shows."""

_ABOUT = (
    "Details for those who check the computation: how well the chains mixed, how exact the answers "
    "are, and on which patients the comparison of models rests."
)


def with_appendix(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections without their details, and after them an appendix that holds those, folded.

    Parameters
    ----------
    sections : sequence of Section
        Sections of a report.

    Returns
    -------
    tuple of Section
        The last has the anchor ``appendix``; there is none without details.

    Examples
    --------
    >>> ranks = Paragraph("Ranks.")
    >>> made = with_appendix([Section("Diagnostics", "diagnostics", appendix=(ranks,))])
    >>> made[-1].anchor, made[-1].subsections[0].blocks == (ranks,)
    ('appendix', True)
    """
    details = [
        Section(top.title, f"appendix-{top.anchor}", _appended(top), folded=True)
        for top in sections
        if _appended(top)
    ]
    errors = _errors(sections)
    if errors is not None:
        title, anchor = "Monte Carlo standard errors", "appendix-errors"
        details.append(Section(title, anchor, (errors,), folded=True))
    kept = tuple(_without_details(top) for top in sections)
    if not details:
        return kept
    about = Paragraph(_ABOUT)
    return (*kept, Section("Appendix", "appendix", (about,), tuple(details)))


def _appended(section: Section) -> tuple[Block, ...]:
    below = (block for one in section.subsections for block in one.appendix)
    return (*section.appendix, *below)


def _without_details(section: Section) -> Section:
    return replace(
        section,
        blocks=tuple(_without_errors(block) for block in section.blocks),
        subsections=tuple(_without_details(one) for one in section.subsections),
        appendix=(),
    )


def _without_errors(block: Block) -> Block:
    if not isinstance(block, Table) or ERROR not in block.shown:
        return block
    heads = {name: head for name, head in block.shown.items() if name != ERROR}
    return replace(block, columns=heads)


def _errors(sections: Iterable[Section]) -> Table | None:
    """Every Monte Carlo error that the sections' tables hold, as one table."""
    rows = [
        row
        for top in sections
        for part in (top, *top.subsections)
        for block in part.blocks
        if isinstance(block, Table) and ERROR in block.shown
        for row in _rows(block)
    ]
    if not rows:
        return None
    return Table(
        pd.DataFrame(rows),
        "Monte Carlo standard error (MCSE) of each answer: how far it could move with the seed",
        {"what": "Answer", ERROR: "MCSE"},
        group="of",
        source="estimands.csv",
    )


def _rows(table: Table) -> Iterator[dict[str, str]]:
    header = next(iter(table.shown))
    scale = table.shown[ERROR].removeprefix("MCSE").strip()
    scale = f", {scale.strip('()')}" if scale else ""
    for row in table.frame.to_dict("records"):
        error = cell_text(row[ERROR])
        if error.strip("–-"):
            of = f": {cell_text(row[table.group])}" if table.group else ""
            yield {
                "of": f"{table.caption}{of}{scale}",
                "what": cell_text(row[header]),
                ERROR: error,
            }
