"""What a report says, free of any format: blocks, sections and the report as frozen values.

Text may hold ``**bold**``, ```` `code` ```` and DOI addresses; everything else is taken literally.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import pandas as pd

from posthaz.languages import ENGLISH, Speaker
from posthaz.report.missing import MissingPart

Format = str | Callable[[object], str]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.

    Parameters
    ----------
    text : str
        The text.
    """

    text: str


@dataclass(frozen=True)
class Note:
    """A remark set apart from the text.

    Parameters
    ----------
    kind : {"info", "warning", "error"}
        How grave it is; said in words too, so that colour isn't needed to see it.
    text : str
        The remark.
    """

    kind: Literal["info", "warning", "error"]
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list.

    Parameters
    ----------
    items : tuple of str
        The items.
    ordered : bool, optional
        Whether they are numbered.
    """

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, eq=False)
class Table:
    """A table.

    Parameters
    ----------
    frame : DataFrame
        The rows.
    caption : str
        What the table shows.
    columns : mapping of str to str, optional
        Columns to show, in order, and their headings; all of them by name when empty.
    formats : mapping of str to (str or callable), optional
        Format specification (``".2f"``) or function to text of a column; columns not named
        show text as it is, integers in full, and other numbers with two decimals.
    row_header : str, optional
        Column that names a row; the first one shown when empty.
    group : str, optional
        Column whose runs of equal values head groups of rows; it isn't shown as a column.
    source : str, optional
        CSV file, relative to the report, that holds the numbers.
    notes : tuple of str, optional
        Footnotes.
    wraps : bool, optional
        Whether numbers may break onto two lines at their spaces, which a table of many columns
        needs to be seen whole.

    Examples
    --------
    >>> import pandas as pd
    >>> table = Table(pd.DataFrame({"arm": ["pci"], "hr": [0.9]}), "Hazard ratio")
    >>> table.shown
    {'arm': 'arm', 'hr': 'hr'}
    """

    frame: pd.DataFrame
    caption: str
    columns: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, Format] = field(default_factory=dict)
    row_header: str = ""
    group: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    wraps: bool = False

    @property
    def shown(self) -> dict[str, str]:
        """Columns shown and their headings, the row header first."""
        chosen = dict(self.columns) or {str(name): str(name) for name in self.frame.columns}
        chosen.pop(self.group, None)
        header = self.row_header or next(iter(chosen))
        return {header: chosen[header], **chosen}


_MOST_CURVES = 8  # as many as templates/report.css names


@dataclass(frozen=True)
class Stop:
    """A time at which a figure can be read.

    Parameters
    ----------
    place : float
        Where it lies, from 0 at the left edge of the axes to 1.
    head : str
        The time in words.
    lines : tuple of str
        What each curve is then, empty where it is not known.
    """

    place: float
    head: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Readout:
    """What a reader who points at a figure of curves is told, and which curves may be left out.

    Parameters
    ----------
    box : tuple of float
        Left, top, right and bottom of the axes, as shares of the figure.
    curves : tuple of (str, str)
        Label and colour of each curve.
    stops : tuple of Stop
        Times, in their order.
    """

    box: tuple[float, float, float, float]
    curves: tuple[tuple[str, str], ...]
    stops: tuple[Stop, ...]

    @property
    def separable(self) -> bool:
        """Whether there are several curves, and no more than the page's styles can leave out."""
        return 1 < len(self.curves) <= _MOST_CURVES


@dataclass(frozen=True)
class FigureBlock:
    """A figure.

    Parameters
    ----------
    name : str
        File name without ending, in the figures folder.
    png : bytes
        The picture.
    alt : str
        What the picture shows, for those who can't see it: its message and main numbers.
    caption : str
        What is drawn.
    svg : bytes or None, optional
        The same picture as SVG, used where the format can hold it: it stays sharp enlarged.
    source : str, optional
        CSV file, relative to the report, that holds the numbers.
    readout : Readout or None, optional
        What the page tells whoever points at a time.
    """

    name: str
    png: bytes
    alt: str
    caption: str
    svg: bytes | None = None
    source: str = ""
    readout: Readout | None = None


