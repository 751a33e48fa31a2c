"""A page and its figures to files, and what is missing from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from posthaz.errors import OutputError
from posthaz.files import file_below, same_file, write_bytes, write_text
from posthaz.report.blocks import FigureBlock, Report, Section, Table
from posthaz.report.html import render_html
from posthaz.report.missing import MissingPart
from posthaz.report.parts import missing_in, with_missing


def write_pictures(figures: Mapping[str, tuple[bytes, bytes]], folder: Path) -> list[Path]:
    """Write pictures into ``figures``, as PNG and SVG.

    Parameters
    ----------
    figures : mapping of str to (bytes, bytes)
        PNG and SVG by name.
    folder : Path
        Folder of the report.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    OutputError
        When a name can't be a file's, or two are one file where case doesn't count.
    """
    names = [same_file(name) for name in figures]
    for name, same in zip(figures, names, strict=True):
        if names.count(same) > 1:
            raise OutputError(
                f"two figures would be one file, figures/{name}.png",
                fix="give the models, terms or levels they show different names",
            )
    return [
        write_bytes(file_below(folder, "figures", f"{name}.{ending}"), content)
        for name, pair in figures.items()
        for ending, content in zip(("png", "svg"), pair, strict=True)
    ]


def pictures(sections: Sequence[Section]) -> dict[str, tuple[bytes, bytes]]:
    """PNG and SVG of every figure in sections and the sections below them, by name."""
    return {block.name: (block.png, block.svg or b"") for block in _blocks(sections)}


def _blocks(sections: Sequence[Section]) -> Iterator[FigureBlock]:
    for section in sections:
        yield from (block for block in section.blocks if isinstance(block, FigureBlock))
        yield from _blocks(section.subsections)


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
    page = with_files(replace(report, lead=with_missing(report.lead, missing)), folder)
    return Written(
        (*before, *figures, write_text(file_below(folder, name), render_html(page))), missing
    )


_MOST_BYTES = 300_000


def with_files(report: Report, folder: Path) -> Report:
    """The report with the files of numbers that it names, so that they go wherever it goes.

    A file of more than 300 kB stays a file beside the page.

    Examples
    --------
    >>> from pathlib import Path
    >>> with_files(Report("PCI"), Path()).files
    {}
    """
    parts = [one.blocks for top in report.sections for one in (top, *top.subsections)]
    named = {
        block.source: file_below(folder, block.source)
        for part in (report.lead, *parts, report.footer)
        for block in part
        if isinstance(block, FigureBlock | Table) and block.source
    }
    kept = {
        name: path.read_bytes()
        for name, path in sorted(named.items())
        if path.is_file() and path.stat().st_size <= _MOST_BYTES
    }
    return replace(report, files=kept)


def missing_from(report: Report) -> tuple[MissingPart, ...]:
    """Parts that could not be made, each once, in the order of the page."""
    outside = [one for one in (*report.lead, *report.footer) if isinstance(one, MissingPart)]
    return tuple(dict.fromkeys([*outside, *missing_in(report.sections)]))
