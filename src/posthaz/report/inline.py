"""The little markup that text may hold: bold, code and DOI addresses."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

import pandas as pd

from posthaz.errors import plain_text
from posthaz.languages import ENGLISH
from posthaz.report.blocks import Checklist, FigureBlock, Note, Report, Table
from posthaz.report.cells import cell_text
from posthaz.report.missing import MissingPart

_KEPT = frozenset({"anchor", "kind", "speaker"})
_NO_WORDS = frozenset({"where", "name", "source", "files", "row_header", "group"})


def plain_report(report: Report) -> Report:
    r"""The report as it is read: every text as `plain_text`, and in the report's language.

    Parameters
    ----------
    report : Report
        A report; labels, levels and titles in it may be anybody's.

    Returns
    -------
    Report
        Equal where it is in English and nothing had to be left out.

    Examples
    --------
    >>> plain_report(Report("PCI\u202e \x1b[31mor none")).title
    'PCI or none'
    """
    if report.speaker is ENGLISH:
        return _read(report, {}, plain_text)
    return _read(report, {}, lambda text: report.say(plain_text(text)))


def _read(value: Any, made: dict[int, Any], say: Callable[[str], str]) -> Any:
    """A part of a report; a block that stands in two places stays one, as its number does."""
    if isinstance(value, str):
        return say(value)
    if isinstance(value, tuple):
        return tuple(_read(one, made, say) for one in value)
    if isinstance(value, dict):
        return {key: _read(one, made, say) for key, one in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    if id(value) not in made:
        block = value if say is plain_text else _with_words(value, say)
        parts = {one.name: getattr(block, one.name) for one in fields(block) if one.init}
        made[id(value)] = replace(
            block,
            **{
                name: _read(part, made, plain_text if name in _NO_WORDS else say)
                for name, part in parts.items()
                if name not in _KEPT
            },
        )
    return made[id(value)]


def _with_words(value: Any, say: Callable[[str], str]) -> Any:
    """A block whose words are made as it is written, with its words."""
    if isinstance(value, MissingPart):
        return Note("error", value.text)
    if isinstance(value, FigureBlock | Table | Checklist):
        value = replace(value, caption=sentence(value.caption))
    if not isinstance(value, Table):
        return value
    names = dict.fromkeys([*value.shown, *filter(None, [value.group])])
    cells = {
        name: [say(cell_text(cell, value.formats.get(name))) for cell in value.frame[name]]
        for name in names
    }
    return replace(value, frame=pd.DataFrame(cells), columns=value.shown, formats={})


PATTERN = re.compile(
    r"\*\*(?P<bold>[^*]+)\*\*|`(?P<code>[^`]+)`|(?P<doi>https://doi\.org/10\.[^\s<>\"\u0080-\uffff]*[^\s<>\".,;:)\]\u0080-\uffff])"
)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Span:
    """A run of text.

    Parameters
    ----------
    kind : {"text", "bold", "code", "doi"}
        How it is set; a ``"doi"`` is a link to itself.
    text : str
        The text, without its markup.
    """

    kind: Literal["text", "bold", "code", "doi"]
    text: str


def spans(text: str) -> list[Span]:
    """Runs of plain, bold, code and DOI text.

    Parameters
    ----------
    text : str
        Text with markup.

    Returns
    -------
    list of Span

    Examples
    --------
    >>> [(span.kind, span.text) for span in spans("HR **0.90** < 1")]
    [('text', 'HR '), ('bold', '0.90'), ('text', ' < 1')]
    """
    found: list[Span] = []
    end = 0
    for match in PATTERN.finditer(text):
        if match.start() > end:
            found.append(Span("text", text[end : match.start()]))
        if match["bold"] is not None:
            found.append(Span("bold", match["bold"]))
        elif match["code"] is not None:
            found.append(Span("code", match["code"]))
        else:
            found.append(Span("doi", match["doi"]))
        end = match.end()
    if end < len(text):
        found.append(Span("text", text[end:]))
    return found


def sentence(text: str) -> str:
    """The text with a full stop, where it ends without a mark.

    Examples
    --------
    >>> sentence("Hazard ratios"), sentence("Hazard ratios.")
    ('Hazard ratios.', 'Hazard ratios.')
    """
    return text if not text or text[-1] in ".!?:。！？：" else f"{text}."


def printable(text: str) -> str:
    r"""Text without the characters that XML, and so Word, can't hold.

    Examples
    --------
    >>> printable("a\x00b\tc")
    'ab\tc'
    """
    return _CONTROL.sub("", text)