@dataclass(frozen=True)
class KeyValues:
    """Terms and what they are.

    Parameters
    ----------
    items : tuple of (str, str)
        Term and text.
    """

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ChecklistItem:
    """One item of a checklist.

    Parameters
    ----------
    item : str
        What is asked for.
    answer : str
        The answer.
    where : str, optional
        Anchor of the section that holds it, or any text.
    """

    item: str
    answer: str
    where: str = ""


@dataclass(frozen=True)
class Checklist:
    """A reporting checklist, filled in.

    Parameters
    ----------
    caption : str
        Name of the checklist.
    items : tuple of ChecklistItem
        Its items.
    """

    caption: str
    items: tuple[ChecklistItem, ...]


Block = MissingPart | Paragraph | Note | Bullets | Table | FigureBlock | KeyValues | Checklist


@dataclass(frozen=True)
class Section:
    """A section, or a subsection within one.

    Parameters
    ----------
    title : str
        Heading.
    anchor : str
        Name to link to, unique in the report: lower-case letters, digits and hyphens.
    blocks : tuple of Block, optional
        Content, before the subsections.
    subsections : tuple of Section, optional
        One level of them; those of a subsection are not shown, and are refused.
    appendix : tuple of Block, optional
        Details for those who check: shown in the report's appendix, under this title.
    folded : bool, optional
        Whether a page shows its title only, until a reader opens it.
    """

    title: str
    anchor: str
    blocks: tuple[Block, ...] = ()
    subsections: tuple["Section", ...] = ()
    appendix: tuple[Block, ...] = ()
    folded: bool = False

    def __post_init__(self) -> None:
        if any(section.subsections for section in self.subsections):
            raise ValueError(f"section '{self.title}': subsections can't hold subsections")


@dataclass(frozen=True)
class Report:
    """A report.

    Parameters
    ----------
    title : str
        Title.
    subtitle : str, optional
        Second line of the title.
    lead : tuple of Block, optional
        The answer, and failed checks, before everything else.
    sections : tuple of Section, optional
        The rest.
    footer : tuple of Block, optional
        Versions, seed, data hash, command.
    simulated : bool, optional
        Whether the cohort is simulated, which the report then says in title and banner.
    speaker : Speaker, optional
        Who says it in the reader's language, as it is written; until then every word is English.
    files : mapping of str to bytes, optional
        Files of numbers that the page carries with it, by the names that blocks give as sources.
    short : bool, optional
        Whether it is a summary on one page.

    Examples
    --------
    >>> report = Report("PCI", sections=(Section("Cohort", "cohort"),), simulated=True)
    >>> report.titles
    {'cohort': 'Cohort'}
    """

    title: str
    subtitle: str = ""
    lead: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    footer: tuple[Block, ...] = ()
    simulated: bool = False
    speaker: Speaker = ENGLISH
    files: Mapping[str, bytes] = field(default_factory=dict)
    short: bool = False

    def __post_init__(self) -> None:
        anchors = [one.anchor for top in self.sections for one in (top, *top.subsections)]
        twice = sorted({anchor for anchor in anchors if anchors.count(anchor) > 1})
        if twice:
            raise ValueError(f"anchors used twice: {', '.join(twice)}")

    @cached_property
    def _labels(self) -> dict[int, str]:
        labels: dict[int, str] = {}
        counts = {"Table": 0, "Figure": 0}
        parts = [one.blocks for top in self.sections for one in (top, *top.subsections)]
        for block in (block for part in (self.lead, *parts, self.footer) for block in part):
            word = "Figure" if isinstance(block, FigureBlock) else "Table"
            if isinstance(block, Table | FigureBlock | Checklist) and id(block) not in labels:
                counts[word] += 1
                labels[id(block)] = f"{word} {counts[word]}"
        return labels

    def label(self, block: Block) -> str:
        """Number of one of the report's tables, figures or checklists, such as ``"Table 2"``."""
        return self._labels[id(block)]

    @property
    def language(self) -> str:
        """Language tag."""
        return self.speaker.language.tag

    def say(self, text: str) -> str:
        """A word of the writers' own in the report's language."""
        return self.speaker.say(text)

    @property
    def titles(self) -> dict[str, str]:
        """Title of each section and subsection by its anchor."""
        return {one.anchor: one.title for top in self.sections for one in (top, *top.subsections)}
