"""Details of a report stand folded in an appendix, and equal priors in one row."""

import re
from dataclasses import replace

import pandas as pd

from posthaz.report.blocks import Paragraph, Report, Section, Table
from posthaz.report.compose import compose_report, with_appendix
from posthaz.report.concerns.ordered import failed_convergence
from posthaz.report.html import render_html
from posthaz.report.markdown import render_markdown
from posthaz.report.sections.hazard_ratios import disagreements
from posthaz.report.sections.priors import priors_section


def answers() -> Table:
    frame = pd.DataFrame({"arm": ["A", "B"], "hr": ["0.9", "1.1"], "mcse": ["0.0123", "–"]})
    return Table(frame, "Ratios", {"hr": "HR", "mcse": "MCSE (points)"}, group="arm")


def test_monte_carlo_errors_leave_their_table_for_one_in_the_appendix():
    top = Section("Answers", "answers", (answers(),), appendix=(Paragraph("Ranks."),))
    kept, appendix = with_appendix([top])
    assert list(kept.blocks[0].shown) == ["hr"]
    assert [one.anchor for one in appendix.subsections] == ["appendix-answers", "appendix-errors"]
    errors = appendix.subsections[1].blocks[0].frame
    assert errors.to_dict("records") == [
        {"of": "Ratios: A, points", "what": "0.9", "mcse": "0.0123"}
    ]


def test_a_page_folds_the_appendix_and_other_formats_show_it():
    report = Report("R", sections=with_appendix([Section("Answers", "answers", (answers(),))]))
    page = render_html(report)
    assert page.count("<details>") == page.count("</details>") == 1
    assert page.index("<details>") < page.index("0.0123") < page.index("</details>")
    assert "0.0123" in render_markdown(report)


def test_the_main_text_of_a_report_has_no_details(two_arms):
    report, figures = compose_report(two_arms)
    folded = re.findall("<details>.*?</details>", render_html(report), re.DOTALL)
    main = re.sub("<details>.*?</details>", "", render_html(report), flags=re.DOTALL)
    assert "MCSE" not in re.sub("<p>.*?</p>", "", main, flags=re.DOTALL)
    for detail in ("Largest R‑hat", "Ranks of each chain", "Pareto k of each patient by model"):
        assert detail not in main
        assert sum(detail in one for one in folded) == 1
    assert {"ranks", "pareto_k"} <= set(figures)


def test_priors_that_models_share_stand_once(two_arms):
    table = next(b for b in priors_section(two_arms).blocks if isinstance(b, Table) and b.group)
    shown = table.frame.drop(columns="models")
    assert not shown.duplicated().any()
    assert table.frame["models"].iloc[0] == "Both models"


def test_many_failed_checks_are_three_notes(two_arms):
    checks = tuple(replace(c, failures=("R-hat is 1.2",)) for c in two_arms.posterior.convergence)
    names = [check.model for check in checks]
    results = replace(
        two_arms,
        posterior=replace(two_arms.posterior, convergence=checks),
        clinical_failures=tuple(f"{names[0]}, variant {i}: R-hat is 1.2" for i in range(8)),
    )
    notes = [one.text for one in failed_convergence(results)]
    assert len(notes) == 3
    assert "8 convergence checks failed in further fits: “Weibull”, variant 0" in notes[2]
    assert "5 more" in notes[2]


def test_a_ratio_that_the_prior_moves_is_marked_beside_the_number():
    frame = pd.DataFrame({"label": ["Rare", "Age"], "model": "Weibull", "conflict": ["far", ""]})
    assert disagreements(frame) == ["† What the prior does: Rare in Weibull (far)."]
    assert disagreements(frame.iloc[1:]) == []
