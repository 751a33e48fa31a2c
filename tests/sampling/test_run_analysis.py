"""A whole analysis in one call, on its own table or another."""

from dataclasses import replace

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
