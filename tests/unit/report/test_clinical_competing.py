"""Competing risks of patients who enter late, and of some who lack a covariate."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from posthaz.analyses.competing_risks.spec import CompetingRisksSpec
from posthaz.analyses.competing_risks.tables import ratio_table
from posthaz.baselines import naive_incidence
from posthaz.cohort import Column, read_cohort
from posthaz.hazards import Exponential
from posthaz.report import Results
from posthaz.report.blocks import Paragraph, Section, Table
from posthaz.report.clinical import clinical_leads, clinical_sections
from posthaz.spec import ModelSpec
from tests.unit.report.conftest import gathered

ASKED = {"competing_risks": CompetingRisksSpec({1: "cancer", 2: "other"}, times=(10.0, 20.0))}


def table() -> pd.DataFrame:
    rng = np.random.default_rng(20261129)
    time = np.round(rng.exponential(20.0, 200) + 0.1, 2)
    age = np.round(rng.normal(60.0, 8.0, 200))
    age[:12] = np.nan
    return pd.DataFrame(
        {
            "entry": np.round(5.0 + 4.0 * rng.random(200), 2),
            "time": time,
            "status": rng.choice([0, 1, 2], 200, p=[0.3, 0.4, 0.3]),
            "age": age,
        }
    )


def results(late: bool, formula: str) -> Results:
    shown = table()
    fields: dict[str, Any] = {"entry": "entry"} if late else {"missing": "drop"}
    shown = shown.assign(time=shown["entry"] + shown["time"]) if late else shown
    cohort = read_cohort(
        shown, time="time", event="status", event_codes={"0": 0, "1": 1, "2": 2}, **fields
    )
    return gathered(cohort, ModelSpec("e", Exponential(), formula), clinical=ASKED)


@pytest.fixture(scope="module")
def late() -> Results:
    return results(late=True, formula="1")


def section_of(found: Results) -> Section:
    (section,) = [one for one in clinical_sections(found) if one.anchor == "competing-risks"]
    return section


def test_patients_who_enter_late_have_a_section_without_gray_s_test(late):
    section = section_of(late)
    assert any(isinstance(block, Table) for block in section.blocks)
    text = " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))
    assert "fault of posthaz" not in text and "Gray" not in text


def test_incidences_of_patients_who_enter_late_say_whose_they_are(late):
    (said,) = clinical_leads(late)[True]
    assert "the cumulative incidence in those event-free at" in str(said)


def test_the_section_says_whom_it_leaves_out():
    first = section_of(results(late=False, formula="age")).blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text.startswith("This section is about the 188 of 200 patients")
    assert "'age' in 12 rows" in first.text


def test_no_events_have_no_interval():
    shown = table().assign(status=lambda one: one["status"].where(one["time"] > 5.0, 0))
    codes = {"0": 0, "1": 1, "2": 2}
    cohort = read_cohort(shown, time="time", event="status", covariates=[], event_codes=codes)
    at_two = naive_incidence(cohort, 1, [2.0]).iloc[0]
    assert at_two["incidence"] == 0.0
    assert np.isnan(at_two["lower"]) and np.isnan(at_two["upper"])


def test_ratios_of_causes_are_those_of_the_step_asked_for():
    shown = table().dropna()
    columns = {"age": Column("age", label="Age", unit="years", step=10.0)}
    cohort = read_cohort(
        shown, time="time", event="status", event_codes={"0": 0, "1": 1, "2": 2}, columns=columns
    )
    found = gathered(cohort, ModelSpec("e", Exponential(), "age"), clinical=ASKED)
    answer = found.clinical["competing_risks"]
    shown_table = ratio_table(found, answer)
    assert isinstance(shown_table, Table)
    rows = shown_table.frame
    cox = answer.ratios[answer.ratios["source"].str.startswith("Cox")].iloc[0]
    assert rows["term"].iloc[0] == "Age, per 10 years"
    assert rows["hr"].iloc[0].startswith(f"{cox['hr'] ** 10:.2f} (")
