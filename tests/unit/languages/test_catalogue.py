"""Reading catalogues, and the file that is left to translate."""

from posthaz.languages import Message, read_catalogue, template

TEXT = r"""
msgid ""
msgstr "Language: de\n"

#: a remark
msgid "A \"quoted\" "
"sentence"
msgstr ""
"Ein „zitierter“ Satz"

#, fuzzy
msgid "doubtful"
msgstr "zweifelhaft"

msgid "not yet"
msgstr ""
"""


def test_catalogues_are_read_as_gettext_writes_them():
    assert list(read_catalogue(TEXT)) == [Message('A "quoted" sentence', "Ein „zitierter“ Satz")]


def test_what_is_left_to_translate_is_read_again_once_it_is_filled_in():
    left = template(["PCI: 12 of 30 (0.4) in 2 years"], ["PCI"])
    filled = left.replace('msgstr ""', 'msgstr "{a1}: {n2}, {n1}, {n3} ({n4})"')
    (message,) = read_catalogue(filled)
    holes = message.match("PCI: 12 of 30 (0.4) in 2 years")
    assert holes is not None
    assert message.filled(holes) == "PCI: 30, 12, 0.4 (2)"


def test_the_first_letter_may_be_large_or_small_and_the_rest_not():
    message = Message("Hazard ratio", "风险比")
    assert message.match("hazard ratio") == {}
    assert message.match("Hazard Ratio") is None


def test_a_unit_is_one_word_and_brackets_stay_whole_in_a_hole():
    assert Message("{n} {u} late", "迟{n}{u}").match("3 months and 4 weeks late") is None
    listed = Message("{a}; {b}", "{a}；{b}")
    assert listed.match("Ω (x; y); β") == {"a": "Ω (x; y)", "b": "β"}
    assert listed.match("Ω (x; β") == {"a": "Ω (x", "b": "β"}
