"""A guessed analysis as the text of an analysis file."""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from posthaz.spec.guess.facts import Guess, Key

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_INLINE = {"event_codes", "levels"}
_WIDTH = 96
_HEADS: dict[Key, str] = {
    ("cohort",): "Which column means what.",
    ("treatment",): "Leave this table out for a single arm.",
    ("models",): "",
    ("estimands",): "What is reported besides hazard ratios.",
}


def toml_text(guesses: Sequence[Guess], head: Sequence[str]) -> str:
    """The text of an analysis file.

    Parameters
    ----------
    guesses : sequence of Guess
        What its keys say; those whose value is None are left out.
    head : sequence of str
        Comments of the first lines.

    Returns
    -------
    str
        TOML, with the reason of each guess as a comment above its key.

    Examples
    --------
    >>> one = Guess(("cohort", "unit"), "days", "the longest is 900", doubtful=True, decisive=True)
    >>> print(toml_text([one], ["Made by posthaz init."]))
    #:schema analysis.schema.json
    # Made by posthaz init.
    <BLANKLINE>
    # Which column means what.
    [cohort]
    # PLEASE CHECK: the longest is 900
    unit = "days"
    <BLANKLINE>
    """
    tables: dict[Key, list[Guess]] = {}
    for guess in guesses:
        if guess.value is not None:
            tables.setdefault(guess.key[:-1], []).append(guess)
    lines = ["#:schema analysis.schema.json"]
    for remark in head:
        lines += _comment(remark)
    for place, inside in sorted(tables.items(), key=lambda item: _order(item[0], list(tables))):
        lines.append("")
        lines += _comment(_HEADS.get(place, ""))
        lines.append(f"[{'.'.join(_key(part) for part in place)}]")
        for guess in inside:
            lines += _comment(f"PLEASE CHECK: {guess.why}" if guess.doubtful else guess.why)
            lines.append(f"{_key(guess.key[-1])} = {toml_value(guess.value)}")
    return "\n".join(lines) + "\n"


def toml_value(value: Any) -> str:
    """A value as TOML writes it on one line.

    Examples
    --------
    >>> toml_value({"1": "event", "a b": 0}), toml_value([1, "x", True, 2.5])
    ('{ 1 = "event", "a b" = 0 }', '[1, "x", true, 2.5]')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {toml_value(one)}" for key, one in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(one) for one in value)}]"
    if isinstance(value, int | float):
        return str(value) if isinstance(value, int) else repr(float(value))
    return _text(str(value))


def _text(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return "".join(f"\\u{ord(sign):04x}" if sign in "\x7f\x85\u2028\u2029" else sign
                   for sign in written)  # fmt: skip


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _text(text)


def _comment(text: str) -> list[str]:
    """A remark as lines of comment, without what TOML forbids in them."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return [f"# {line}" for line in textwrap.wrap(plain, _WIDTH, break_long_words=False)]


def _order(place: Key, places: Sequence[Key]) -> tuple[int, int]:
    """Tables of one name stay together, in the order in which the first of them was guessed."""
    return next(k for k, one in enumerate(places) if one[0] == place[0]), places.index(place)
