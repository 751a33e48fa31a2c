"""Whoever says a report's words in a language, and remembers what found no translation."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property

from posthaz.errors import SpecError
from posthaz.languages.catalogue import Message, load_catalogue
from posthaz.languages.names import LANGUAGES, Language

_SENTENCE = re.compile(r"(?<=[.!?])(?<!\bv\.)(?<!\bal\.) (?=\S)")
_NAME = re.compile(
    r"`[^`]*`|\b[a-z]+(?:_\w+)+\b(?!\[)|\[\w+(?:\.\w+)+\]|\b[a-z_]+\[\w+(?:\[\w+\])?\]"
    r"|https?://\S+|[\w/-]+\.(?:csv|nc|toml|json|html|png|po)\b"
)
_REFERENCE = re.compile(
    r"[A-Z][\w’-]+(?: [A-Z][\w’-]+)? [A-Z]{1,3}(?:,| et al|\.).*\b(?:19|20)\d{2}\b.*", re.DOTALL
)
_SAID = re.compile(r"[^\W\d_]|[(%±]")
_ASIDE = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[A-Za-z]{2,}")
_MARKS = [re.compile(mark) for mark in (": ", "; ", r" and (?=.*(?:\d|\{))", r", (?=.*(?:\d|\{))")]
_FIRST_HOLE = re.compile(r"\{(\w+)\}(?!, )")
_Said = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Speaker:
    """Says English texts in a language.

    Parameters
    ----------
    language : Language
        The language.
    messages : tuple of Message
        Its catalogue, the most particular messages first.
    labels : frozenset of str
        The user's own labels, which stay whatever the catalogue has.
    names : frozenset of str
        The user's own words that stay where the catalogue doesn't have just them.

    Examples
    --------
    >>> speaker = Speaker(LANGUAGES["zh"], (Message("{arm}: {n} deaths", "{arm}：死亡{n}例"),))
    >>> speaker.say("Ω: 12 deaths. No more deaths.")
    'Ω：死亡12例。No more deaths.'
    >>> speaker.missed
    ['No more deaths']
    """

    language: Language = LANGUAGES["en"]
    messages: tuple[Message, ...] = ()
    labels: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    _known: dict[str, _Said] = field(default_factory=dict, repr=False)
    _missed: dict[str, None] = field(default_factory=dict, repr=False)

    @cached_property
    def _exact(self) -> dict[str, str]:
        """Messages without holes, which go before those that a first letter sets apart."""
        return {one.source: one.target for one in self.messages if not one.holes}

    @property
    def missed(self) -> list[str]:
        """Texts, without their full stops, for which the catalogue had nothing, each once."""
        return list(self._missed)

    def say(self, text: str) -> str:
        """A text in the language: its sentences one by one, what isn't known in English."""
        if not self.language.catalogue:
            return text
        said, lost = self._said(text.replace("\u00a0", " "))
        self._missed.update(dict.fromkeys(lost))
        return said

    def _said(self, text: str) -> _Said:
        if text not in self._known:
            self._known[text] = (text, (text,))  # a message that leads to itself is none
            self._known[text] = self._best(text)
        return self._known[text]

    def _best(self, text: str) -> _Said:
        core = text.strip().removesuffix(".")
        bare = _NAME.sub("", core)
        if not _SAID.search(bare) or text.strip() in self.labels:
            return text, ()
        if core in self.labels:
            return self._stopped(text, core, core), ()
        if core in self._exact:
            return self._stopped(text, core, self._exact[core]), ()
        if core in self.names or _REFERENCE.fullmatch(core):
            return text, ()
        sentences = _SENTENCE.split(text.strip())
        parts = [self._said(one) for one in sentences] if len(sentences) > 1 else []
        lost = sum((lost for _, lost in parts), ())
        if parts and not lost:
            return self._joined(parts), ()
        whole = self._matched(core)
        if whole is not None and (not parts or _left(whole) < _left(("", lost))):
            return self._stopped(text, core, whole[0]), whole[1]
        if parts:
            return self._joined(parts), lost
        if _WORD.search(bare):
            return text, (core,)
        return text if core.isascii() else self._stopped(text, core, core), ()

    def _stopped(self, text: str, core: str, said: str) -> str:
        """A translation where its English stood, with the full stop that this had."""
        before, _, after = text.partition(core)
        return before + said + after.replace(".", self.language.stop, 1)

    def _joined(self, parts: Iterable[_Said]) -> str:
        joined = ""
        for said, _ in parts:
            gap = self.language.gap if joined.endswith(self.language.stop) else " "
            joined += f"{gap}{said}" if joined else said
        return joined

    def _matched(self, text: str) -> _Said | None:
        """The first message whose parts are all known, or that which leaves least, if not most."""
        best, lowered = None, text.casefold()
        found = [
            (message, holes)
            for message in self.messages
            if message.anchor in lowered and (holes := message.match(text)) is not None
        ]
        for message, holes in sorted(found, key=lambda one: _swallows(*one)):
            parts = {name: self._said(part) for name, part in holes.items()}
            lost = sum((lost for _, lost in parts.values()), ())
            said = message.filled({name: said for name, (said, _) in parts.items()}), lost
            if not lost:
                return said
            if 2 * _left(said) < len(text) and (best is None or _left(said) < _left(best)):
                best = said
        return best


def _swallows(message: Message, holes: dict[str, str]) -> bool:
    """Whether a hole has what parts a list, or what leads to a clause, and the message doesn't."""
    marks = [mark for mark in _MARKS if not mark.search(message.source)]
    parts = {name: _ASIDE.sub("", part) for name, part in holes.items()}
    if any(mark.search(part) for part in parts.values() for mark in marks):
        return True
    first = _FIRST_HOLE.match(message.source)
    return first is not None and ", " in parts[first[1]]


def _left(said: _Said) -> int:
    return sum(map(len, said[1]))


ENGLISH = Speaker()
_SPEAKER: ContextVar[Speaker] = ContextVar("speaker", default=ENGLISH)


def speaker_of(language: str, labels: Iterable[str] = (), names: Iterable[str] = ()) -> Speaker:
    """Who speaks a language.

    Parameters
    ----------
    language : str
        A key of `LANGUAGES`.
    labels, names : iterable of str
        The user's own words: labels stay whatever the catalogue has, names where it hasn't just
        them.

    Returns
    -------
    Speaker

    Raises
    ------
    SpecError
        For a language without a catalogue.
    """
    if language not in LANGUAGES:
        raise SpecError(
            f"there is no catalogue of the language '{language}'",
            fix=f"choose among {', '.join(LANGUAGES)}",
        )
    spoken = LANGUAGES[language]
    if not spoken.catalogue:
        return ENGLISH
    own = frozenset(one.strip() for one in labels)
    lowered = (one[:1].swapcase() + one[1:] for one in own)
    return Speaker(spoken, load_catalogue(spoken.catalogue), own, frozenset([*names, *lowered]))


@contextmanager
def speaking(speaker: Speaker) -> Iterator[Speaker]:
    """Have figures speak a language."""
    token = _SPEAKER.set(speaker)
    try:
        yield speaker
    finally:
        _SPEAKER.reset(token)


def current_speaker() -> Speaker:
    """Who speaks in figures."""
    return _SPEAKER.get()
