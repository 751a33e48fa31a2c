"""What every catalogue keeps: holes, numbers, and one meaning a text."""

import re
from collections import Counter

import pytest

from posthaz.errors import SpecError
from posthaz.languages import LANGUAGES, Message, load_catalogue, speaker_of
from posthaz.languages.catalogue import NUMBER

CATALOGUES = [name for name, language in LANGUAGES.items() if language.catalogue]
HOLE = re.compile(r"\{(\w+)\}")


def filled(message: Message) -> dict[str, str]:
    """Numbers and words that no catalogue has, a different one for each hole."""
    numbers = ("-0.73", "1,204", "36.5", "0.081", "7", "12", "9.04", "-3", "55", "61", "2,000")
    words = ("Ωα", "Ωβ", "Ωγ", "Ωδ", "Ωε", "Ωζ", "Ωη")
    holes = message.holes
    kinds = {hole: numbers if re.fullmatch(r"n\d*", hole) else words for hole in holes}
    return {hole: kinds[hole][i % len(kinds[hole])] for i, hole in enumerate(holes)}


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_translation_has_the_holes_of_its_message_and_each_message_stands_once(name: str):
    messages = load_catalogue(LANGUAGES[name].catalogue)
    assert len(messages) > 500
    wrong = [one.source for one in messages if sorted(one.holes) != sorted(set(one.holes))]
    wrong += [m.source for m in messages if Counter(m.holes) != Counter(HOLE.findall(m.target))]
    wrong += [m.source for m in messages if m.source.endswith(".") or m.source != m.source.strip()]
    twice = [text for text, n in Counter(one.source for one in messages).items() if n > 1]
    assert (wrong, twice) == ([], [])


@pytest.mark.parametrize("name", CATALOGUES)
def test_each_message_is_said_as_it_is_translated_and_keeps_its_numbers(name: str):
    speaker = speaker_of(name)
    other, moved = [], []
    for message in load_catalogue(LANGUAGES[name].catalogue):
        holes = filled(message)
        text = HOLE.sub(lambda hole, holes=holes: holes[hole[1]], message.source)
        said = speaker.say(text)
        if said != message.filled(holes):
            other.append((text, said))
        if Counter(re.findall(NUMBER, said)) != Counter(re.findall(NUMBER, text)):
            moved.append((text, said))
    assert (other, moved, speaker.missed) == ([], [], [])


def test_a_language_without_catalogue_is_refused_with_those_that_there_are():
    with pytest.raises(SpecError) as error:
        speaker_of("fr")
    assert (error.value.what, error.value.fix) == (
        "there is no catalogue of the language 'fr'",
        "choose among en, zh",
    )


def test_a_number_is_said_as_it_was_written():
    speaker = speaker_of("zh")
    for number in ("-0.5", "−0.5", "0·9", "1,234", "<0.001", "∞", "1e-05", "1.2.3"):
        assert speaker.say(f"{number} (-1 to {number})") == f"{number}（-1～{number}）"


def test_the_users_labels_stay_whatever_the_catalogue_has():
    labels = ("Survival", "St. Mary v. others", "手术, 放疗", "إشعاع", "Θεραπεία")
    speaker = speaker_of("zh", labels)
    assert [speaker.say(one) for one in labels] == list(labels)
    assert speaker.say("Hazard ratio, إشعاع v Survival") == "风险比，إشعاع vs Survival"
    assert not speaker.missed
    assert speaker_of("zh").say("Survival") == "生存"
