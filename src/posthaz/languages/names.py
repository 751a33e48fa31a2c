"""The languages that reports are written in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A language.

    Parameters
    ----------
    tag : str
        Tag of the page, by which browsers and Word choose fonts.
    catalogue : str
        File name of its catalogue, without ending; empty for the language of the source.
    stop : str
        What ends a sentence.
    gap : str
        What stands between two sentences.
    """

    tag: str
    catalogue: str = ""
    stop: str = "."
    gap: str = " "


LANGUAGES = {
    "en": Language("en"),
    "zh": Language("zh-CN", "zh_CN", "。", ""),
}
"""Languages by the name that an analysis file gives; another is a line here and a catalogue."""
