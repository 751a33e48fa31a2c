import pytest

from posthaz.catalogue import catalogue, evidence_files
from posthaz.errors import SpecError
from posthaz.evidence import printed_doubts
from posthaz.spec.evidence_file import load_evidence

GOOD = """
[evidence]
expected = 0.6
[evidence.priors]
registry = { historical = { hr = 0.77, lower = 0.71, upper = 0.84 } }
[[ratio]]
name = "os"
hr = 0.51
ci = [0.29, 0.90]
p = 0.02
[[ratio]]
hr = 0.54
ci = [0.31, 0.94]
priors = []
"""


def loaded(tmp_path, text):
    path = tmp_path / "evidence.toml"
    path.write_text(text, encoding="utf-8")
    return load_evidence(path)


def test_ratios_priors_and_defaults(tmp_path):
    spec = loaded(tmp_path, GOOD)
    first, second = spec.ratios
    assert (first.name, first.p, second.name) == ("os", "0.02", "ratio_2")
    assert list(spec.priors_of(first)) == ["reference", "sceptical", "enthusiastic", "registry"]
    assert list(spec.priors_of(second)) == ["reference", "sceptical", "enthusiastic"]
    assert "HR 0.6" in spec.priors_of(first)["sceptical"].origin


def test_every_problem_is_named_at_once(tmp_path):
    text = """
    [evidence]
    expected = 1.0
    decimal = 2
    [evidence.priors]
    wide = { family = "cauchy", values = [0, 1] }
    [[ratio]]
    hr = 0.2
    ci = [0.31, 0.94]
    [[ratio]]
    hr = 0.5
    ci = [0.9, 0.3]
    [[ratio]]
    hr = 0.5
    [[ratio]]
    hr = 0.5
    ci = [0.3, 0.8]
    p = "ns"
    priors = ["registry"]
    """
    with pytest.raises(SpecError) as caught:
        loaded(tmp_path, text)
    for part in (
        "unknown key 'decimal'",
        "it is 1",
        "'cauchy' is not normal",
        "HR 0.2 lies outside its interval",
        "not below the upper",
        "[ratio.3.ci]: it is missing",
        "'ns' is no P value",
        "'registry' is none of",
    ):
        assert part in str(caught.value), part


@pytest.mark.parametrize("text", ["", "[evidence]\n", "ratio = 3\n"])
def test_a_file_without_ratios(tmp_path, text):
    with pytest.raises(SpecError, match="no printed hazard ratios"):
        loaded(tmp_path, text)


def test_names_must_differ(tmp_path):
    twice = '[[ratio]]\nname = "a"\nhr = 0.5\nci = [0.3, 0.8]\n' * 2
    with pytest.raises(SpecError, match="'a' is named twice"):
        loaded(tmp_path, twice)


def test_an_unknown_name_is_met_with_the_nearest():
    with pytest.raises(SpecError, match="did you mean 'cai2025"):
        load_evidence("cai2026")


def test_files_that_come_with_posthaz_are_no_analyses():
    assert not set(evidence_files()) & {entry.name for entry in catalogue()}


def test_doubts_about_the_papers_own_numbers():
    """What the documentation lists: 84 printed ratios, four of them with a P value apart."""
    ratios = [one for name in evidence_files() for one in load_evidence(name).ratios]
    found = {(one.name, doubt.kind) for one in ratios for doubt in printed_doubts(one)}
    assert len(ratios) == 84
    assert found == {
        ("keynote189_os", "p_value"),
        ("tumor_size_5_to_7_cm_os", "other_test"),
        ("tumor_size_unknown_os", "other_test"),
        ("tumor_size_5_to_7_cm_css", "other_test"),
    }
