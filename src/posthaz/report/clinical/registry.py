"""Which clinical analyses there are, in the order of the report."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from posthaz.report.blocks import Section
from posthaz.report.clinical.adjust import ADJUST
from posthaz.report.clinical.borrowing import BORROWING
from posthaz.report.clinical.competing_risks import COMPETING_RISKS
from posthaz.report.clinical.interactions import INTERACTIONS
from posthaz.report.clinical.life_table import LIFE_TABLE
from posthaz.report.clinical.part import ClinicalPart, Given
from posthaz.report.clinical.screening import SCREENING
from posthaz.report.clinical.sensitivity import SENSITIVITY
from posthaz.report.clinical.subgroups import SUBGROUPS
from posthaz.report.clinical.subsets import SUBSETS
from posthaz.report.clinical.toxicity import TOXICITY
from posthaz.report.counterpart import Counterpart
from posthaz.report.missing import MissingPart, MissingParts, guarded
from posthaz.report.parts import guarded_section
from posthaz.report.results import Results
from posthaz.spec import Analysis, Published

CLINICAL_PARTS: tuple[ClinicalPart, ...] = (
    ADJUST,
    LIFE_TABLE,
    SCREENING,
    COMPETING_RISKS,
    SUBSETS,
    SUBGROUPS,
    INTERACTIONS,
    TOXICITY,
    BORROWING,
    SENSITIVITY,
)


def answer_clinical(given: Given, parts: MissingParts) -> Mapping[str, Any]:
    """Answers of the clinical analyses that the analysis file asks for, by name."""
    answers: dict[str, Any] = {}
    for part in _asked(_wanted(given.analysis)):
        answer = guarded(f"analysis [{part.name}]", partial(part.answer, given), _anchor(part))
        if isinstance(answer, MissingPart):
            parts.found.append(answer)
            continue
        answers[part.name] = answer
        lost = parts.made(f"list of what [{part.name}] lacks", partial(part.missing, answer), ())
        parts.found += [replace(one, section=_anchor(part)) for one in lost]
    return answers


def _wanted(analysis: Analysis) -> Mapping[str, Any]:
    """Specifications of everything that stands among the clinical analyses of a report."""
    varied = analysis.sensitivity
    if varied is None or not varied.report:
        return analysis.clinical
    return {**analysis.clinical, "sensitivity": varied}


def clinical_tables(
    answers: Mapping[str, Any], parts: MissingParts | None = None
) -> dict[str, pd.DataFrame]:
    """Files of all answers: CSV name without ending to DataFrame; failures go to `parts`."""
    found: dict[str, pd.DataFrame] = {}
    for part in _asked(answers):
        make = partial(part.tables, answers[part.name])
        nothing: dict[str, pd.DataFrame] = {}
        found |= (
            parts.made(f"files of [{part.name}]", make, nothing) if parts is not None else make()
        )
    return found


def clinical_sections(results: Results) -> list[Section]:
    """Sections of the report, one for each clinical analysis with something to say."""
    made = [
        guarded_section(_title(part), _anchor(part), partial(_section_of, results, part))
        for part in _asked(_wanted(results.analysis))
    ]
    return [section for section in made if section is not None]


def _section_of(results: Results, part: ClinicalPart) -> Section | None:
    """Section of an analysis; where there is no answer, one that has place for the reason."""
    if part.name not in results.clinical:
        return Section(_title(part), _anchor(part))
    return part.section(results, results.clinical[part.name])


def _title(part: ClinicalPart) -> str:
    return part.name.replace("_", " ").capitalize()


def _anchor(part: ClinicalPart) -> str:
    return part.name.replace("_", "-")


def clinical_methods(results: Results) -> list[str]:
    """What the clinical analyses did, a paragraph each, for the methods."""
    made = (part.methods(results, results.clinical[part.name]) for part in _asked(results.clinical))
    return [text for text in made if text]


def clinical_leads(results: Results) -> dict[bool, list[str | MissingPart]]:
    """Sentences for the head of the report: those of the file's question (True), and the others."""
    found: dict[bool, list[str | MissingPart]] = {True: [], False: []}
    for part in _asked(results.clinical):
        make = partial(part.lead, results, results.clinical[part.name])
        said = guarded(f"sentence on [{part.name}] in the lead", make)
        found[part.is_question] += [said] if said else []
    return found


def clinical_failures(answers: Mapping[str, Any], parts: MissingParts) -> tuple[str, ...]:
    """Failed convergence checks of fits that clinical analyses made themselves."""
    return tuple(
        text
        for part in _asked(answers)
        for text in parts.made(
            f"convergence checks of [{part.name}]", partial(part.failures, answers[part.name]), ()
        )
    )


def clinical_counterpart(results: Results, one: Published) -> Counterpart | None:
    """What a clinical analysis gives beside a printed number; None where none does."""
    for part in _asked(results.clinical):
        found = part.printed(results, results.clinical[part.name], one)
        if found is not None:
            return found
    return None


def _asked(named: Mapping[str, Any]) -> Iterator[ClinicalPart]:
    return (part for part in CLINICAL_PARTS if part.name in named)
