"""A page and its figures to files, and what is missing from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from posthaz.files import file_below, write_text
from posthaz.report.blocks import Report
from posthaz.report.html import render_html
from posthaz.report.missing import MissingPart
from posthaz.report.parts import missing_in, with_missing
from posthaz.report.pictures import pictures, write_pictures


@dataclass(frozen=True)
class Written:
    """What was written, and what could not be made.

    Parameters
    ----------
    files : tuple of Path
        Files written.
    missing : tuple of MissingPart
        What was asked for and is not there.
    """

    files: tuple[Path, ...]
    missing: tuple[MissingPart, ...]

    def __iter__(self) -> Iterator[Path]:
        """The files."""
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def write_page(report: Report, folder: Path, name: str, before: Sequence[Path] = ()) -> Written:
    """Write a report as one HTML page with its figures.

    Parameters
    ----------
    report : Report
        The report.
    folder : Path
        Folder to write to.
    name : str
        File name of the page.
    before : sequence of Path, optional
        Files written already.

    Returns
    -------
    Written
        All files, and the parts that the page lacks.
    """
    missing = missing_from(report)
    figures = write_pictures(pictures(report.sections), folder)
    page = replace(report, lead=with_missing(report.lead, missing))
    return Written(
        (*before, *figures, write_text(file_below(folder, name), render_html(page))), missing
    )


def missing_from(report: Report) -> tuple[MissingPart, ...]:
    """Parts that could not be made, each once, in the order of the page."""
    outside = [one for one in (*report.lead, *report.footer) if isinstance(one, MissingPart)]
    return tuple(dict.fromkeys([*outside, *missing_in(report.sections)]))
