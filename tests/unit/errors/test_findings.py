"""Findings come out together, each with its place and its fix."""

import pytest

from posthaz.errors import CohortError, Findings, nearest


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
