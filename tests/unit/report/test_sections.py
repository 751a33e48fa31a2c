import re
from dataclasses import replace

import pytest

from posthaz.report import (
    Block,
    FigureBlock,
    Paragraph,
    Report,
    Results,
    Section,
    Table,
    render_html,
    render_markdown,
)
from posthaz.report.cells import table_rows
from posthaz.report.compose import compose_report
from posthaz.report.sections.hazard_ratios import hazard_ratios_section
from posthaz.report.sections.predictive import agreement_sentence
from posthaz.report.sections.published import published_section
from posthaz.report.sections.ratio_rows import BAYESIAN, ratio_rows
from posthaz.report.sections.references import REFERENCES, numbered
from posthaz.report.sections.rows import answer_row, treatment_term

WITHOUT_CSV = ("Models fitted", "Prior of every parameter")


@pytest.fixture(scope="module", params=["two_arms", "three_arms", "one_arm"])
def composed(request) -> tuple[Results, Report, dict[str, tuple[bytes, bytes]]]:
    results = request.getfixturevalue(request.param)
    return results, *compose_report(results)


def blocks(report: Report) -> list[Block]:
    parts: list[Section] = [one for top in report.sections for one in (top, *top.subsections)]
    return [*report.lead, *(block for part in parts for block in part.blocks), *report.footer]


def section(report: Report, anchor: str) -> Section:
    parts = [one for top in report.sections for one in (top, *top.subsections)]
    return next(part for part in parts if part.anchor == anchor)


def test_sections_stand_in_the_order_of_the_report(two_arms):
    report, _ = compose_report(two_arms)
    assert [one.anchor for one in report.sections] == [
        *("cohort", "priors", "survival", "hazard-ratios", "answers", "published"),
        *("diagnostics", "predictive-check", "comparison", "methods", "checklist"),
        "appendix",
    ]


def test_every_table_and_most_figures_name_the_file_of_their_numbers(composed):
    _, report, _ = composed
    tables = [block for block in blocks(report) if isinstance(block, Table)]
    traced = [table for table in tables if not table.caption.startswith(WITHOUT_CSV)]
    assert traced
    assert all(table.source for table in traced)


def test_every_figure_is_handed_over_with_an_alternative_text(composed):
    _, report, figures = composed
    shown = [block for block in blocks(report) if isinstance(block, FigureBlock)]
    assert [block.name for block in shown] == list(figures)
    assert all(len(block.alt) > 40 for block in shown)
    assert all(png.startswith(b"\x89PNG") and b"<svg" in svg for png, svg in figures.values())


