"""Life tables: flat priors against maximum likelihood, rounding, change of the effect, report."""

import sys

import numpy as np
import pandas as pd
import pytest

from posthaz.analyses.life_table.answer import life_table_answer
from posthaz.analyses.life_table.effect_change import common_times, cut_rows
from posthaz.analyses.life_table.rounding import rounding_effect
from posthaz.baselines import covariate_columns, grouped_cox
from posthaz.cli import main
from posthaz.cohort import LifeTableSpec, read_life_table, unrounded_life_tables
from posthaz.hazards import PiecewiseExponential
from posthaz.inference import fit
from posthaz.priors import Prior
from posthaz.run import read_inputs
from posthaz.spec import ModelSpec, Sampling, load_analysis
from tests.shared_data import DATA, needs_data

pytestmark = pytest.mark.slow

FLAT = Prior("flat", ())
QUICK = Sampling(method="laplace", chains=2, draws=1000, seed=3)


def flat_model(factor, cuts=(12.0, 24.0)):
    baseline = PiecewiseExponential(cuts=cuts, intervals=len(cuts) + 1)
    return ModelSpec("flat", baseline, factor, priors={factor: FLAT, "log_hazard": FLAT})


@pytest.fixture(scope="module")
def dose():
    analysis = load_analysis("su2016_lifetable_dose")
    cohort = read_inputs(analysis)
    return analysis, cohort, fit(analysis.primary, cohort, QUICK)


@pytest.fixture(scope="module")
def answer(dose):
    analysis, cohort, primary = dose
    return life_table_answer(analysis.clinical["life_table"], cohort, primary, QUICK)


@pytest.mark.parametrize("factor", ["dose", "gtv", "cycles"])
def test_a_flat_prior_gives_the_maximum_likelihood_estimate(factor):
    cohort = read_inputs(load_analysis(f"su2016_lifetable_{factor}"))
    draws = fit(flat_model(factor), cohort, QUICK).draws["posterior"]["log_hazard_ratio"]
    row = grouped_cox(cohort, covariate_columns(cohort.covariates[factor])).table.iloc[0]
    error = 4 * row["se"] / np.sqrt(2000)
    assert float(draws.mean()) == pytest.approx(row["log_hr"], abs=error + 0.01)
    assert float(draws.std()) == pytest.approx(row["se"], rel=0.08)


def test_rounding_to_a_tenth_of_a_percent_does_not_matter(answer):
    (row,) = answer.rounding.table.to_dict("records")
    assert answer.rounding.khat < 0.7
    assert 0.0005 < row["rounding_sd"] < 0.003
    assert row["share"] == pytest.approx(row["rounding_sd"] / row["sd"])
    assert row["mixed_sd"] == pytest.approx(row["sd"], rel=0.02)


def test_reweighted_draws_agree_with_refits():
    frame = pd.DataFrame(
        {"arm": ["a", "b"], "number": [40, 40], "y1": [60.0, 40.0], "y2": [30.0, 20.0]}
    )
    spec = LifeTableSpec((12, 24), ("y1", "y2"), percent=True, decimals=-1, treatment="arm")
    cohort = read_life_table(frame, spec)
    baseline = PiecewiseExponential(cuts=(12.0,), intervals=2)
    model = ModelSpec("pwe", baseline, "arm")
    unrounded = unrounded_life_tables(frame, spec, 40, seed=1)
    effect = rounding_effect(fit(model, cohort, QUICK), cohort, unrounded)
    means = [
        float(fit(model, other, QUICK).draws["posterior"]["log_hazard_ratio"].mean())
        for other in unrounded[:6]
    ]
    (row,) = effect.table.to_dict("records")
    assert row["share"] > 0.3  # rates printed to the nearest ten percent: rounding matters
    assert row["mixed_sd"] > 1.03 * row["sd"]
    assert np.std(means, ddof=1) == pytest.approx(row["rounding_sd"], rel=0.6)


