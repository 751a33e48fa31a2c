"""Catalogues in gettext's format, whose messages are patterns with named holes."""

import re
from ast import literal_eval
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

_STRING = r'((?:"(?:[^"\\\n]|\\.)*"\s*)+)'
_ENTRY = re.compile(rf"^msgid {_STRING}^msgstr {_STRING}", re.MULTILINE)
_HOLE = re.compile(r"\{(\w+)\}")
_OF_NUMBERS = re.compile(r"n\d*")
_OF_UNITS = re.compile(r"u\d*")
NUMBER = r"(?:(?<![A-Za-z\d])[-−–+])?\d+(?:,\d{3})*(?:[.·]\d+)*(?:e[-+]?\d+)?"
"""What counts as a number in a text."""
_ASIDE = r"\((?:[^()]|\([^()]*\))*\)"
_WHOLE = rf"(?:[^()]|{_ASIDE})+?"
_ALL_WHOLE = re.compile(rf"(?:[^()]|{_ASIDE})*", re.DOTALL)
_SAID_NUMBER = rf"[<>≤≥]?{NUMBER}|[-−–+]?∞|–|not reached"


@dataclass(frozen=True)
class Message:
    """A sentence, heading or label with holes, and its translation.

    Parameters
    ----------
    source : str
        English, with holes: ``{n}``, ``{n1}``, … hold a number, ``{u}``, ``{u1}``, … one word, and
        any other name any words.
    target : str
        The translation, with the same holes in any order.

    Examples
    --------
    >>> message = Message("{arm}: {n} deaths", "{arm}：死亡{n}例")
    >>> message.match("PCI: 12 deaths")
    {'arm': 'PCI', 'n': '12'}
    """

    source: str
    target: str

    @property
    def holes(self) -> list[str]:
        """Names of the holes, in the order of the English."""
        return _HOLE.findall(self.source)

    @cached_property
    def anchor(self) -> str:
        """The longest run of letters between holes, without case."""
        return max(_HOLE.split(self.source)[::2], key=len).casefold()

    @cached_property
    def literal(self) -> int:
        """How many letters are not in holes."""
        return len(_HOLE.sub("", self.source))

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """What texts look like: with brackets whole in each hole, and with any."""
        return self._pattern(_WHOLE), self._pattern(".+?")

    def _pattern(self, words: str) -> re.Pattern[str]:
        parts = _HOLE.split(self.source)
        for i in range(1, len(parts), 2):
            parts[i] = f"(?P<{parts[i]}>{_said_by(parts[i], words)})"
        parts[::2] = [re.escape(text) for text in parts[::2]]
        if self.source[0].isalpha():  # a sentence and a part of one are translated alike
            parts[0] = f"(?i:{self.source[0]}){re.escape(self.source[1:].partition('{')[0])}"
        return re.compile("".join(parts), re.DOTALL)

    def match(self, text: str) -> dict[str, str] | None:
        """What a text has in the holes; None when it is another text."""
        whole, any_ = self._patterns
        pattern = whole if _ALL_WHOLE.fullmatch(text) else any_
        found = pattern.fullmatch(text)
        return None if found is None else found.groupdict()

    def filled(self, holes: dict[str, str]) -> str:
        """The translation with its holes filled."""
        return _HOLE.sub(lambda hole: holes[hole[1]], self.target)


def _said_by(hole: str, words: str) -> str:
    """What may stand in a hole of this name."""
    if _OF_NUMBERS.fullmatch(hole):
        return _SAID_NUMBER
    return r"\S+" if _OF_UNITS.fullmatch(hole) else words


def read_catalogue(text: str) -> Iterator[Message]:
    r"""Messages of a catalogue, those without translation or marked as fuzzy left out.

    Parameters
    ----------
    text : str
        Content of a ``.po`` file.

    Yields
    ------
    Message

    Examples
    --------
    >>> list(read_catalogue('msgid "deaths"\nmsgstr "死亡"\n'))
    [Message(source='deaths', target='死亡')]
    """
    for entry in re.split(r"\n\s*\n", text):
        found = _ENTRY.search(entry)
        if found is None or re.search(r"^#,.*\bfuzzy\b", entry, re.MULTILINE):
            continue
        source, target = (literal_eval(f"({part})") for part in found.groups())
        if source and target:
            yield Message(source, target)


@cache
def load_catalogue(name: str) -> tuple[Message, ...]:
    """A catalogue that comes with posthaz, the most particular messages first."""
    text = files("posthaz.languages").joinpath(f"{name}.po").read_text(encoding="utf-8")
    return tuple(sorted(read_catalogue(text), key=lambda one: -one.literal))