def test_no_missing_number_reaches_the_reader(composed):
    _, report, _ = composed
    text = render_markdown(report)
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b|\[@", text)
    assert not re.search(r"(?<![\d.])0\.00(?!\d)", text)


def test_a_simulated_cohort_is_called_so_everywhere(composed):
    results, report, _ = composed
    if not results.simulated:
        assert "imulated" not in report.title
        return
    assert report.simulated
    assert report.title.endswith("(simulated cohort)")
    shown = [block for block in blocks(report) if isinstance(block, FigureBlock)]
    assert all(block.caption.startswith("Simulated cohort.") for block in shown)
    assert "SIMULATED COHORT" in render_html(report)


def test_printed_numbers_are_judged_by_their_tolerance(two_arms):
    found = published_section(two_arms)
    assert found is not None
    table = next(block for block in found.blocks if isinstance(block, Table))
    agrees = dict(zip(table.frame["what"], table.frame["agrees"], strict=True))
    assert agrees["Hazard ratio, B v A"] == "yes (±\u00a00.02)"
    assert agrees["Median, A (months)"] == "no (±\u00a00.1)"
    assert agrees["Events, all patients"] == "yes (±\u00a00)"
    assert found.blocks[-1].text == "Median, A (months) does not meet the printed number."  # type: ignore[union-attr]


def test_without_printed_numbers_there_is_no_such_section(one_arm):
    assert published_section(one_arm) is None


def test_a_cox_step_is_the_power_of_the_ratio_per_unit(two_arms):
    rows = ratio_rows(two_arms)
    assert "dose_gy" not in set(rows["term"])
    step = rows[(rows["term"] == "dose_gy, per 10 Gy") & (rows["model"] == "Cox, univariable")]
    unit = answer_row(two_arms, "cox_univariable", "hazard_ratio", term="dose_gy")
    assert step["hr"].item() == pytest.approx(unit["value"] ** 10)
    assert step["lower"].item() == pytest.approx(unit["lower"] ** 10)


def test_a_cox_model_of_the_treatment_alone_is_not_shown_twice(two_arms):
    rows = ratio_rows(two_arms)
    models = list(rows.loc[(rows["term"] == "arm[B]") & (rows["kind"] == "Cox"), "model"])
    assert models == ["Cox, univariable", "Cox, adjusted for dose"]


def test_characteristics_alone_and_together_stand_side_by_side(two_arms):
    section = hazard_ratios_section(two_arms)
    assert section is not None
    tables = [one for one in section.blocks if isinstance(one, Table)]
    (table,) = [one for one in tables if one.caption.startswith("Each characteristic")]
    rows = ratio_rows(two_arms)
    shown = table.frame.set_index("label")
    assert list(shown.index) == list(dict.fromkeys(rows.loc[rows["formula"].ne(""), "label"]))
    dose = rows[rows["term"] == "dose_gy, per 10 Gy"]
    alone = dose[dose["model"] == "Cox, univariable"].iloc[0]
    label = alone["label"]
    assert shown.loc[label, "uni"].startswith(f"{alone['hr']:.2f} (")
    assert shown.loc[label, "uni"] != shown.loc[label, "multi"]
    adjusted = dose[dose["kind"] == BAYESIAN].iloc[0]
    assert shown.loc[label, "all"].startswith(f"{adjusted['hr']:.2f} (")
    assert shown.loc[label, "all_p"] == f"{100 * adjusted['below_1']:.0f}\u00a0%"
    # no model of the file has the dose alone
    assert shown.loc[label, "one"] == "–" and shown["one"].ne("–").sum() == 1


def test_without_a_cox_model_of_several_nothing_stands_side_by_side(two_arms):
    answers = two_arms.frequentist.answers
    joint = answers["analysis"].astype(str).str.startswith("cox: ")
    some = replace(two_arms.frequentist, answers=answers[~joint])
    section = hazard_ratios_section(replace(two_arms, frequentist=some))
    assert section is not None
    captions = [one.caption for one in section.blocks if isinstance(one, Table)]
    assert captions and not any(one.startswith("Each characteristic") for one in captions)


def test_a_treatment_in_an_interaction_has_no_ratio_of_its_own(two_arms):
    fit = two_arms.posterior.primary
    assert treatment_term(fit, "B") == "arm[B]"
    crossed = replace(fit, design=replace(fit.design, formula="arm * dose_gy"))
    assert treatment_term(crossed, "B") == ""


def test_a_missed_curve_is_laid_on_the_ratio_where_hazards_are_not_proportional(two_arms):
    answers = two_arms.frequentist.answers
    test = (answers["quantity"] == "schoenfeld_test") & (answers["term"] == "arm[B]")
    assert test.any()

    def said(inside: float, p: float) -> str:
        agreement = two_arms.posterior.agreement.assign(inside=inside)
        table = answers.assign(p=answers["p"].mask(test, p))
        return agreement_sentence(
            replace(
                two_arms,
                posterior=replace(two_arms.posterior, agreement=agreement),
                frequentist=replace(two_arms.frequentist, answers=table),
            )
        )

    assert "a freer hazard" in said(0.5, 0.5)
    assert "one hazard ratio for all times" in said(0.5, 0.01)
    assert "among those that the model would produce" in said(1.0, 0.01)


def test_tables_of_arms_set_the_posterior_beside_kaplan_meier(two_arms):
    report, _ = compose_report(two_arms)
    table = next(b for b in section(report, "answers-survival").blocks if isinstance(b, Table))
    first = table_rows(table)[0]
    assert first.group == "A"
    assert first.cells[0] == "12\u00a0months"
    km = answer_row(two_arms, "kaplan_meier", "survival", "A", time=12.0)
    assert first.cells[2].startswith(f"{100 * km['value']:.0f}\u00a0% (")


def test_the_checklist_says_what_was_not_done(one_arm):
    report, _ = compose_report(one_arm)
    checklist = section(report, "checklist").blocks[-1]
    answers = {one.item: one.answer for one in checklist.items}  # type: ignore[union-attr]
    assert answers["4B. Loss function"].startswith("Not done")
    assert answers["5A–C. Sensitivity to priors"].startswith("Not done")
    anchors = {one.where for one in checklist.items} - {"", "Provenance"}  # type: ignore[union-attr]
    assert anchors <= set(report.titles)


def test_methods_mention_only_what_was_done(one_arm, two_arms):
    alone, both = (compose_report(results)[0] for results in (one_arm, two_arms))
    texts = [
        " ".join(b.text for b in section(one, "methods").blocks if isinstance(b, Paragraph))
        for one in (alone, both)
    ]
    assert "log-rank" not in texts[0]
    assert "log-rank" in texts[1]
    assert "standardised over the cohort" in texts[1]
    assert "piecewise" not in texts[1]


def test_whole_months_are_said_where_the_cohort_and_the_methods_are_described(one_arm):
    cohort = replace(one_arm.cohort, resolution=1.0)
    coarse = compose_report(replace(one_arm, cohort=cohort))[0]
    fine = compose_report(one_arm)[0]
    for anchor in ("cohort", "survival", "methods"):
        said, unsaid = (
            " ".join(b.text for b in section(one, anchor).blocks if isinstance(b, Paragraph))
            for one in (coarse, fine)
        )
        assert "Times were recorded in whole months" in said
        assert "recorded in" not in unsaid
    means = next(b for b in section(coarse, "answers-rmst").blocks if isinstance(b, Table))
    assert any("half a step" in note for note in means.notes)


def test_references_are_numbered_in_order_and_have_an_address():
    texts, references = numbered(["a [@cox, @efron]", "b [@km] [@cox]"])
    assert texts == ("a [1, 2]", "b [3] [1]")
    assert references == tuple(REFERENCES[key] for key in ("cox", "efron", "km"))
    assert all("https://doi.org/10." in text for text in REFERENCES.values())
