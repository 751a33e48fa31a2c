"""Risks of a toxicity: exact draws, numbers needed, the pooled model, benefit against risk."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.stats import beta

import posthaz as ph
from posthaz.adjust import GradeCounts
from posthaz.analyses.toxicity.answer import (
    compare_toxicity,
    fit_grades,
    grade_odds_ratios,
    modelled_survivors,
    toxicity_counts,
)
from posthaz.analyses.toxicity.benefit_risk import BenefitRisk, quadrants
from posthaz.analyses.toxicity.risk import (
    RISK_COLUMNS,
    risk_contrast,
    risk_draws,
    separate_risks,
)
from posthaz.analyses.toxicity.spec import ToxicitySpec
from posthaz.spec import Sampling

PNEUMONITIS = GradeCounts(
    "pneumonitis", "Pneumonitis", ("A", "B"), np.array([[135, 21, 8], [103, 192, 64]]), True
)
LYMPHOPENIA = GradeCounts(
    "lymphopenia", "Lymphopenia", ("A", "B"), np.array([[101, 32, 17], [49, 58, 219]]), True
)
NONE_IN_A = GradeCounts("rash", "Rash", ("A", "B"), np.array([[40, 0, 0, 0], [30, 6, 0, 4]]))


def test_draws_are_of_the_beta_posterior():
    draws = risk_draws(8, 164, draws=200_000)
    exact = beta(8.5, 156.5)
    assert draws.mean() == pytest.approx(exact.mean(), abs=2e-4)
    assert np.quantile(draws, 0.975) == pytest.approx(exact.ppf(0.975), abs=5e-4)
    assert (risk_draws(8, 164, seed=3) == risk_draws(8, 164, seed=3)).all()


def test_probability_of_more_is_the_integral_over_both_posteriors():
    numbers = risk_contrast(risk_draws(6, 40, seed=1), risk_draws(3, 40, seed=2))
    first, second = beta(6.5, 34.5), beta(3.5, 37.5)
    exact, _ = dblquad(lambda y, x: first.pdf(x) * second.pdf(y), 0, 1, 0, lambda x: x)
    assert numbers["probability_more"] == pytest.approx(exact, abs=0.01)


def test_a_settled_harm_has_a_number_needed_to_harm():
    numbers = risk_contrast(risk_draws(64, 359), risk_draws(8, 164, seed=2))
    assert numbers["nnh"] == pytest.approx(1 / numbers["difference"])
    assert numbers["nnh_lower"] == pytest.approx(1 / numbers["difference_upper"])
    assert numbers["nnh_lower"] < numbers["nnh"] < numbers["nnh_upper"] < np.inf
    assert np.isnan([numbers[f"nnt{end}"] for end in ("", "_lower", "_upper")]).all()


def test_a_difference_either_side_of_zero_has_two_open_ends():
    numbers = risk_contrast(risk_draws(7, 60), risk_draws(5, 60, seed=2))
    assert np.isnan(numbers["nnh"])
    assert np.isnan(numbers["nnt"])
    assert numbers["nnh_upper"] == numbers["nnt_upper"] == np.inf
    assert numbers["nnh_lower"] == pytest.approx(1 / numbers["difference_upper"])
    assert numbers["nnt_lower"] == pytest.approx(-1 / numbers["difference_lower"])
    assert 0.5 < numbers["probability_more"] < 0.95


def test_a_settled_benefit_mirrors_a_harm():
    harm = risk_contrast(risk_draws(64, 359), risk_draws(8, 164, seed=2))
    benefit = risk_contrast(risk_draws(8, 164, seed=2), risk_draws(64, 359))
    for end in ("", "_lower", "_upper"):
        assert benefit[f"nnt{end}"] == pytest.approx(harm[f"nnh{end}"])
    assert np.isnan(benefit["nnh_lower"])


def test_rows_of_every_threshold_and_of_what_is_not_told():
    table = separate_risks([PNEUMONITIS, NONE_IN_A], [1, 2, 3])
    assert tuple(table.columns) == RISK_COLUMNS
    assert table["difference"].isna().tolist() == [False, False, True, False, False, False]
    assert "not told apart" in table.loc[2, "remark"]
    assert table.loc[3, "remark"] == "no patient of arm A had it"
    assert table.loc[3, "reference_risk"] == pytest.approx(beta(0.5, 40.5).median(), abs=1e-3)


def test_a_single_arm_has_a_risk_and_no_contrast():
    alone = GradeCounts("p", "P", ("all",), np.array([[50, 10]]))
    (row,) = separate_risks([alone], [1]).to_dict("records")
    assert row["risk"] == pytest.approx(10.5 / 61, abs=0.01)
    assert np.isnan(row["difference"])


def test_quadrants_add_up():
    random = np.random.default_rng(1)
    pair = BenefitRisk("B", "A", "P", 2, 24.0, "months", random.normal(1, 2, 999),
                       random.normal(0.05, 0.1, 999), 0.1)  # fmt: skip
    table = quadrants(pair)
    assert table["probability"].sum() == pytest.approx(1.0)
    more = table[table["toxicity"] == "more"]["probability"].sum()
    assert more == pytest.approx((pair.extra > 0.1).mean())


@pytest.fixture(scope="module")
def model():
    fitted = fit_grades([PNEUMONITIS, LYMPHOPENIA, NONE_IN_A], ToxicitySpec().priors,
                        Sampling(chains=2, draws=1000))  # fmt: skip
    assert fitted is not None
    return fitted


def test_the_pooled_model_converges_and_is_near_the_counts(model):
    assert model.convergence.passed, model.convergence.failures
    survivors = modelled_survivors(model, 1).mean(axis=0)
    assert survivors.shape == (2, 3)
    seen = LYMPHOPENIA.patients[:, ::-1].cumsum(axis=1)[:, ::-1] / LYMPHOPENIA.totals[:, None]
    assert survivors == pytest.approx(seen, abs=0.06)


def test_grades_that_nobody_had_are_joined_to_their_neighbours(model):
    assert model.lowest[2] == (0, 1, 3)


def test_odds_ratios_shrink_towards_their_mean(model):
    odds = grade_odds_ratios(model).set_index("toxicity")
    ratios = odds.loc[["pneumonitis", "lymphopenia", "rash"], "odds_ratio"]
    assert ((ratios > 5) & (ratios < 20)).all()
    assert odds.loc["rash", "lower"] > 1
    assert odds["predictive_p"].dropna().between(0, 1).all()


def test_toxicities_that_tell_nothing_are_left_out():
    nobody = GradeCounts("n", "N", ("A", "B"), np.array([[40, 0], [40, 0]]))
    bare = GradeCounts("b", "B", ("A", "B"), np.array([[0, 0], [30, 5]]))
    assert fit_grades([nobody, bare], ToxicitySpec().priors) is None


def test_printed_counts_stand_in_the_order_of_the_cohort():
    spec = ToxicitySpec(counts={"rash": {"B": (30, 10), "A": (38, 2)}}, labels={"rash": "Rash"})
    (counts,) = toxicity_counts(spec, ph.simulated_example())
    assert counts.arms == ("A", "B")
    assert counts.patients.tolist() == [[38, 2], [30, 10]]


def test_a_column_may_end_with_a_grade_and_all_above():
    cohort = ph.simulated_example()
    grades = np.arange(len(cohort)) % 3
    cohort = replace(cohort, covariates=cohort.covariates.assign(rash=grades))
    spec = ToxicitySpec(columns={"rash": "Rash"}, or_higher=("rash",))
    (counts,) = toxicity_counts(spec, cohort)
    assert counts.grades == ("0", "1", "2+")
    assert counts.at_least(3) is None


def test_an_answer_with_an_arm_without_cases_says_so_and_gives_the_rest():
    cohort = ph.simulated_example()
    counts = {"rash": {"A": (60, 0), "B": (50, 10)}, "none": {"A": (60, 0), "B": (60, 0)}}
    answer = compare_toxicity(cohort, ToxicitySpec(counts=counts, pooled=False, grades=(1,)))
    assert answer.risks["difference"].notna().all()
    assert answer.model is None
    assert answer.remarks == (
        "rash, any grade: no patient of A had it.",
        "none, any grade: no patient had it.",
    )


def test_a_cohort_without_arms_has_counts_only():
    cohort = ph.simulated_example()
    grades = np.arange(len(cohort)) % 3
    alone = replace(cohort, treatment="", covariates=cohort.covariates.assign(rash=grades))
    answer = compare_toxicity(alone, ToxicitySpec(columns={"rash": "Rash"}))
    assert answer.model is None
    assert answer.risks["risk"].notna().sum() == 3
    assert answer.tests["test"].eq("").all()
