"""Times and counts are written by one mechanism: no exponents, and one year in the singular."""

import re

from tests.house.markdown import ROOT

GENERAL = re.compile(r":(\.\d+)?g\}(\{SPACE\}| )\{[^}]*unit")
PLURAL = re.compile(r"\{(duration|moment)\([^{}]*\)\} \{[^}]*unit")


def test_no_time_is_written_beside_its_unit_by_hand():
    found = [
        f"{path.relative_to(ROOT)}: {one[0]}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for pattern in (GENERAL, PLURAL)
        for one in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
