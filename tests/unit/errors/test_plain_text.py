"""Text from anybody's file is shown without what a terminal or a reader's eye would obey."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthaz.errors import Finding, PosthazError, plain_line, plain_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07on", "on"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1bcreset", "reset"),
        ("a\x00\x08\x7f\x85b", "ab"),
        ("gnp.\u202exe", "gnp.xe"),
        ("\u200e\u200f\u061c\u2066x\u2069", "x"),
        ("half \ud800", "half \ufffd"),
        ("GTV ≥ 63 cm³, 放疗", "GTV ≥ 63 cm³, 放疗"),
        ("two\n\tlines", "two\n\tlines"),
    ],
)
def test_what_a_reader_sees_stays_and_nothing_else(text: str, shown: str) -> None:
    assert plain_text(text) == shown
    assert str(PosthazError(text)) == shown
    assert shown in str(Finding("x", text, "fix"))


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    shown = plain_line(text)
    assert not set(shown) & {chr(c) for c in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x202E)}
    assert plain_line(shown) == shown
    shown.encode()
