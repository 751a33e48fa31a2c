"""Times and counts are written by one mechanism: no exponents, and one year in the singular."""

import re

from tests.house.markdown import ROOT

GENERAL = re.compile(r":(\.\d+)?g\}(\{SPACE\}| )\{[^}]*unit")
OF_TIME = re.compile(
    r"(?<!_)(?<!> )\{(?:[\w.]*\b)?"
    r"(?:time|last|longest|start|end|began|horizon|cut|beyond|early|late)"
    r"(?:\[[^\]{}]+\])*:(?:\.\d+)?g\}"
)
"""A time in a message; columns such as ``at_12`` and events such as ``P(rmst > 12)`` are keys."""
TWO_DIGITS = re.compile(r"(?:median|max|min)\(\):\.2g\}")
NOUNS = "interval|patient|visit|row|event|time|cut|knot|model|arm"
BY_HAND = re.compile(rf"\b(?:{NOUNS})\{{(?:'s'|\"s\")")
PLURAL = re.compile(r"\{(duration|moment)\([^{}]*\)\} \{[^}]*unit")


def test_no_time_and_no_plural_is_written_by_hand():
    found = [
        f"{path.relative_to(ROOT)}: {one[0]}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for pattern in (GENERAL, PLURAL, OF_TIME, TWO_DIGITS, BY_HAND)
        for one in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
