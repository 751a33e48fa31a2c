"""The little markup that text may hold: bold, code and DOI addresses."""

import re
from dataclasses import dataclass
from typing import Literal

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
