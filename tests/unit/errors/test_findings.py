"""Findings come out together, each with its place and its fix."""

import pickle
import re
from pathlib import Path

import pytest

import posthaz
from posthaz.errors import CohortError, Finding, Findings, SpecError, nearest


def test_all_findings_are_in_one_error() -> None:
    findings = Findings()
    findings.add("a.csv, row 2", "time is missing", "give the time")
    findings.add("a.csv, row 9", "time is -1", "correct the time")
    with pytest.raises(CohortError) as caught:
        findings.raise_if_any(CohortError, "a.csv can't be used:")
    assert len(caught.value.findings) == 2
    assert "row 2" in str(caught.value)
    assert "row 9" in str(caught.value)


def test_nothing_is_raised_without_findings() -> None:
    Findings().raise_if_any(CohortError, "unused")


@pytest.mark.parametrize(
    ("word", "known", "phrase"),
    [("weibul", ["weibull", "gompertz"], "did you mean 'weibull'?"), ("x", ["a"], "known: a")],
)
def test_nearest_names_the_known_word(word: str, known: list[str], phrase: str) -> None:
    assert nearest(word, known) == phrase


def test_an_error_holds_what_and_fix_apart_from_its_message():
    error = SpecError("x.toml: two, or\n  three\n  ^ here\n", fix="write one")
    assert str(error) == "x.toml: two, or\n  three\n  ^ here\nFix: write one."
    assert (error.what, error.fix, error.reason) == (
        "x.toml: two, or\n  three\n  ^ here",
        "write one",
        "x.toml: two, or",
    )
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.fix) == (str(error), "write one")


def test_nobody_reads_a_fix_out_of_a_message():
    source = Path(posthaz.__file__).parent
    inside = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if re.search(r"(partition|split|index|find)\([^)]*Fix:", path.read_text(encoding="utf-8"))
    }
    assert inside == set()


def test_a_name_of_thousands_of_letters_does_not_hide_the_rest() -> None:
    endless = "x" * 5000
    error = SpecError.from_findings(
        "a.toml:", (Finding(f"[{endless}]", f"no '{endless}'", f"leave '{endless}' out"),)
    )
    assert len(str(error)) < 600 and "(5,002 characters)" in str(error)
    assert str(error).endswith("out.")
