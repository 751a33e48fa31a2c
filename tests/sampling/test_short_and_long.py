"""A hazard ratio from short to long term: recovered, reported, refused where it can't be."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.errors import SpecError
from posthaz.estimands.changing import change_table
from posthaz.estimands.short_and_long import log_ratios, ratio_curves
from posthaz.report.sections.changing import changing_section
from posthaz.report.sections.lead import lead_blocks
from tests.shared_data import plain_cohort

SHORT, LONG = 0.4, 1.8
SPEC = ph.ModelSpec("m", ph.Weibull(), "arm", crossing=ph.YangPrentice("arm"))


def crossing(patients: int, seed: int) -> Cohort:
    """A simulated trial: Weibull control, hazard ratio from 0.4 at first to 1.8 in the long run."""
    random = np.random.default_rng(seed)
    arm = random.integers(0, 2, patients)
    spent = random.exponential(size=patients)
    control = np.where(arm, np.log1p(np.expm1(spent / LONG) * LONG / SHORT), spent)
    time = 10.0 * control ** (1 / 1.2)
    frame = pd.DataFrame(
        {"arm": pd.Categorical(np.where(arm, "RT", "none"), ["none", "RT"], ordered=True)}
    )
    cohort = plain_cohort(np.minimum(time, 36.0), time < 36.0, frame)
    return replace(cohort, treatment="arm")


@pytest.fixture(scope="module")
def fitted() -> ph.Fit:
    return ph.fit(SPEC, crossing(1500, 4), method="laplace", draws=250)


def test_both_ratios_are_recovered_and_the_coefficient_lies_between(fitted: ph.Fit) -> None:
    table = change_table(fitted)
    assert table["start"].tolist() == table["end"].tolist() == [0.0, np.inf]
    for row, truth in zip(table.to_dict("records"), (SHORT, LONG), strict=True):
        assert row["lower"] < truth < row["upper"]
        assert np.log(row["upper"] / row["lower"]) < 1.2
    average = ph.coefficient_table(fitted).set_index("term").loc["arm[RT]", "median"]
    assert np.log(SHORT) < average < np.log(LONG)


def test_the_ratio_over_time_is_that_of_the_hazards(fitted: ph.Fit) -> None:
    draws = fitted.draws["posterior"].to_dataset()
    at = ph.hazard_ratio_over_time(fitted, [8.0])
    alive = np.exp(-((8.0 / draws["scale"]) ** draws["shape"]))
    short = np.exp(draws["log_hazard_ratio_short"].isel(crossing=0))
    long = np.exp(draws["log_hazard_ratio_long"].isel(crossing=0))
    expected = short * long / (short + (long - short) * alive)
    np.testing.assert_allclose(at.isel(time=0), expected, rtol=1e-8)


def test_with_late_entry_the_ratio_hangs_on_survival_from_time_0(fitted: ph.Fit) -> None:
    late = replace(fitted, origin=5.0)
    course = np.exp(log_ratios(late, np.array([8.0]))["arm[RT]"])
    np.testing.assert_allclose(course, ph.hazard_ratio_over_time(late, [8.0]), rtol=1e-8)


def test_an_archived_fit_reads_back_equal(fitted: ph.Fit, tmp_path: Path) -> None:
    ph.write_fit(fitted, tmp_path / "fit.nc")
    assert ph.load_fit(tmp_path / "fit.nc") == fitted


def test_the_report_leads_with_survival_and_draws_the_course(tmp_path: Path) -> None:
    cohort = crossing(300, 5)
    table = pd.DataFrame({"months": cohort.exit, "dead": cohort.event.astype(int)})
    table.assign(arm=cohort.covariates["arm"]).to_csv(tmp_path / "cohort.csv", index=False)
    path = tmp_path / "analysis.toml"
    path.write_text(
        """
[cohort]
table = "cohort.csv"
time = "months"
event = "dead"
unit = "months"
[treatment]
column = "arm"
reference = "none"
[models.m]
baseline = "weibull"
formula = "arm"
[models.m.changing.arm]
form = "yang_prentice"
[estimands]
survival_at = [6, 24]
rmst_to = 24
[sampling]
method = "laplace"
draws = 250
"""
    )
    results = ph.run_analysis(path)
    lead = " ".join(str(getattr(block, "text", block)) for block in lead_blocks(results))
    assert lead.index("survival time up to 24 months") < lead.index("**changes with time**")
    assert "at first" in lead
    assert "in the long run" in lead
    row = results.posterior.proportionality.iloc[0]
    assert row["p_hazards_cross"] > 0.9
    assert 4.0 < row["hazards_cross_median"] < 24.0
    assert row["elpd_difference"] > 0.0
    course = results.posterior.ratio_curves
    assert (np.diff(course["median"]) > 0).all()
    blocks = changing_section(results).blocks
    said = " ".join(str(getattr(block, "text", "")) for block in blocks)
    assert "The hazards themselves cross before then with probability" in said
    assert not results.missing


def test_covariates_that_change_and_recurrent_events_are_refused() -> None:
    cohort = crossing(60, 2)
    twice = cohort.at(np.repeat(np.arange(30), 2))
    half = np.where(np.arange(60) % 2 == 0, twice.exit / 2.0, twice.exit)
    rows = replace(
        twice,
        entry=np.where(np.arange(60) % 2 == 0, 0.0, twice.exit / 2.0),
        lower=half,
        upper=np.where((np.arange(60) % 2 == 1) & twice.event, half, np.inf),
        cause=np.where(np.arange(60) % 2 == 1, twice.cause, 0),
        covariates=twice.covariates.assign(dose=np.arange(60) % 2.0),
    )
    with pytest.raises(SpecError, match="'dose' changed during follow-up"):
        ph.fit(replace(SPEC, formula="arm + dose"), rows)
    with pytest.raises(SpecError, match="every event of a patient counts"):
        ph.fit(SPEC, replace(cohort, recurrent=True))


def test_several_units_of_a_number_are_no_power_of_one() -> None:
    """The course of ten years of age, and of its upper quartile, is that of the model's hazards."""
    cohort = crossing(300, 5)
    age = np.random.default_rng(6).normal(60.0, 8.0, len(cohort))
    cohort = replace(cohort, covariates=cohort.covariates.assign(age=age),
                     columns={"age": ph.Column("age", step=10)})  # fmt: skip
    spec = ph.ModelSpec("m", ph.Weibull(), "age", crossing=ph.YangPrentice("age"))
    fit = ph.fit(spec, cohort, method="laplace", draws=100)
    times, mean = np.array([0.5, 4.0, 20.0]), fit.design.reference(None)["age"].iloc[0]
    shown = ratio_curves(fit, times, columns=cohort.columns)["median"]
    course = ph.hazard_ratio_over_time(fit, times, {"age": mean + 10.0}, {"age": mean})
    np.testing.assert_allclose(shown, course.median(("chain", "draw")), rtol=1e-6)
    pair = tuple(float(x) - mean for x in np.quantile(age, (0.75, 0.25)))
    ours = log_ratios(fit, times, pairs={"age": pair})["age"]
    high, low = ({"age": mean + one} for one in pair)
    theirs = np.log(ph.hazard_ratio_over_time(fit, times, high, low))
    np.testing.assert_allclose(ours, theirs.transpose("chain", "draw", "time"), atol=1e-6)
