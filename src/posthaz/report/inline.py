"""The little markup that text may hold: bold, code and DOI addresses."""

import re
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from posthaz.errors import plain_text
from posthaz.report.blocks import Report

_KEPT = frozenset({"anchor", "language", "kind"})


def plain_report(report: Report) -> Report:
    r"""The report with every text as `plain_text`; cells become so where they become text.

    Parameters
    ----------
    report : Report
        A report; labels, levels and titles in it may be anybody's.

    Returns
    -------
    Report
        Equal where nothing had to be left out.

    Examples
    --------
    >>> plain_report(Report("PCI\u202e \x1b[31mor none")).title
    'PCI or none'
    """
    return _plain(report, {})


def _plain(value: Any, made: dict[int, Any]) -> Any:
    """A part of a report; a block that stands in two places stays one, as its number does."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, tuple):
        return tuple(_plain(one, made) for one in value)
    if isinstance(value, dict):
        return {key: _plain(one, made) for key, one in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    if id(value) not in made:
        parts = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        changed = {name: _plain(v, made) for name, v in parts.items() if name not in _KEPT}
        made[id(value)] = replace(value, **changed)
    return made[id(value)]


PATTERN = re.compile(
    r"\*\*(?P<bold>[^*]+)\*\*|`(?P<code>[^`]+)`|(?P<doi>https://doi\.org/10\.[^\s<>\"]*[^\s<>\".,;:)\]])"
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
    return text if not text or text[-1] in ".!?:" else f"{text}."


def printable(text: str) -> str:
    r"""Text without the characters that XML, and so Word, can't hold.

    Examples
    --------
    >>> printable("a\x00b\tc")
    'ab\tc'
    """
    return _CONTROL.sub("", text)
