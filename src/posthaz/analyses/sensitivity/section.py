"""The sensitivity analysis as a section of the report."""

from collections.abc import Mapping

from posthaz.answers import View
from posthaz.report.blocks import Bullets, Section
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.horizon import restriction
from posthaz.report.results import Results
from posthaz.report.sections.sensitivity import sensitivity_blocks
from posthaz.report.sections.sensitivity_words import (
    five_answers,
    range_paragraphs,
)
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


def _section(results: Results, answer: Sensitivity) -> Section:
    blocks = (
        *failure_notes(answer),
        Bullets(five_answers(results, answer.comparison, _beside(results), answer.table)),
        *range_paragraphs(results, answer.table),
        *sensitivity_blocks(results, answer),
    )
    return Section("Sensitivity analysis", "sensitivity", blocks)


def _beside(results: Results) -> Mapping[str, str]:
    """What other analyses of the file say about a few patients and a confounder."""
    return getattr(results.clinical.get("tipping_points"), "sentences", {})


def _lead(results: Results, answer: Sensitivity) -> str:
    """The range over variants of each comparison of arms."""
    return " ".join(one.text for one in range_paragraphs(results, answer.table))


PART = ClinicalPart(
    name="sensitivity",
    answer=_answer,
    tables=sensitivity_tables,
    section=_section,
    failures=lambda answer: answer.failures,
    lead=_lead,
    views=(
        View(
            "sensitivity",
            "model level=variant term value=hr_median lower=hr_lower upper=hr_upper",
            {"quantity": "hazard_ratio", "method": "posterior"},
            ("p_hr_below_1", "< 1"),
        ),
        View(
            "sensitivity",
            "model level=variant term time=rmst_time value=rmst_difference lower=rmst_lower "
            "upper=rmst_upper",
            {"quantity": "rmst_difference", "method": "posterior"},
        ),
    ),
)
