"""A whole analysis in one call, on its own table or another."""

import sys
from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import posthaz as ph
from posthaz.answers import METHODS, QUANTITIES, one_answer
from posthaz.errors import PosthazError


@pytest.fixture(scope="module")
def analysis():
    loaded = ph.load_analysis("nvalt11_pci_os")
    few = replace(loaded.sampling, draws=100, tune=200, chains=2)
    return replace(loaded, models=loaded.models[1:2], sensitivity=None, sampling=few)


@pytest.fixture(scope="module")
def results(analysis):
    return ph.run_analysis(analysis)


def test_answers_are_the_tables_of_before_under_one_vocabulary(results):
    answers = results.answers
    assert set(answers["method"]) <= set(METHODS)
    assert set(answers["quantity"]) <= set(QUANTITIES)
    asked = {"quantity": "survival", "arm": "1", "time": 24, "statement": ""}
    ours = one_answer(answers, method="posterior", **asked)
    table = results.posterior.estimands
    row = table[(table["estimand"] == "survival") & (table["profile"] == "1")]
    assert ours is not None and ours["value"] == row[row["time"] == 24]["median"].item()
    printed = one_answer(answers, method="printed", quantity="hazard_ratio")
    assert printed is not None and printed["value"] == 0.89


def test_fits_and_checks_are_by_model(results, analysis):
    assert list(results.fits) == list(results.checks) == [analysis.primary.name]


def test_the_same_survival_figure_as_the_report(results):
    curves, below = ph.plot_survival(results).figure.axes
    assert "survival" in curves.get_ylabel().lower()
    assert {"88", "86"} <= {text.get_text() for text in below.texts}


def test_the_report_is_written_whole(results, tmp_path):
    done = results.report(tmp_path / "out")
    written = done.files
    assert not done.missing
    assert all(path.is_file() for path in written)
    names = {path.name for path in written}
    assert {"report.html", "answers.csv", "coefficients.csv"} <= names
    saved = pd.read_csv(tmp_path / "out" / "answers.csv", keep_default_na=False)
    assert saved["quantity"].tolist() == results.answers["quantity"].tolist()


def test_another_table_is_read_as_the_analysis_says(analysis):
    frame = pd.read_csv(analysis.table)
    results = ph.run_analysis(analysis, frame.iloc[:120])
    assert len(results.cohort) == 120
    cohort = ph.read_cohort(frame.iloc[:90], analysis.cohort)
    assert len(ph.run_analysis(analysis, cohort).cohort) == 90


def test_a_table_that_does_not_fit_is_refused(analysis):
    frame = pd.read_csv(analysis.table).drop(columns=["arm"])
    with pytest.raises(PosthazError, match="there is no column 'arm'"):
        ph.run_analysis(analysis, frame)


def test_results_and_fits_in_a_notebook_are_small(results):
    shown = results._repr_html_()
    assert "<th>Failed checks</th><td>" in shown and len(shown) < 3000
    fit = results.posterior.primary
    assert f"“{fit.spec.name}”" in fit._repr_html_() and "arm" in fit._repr_html_()


def test_a_table_to_style_needs_great_tables_and_says_so(results, monkeypatch):
    with pytest.raises(PosthazError, match="effects or answers"):
        results.table("ratios")
    monkeypatch.setitem(sys.modules, "great_tables", None)
    with pytest.raises(PosthazError, match="pip install great-tables"):
        results.table("effects")


def test_every_picture_of_results_lands_on_axes(results):
    ratio = ph.plot_hazard_ratio(results, time=12.0, style="jama")
    legend = [text.get_text() for text in ratio.figure.legends[0].get_texts()]
    assert any(text.startswith("At 12 months: ") for text in legend)
    assert ph.plot_hazard(results).get_ylabel().startswith("Hazard (events")
    assert "Cox" in {t.get_text() for t in ph.plot_forest(results).figure.legends[0].get_texts()}
    assert len(ph.plot_predictive(results)) == 2
    assert ph.plot_prior_posterior(results)[0].get_xscale() == "log"
    curves = ph.plot_survival(results, at_risk=False, limits=True, effect=True)
    assert len(curves.figure.axes) == 1
    assert any(text.get_text().startswith("HR 0.") for text in curves.texts)
    plt.close("all")


def test_a_forest_of_a_fit_has_each_covariate_once():
    cohort = ph.simulated_example()
    spec = ph.ModelSpec("m", ph.Exponential(), "arm + dose_gy")
    fit = ph.fit(spec, cohort, draws=100, method="laplace")
    axes = ph.plot_forest(fit, cohort=cohort)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["B v A", "Dose, per 10 Gy"]
    plt.close("all")


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda r: ph.plot_hazard_ratio(r, time=1e6), "within follow-up"),
        (lambda r: ph.plot_hazard_ratio(r, time="soon"), "are no numbers from 0"),
        (lambda r: ph.plot_forest(r, terms="everything"), "no terms"),
        (lambda r: ph.plot_curve(r, name="volume"), r"hold no \[curves.volume\]"),
        (lambda r: ph.plot_predictive(r.posterior.primary), "give cohort="),
        (lambda r: ph.plot_survival(r.posterior.primary, effect=True), "no log-rank test"),
        (lambda r: ph.plot_prior_posterior(r, parameters=["armm"]), "has no parameter"),
        (lambda _: ph.plot_survival("results"), "can't be drawn"),
    ],
)
def test_a_picture_that_can_not_be_drawn_says_why(results, draw, says):
    with pytest.raises(PosthazError, match=says):
        draw(results)
