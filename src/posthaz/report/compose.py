"""Results to a report: every section in order, and its figures."""

from collections.abc import Callable, Iterable
from functools import partial

from posthaz.report.blocks import Report, Section
from posthaz.report.clinical import clinical_methods, clinical_sections
from posthaz.report.pictures import pictures
from posthaz.report.results import Results
from posthaz.report.sections.answers import answers_section
from posthaz.report.sections.checklist import checklist_section
from posthaz.report.sections.cohort import cohort_section
from posthaz.report.sections.comparison import comparison_section
from posthaz.report.sections.diagnostics import diagnostics_section
from posthaz.report.sections.hazard_ratios import hazard_ratios_section
from posthaz.report.sections.lead import lead_blocks
from posthaz.report.sections.methods import methods_section
from posthaz.report.sections.predictive import predictive_section
from posthaz.report.sections.priors import priors_section
from posthaz.report.sections.provenance import provenance_blocks
from posthaz.report.sections.published import published_section
from posthaz.report.sections.survival import survival_section

_BEFORE = (
    cohort_section,
    priors_section,
    survival_section,
    hazard_ratios_section,
    answers_section,
)
# clinical analyses stand between what was asked and how far to believe it
_AFTER = (
    published_section,
    diagnostics_section,
    predictive_section,
    comparison_section,
    partial(methods_section, clinical=clinical_methods),
    checklist_section,
)


def compose_report(results: Results) -> tuple[Report, dict[str, tuple[bytes, bytes]]]:
    """Results to a report and its figures.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    report : Report
        The report.
    figures : dict of str to (bytes, bytes)
        PNG and SVG of every figure in it, by name.
    """
    sections = (
        *_made(_BEFORE, results),
        *clinical_sections(results),
        *_made(_AFTER, results),
    )
    title = results.analysis.title or results.analysis.name
    report = Report(
        title=f"{title} (simulated cohort)" if results.simulated else title,
        subtitle=results.analysis.question or results.analysis.population,
        lead=lead_blocks(results),
        sections=sections,
        footer=provenance_blocks(results),
        simulated=results.simulated,
    )
    return report, pictures(sections)


def _made(makers: Iterable[Callable[[Results], Section | None]], results: Results) -> list[Section]:
    return [section for make in makers if (section := make(results)) is not None]
