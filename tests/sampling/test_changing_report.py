"""The report of an effect that changes with time, and of one that should."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.report.blocks import Paragraph
from posthaz.report.sections.changing import changing_section
from posthaz.report.sections.lead import lead_blocks
from tests.sampling.test_changing_effects import crossing

pytestmark = pytest.mark.slow

FILE = """
[cohort]
table = "cohort.csv"
time = "months"
event = "dead"
unit = "months"
[treatment]
column = "arm"
reference = "none"
[models.m]
baseline = "piecewise_exponential"
formula = "arm + log2(age)"
{changing}
[estimands]
survival_at = [6, 24]
rmst_to = 24
proportionality_margin = 1.5
[sampling]
method = "laplace"
draws = 250
"""


CHANGING = """
[models.m.changing.arm]
cuts = [6]
[models.m.changing."log2(age)"]
cuts = "baseline"
"""


def results_of(folder: Path, changing: str) -> ph.Results:
    cohort = crossing(300, 11)
    table = pd.DataFrame(
        {"months": cohort.exit, "dead": cohort.event.astype(int), "arm": cohort.covariates["arm"]}
    ).assign(age=40.0 + np.arange(len(cohort)) % 31)
    table.to_csv(folder / "cohort.csv", index=False)
    path = folder / "analysis.toml"
    path.write_text(FILE.format(changing=changing))
    return ph.run_analysis(path)


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> ph.Results:
    return results_of(tmp_path_factory.mktemp("changing"), CHANGING)


def lead(results: ph.Results) -> str:
    return " ".join(str(getattr(block, "text", block)) for block in lead_blocks(results))


def test_the_lead_has_time_and_survival_before_any_ratio(changing: ph.Results) -> None:
    said = lead(changing)
    assert said.index("survival time up to 24 months") < said.index("**changes with time**")
    assert "contradicted" not in said
    assert "Averaged over the events" in said
    assert "gives much the same answer" not in said


def test_intervals_stand_beside_the_piecewise_cox_model(changing: ph.Results) -> None:
    whole = changing.posterior.changing
    table = whole[whole["term"] == "arm[RT]"]
    assert table["end"].tolist() == [6.0, np.inf]
    apart = np.abs(np.log(table["median"]) - np.log(table["cox_hr"]))
    assert apart.max() < 0.25
    assert table["p_hr_below_1"].iloc[0] > 0.99 > 0.05 > table["p_hr_below_1"].iloc[1]


def test_the_posterior_answers_whether_hazards_are_proportional(changing: ph.Results) -> None:
    row = changing.posterior.proportionality.iloc[0]
    assert row["margin"] == 1.5
    assert row["p_survival"] > 0.9
    assert row["p_crossing"] > 0.9
    assert 8.0 < row["crossing_median"] < 20.0
    assert row["spread_lower"] > 0.2


def test_a_number_is_compared_at_its_quartiles_and_per_doubling(changing: ph.Results) -> None:
    row = changing.posterior.proportionality.set_index("term").loc["log2(age)"]
    assert (row["value"], row["against"], row["arm"]) == ("62", "47", "")
    assert row["p_survival"] < 0.5
    shown = changing.posterior.changing.set_index("term").loc["log2(age)"]
    assert set(shown["step"]) == {"age, per doubling"}


def test_the_same_model_with_proportional_hazards_predicts_worse(changing: ph.Results) -> None:
    row = changing.posterior.proportionality.iloc[0]
    assert row["elpd_against"] == ""
    assert row["elpd_difference"] > 2 * row["elpd_difference_se"] > 0
    (said,) = (block.text for block in section(changing) if "elpd" in str(block))
    assert "better than by the same model with proportional hazards" in said


def section(results: ph.Results) -> list[Paragraph]:
    return [b for b in changing_section(results).blocks if isinstance(b, Paragraph)]


def test_a_file_that_did_not_ask_is_told_the_line_to_add(tmp_path: Path) -> None:
    said = lead(results_of(tmp_path, ""))
    assert "Proportional hazards are contradicted" in said
    assert "[models.m.changing.arm]" in said


def test_smoothed_schoenfeld_residuals_stand_beside(changing: ph.Results) -> None:
    whole = changing.posterior.schoenfeld
    assert whole["term"].unique().tolist() == ["arm[RT]", "log2(age)"]
    curve = whole[whole["term"] == "arm[RT]"]
    early, late = (curve.iloc[(curve["time"] - when).abs().argmin()] for when in (2.0, 15.0))
    between = np.sqrt(0.4 * 1.6)  # simulated: 0.4 before 6 months, 1.6 after
    assert early["lower"] < 0.4 < early["hr"] < between < late["lower"] < 1.6 < late["upper"]
