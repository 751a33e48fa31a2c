"""Which clinical analyses there are, in the order of the report."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from posthaz.report.blocks import Section
from posthaz.report.clinical.part import ClinicalPart, Given
from posthaz.report.results import Results

CLINICAL_PARTS: tuple[ClinicalPart, ...] = ()


def answer_clinical(given: Given) -> Mapping[str, Any]:
    """Answers of the clinical analyses that the analysis file asks for, by name."""
    return {part.name: part.answer(given) for part in _asked(given.analysis.clinical)}


def clinical_tables(answers: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Files of all answers: CSV name without ending to DataFrame."""
    return {
        name: frame
        for part in _asked(answers)
        for name, frame in part.tables(answers[part.name]).items()
    }


def clinical_sections(results: Results) -> list[Section]:
    """Sections of the report, one for each clinical analysis with something to say."""
    made = (part.section(results, results.clinical[part.name]) for part in _asked(results.clinical))
    return [section for section in made if section is not None]


def clinical_failures(answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Failed convergence checks of fits that clinical analyses made themselves."""
    return tuple(text for part in _asked(answers) for text in part.failures(answers[part.name]))


def _asked(named: Mapping[str, Any]) -> Iterator[ClinicalPart]:
    return (part for part in CLINICAL_PARTS if part.name in named)
