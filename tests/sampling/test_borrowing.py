"""Borrowing from patients and from printed ratios, by short fits."""

from dataclasses import replace

import numpy as np
import pytest

import posthaz as ph
from posthaz.analyses.borrowing.answer import borrowing_answers
from posthaz.analyses.borrowing.leap import leap_fit
from posthaz.analyses.borrowing.pooled import pooled_rows
from posthaz.analyses.borrowing.priors import power_prior
from posthaz.analyses.borrowing.reweight import effect_draws
from posthaz.analyses.borrowing.rows import (
    commensurate_fit,
    normalised_power_fit,
    power_fits,
    settled,
)
from posthaz.analyses.borrowing.spec import BorrowingSpec, HistoricalRatio
from posthaz.errors import CohortError
from posthaz.priors import historical

pytestmark = pytest.mark.slow

SPEC = ph.ModelSpec("weibull", ph.Weibull(), "arm")
SAMPLING = ph.Sampling(chains=2, draws=1000, tune=300, seed=5)
SIZE = 2000  # draws behind the Monte Carlo errors


@pytest.fixture(scope="module")
def ours():
    return ph.simulated_example(size=80, seed=1)


@pytest.fixture(scope="module")
def theirs():
    return ph.simulated_example(size=200, seed=2)


def close(first, second):
    """Whether two posteriors have one mean and spread, to Monte Carlo error."""
    a, b = effect_draws(first), effect_draws(second)
    error = 4 * np.hypot(a.std(), b.std()) / np.sqrt(SIZE)
    assert a.mean() == pytest.approx(b.mean(), abs=error)
    assert a.std() == pytest.approx(b.std(), rel=0.1)


def test_no_and_full_discount_are_alone_and_pooled(ours, theirs):
    quick = replace(SAMPLING, method="auto")
    none, full = power_fits(SPEC, ours, theirs, [0.0, 1.0], quick)
    fixed = settled(SPEC, ours, theirs)
    other = replace(quick, seed=6)
    close(none, ph.fit(SPEC, ours, other))
    close(full, ph.fit(fixed, pooled_rows(ours, theirs), other))
    assert effect_draws(full).std() < 0.7 * effect_draws(none).std()


def test_conflict_lowers_the_learnt_discount(ours, theirs):
    far = ph.simulated_example(size=200, seed=2, hazard_ratio=6.0)
    agreeing = normalised_power_fit(SPEC, ours, theirs, sampling=SAMPLING)
    conflicting = normalised_power_fit(SPEC, ours, far, sampling=SAMPLING)
    assert agreeing.probability.sum() == pytest.approx(1.0)
    assert conflicting.borrowed < agreeing.borrowed - 0.1


def test_mixed_discounts_speak_of_one_baseline(ours, theirs):
    shifted = theirs.covariates.assign(dose_gy=theirs.covariates["dose_gy"] + 10)
    far = replace(theirs, covariates=shifted)
    spec = replace(SPEC, formula="arm + dose_gy")
    mixed = normalised_power_fit(spec, ours, far, sampling=SAMPLING)
    each = power_fits(spec, ours, far, mixed.value.tolist(), replace(SAMPLING, method="laplace"))
    told = [float(ph.survival(one, 12.0).mean(("chain", "draw"))[0, 0]) for one in each]
    found = float(ph.survival(mixed.fit, 12.0).mean(("chain", "draw"))[0, 0])
    assert found == pytest.approx(mixed.probability @ np.array(told), abs=0.01)


def test_commensurate_baselines(ours, theirs):
    later = replace(theirs, lower=6 * theirs.lower, upper=6 * theirs.upper)
    near = commensurate_fit(SPEC, ours, theirs, sampling=SAMPLING)
    far = commensurate_fit(SPEC, ours, later, sampling=SAMPLING)
    assert near.borrowed > 0.5 > far.borrowed


def test_leap_gives_the_share_that_is_exchangeable(ours, theirs):
    result = leap_fit(SPEC, ours, theirs, sampling=replace(SAMPLING, draws=400))
    assert 0.3 < result.borrowed < 1.0
    assert result.share.dims == ("chain", "draw")
    assert len(result.fit.design.frame) == len(ours)
    assert ph.survival(result.fit, [12.0]).sizes["profile"] == 2


def test_histories_must_look_like_the_cohort(ours, theirs):
    with pytest.raises(CohortError, match="gtv_cc"):
        pooled_rows(ours, replace(theirs, covariates=theirs.covariates[["arm"]]))
    with pytest.raises(CohortError, match="days"):
        pooled_rows(ours, replace(theirs, unit="days"))


@pytest.fixture(scope="module")
def conflicting(ours):
    """A history of a hundred times the cohort's size on the other side of it."""
    asked = BorrowingSpec((HistoricalRatio("seer", "SEER", 0.4, 0.37, 0.43),))
    return borrowing_answers(ours, SPEC, asked, SAMPLING)


def test_bridges_reach_full_borrowing(conflicting):
    table = conflicting.table.set_index("prior")
    alone = effect_draws(conflicting.fits[0])
    expected = power_prior(historical(0.4, 0.37, 0.43), 1.0).updated(
        float(alone.mean()), float(alone.std())
    )
    full = table.loc["full borrowing"]
    assert len(conflicting.fits) == 4
    assert conflicting.notes == ()
    assert np.log(full["hr"]) == pytest.approx(expected.expectation, abs=0.01)
    assert full["conflict"] < 0.05
    assert table.loc["none", "hr"] > table.loc["robust meta-analytic prior", "hr"] > full["hr"]


def test_the_answer_runs_from_none_to_full(conflicting):
    curve, table = conflicting.discounts, conflicting.table.set_index("prior")
    assert curve["hr"].is_monotonic_decreasing
    assert curve["hr"].iloc[0] == pytest.approx(table.loc["none", "hr"])
    assert curve["hr"].iloc[-1] == pytest.approx(table.loc["full borrowing", "hr"])
    assert curve["history_events"].iloc[-1] == pytest.approx(conflicting.histories["events"][0])


def test_no_borrowing_is_the_answer_of_the_model_itself(ours):
    sceptical = replace(SPEC, priors={"arm[B]": ph.Prior("normal", (0.0, 0.3))})
    history = BorrowingSpec((HistoricalRatio("seer", "SEER", 0.7, 0.5, 0.98),))
    own = ph.fit(sceptical, ours, SAMPLING)
    asked = replace(history, discounts=(0.0, 1.0))
    given = borrowing_answers(ours, sceptical, asked, SAMPLING, alone=own)
    reweighted = borrowing_answers(ours, sceptical, asked, SAMPLING)
    expected = float(np.exp(np.median(effect_draws(own))))
    for answer, off in ((given, 1e-12), (reweighted, 0.03)):
        row = answer.table.set_index("prior").loc["none"]
        assert row["hr"] == pytest.approx(expected, rel=off)
        assert answer.discounts["hr"].iloc[0] == row["hr"]
        assert row["prior_upper"] == pytest.approx(np.exp(1.96 * 0.3), rel=1e-3)