def test_points_are_the_printed_rates(answer):
    points = answer.points.set_index(["arm", "time"])
    assert points.loc[("63 or more", 12.0), "printed"] == pytest.approx(0.511, abs=1e-6)
    assert (points["predicted_lower"] <= points["lower"]).all()
    assert (points["predicted_upper"] >= points["upper"]).all()


def test_the_effect_of_dose_grows_over_the_years(answer):
    change = answer.change
    assert change.df == 2
    assert change.statistic == pytest.approx(6.32, abs=0.02)
    assert change.p == pytest.approx(0.042, abs=0.001)
    table = change.intervals
    assert table["hr"].round(2).tolist()[:2] == [1.30, 2.09]
    assert np.isnan(table["hr"].iloc[2])  # nobody is left with the lower dose
    assert table["median"].is_monotonic_increasing
    assert table["p_above"].iloc[2] > 0.8


def test_cut_rows_have_the_likelihood_of_the_whole(dose):
    _, cohort, _ = dose
    pieces = cut_rows(cohort, common_times(cohort))
    assert pieces.weight[pieces.cause == 1].sum() == pytest.approx(
        cohort.weight[cohort.cause == 1].sum()
    )
    spec = flat_model("dose")
    whole, cut = (fit(spec, c, QUICK).draws["posterior"] for c in (cohort, pieces))
    difference = whole["log_hazard_ratio"].mean() - cut["log_hazard_ratio"].mean()
    assert abs(float(difference)) < 0.02


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["posthaz", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def test_the_report_of_a_life_table(tmp_path, monkeypatch):
    out = tmp_path / "out"
    code = run(
        monkeypatch,
        *("report", "su2016_lifetable_dose", "--out", str(out), "--format", "md", "--quiet"),
        *("--draws", "500", "--chains", "2"),
    )
    text = (out / "report.md").read_text(encoding="utf-8")
    assert code == 0
    assert {path.stem for path in out.glob("life_table*.csv")} == {
        "life_table",
        "life_table_rounding",
        "life_table_intervals",
    }
    assert "made from a printed life table" in text
    assert "Rounding does not matter here" in text
    assert "likelihood-ratio chi-square of 6.32 on 2 degrees of freedom" in text
    assert "Grouped Cox regression" in text
    assert "1.66 (1.21 to 2.30)" in text
    assert "Kaplan–Meier gives" not in text
    table = pd.read_csv(out / "baselines.csv")
    assert set(table["analysis"]) == {
        "turnbull",
        "turnbull_curve",
        "grouped_cox_univariable",
        "grouped_cox: dose",
    }


def test_a_life_table_takes_no_other_table(monkeypatch, tmp_path, capsys):
    code = run(monkeypatch, "check", "su2016_lifetable_dose", "--data", str(tmp_path / "x.csv"))
    assert code == 2
    assert "[life_table] holds the rows" in capsys.readouterr().err


@pytest.mark.slow
@needs_data
def test_the_report_of_visits(tmp_path, monkeypatch):
    """Breast retraction, interval-censored: Finkelstein and Wolfe's data."""
    table = DATA / "bcdeter_rt.csv"
    (tmp_path / "x.toml").write_text(
        f'[cohort]\ntable = "{table.as_posix()}"\nlower = "lower"\nupper = "upper"\n'
        '[cohort.columns.treat]\nlevels = ["1", "2"]\nlevel_labels = ["RT", "RT + chemotherapy"]\n'
        '[treatment]\ncolumn = "treat"\n'
        '[models.weibull]\nbaseline = "weibull"\nformula = "treat"\n'
        "[estimands]\nsurvival_at = [12, 24]\n"
    )
    out = tmp_path / "out"
    code = run(monkeypatch, "report", str(tmp_path / "x.toml"), "--out", str(out),
               "--format", "md", "--quiet", "--allow-outside")  # fmt: skip
    assert code == 0
    text = (out / "report.md").read_text(encoding="utf-8")
    assert "58 events" in text
    assert "2.38 (1.35 to 4.22)" in text
