"""The section on toxicity, from a small real analysis."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.analyses.toxicity.section import PART
from posthaz.analyses.toxicity.spec import ToxicitySpec
from posthaz.analyses.toxicity.tables import number_needed, risk_ratio
from posthaz.analyses.toxicity.words import toxicity_lead
from posthaz.hazards import Exponential
from posthaz.report.blocks import Bullets, FigureBlock, Note, Paragraph, Table
from posthaz.report.cells import table_rows
from posthaz.simulate import simulated_example
from posthaz.spec import ModelSpec
from tests.unit.report.conftest import gathered


@pytest.fixture(scope="module")
def results():
    cohort = simulated_example()
    grades = np.where(cohort.arm == "B", np.arange(len(cohort)) // 2 % 4, 0)
    cohort = replace(cohort, covariates=cohort.covariates.assign(rash=grades))
    spec = ToxicitySpec(
        columns={"rash": "Rash"},
        counts={"fever": {"A": (50, 8, 2), "B": (40, 12, 8)}},
        labels={"fever": "Fever"},
        or_higher=("fever",),
        pooled=False,
        where="Table 4",
        acceptable=0.15,
    )
    return gathered(cohort, ModelSpec("m", Exponential(), "arm"), clinical={"toxicity": spec})


@pytest.fixture(scope="module")
def blocks(results):
    return PART.section(results, results.clinical["toxicity"]).blocks


def of_kind(blocks, kind):
    return [block for block in blocks if isinstance(block, kind)]


def test_counts_tests_and_risks_have_their_rows(blocks):
    counts, risks = of_kind(blocks, Table)
    cells = [row.cells for row in table_rows(counts)]
    assert cells[0][:3] == ("Any grade", "0/60 (0.0\u00a0%)", "45/60 (75.0\u00a0%)")
    assert cells[-1] == ("Grade 3 or worse", *["–"] * 5)
    assert {row.group for row in table_rows(risks)} == {
        "Rash, any grade", "Rash, grade 2 or worse", "Rash, grade 3 or worse",
        "Fever, any grade", "Fever, grade 2 or worse",
    }  # fmt: skip
    assert any("no upper limit" in note for note in risks.notes)


def test_figures_say_what_they_show(blocks):
    grades, forest, pair = of_kind(blocks, FigureBlock)
    assert "Rash, A: any grade 0" in grades.alt
    assert "Fever, any grade, on its own: 16." in forest.alt
    assert pair.name == "benefit_risk"
    assert all(block.alt.startswith("Simulated cohort.") for block in (grades, forest, pair))


def test_benefit_stands_against_risk_in_words(blocks):
    (words,) = [b.text for b in of_kind(blocks, Paragraph) if "Benefit against risk" in b.text]
    assert "restricted mean overall survival to 24 months" in words
    assert "independent" in words


def test_a_benefit_is_set_against_a_grade_that_is_not_tabled(results):
    answer = results.clinical["toxicity"]
    said = toxicity_lead(results, answer)
    bare = replace(answer, risks=answer.risks[answer.risks["grade"] != 2])
    alone = toxicity_lead(results, bare)
    extra = np.quantile(answer.benefit[0].extra, 0.5)
    assert "stand **" in said and f"stand **{100 * extra:.1f} percentage points (" in alone


def test_printed_counts_and_bare_arms_are_said(blocks):
    (note,) = of_kind(blocks, Note)
    assert note.text == "Fever: printed counts (Table 4), not patients of this cohort."
    (bullets,) = of_kind(blocks, Bullets)
    assert any(item.endswith("no patient of A had it.") for item in bullets.items)
    assert any("not told apart in the counts" in item for item in bullets.items)


def test_files_of_the_answer(results):
    tables = PART.tables(results.clinical["toxicity"])
    assert set(tables) == {
        "toxicity_grades", "toxicity_tests", "toxicity_risks", "benefit_risk"
    }  # fmt: skip
    assert tables["benefit_risk"]["probability"].sum() == pytest.approx(1.0)
    assert PART.failures(results.clinical["toxicity"]) == ()


def test_grades_are_no_characteristics_of_table_one(results):
    assert "rash" not in set(results.frequentist.table_one["variable"])


def test_numbers_needed_as_text():
    empty = dict.fromkeys(("nnh", "nnh_lower", "nnh_upper", "nnt", "nnt_lower", "nnt_upper"))
    open_row = pd.Series({**empty, "nnh_lower": 6.2, "nnt_lower": 40.0}).astype(float)
    assert number_needed(open_row) == "NNH 6.2 to ∞ to NNT 40"
    settled = pd.Series({**empty, "nnt": 12.0, "nnt_lower": 8.0, "nnt_upper": 33.0}).astype(float)
    assert number_needed(settled) == "NNT 12 (8.0 to 33)"


def test_a_ratio_to_nobody_has_a_lower_limit_only():
    row = pd.Series(
        {"reference_events": 0, "events": 3, "source": "separate", "ratio_lower": 2.9}, dtype=object
    )
    assert risk_ratio(row) == ">2.90"
    nobody = pd.Series({**row, "events": 0, "ratio_lower": 0.001}, dtype=object)
    assert risk_ratio(nobody) == "–"
