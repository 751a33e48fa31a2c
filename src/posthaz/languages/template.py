"""A file to translate: texts that found no translation, as entries of a catalogue."""

import json
import re
from collections.abc import Iterable
from itertools import count

from posthaz.languages.catalogue import NUMBER

_NUMBER = re.compile(rf"(?<![\w.]){NUMBER}(?![\w])")


def template(texts: Iterable[str], labels: Iterable[str] = ()) -> str:
    """Entries of a catalogue for texts, their numbers and the user's labels as holes.

    Parameters
    ----------
    texts : iterable of str
        Texts without translation.
    labels : iterable of str
        Labels of the user, which become holes where they stand in a text.

    Returns
    -------
    str
        Content of a ``.po`` file, each message once.

    Examples
    --------
    >>> print(template(["PCI: 12 deaths in 30 patients", "PCI: 9 deaths in 20 patients"], ["PCI"]))
    msgid "{a1}: {n1} deaths in {n2} patients"
    msgstr ""
    <BLANKLINE>
    """
    ordered = sorted({one for one in labels if len(one) > 2}, key=len, reverse=True)
    own = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in ordered) or r"(?!)")
    made = dict.fromkeys(_message(text, own) for text in texts)
    return "\n".join(f'msgid {json.dumps(one, ensure_ascii=False)}\nmsgstr ""\n' for one in made)


def _message(text: str, own: re.Pattern[str]) -> str:
    numbers, words = count(1), count(1)
    text = own.sub(lambda _: f"{{a{next(words)}}}", text)
    parts = re.split(r"(\{a\d+\}|https?://\S+)", text)
    parts[::2] = [_NUMBER.sub(lambda _: f"{{n{next(numbers)}}}", one) for one in parts[::2]]
    return "".join(parts)
