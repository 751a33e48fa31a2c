"""What an analysis of the file gives to a report, and all of them in a report."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pandas as pd

from posthaz.analyses.registry import analysis_names, part_of
from posthaz.answers import View, answer_frame, joined
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.errors.lost import Lost
from posthaz.inference import Fit
from posthaz.report.blocks import Block, Bullets, Note, Paragraph, Section
from posthaz.report.counterpart import Counterpart
from posthaz.report.missing import MissingPart, MissingParts, guarded
from posthaz.report.parts import guarded_section
from posthaz.report.results import Results
from posthaz.spec import Analysis, Published
from posthaz.spec.analysis_cohort import clinical_covariates


@dataclass(frozen=True, eq=False)
class Given:
    """What a clinical analysis may use.

    Parameters
    ----------
    analysis : Analysis
        The analysis; its own specification is ``analysis.clinical[name]``.
    cohort : Cohort
        The cohort.
    fits : mapping of str to Fit
        Fits of the analysis's models, the primary one first.
    progress : callable
        Takes a label, steps done and steps in all.
    shared : dict of str to object
        What was made by one analysis for others.
    everyone : Cohort or None
        The cohort with those who lack a covariate, whom `cohort` leaves out.
    """

    analysis: Analysis
    cohort: Cohort
    fits: Mapping[str, Fit]
    progress: Callable[[str, int, int], None]

    shared: dict[str, Any] = field(default_factory=dict)
    everyone: Cohort | None = None

    def once[T](self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, made once for every analysis of the file."""
        if name not in self.shared:
            self.shared[name] = make()
        return self.shared[name]


@dataclass(frozen=True)
class ClinicalPart:
    """One clinical analysis, from a table of the analysis file to its section.

    Parameters
    ----------
    name : str
        Name of the table in the analysis file.
    answer : callable
        Computes the answer, a frozen value, from what is given. Data that can't be analysed
        are said in the answer, not raised, wherever something can still be given.
    tables : callable
        Files of the answer: CSV name without ending to DataFrame.
    section : callable
        Section of the report from the results and the answer; None for nothing to say.
    failures : callable
        Failed convergence checks of fits the analysis made itself, in words.
    printed : callable
        What stands beside a printed number in this analysis; None where it doesn't give it.
    methods : callable
        What was done, in the style of a journal; empty where the section says it all.
    missing : callable
        Models and answers that were asked for and that the answer lacks.
    lead : callable
        The answer in a sentence or two, for the head of the report; empty for nothing to say.
    is_question : bool
        Whether a file that asks for the analysis asks it first of all, so that its sentence comes
        before the effect of the treatment.
    rows : callable
        The answer as rows of ``answers.csv``, their ``analysis`` its name, beyond `views`.
    views : tuple of View
        How its tables are told in ``answers.csv``.
    """

    name: str
    answer: Callable[[Given], Any]
    tables: Callable[[Any], dict[str, pd.DataFrame]]
    section: Callable[[Results, Any], Section | None]
    failures: Callable[[Any], tuple[str, ...]] = lambda answer: ()
    printed: Callable[[Results, Any, Published], Counterpart | None] = lambda *_: None
    methods: Callable[[Results, Any], str] = lambda *_: ""
    missing: Callable[[Any], tuple[MissingPart, ...]] = lambda answer: ()
    lead: Callable[[Results, Any], str] = lambda *_: ""
    is_question: bool = False
    rows: Callable[[Any], pd.DataFrame] = lambda answer: answer_frame([])
    views: tuple[View, ...] = ()

    def answers(self, answer: Any) -> pd.DataFrame:
        """The answer as rows of ``answers.csv``."""
        tables = self.tables(answer)
        told = [one.answers(tables[one.file]) for one in self.views if one.file in tables]
        return joined([*(part.assign(analysis=self.name) for part in told), self.rows(answer)])


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
    section, said = part.section(results, results.clinical[part.name]), _whom(results, part)
    if section is None or not said:
        return section
    return replace(section, blocks=(Paragraph(said), *section.blocks))


_SAY_THEMSELVES = ("missing", "immortal_time", "sensitivity", "model_averaging", "life_table")


def _whom(results: Results, part: ClinicalPart) -> str:
    """Whom an analysis leaves out because they lack a covariate; empty for nobody."""
    cohort = results.cohort
    if part.name in _SAY_THEMSELVES or not cohort.drop_missing:
        return ""
    own = cohort.complete(clinical_covariates(results.analysis))
    if own.patient_count == cohort.patient_count:
        return ""
    lacking = own.dropped[-1].reason.partition(": ")[2]
    return (
        f"This section is about the {own.patient_count:,} of {cohort.patient_count:,} patients who "
        f"lack none of the covariates that it and the other analyses of the file use (missing "
        f"{lacking})."
    )


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
    return (part_of(name) for name in analysis_names() if name in named)


def remark_blocks(notes: Iterable[str]) -> list[Block]:
    """What could not be given, and apart from it what must be known of the rest."""
    lost = [note for note in notes if isinstance(note, Lost)]
    said = [note for note in notes if not isinstance(note, Lost)]
    blocks: list[Block] = []
    for words, found in (("What could not be given as asked:", lost), ("Remarks:", said)):
        blocks += [Paragraph(words), Bullets(tuple(found))] if found else []
    return blocks


def convergence_notes(failures: Iterable[str]) -> list[Block]:
    """An error for each failed convergence check of fits that an analysis made itself."""
    return [Note("error", f"Convergence: {failure}.") for failure in failures]


def named_answer(results: Results, table: str, name: str = "") -> Any:
    """One of the answers of an analysis that a file may ask for by name; the first by default.

    Raises
    ------
    PosthazError
        When there is none of that name.
    """
    answers = results.clinical.get(table, ())
    for one in answers:
        if name in ("", one.asked.name):
            return one
    known = ", ".join(one.asked.name for one in answers)
    raise PosthazError(
        f"these results hold no [{table}.{name or 'NAME'}]",
        fix=f"name one of {known}" if known else f"ask for it by [{table}.NAME] in the file",
    )
