"""The sensitivity analysis as a section of the report."""

from posthaz.report.blocks import Section
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.horizon import restriction
from posthaz.report.sections.sensitivity import sensitivity_blocks
from posthaz.report.sections.sensitivity_words import Study, range_paragraphs
from posthaz.report.sensitivity_page import failure_notes, sensitivity_tables
from posthaz.sensitivity import Sensitivity, answer_sensitivity


def _answer(given: Given) -> Sensitivity:
    return answer_sensitivity(
        given.analysis,
        given.cohort,
        progress=lambda done, total: given.progress("the sensitivity analysis", done, total),
        fits=given.fits,
        horizon=restriction(given.analysis, given.cohort),
    )


def _section(results: Study, answer: Sensitivity) -> Section:
    blocks = (
        *failure_notes(answer),
        *range_paragraphs(results, answer.table),
        *sensitivity_blocks(results, answer),
    )
    return Section("Sensitivity analysis", "sensitivity", blocks)


def _lead(results: Study, answer: Sensitivity) -> str:
    """The range over variants of each comparison of arms."""
    return " ".join(one.text for one in range_paragraphs(results, answer.table))


PART = ClinicalPart(
    name="sensitivity",
    answer=_answer,
    tables=sensitivity_tables,
    section=_section,
    failures=lambda answer: answer.failures,
    lead=_lead,
)
