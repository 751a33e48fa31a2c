"""Cox regression with an effect of its own in each interval."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import cox_model, piecewise_cox
from posthaz.cohort import cut_follow_up
from posthaz.errors import CohortError
from tests.shared_data import plain_cohort


def example(late: bool = False):
    random = np.random.default_rng(4)
    x = random.integers(0, 2, 200).astype(float)
    time = np.ceil(random.exponential(10.0 * np.exp(0.5 * x))) + 1.0
    cohort = plain_cohort(time, random.uniform(size=200) < 0.8, pd.DataFrame({"x": x}))
    return replace(cohort, entry=np.where(random.uniform(size=200) < 0.3, 1.0, 0.0) * late)


@pytest.mark.parametrize("late", [False, True])
def test_each_interval_has_the_partial_likelihood_of_its_own_events(late):
    cohort = example(late)
    found = piecewise_cox(cohort, cohort.covariates, {"x": [6.0]})
    early = replace(
        cohort,
        lower=np.minimum(cohort.lower, 6.0),
        upper=np.where(cohort.exit <= 6.0, cohort.upper, np.inf),
        cause=np.where(cohort.exit <= 6.0, cohort.cause, 0),
    )
    after = cohort.where(cohort.exit > 6.0)
    after = replace(after, entry=np.maximum(after.entry, 6.0))
    for row, part in zip(found.to_dict("records"), (early, after), strict=True):
        alone = cox_model(part, part.covariates).table.iloc[0]
        assert row["hr"] == pytest.approx(alone["hr"], rel=1e-8)
        assert row["lower"] == pytest.approx(alone["hr_lower"], rel=1e-6)
        assert row["events"] == part.event.sum()


def test_cuts_leave_follow_up_and_events_as_they_were():
    cohort = example(late=True)
    pieces, row, interval = cut_follow_up(cohort, [3.0, 6.0, 400.0])
    assert pieces.event.sum() == cohort.event.sum()
    spent = np.bincount(row, weights=pieces.exit - pieces.entry)
    assert np.allclose(spent, cohort.exit - cohort.entry)
    assert interval.max() == 2
    assert (pieces.exit > pieces.entry).all()


def test_events_between_two_times_are_refused():
    cohort = example()
    between = replace(cohort, upper=np.where(cohort.event, cohort.lower + 1.0, np.inf))
    with pytest.raises(CohortError, match="only known to lie between"):
        cut_follow_up(between, [6.0])


def test_strata_have_baselines_of_their_own():
    cohort = example()
    strata = np.where(np.arange(200) % 2, "a", "b")
    found = piecewise_cox(cohort, cohort.covariates, {"x": []}, strata=strata)
    alone = cox_model(cohort, cohort.covariates, strata=strata).table.iloc[0]
    assert found["hr"].iloc[0] == pytest.approx(alone["hr"], rel=1e-8)
