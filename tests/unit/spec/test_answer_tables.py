"""[estimands], [baselines] and [sampling] of an analysis file."""

import pytest

from posthaz.spec import BaselineSpec, EstimandSpec, Sampling
from posthaz.spec.load import read_baseline_answers, read_estimands, read_sampling
from tests.unit.spec.reading import problems, toml_table


def test_empty_tables_are_the_defaults():
    assert read_estimands(toml_table("")) == EstimandSpec()
    assert read_baseline_answers(toml_table("")) == BaselineSpec()
    assert read_sampling(toml_table("")) == Sampling()


def test_estimands():
    table = toml_table(
        "survival_at = [12, 24]\nrmst_to = 36\nquantiles = [0.25, 0.5]\nthresholds = [0.8]\n"
        "rmst_thresholds = [-1, 2]\ninterval = 0.9\n[profiles.old]\nage = 80\nstage = 'IIIB'"
    )
    assert read_estimands(table) == EstimandSpec(
        (12.0, 24.0), 36.0, (0.25, 0.5), (0.8,), (-1.0, 2.0),
        (("old", {"age": 80, "stage": "IIIB"}),), 0.9,
    )  # fmt: skip
    assert not problems(table)


def test_baselines():
    table = toml_table(
        "kaplan_meier = false\nlogrank = false\nfleming_harrington = [[0, 1], [1, 0.5]]\n"
        'cox = "univariable"\nconfidence_transform = "plain"\nrisk_table = ["events", "censored"]'
    )
    assert read_baseline_answers(table) == BaselineSpec(
        False, False, ((0.0, 1.0), (1.0, 0.5)), ("univariable",), "plain", ("events", "censored")
    )
    assert read_baseline_answers(toml_table('risk_table = "events"')).risk_table == ("events",)
    assert read_baseline_answers(toml_table("cox = []")).cox == ()
    drawn = read_baseline_answers(toml_table("kaplan_meier_band = true\neffect_on_plot = true"))
    assert drawn.kaplan_meier_band and drawn.effect_on_plot


def test_sampling():
    table = toml_table(
        'seed = 1\nchains = 2\ndraws = 20\ntune = 20\ntarget_accept = 0.8\nmethod = "pymc"'
    )
    assert read_sampling(table) == Sampling(1, 2, 20, 20, 0.8, "pymc")


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (read_estimands, "survival_at = [0]", "not above 0"),
        (read_estimands, "survival_at = []", "empty"),
        (read_estimands, "rmst_to = 0", "not above 0"),
        (read_estimands, "quantiles = [50]", "not below 1"),
        (read_estimands, "thresholds = [0]", "not above 0"),
        (read_estimands, "interval = 95", "not below 1"),
        (read_estimands, "contrast = 'ratio'", "not available in this version"),
        (read_estimands, "profiles = { old = 80 }", "[profiles.old]: found 80"),
        (read_estimands, "profiles = { old = { age = [80] } }", "[profiles.old.age]"),
        (read_estimands, "rmst = 3", "did you mean 'rmst_to'"),
        (read_baseline_answers, "cox = 'univariate'", "did you mean 'univariable'"),
        (read_baseline_answers, "risk_table = ['event']", "did you mean 'events'"),
        (read_baseline_answers, "risk_table = true", "found true"),
        (read_baseline_answers, 'kaplan_meier_band = "yes"', 'found "yes"'),
        (read_baseline_answers, "effect_on_plo = true", "did you mean 'effect_on_plot'"),
        (read_baseline_answers, "fleming_harrington = [[1]]", "not pairs"),
        (read_baseline_answers, "fleming_harrington = [1]", "list of pairs"),
        (read_baseline_answers, "kaplan_meier = 1", "give true or false"),
        (read_sampling, "chains = 0", "not at least 1"),
        (read_sampling, "draws = 0", "not at least 20"),
        (read_sampling, "draws = 10", "not at least 20"),
        (read_estimands, "survival_at = [3, 6, 3]", "3 stands twice"),
        (read_estimands, "quantiles = [0.5, 0.5]", "0.5 stands twice"),
        (read_sampling, "draws = 10.5", "give a whole number"),
        (read_sampling, "target_accept = 1", "not below 1"),
        (read_sampling, "seed = -1", "not at least 0"),
        (read_sampling, "method = 'hmc'", "[method]"),
    ],
)
def test_problems(read, text, message):
    table = toml_table(text)
    read(table)
    found = problems(table)
    assert len(found) == 1
    assert message in found[0]
