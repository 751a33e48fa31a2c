"""Reports in the reader's language: catalogues of sentences, applied to what is finished."""

from posthaz.languages.catalogue import Message, load_catalogue, read_catalogue
from posthaz.languages.names import LANGUAGES, Language
from posthaz.languages.speaker import ENGLISH, Speaker, current_speaker, speaker_of, speaking
from posthaz.languages.template import template

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Language",
    "Message",
    "Speaker",
    "current_speaker",
    "load_catalogue",
    "read_catalogue",
    "speaker_of",
    "speaking",
    "template",
]
