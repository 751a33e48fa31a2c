"""Parts that can't be made: said in their place, in the lead, in the files and on leaving."""

import json
from dataclasses import replace

import pytest

from posthaz.cli.fit import finish
from posthaz.errors import OutputError, PriorError
from posthaz.errors.lost import Lost
from posthaz.report import (
    MissingPart,
    Note,
    Results,
    Written,
    clinical,
    gather,
    gather_posterior,
)
from posthaz.report.clinical import ClinicalPart
from posthaz.report.compose import compose_report, missing_parts
from posthaz.report.missing import guarded, lost_parts
from posthaz.report.sections import survival
from posthaz.report.write import write_report, write_results


def broken(*_, **__):
    raise IndexError("index 0 is out of bounds")


def gathered_again(results: Results, monkeypatch: pytest.MonkeyPatch) -> Results:
    """The results gathered anew from the fits that are there."""
    fits = results.posterior.fits
    monkeypatch.setattr(gather, "fit", lambda spec, *_: fits[spec.name])
    return gather.gather_results(results.analysis, results.cohort, "posthaz", lambda *_: None)


def test_an_unexpected_failure_has_its_type_and_where_to_report_it():
    part = guarded("table of medians", lambda: {}["arm"])
    assert isinstance(part, MissingPart)
    assert part.reason.startswith("KeyError: 'arm'") and "please report it" in part.reason


def test_a_refusal_says_only_why():
    def refuse():
        raise PriorError("no such parameter. Fix: name another.")

    part = guarded("model “b”", refuse)
    assert isinstance(part, MissingPart) and "report it" not in part.reason


def test_a_full_disk_is_no_missing_part():
    def full():
        raise OutputError("disk full")

    with pytest.raises(OutputError):
        guarded("file", full)


def test_a_failed_check_leaves_the_fits(two_arms, monkeypatch, tmp_path):
    monkeypatch.setattr(gather_posterior, "leave_one_out", broken)
    monkeypatch.setattr(gather, "schoenfeld_test", broken)
    results = gathered_again(two_arms, monkeypatch)
    names = [part.name for part in results.missing]
    assert "leave-one-out check of “weibull”" in names
    assert "Cox model of arm" in names
    written = write_results(results, tmp_path, ["html", "md", "docx"])
    assert set(results.missing) <= set(written.missing)
    assert (tmp_path / "posterior" / "weibull.nc").stat().st_size > 0
    assert (tmp_path / "coefficients.csv").read_text().count("\n") > 2
    diagnostics = json.loads((tmp_path / "diagnostics.json").read_text())
    assert not diagnostics["passed"]
    assert diagnostics["missing"][0]["reason"].startswith("IndexError")
    for page in ("report.html", "report.md"):
        text = (tmp_path / page).read_text()
        assert text.count("IndexError") >= 2  # the lead, and the section it belongs to
        assert "Missing from this report" in text


def test_a_second_model_that_fails_does_not_take_the_first_along(two_arms, monkeypatch):
    fits = two_arms.posterior.fits

    def only_first(spec, *_):
        return fits[spec.name] if spec.name == "weibull" else broken()

    monkeypatch.setattr(gather, "fit", only_first)
    results = gather.gather_results(two_arms.analysis, two_arms.cohort, "posthaz", lambda *_: None)
    assert list(results.posterior.fits) == ["weibull"]
    assert [part.name for part in results.missing] == ["model “adjusted”"]


def test_a_broken_figure_or_section_is_said_in_its_place(two_arms, monkeypatch):
    monkeypatch.setattr(survival, "draw_survival", broken)
    monkeypatch.setattr("posthaz.report.sections.predictive.interval_name", broken)
    report, _ = compose_report(two_arms)
    sections = {section.anchor: section for section in report.sections}
    gone = [one for one in sections["survival"].blocks if isinstance(one, MissingPart)]
    assert [part.name for part in gone] == ["figure (survival)"]
    assert len(sections["survival"].blocks) > 1  # the words are there
    assert [type(block) for block in sections["predictive-check"].blocks] == [MissingPart]
    assert len(missing_parts(two_arms, report)) == 2


def test_the_lead_names_what_is_missing_and_the_page_tells_of_a_lost_word_file(
    two_arms, monkeypatch, tmp_path
):
    monkeypatch.setattr("posthaz.report.write.write_word", broken)
    written = write_report(two_arms, tmp_path, ["html", "docx"])
    assert [part.name for part in written.missing] == ["file report.docx"]
    assert "Missing from this report: file report.docx" in (tmp_path / "report.html").read_text()


def test_a_clinical_analysis_that_fails_keeps_its_place(two_arms, monkeypatch):
    part = ClinicalPart("subgroups", broken, broken, broken)
    monkeypatch.setattr(clinical, "part_of", lambda name: part)
    asked = replace(two_arms, analysis=replace(two_arms.analysis, clinical={"subgroups": None}))
    results = gathered_again(asked, monkeypatch)
    assert [one.name for one in results.missing] == ["analysis [subgroups]"]
    report, _ = compose_report(results)
    (section,) = [one for one in report.sections if one.anchor == "subgroups"]
    assert section.blocks == results.missing


def test_lost_models_are_missing_and_no_sentence_praises_them(two_arms):
    notes = ("The rule keeps one.", Lost("model of all candidates at once", "no such parameter"))
    missing = lost_parts(notes)
    assert [part.name for part in missing] == ["model of all candidates at once"]
    passing = replace(two_arms, missing=missing, clinical={}, clinical_failures=())
    texts = [
        block.text
        for section in compose_report(passing)[0].sections
        for one in (section, *section.subsections)
        for block in one.blocks
        if hasattr(block, "text")
    ]
    assert not any("pass every check" in text for text in texts)


def test_something_missing_leaves_with_exit_3(two_arms, tmp_path, capsys):
    sound = replace(two_arms, posterior=replace(two_arms.posterior, convergence=()))
    part = MissingPart("table of medians", "no event")
    assert finish(sound, Written((), ()), tmp_path, True) == 0
    assert finish(sound, Written((), (part,)), tmp_path, True) == 3
    assert "table of medians: no event" in capsys.readouterr().err


@pytest.mark.parametrize("title", ["x" * 300, "bell \x07 and null \x00"])
def test_any_title_makes_a_word_file(two_arms, title, tmp_path):
    named = replace(two_arms, analysis=replace(two_arms.analysis, title=title))
    assert write_report(named, tmp_path, ["html", "docx"]).missing == ()


def test_the_lead_puts_failed_checks_before_what_is_missing():
    from posthaz.report.parts import with_missing

    lead = (Note("error", "R-hat is 1.2."), Note("warning", "few events"))
    said = with_missing(lead, [MissingPart("figure (survival)", "no event")])
    assert [note.kind for note in said] == ["error", "error", "warning"]
    assert "figure (survival)" in said[1].text
