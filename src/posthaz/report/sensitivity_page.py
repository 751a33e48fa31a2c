"""A sensitivity analysis as a page of its own, with its files."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from posthaz.cohort import Cohort
from posthaz.files import csv_text, file_below, write_text
from posthaz.inference import installed_versions
from posthaz.languages import speaking
from posthaz.report.blocks import Block, Bullets, KeyValues, Note, Paragraph, Report, Section
from posthaz.report.concerns.cohort import doubt_text
from posthaz.report.own_words import speaker_for
from posthaz.report.page import Written, write_page
from posthaz.report.parts import guarded_blocks, guarded_section
from posthaz.report.sections.sensitivity import sensitivity_blocks
from posthaz.report.sections.sensitivity_words import five_answers, range_paragraphs
from posthaz.report.sections.wording import counted
from posthaz.sensitivity import Sensitivity
from posthaz.spec import Analysis


@dataclass(frozen=True, eq=False)
class SensitivityResults:
    """A sensitivity analysis and what it is about.

    Parameters
    ----------
    analysis : Analysis
        What was asked.
    cohort : Cohort
        Of whom.
    answer : Sensitivity
        What the variants gave.
    command : str
        Command line that makes it again.
    """

    analysis: Analysis
    cohort: Cohort
    answer: Sensitivity
    command: str

    @property
    def simulated(self) -> bool:
        """Whether the cohort is simulated, which is said wherever it is shown."""
        return self.cohort.source.simulated or self.analysis.simulated


def write_sensitivity(results: SensitivityResults, folder: Path) -> Written:
    """Write the tables, the figures and the page.

    Parameters
    ----------
    results : SensitivityResults
        The results.
    folder : Path
        Folder to write to.

    Returns
    -------
    Written
        Files ``sensitivity.csv``, ``sensitivity_axes.csv``, ``sensitivity.html`` and the figures;
        and what could not be made.
    """
    written = [
        write_text(file_below(folder, f"{name}.csv"), csv_text(frame))
        for name, frame in sensitivity_tables(results.answer).items()
    ]
    report = compose_sensitivity(results)
    return write_page(report, folder, "sensitivity.html", written)


def sensitivity_tables(answer: Sensitivity) -> dict:
    """Files of a sensitivity analysis: CSV name without ending to DataFrame."""
    found = {"sensitivity": answer.table, "sensitivity_axes": answer.comparison}
    return found | ({"sensitivity_variance": answer.variance} if len(answer.variance) else {})


def compose_sensitivity(results: SensitivityResults) -> Report:
    """The page: what forbids believing it, the answer, the variants, where it is from."""
    analysis = results.analysis
    title = f"Sensitivity analysis: {analysis.title or analysis.name}"
    with speaking(speaker_for(analysis, results.cohort)) as speaker:
        variants = guarded_section("The variants", "variants", partial(_variants, results))
    return Report(
        title=f"{title} (simulated cohort)" if results.simulated else title,
        subtitle=analysis.question or analysis.population,
        lead=guarded_blocks("answer in the lead", partial(_lead, results)),
        sections=(variants,) if variants else (),
        footer=_provenance(results),
        simulated=results.simulated,
        speaker=speaker,
    )


def _variants(results: SensitivityResults) -> Section:
    return Section("The variants", "variants", sensitivity_blocks(results, results.answer))


def _lead(results: SensitivityResults) -> tuple[Block, ...]:
    cohort = results.cohort
    who = "simulated patient" if results.simulated else "patient"
    first = (
        f"**{counted(cohort.patient_count, who)}**, "
        f"**{counted(cohort.event_count, 'event')}** (endpoint: {results.analysis.endpoint})."
    )
    return (
        *failure_notes(results.answer),
        *(Note("warning", doubt_text(notice)) for notice in cohort.notices),
        Paragraph(first),
        Bullets(five_answers(results, results.answer.comparison, {}, results.answer.table)),
        *range_paragraphs(results, results.answer.table),
    )


def failure_notes(answer: Sensitivity) -> tuple[Note, ...]:
    """One error that names the variants that failed a check or have no answer; often none."""
    if not answer.failures:
        return ()
    start = (
        "Variant without a reliable answer"
        if len(answer.failures) == 1
        else f"{len(answer.failures)} variants without a reliable answer"
    )
    return (Note("error", f"{start}: {'; '.join(answer.failures)}."),)


def _provenance(results: SensitivityResults) -> tuple[Block, ...]:
    analysis, cohort = results.analysis, results.cohort
    sampling = analysis.sampling
    versions = ", ".join(f"{name} {version}" for name, version in installed_versions())
    items = (
        ("Command", f"`{results.command}`"),
        ("Analysis file", f"`{analysis.place}`"),
        ("Data", f"`{cohort.source.name}`, {counted(cohort.source.rows, 'row')}"),
        ("Data, SHA-256", f"`{cohort.source.sha256}`"),
        ("Seed", str(sampling.seed)),
        ("Draws", f"{counted(sampling.chains, 'chain')} of {sampling.draws:,} draws a variant"),
        ("Versions", versions),
    )
    return (KeyValues(items),)
