"""Results to a report: every section in order, the appendix, and its figures."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from posthaz.languages import speaking
from posthaz.report.blocks import Block, Paragraph, Report, Section, Table
from posthaz.report.cells import cell_text
from posthaz.report.clinical import clinical_leads, clinical_methods, clinical_sections
from posthaz.report.missing import MissingPart
from posthaz.report.own_words import speaker_for
from posthaz.report.page import missing_from, pictures
from posthaz.report.parts import guarded_blocks, guarded_section, placed
from posthaz.report.private import TOLD_SECTIONS
from posthaz.report.results import Results
from posthaz.report.sections.answers import answers_section
from posthaz.report.sections.changing import changing_section
from posthaz.report.sections.checklist import checklist_section
from posthaz.report.sections.clusters import clusters_section
from posthaz.report.sections.cohort import cohort_section
from posthaz.report.sections.comparison import comparison_section
from posthaz.report.sections.cured import cured_section
from posthaz.report.sections.diagnostics import diagnostics_section
from posthaz.report.sections.hazard_ratios import hazard_ratios_section
from posthaz.report.sections.lead import lead_blocks
from posthaz.report.sections.methods import methods_section
from posthaz.report.sections.net_survival import net_section
from posthaz.report.sections.predictive import predictive_section
from posthaz.report.sections.priors import priors_section
from posthaz.report.sections.provenance import provenance_blocks
from posthaz.report.sections.published import published_section
from posthaz.report.sections.recurrent import recurrent_section
from posthaz.report.sections.survival import survival_section
from posthaz.report.small_counts import withholds

Maker = tuple[str, str, Callable[[Results], Section | None]]

_BEFORE: tuple[Maker, ...] = (
    ("Cohort", "cohort", cohort_section),
    ("Models and priors", "priors", priors_section),
    ("Survival", "survival", survival_section),
    ("Effects that change with time", "changing-effects", changing_section),
    ("Cured share", "cured", cured_section),
    ("Death from the disease and from other causes", "net-survival", net_section),
    ("Hazard ratios", "hazard-ratios", hazard_ratios_section),
    ("Clusters", "clusters", clusters_section),
    ("Answers", "answers", answers_section),
)
# clinical analyses stand between what was asked and how far to believe it
_AFTER: tuple[Maker, ...] = (
    ("Published numbers", "published", published_section),
    ("Diagnostics", "diagnostics", diagnostics_section),
    ("Predictive check", "predictive-check", predictive_section),
    ("Model comparison", "comparison", comparison_section),
    ("Methods", "methods", partial(methods_section, clinical=clinical_methods)),
    ("Reporting checklist", "checklist", checklist_section),
)
# recurrent events have no survival, and no replicated curves of it
_COUNTED: tuple[Maker, ...] = (
    *_BEFORE[:2],
    ("Number of events", "recurrent", recurrent_section),
    ("Effects that change with time", "changing-effects", changing_section),
    ("Hazard ratios", "hazard-ratios", hazard_ratios_section),
    ("Clusters", "clusters", clusters_section),
)
_COUNTED_AFTER = tuple(one for one in _AFTER if one[1] != "predictive-check")


def compose_report(results: Results) -> tuple[Report, dict[str, tuple[bytes, bytes]]]:
    """Results to a report and its figures.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    report : Report
        The report. What can't be made says why in its place; `missing_parts` lists it.
    figures : dict of str to (bytes, bytes)
        PNG and SVG of every figure in it, by name.
    """
    before, after = (_COUNTED, _COUNTED_AFTER) if results.cohort.recurrent else (_BEFORE, _AFTER)
    with speaking(speaker_for(results.analysis, results.cohort)) as speaker:
        made = [*_made(before, results), *clinical_sections(results), *_made(after, results)]
    sections = with_appendix(placed(made, results.missing))
    lead = guarded_blocks("answer in the lead", lambda: lead_blocks(results, clinical_leads))
    footer = guarded_blocks("provenance", lambda: provenance_blocks(results))
    title = results.analysis.title or results.analysis.name
    report = Report(
        title=f"{title} (simulated cohort)" if results.simulated else title,
        subtitle=results.analysis.question or results.analysis.population,
        lead=lead,
        sections=sections,
        footer=footer,
        simulated=results.simulated,
        speaker=speaker,
    )
    return report, pictures(sections)


def missing_parts(results: Results, report: Report) -> tuple[MissingPart, ...]:
    """Everything that was asked for and could not be made, each once."""
    return tuple(dict.fromkeys([*results.missing, *missing_from(report)]))


def _made(makers: Iterable[Maker], results: Results) -> list[Section]:
    told = [one for one in makers if one[1] in TOLD_SECTIONS or not withholds(results.analysis)]
    found = (guarded_section(title, anchor, partial(make, results)) for title, anchor, make in told)
    return [section for section in found if section is not None]


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
