"""Tipping points by numbers that are known: closed forms, printed E-values, hand-made draws."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

import posthaz as ph
from posthaz.analyses.tipping_points.answer import (
    TippingPoints,
    critical_priors,
    map_priors,
    prior_map,
)
from posthaz.analyses.tipping_points.confounder import Confounder
from posthaz.analyses.tipping_points.evidence import evidence_of_effect, scepticism
from posthaz.analyses.tipping_points.pool import (
    Pool,
    TreatmentEffect,
    grown_pool,
    normal_posterior,
    without_prior,
)
from posthaz.analyses.tipping_points.removal import Conclusion
from posthaz.analyses.tipping_points.section import tipping_answers
from posthaz.analyses.tipping_points.spec import read_tipping_points
from posthaz.analyses.tipping_points.words import removal_sentences
from posthaz.cohort import CohortSpec
from posthaz.errors import Findings, SpecError
from posthaz.priors import Prior
from posthaz.sensitivity.e_value import e_value_of_interval
from posthaz.spec.toml_table import TomlTable

DRAWS = 4000
ESTIMATE, ERROR = -0.5, 0.2
STATED = Prior("normal", (0.0, 1.0))


def normal_draws(mean, sd):
    """Draws of a normal posterior without Monte Carlo error: its quantiles."""
    return mean + sd * ndtri((np.arange(DRAWS) + 0.5) / DRAWS)


def normal_pool(prior=STATED, estimate=ESTIMATE, error=ERROR):
    draws = normal_draws(*normal_posterior(estimate, error, *prior.values))
    return Pool(TreatmentEffect("arm", draws, prior, estimate, error), ((prior, draws),))


@pytest.mark.parametrize(
    ("hr", "target", "common", "expected"),
    [
        (2.5, 1.5, False, 2.7208),
        (0.80, 1.0, False, 1.8090),
        (0.68, 1.0, True, 1.9380),
        (0.56, 1.0, True, 2.3500),
        (1 / 0.80, 1.0, False, 1.8090),
        (1.0, 1.0, True, 1.0),
    ],
)
def test_e_values_are_the_printed_ones(hr, target, common, expected):
    # EValue vignette (V23); the two of hazard ratios are printed with three decimals
    digits = 5e-4 if common else 5e-5
    assert ph.e_value(hr, target=target, common=common) == pytest.approx(expected, abs=digits)


def test_the_e_value_of_an_interval_is_that_of_its_nearer_limit():
    assert e_value_of_interval(0.71, 0.91) == pytest.approx(1.4286, abs=5e-5)
    assert e_value_of_interval(1 / 0.91, 1 / 0.71) == pytest.approx(1.4286, abs=5e-5)
    assert e_value_of_interval(0.8, 1.1) == 1.0


def test_an_e_value_refuses_what_is_no_ratio():
    with pytest.raises(SpecError, match="above 0"):
        ph.e_value(-0.5)


def test_a_normal_prior_is_divided_out():
    prior = Prior("normal", (0.3, 0.7))
    draws = normal_draws(*normal_posterior(-0.4, 0.5, 0.3, 0.7))
    assert without_prior(draws, prior) == pytest.approx((-0.4, 0.5), abs=2e-3)


def test_reweighted_normals_are_the_closed_form():
    pool = normal_pool()
    hrs, sds = [0.5, 0.8, 1.0, 1.25], [0.3, 0.5, 1.0, 2.0]
    table = prior_map(pool, hrs, sds, [1.0, 0.8])
    assert len(table) == 32
    assert table["probability"].notna().all()
    assert (table["probability"] - table["closed_form"]).abs().max() < 0.005


def test_priors_far_from_the_data_are_reached_by_further_fits_only():
    far = map_priors([3.0], [0.1])
    pool = normal_pool()
    assert not pool.under(far[0]).trusted
    made = []

    def refit(prior):
        made.append(prior)
        return normal_draws(*pool.closed_form(*prior.values))

    grid = map_priors(np.geomspace(0.4, 3.0, 12), [0.1, 0.3, 1.0])
    grown = grown_pool(pool.effect, grid, refit)
    assert 1 <= len(made) <= 8
    assert all(grown.under(prior).trusted for prior in grid)
    share = grown.under(far[0]).below(np.log(2.0))
    mean, sd = pool.closed_form(*far[0].values)
    assert share == pytest.approx(float(np.mean(normal_draws(mean, sd) < np.log(2.0))), abs=0.02)


def test_the_evidence_of_a_pool_is_that_of_normals():
    pool = normal_pool()
    narrow = Prior("normal", (0.0, 0.5))

    def log_marginal(sd):
        total = ERROR**2 + sd**2
        return -0.5 * np.log(total) - 0.5 * ESTIMATE**2 / total

    expected = log_marginal(0.5) - log_marginal(1.0)
    assert pool.log_evidence(narrow) == pytest.approx(expected, abs=5e-3)


def test_the_critical_prior_is_where_the_closed_form_has_it():
    pool = normal_pool(error=0.4)
    table = prior_map(pool, np.geomspace(0.3, 3.0, 61), [0.5], [1.0])
    row = critical_priors(table, [0.95]).iloc[0]
    # solve (data + prior) mean / precision = -1.645 / sqrt(precision) for the prior's mean
    data, prior = 0.4**-2, 0.5**-2
    mean = (-ndtri(0.95) * np.sqrt(data + prior) - data * ESTIMATE) / prior
    assert row["prior_hr"] == pytest.approx(np.exp(mean), rel=0.02)
    assert row["closed_form"] == pytest.approx(np.exp(mean), rel=0.005)


def test_no_critical_prior_where_the_level_is_off_the_map():
    table = prior_map(normal_pool(), [0.5, 1.0], [1.0], [1.0])
    assert critical_priors(table, [0.3])["prior_hr"].isna().all()


def test_scepticism_is_the_formula_for_a_normal_posterior():
    # sd of the sceptic: error / sqrt((z / 1.96)^2 - 1)
    found = scepticism(normal_pool()).set_index("method")
    expected = ERROR / np.sqrt((ESTIMATE / ERROR / ndtri(0.975)) ** 2 - 1.0)
    assert found["kind"].tolist() == ["sceptic", "sceptic"]
    assert found.loc["closed form", "prior_sd"] == pytest.approx(expected, rel=1e-6)
    assert found.loc["posterior", "prior_sd"] == pytest.approx(expected, rel=0.02)
    assert found.loc["posterior", "limit_hr"] == pytest.approx(np.exp(-1.96 * expected), rel=0.02)


def test_an_advocate_is_needed_where_the_interval_holds_1():
    pool = normal_pool(estimate=0.5, error=0.4)
    found = scepticism(pool).set_index("method")
    assert found["kind"].tolist() == ["advocate", "advocate"]
    prior = Prior("normal", (np.log(found.loc["posterior", "prior_median_hr"]),
                             found.loc["posterior", "prior_sd"]))  # fmt: skip
    assert pool.under(prior).quantile(0.025) == pytest.approx(0.0, abs=1e-4)
    assert found.loc["posterior", "limit_hr"] == pytest.approx(
        found.loc["closed form", "limit_hr"], rel=0.03
    )


def test_the_margin_of_a_conclusion_changes_sign_with_it():
    benefit = Conclusion("interval", -1.0, 0.975)
    assert benefit.margin(normal_draws(-1.0, 0.3)) == pytest.approx(1 - 0.3 * 1.96, abs=1e-2)
    assert benefit.margin(normal_draws(-0.5, 0.3)) < 0
    assert Conclusion("sign", 1.0, 0.975).margin(normal_draws(-0.1, 0.3)) < 0


def test_a_confounder_biases_by_its_imbalance():
    assert Confounder(2.0, 0.5, 0.2).bias_factor == pytest.approx(1.5 / 1.2)
    assert Confounder(2.0, 0.4, 0.4).bias_factor == 1.0


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"prior_hr": [2.0, 0.5]}, "smaller first"),
        ({"prior_sd": [0.5]}, "two numbers"),
        ({"levels": [0.95, 1.5]}, "probabilities"),
        ({"removed": -1}, "at least 0"),
        ({"confounder": {"hr": [0.0]}}, "hazard ratios"),
        ({"confounder": {"treated": [0.3], "reference": [0.3]}}, "another share"),
        ({"removd": 3}, "removed"),
    ],
)
def test_bad_values_are_refused_with_the_fix(values, what):
    findings = Findings()
    toml = TomlTable(values, "x.toml", ("tipping_points",), findings)
    read_tipping_points(toml, CohortSpec(treatment="arm"))
    assert len(findings) == 1
    assert what in f"{findings.found[0].what} {findings.found[0].fix}"


def test_false_turns_the_confounder_off():
    toml = TomlTable({"confounder": False}, "x.toml", ("tipping_points",), Findings())
    assert read_tipping_points(toml, CohortSpec(treatment="arm")).confounder is None


def test_the_words_count_patients_and_say_whether_fewer_would_do():
    rows = {"conclusion": ["sign", "interval"], "patients": [2.0, np.nan], "exact": [True, False],
            "events": [1.0, np.nan], "treated": [0.0, np.nan], "hr": [1.04, np.nan],
            "lower": [0.5, np.nan], "upper": [2.2, np.nan], "share": [0.05, np.nan]}  # fmt: skip
    pool = normal_pool()
    empty = pd.DataFrame()
    found = TippingPoints(pool.effect, empty, empty, empty, empty, empty, empty,
                          removal=pd.DataFrame(rows))  # fmt: skip
    flips, stays = removal_sentences(found)
    assert "without **2 patients**" in flips
    assert "no fewer" in flips
    assert "HR 1.04 (0.50 to 2.20)" in flips
    assert stays.startswith("No set of patients that was tried")


def test_bayes_factors_agree_with_the_closed_form_and_keep_their_bound():
    pool = normal_pool(estimate=-0.3)
    found = evidence_of_effect(pool, [0.3, 0.5, 1.0, 2.0])
    assert found["savage_dickey"].to_numpy() == pytest.approx(found["closed_form"], rel=0.05)
    assert found["by_weights"].to_numpy() == pytest.approx(found["closed_form"], rel=0.05)
    assert found["bound"].iloc[0] == pytest.approx(np.exp(0.5 * 1.5**2))
    assert (found["closed_form"] < found["bound"]).all()


def test_tipping_points_are_rows_of_answers():
    pool = normal_pool()
    empty = pd.DataFrame()
    named = pd.DataFrame({"prior": ["sceptical"], "probability": [0.97]})
    left = {"confounder_hr": [2.0], "prevalence_treated": [0.5], "prevalence_reference": [0.2],
            "hr": [0.6], "lower": [0.4], "upper": [0.9]}  # fmt: skip
    found = TippingPoints(pool.effect, empty, empty, named, empty, empty, empty,
                          confounders=pd.DataFrame(left), model="weibull")  # fmt: skip
    rows = tipping_answers(found)
    assert rows["analysis"].unique().tolist() == ["tipping_points"]
    assert rows["model"].unique().tolist() == ["weibull"]
    assert rows["level"].tolist() == ["prior: sceptical", "confounder of HR 2 in 0.5 v 0.2"]
    assert rows.loc[0, ["statement", "probability"]].tolist() == ["< 1", 0.97]
    assert rows.loc[1, ["value", "lower", "upper"]].tolist() == [0.6, 0.4, 0.9]
