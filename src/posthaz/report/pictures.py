"""Pictures of a report to files."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from posthaz.errors import OutputError
from posthaz.files import file_below, same_file, write_bytes
from posthaz.report.blocks import FigureBlock, Section


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
