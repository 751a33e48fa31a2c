"""Text that can be shown: without what moves a cursor, colours a terminal or turns words round."""

import re

_TERMINAL = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # control sequences: colours, cursor, erasing
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # titles, links
    r"|\x1b[ -/]*[0-~]?"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENDLESS = re.compile(r"\S{400,}")
_SHOWN = 100


def plain_text(text: str) -> str:
    r"""Text without terminal escapes, control characters and marks of direction.

    Parameters
    ----------
    text : str
        Any text, such as a label from somebody's file.

    Returns
    -------
    str
        The text that a reader sees; tabs and line breaks stay, half a surrogate pair becomes
        the replacement character.

    Examples
    --------
    >>> plain_text("\x1b[31mPCI\x1b[0m\u202e"), plain_text("a\tb")
    ('PCI', 'a\tb')
    """
    if text.isascii() and text.isprintable():
        return text
    return _SURROGATE.sub("\ufffd", _UNSEEN.sub("", _TERMINAL.sub("", text)))


def plain_line(text: str) -> str:
    r"""Such text on one line.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        `plain_text` with tabs and line breaks as spaces.

    Examples
    --------
    >>> plain_line("PCI\r\nor none")
    'PCI or none'
    """
    if text.isascii() and text.isprintable():
        return text
    return plain_text(re.sub(r"\r\n|[\t\n\r\x0b\x0c\x85\u2028\u2029]", " ", text))


def message_text(text: str) -> str:
    """Such text for a message, in which no name of thousands of letters hides the rest.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        `plain_text`; of a word of 400 letters or more, the first 100 and their number.

    Examples
    --------
    >>> message_text("no column " + 500 * "x")[-24:]
    'xxxx... (500 characters)'
    """
    return _ENDLESS.sub(
        lambda found: f"{found[0][:_SHOWN]}... ({len(found[0]):,} characters)", plain_text(text)
    )
