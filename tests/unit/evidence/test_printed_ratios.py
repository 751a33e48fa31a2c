"""Printed hazard ratios: closed-form answers, checks, limits."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from posthaz.errors import PriorError, SpecError
from posthaz.evidence import (
    Belief,
    PrintedRatio,
    credibility,
    events_needed,
    evidence_densities,
    evidence_table,
    impossible,
    least_probability,
    p_value_range,
    printed_doubts,
    standard_priors,
    updated,
    wald_p,
    wald_p_range,
)
from posthaz.evidence.credibility import p_value_bound
from posthaz.evidence.update import assurance, prior_belief
from posthaz.priors import Prior, historical

XINQIAO = PrintedRatio(0.54, 0.31, 0.94, p="0.03")
Z = norm.ppf(0.975)


def kinds(printed):
    return [doubt.kind for doubt in printed_doubts(printed)]


def test_without_prior_knowledge_the_posterior_is_the_likelihood():
    row = evidence_table(XINQIAO, {"reference": None}).iloc[0]
    error = math.log(0.94 / 0.31) / (2 * Z)
    assert row["hr"] == pytest.approx(0.54)
    assert row["upper"] == pytest.approx(math.exp(math.log(0.54) + Z * error))
    assert row["benefit"] == pytest.approx(norm.cdf(-math.log(0.54) / error))
    assert row["relevant"] == pytest.approx(norm.cdf((math.log(0.8) - math.log(0.54)) / error))
    assert row[["prior_hr", "prior_lower", "prior_upper"]].isna().all()
    assert row["benefit_least"] < row["benefit"] < row["benefit_most"]


def test_a_prior_is_weighted_by_its_precision():
    prior = historical(0.77, 0.71, 0.84)
    row = evidence_table(XINQIAO, {"registry": prior}).iloc[0]
    mean, sd = prior.values
    weight = sd**-2 / (sd**-2 + XINQIAO.standard_error**-2)
    assert math.log(row["hr"]) == pytest.approx(weight * mean + (1 - weight) * math.log(0.54))


def test_a_benefit_above_one_mirrors_one_below():
    up = PrintedRatio(1 / 0.54, 1 / 0.94, 1 / 0.31, decimals=9, beneficial="above")
    down = PrintedRatio(0.54, 0.31, 0.94, decimals=9)
    for name in ("benefit", "relevant", "assurance"):
        above, below = (evidence_table(one)[name].to_numpy() for one in (up, down))
        assert above == pytest.approx(below, rel=1e-6), name


def test_the_expected_ratio_is_turned_to_the_side_of_the_benefit():
    assert standard_priors(0.7, "above")["enthusiastic"].values[0] == pytest.approx(-math.log(0.7))
    assert standard_priors(1 / 0.7, "below")["enthusiastic"].values[0] == pytest.approx(
        math.log(0.7)
    )


def test_only_normal_priors_are_set_against_a_ratio():
    with pytest.raises(PriorError, match="cauchy"):
        evidence_table(XINQIAO, {"x": Prior("cauchy", (0.0, 1.0))})
    assert not prior_belief(Prior("flat")).known


def test_the_critical_prior_brings_the_posterior_interval_to_one():
    found = credibility(XINQIAO)
    posterior = updated(Belief(0.0, found.critical_sd), XINQIAO.estimate, XINQIAO.standard_error)
    assert posterior.quantile(0.975) == pytest.approx(1.0)
    assert found.sceptical_limit == pytest.approx(math.exp(-Z * found.critical_sd))
    # Matthews' formula, from the limits alone, for an interval that is symmetric
    low, high = (XINQIAO.estimate + s * Z * XINQIAO.standard_error for s in (-1, 1))
    limit = math.exp((high - low) ** 2 / (4 * math.sqrt(low * high)))
    assert 1 / found.sceptical_limit == pytest.approx(limit)
    assert math.isnan(found.advocacy_limit)


@pytest.mark.parametrize("printed", [PrintedRatio(0.77, 0.54, 1.10), PrintedRatio(1.3, 0.9, 1.88)])
def test_the_advocate_brings_the_posterior_interval_off_one(printed):
    found = credibility(printed)
    far = math.log(found.advocacy_limit)
    advocate = Belief(far / 2, abs(far) / 2 / Z)
    posterior = updated(advocate, printed.estimate, printed.standard_error)
    near = 0.975 if printed.hr < 1 else 0.025
    assert posterior.quantile(near) == pytest.approx(1.0)
    assert not found.significant
    assert math.isnan(found.sceptical_limit)


def test_a_ratio_of_one_has_no_limits():
    found = credibility(PrintedRatio(1.0, 0.5, 2.0))
    assert math.isnan(found.advocacy_limit)
    assert found.replication == pytest.approx(0.5)
    assert events_needed(PrintedRatio(1.0, 0.5, 2.0)) == math.inf


def test_intrinsic_credibility_begins_at_p_0_0056():
    error = 0.2
    for p, credible in ((0.0055, True), (0.0057, False)):
        estimate = -norm.ppf(1 - p / 2) * error
        limits = [math.exp(estimate + s * Z * error) for s in (-1, 1)]
        assert credibility(PrintedRatio(math.exp(estimate), *limits)).intrinsically_credible is (
            credible
        )


def test_replication_and_assurance_agree_without_prior_knowledge():
    found = credibility(XINQIAO)
    likelihood = Belief(XINQIAO.estimate, XINQIAO.standard_error)
    assert found.significant_replication == pytest.approx(assurance(XINQIAO, likelihood))
    assert found.replication == pytest.approx(1 - found.intrinsic_p / 2)


def test_assurance_is_what_simulated_studies_find():
    random = np.random.default_rng(1)
    belief = Belief(-0.4, 0.3)
    truth = random.normal(belief.mean, belief.sd, 200_000)
    seen = random.normal(truth, XINQIAO.standard_error)
    share = (seen < -Z * XINQIAO.standard_error).mean()
    assert assurance(XINQIAO, belief) == pytest.approx(share, abs=0.005)


def test_bounds_of_the_bayes_factor():
    found = credibility(XINQIAO)
    p = 2 * norm.cdf(XINQIAO.z)
    assert found.bound_p == pytest.approx(-math.e * p * math.log(p))
    assert found.bound_z == pytest.approx(norm.pdf(XINQIAO.z) / norm.pdf(0))
    # the best normal prior around no effect has variance error^2 (z^2 - 1)
    wide = math.sqrt(XINQIAO.z**2 - 1 + 1)
    best = norm.pdf(XINQIAO.z) / norm.pdf(XINQIAO.z, scale=wide)
    assert found.bound_local == pytest.approx(best)
    assert found.bound_z < found.bound_local
    assert p_value_bound(0.0) == 0.0
    assert least_probability(1.0) == pytest.approx(0.5)


def test_events_needed_by_schoenfelds_formula():
    assert events_needed(PrintedRatio(0.5, 0.3, 0.8)) == pytest.approx(65.3, abs=0.1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0.050", (0.0495, 0.0505)), ("<0.001", (0.0, 0.001)), ("P = .2", (0.15, 0.25)),
     (">0.99", (0.99, 1.0))],
)  # fmt: skip
def test_ranges_of_printed_p_values(text, expected):
    assert p_value_range(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["significant", "1.2", "", "0.0.3"])
def test_what_is_no_p_value(text):
    with pytest.raises(ValueError, match="no P value"):
        p_value_range(text)


def test_numbers_that_fit_raise_no_doubt():
    assert kinds(XINQIAO) == []
    assert kinds(PrintedRatio(0.73, 0.68, 0.79, p="<0.001")) == []
    assert wald_p_range(XINQIAO)[0] < wald_p(XINQIAO) < wald_p_range(XINQIAO)[1]


def test_asymmetric_intervals_are_found_and_rounding_is_forgiven():
    assert kinds(PrintedRatio(0.5, 0.30, 0.70, decimals=2)) == ["asymmetric"]
    # 0.7 (0.6 to 0.8) is symmetric within what one decimal leaves open
    assert kinds(PrintedRatio(0.7, 0.6, 0.8, decimals=1)) == []
    assert kinds(PrintedRatio(0.7, 0.6, 0.8, decimals=3)) == ["asymmetric"]


def test_p_values_that_do_not_match_are_graded():
    quoted = PrintedRatio(0.62, 0.39, 0.98, p="<0.001")
    assert kinds(quoted) == ["p_value"]
    assert kinds(PrintedRatio(0.77, 0.65, 0.92, p="<0.001")) == ["other_test"]
    assert kinds(PrintedRatio(0.54, 0.31, 0.94, p="0.2")) == ["p_value", "significance"]


def test_an_interval_narrower_than_its_events_allow():
    assert kinds(PrintedRatio(0.77, 0.71, 0.84, events=200)) == ["events"]
    assert kinds(PrintedRatio(0.54, 0.31, 0.94, events=70)) == []


@pytest.mark.parametrize(
    ("numbers", "what"),
    [((-0.5, 0.3, 0.8), "the HR is -0.5"), ((0.5, 0.8, 0.3), "not below the upper"),
     ((0.2, 0.3, 0.8), "outside its interval"), ((0.5, 0.0, 0.8), "lower limit is 0")],
)  # fmt: skip
def test_what_is_no_hazard_ratio(numbers, what):
    (finding,) = impossible(PrintedRatio(*numbers), "x")
    assert what in finding.what


def test_every_finding_comes_at_once():
    found = list(impossible(PrintedRatio(0.2, 0.3, 0.8, level=1.5, p="ns"), "x"))
    assert len(found) == 3


def test_densities_are_densities():
    curves = evidence_densities(XINQIAO)
    for _, one in curves.groupby(["prior", "source"]):
        area = np.trapezoid(one["density"], np.log(one["hr"]))
        assert area == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("answer", [evidence_table, credibility, printed_doubts])
@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (PrintedRatio(0.2, 0.31, 0.94), "HR 0.2 lies outside its interval"),
        (PrintedRatio(0.5, 0.94, 0.31), "not below the upper"),
        (PrintedRatio(0.5, 0.31, 0.94, level=95), "level 95"),
        (PrintedRatio(0.5, 0.31, 0.94, beneficial="abov"), "beneficial is 'abov'"),
    ],
)
def test_numbers_that_can_be_no_ratio_are_refused_in_python(answer, printed, said):
    with pytest.raises(SpecError) as caught:
        answer(printed)
    assert said in str(caught.value)
