"""Laws of shorter tables: collapsed rows and person-time leave the log-likelihood as it was."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthaz.cohort import Cohort
from posthaz.cohort.collapse import collapse
from posthaz.cohort.person_time import person_time
from posthaz.effects import proportional
from posthaz.hazards import Baseline, PiecewiseExponential
from posthaz.model import follow_up_data, log_likelihood
from tests.laws.parts import BASELINE_EXAMPLES, hazards
from tests.shared_data import plain_cohort

LEVELS = np.array(["a", "b", "c"])
EFFECTS = {"a": 0.0, "b": 0.7, "c": -1.1}


@st.composite
def cohorts(draw: st.DrawFn, whole_months: bool) -> Cohort:
    """Exact, censored, interval-censored and late rows with a factor and whole or real times."""
    rows = draw(st.integers(1, 60))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    time = random.integers(1, 12, rows) if whole_months else random.exponential(5.0, rows) + 1e-6
    entry = np.where(random.uniform(size=rows) < 0.4, 0.0, time * random.uniform(0, 0.99, rows))
    if whole_months:
        entry = np.floor(entry)
    level = pd.Categorical(random.choice(LEVELS, rows), categories=LEVELS, ordered=True)
    cohort = plain_cohort(time, random.uniform(size=rows) < 0.5, pd.DataFrame({"x": level}))
    between = random.uniform(size=rows) < draw(st.sampled_from([0.0, 0.3, 1.0]))
    return replace(
        cohort,
        entry=entry,
        upper=np.where(between, cohort.lower + random.integers(1, 4, rows), cohort.upper),
        cause=np.where(between, 1, cohort.cause),
        weight=random.choice([1.0, 2.0, 0.3], rows),
        cluster=random.integers(0, 2, rows) if draw(st.booleans()) else None,
    )


def total(baseline_hazard, cohort: Cohort) -> float:
    effect = cohort.covariates["x"].astype(str).map(EFFECTS).to_numpy(dtype=float)
    hazard = proportional(baseline_hazard, effect, np)
    return float(np.sum(log_likelihood(hazard, follow_up_data(cohort), np)))


def split(cohort: Cohort, fraction: float) -> Cohort:
    """The same follow-up with every row that may be cut in two rows."""
    middle = cohort.entry + fraction * (cohort.lower - cohort.entry)
    before = replace(
        cohort, lower=middle, upper=np.full(len(cohort), np.inf), cause=np.zeros(len(cohort), int)
    )
    after = replace(cohort, entry=middle)
    names = ("entry", "lower", "upper", "cause", "weight", "row_number", "subject")
    both = {name: np.append(getattr(before, name), getattr(after, name)) for name in names}
    covariates = pd.concat([cohort.covariates] * 2, ignore_index=True)
    cluster = None if cohort.cluster is None else np.tile(cohort.cluster, 2)
    return replace(cohort, **both, covariates=covariates, cluster=cluster)


@pytest.mark.parametrize("baseline", BASELINE_EXAMPLES, ids=repr)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_collapsed_rows_have_the_same_likelihood(baseline: Baseline, data: st.DataObject) -> None:
    cohort = data.draw(cohorts(whole_months=True))
    hazard = data.draw(hazards(baseline))
    collapsed = collapse(cohort)
    assert total(hazard, collapsed.cohort) == pytest.approx(total(hazard, cohort), rel=1e-10)
    assert collapsed.cohort.weight.sum() == pytest.approx(cohort.weight.sum(), rel=1e-12)


@given(data=st.data(), whole_months=st.booleans())
@settings(max_examples=200, deadline=None)
def test_person_time_has_the_same_likelihood(data: st.DataObject, whole_months: bool) -> None:
    cuts = data.draw(st.sampled_from([(), (1.0,), (1.5, 4.0, 9.0), (2.0, 3.0, 5.0, 50.0)]))
    cohort = data.draw(cohorts(whole_months))
    hazard = data.draw(hazards(PiecewiseExponential(cuts=cuts, intervals=len(cuts) + 1)))
    reduced = person_time(cohort, cuts)
    assert total(hazard, reduced) == pytest.approx(total(hazard, cohort), rel=1e-10, abs=1e-10)
    assert (reduced.entry < reduced.exit).all()
    assert (reduced.weight > 0).all()


@given(data=st.data(), fraction=st.floats(0.05, 0.95))
@settings(max_examples=100, deadline=None)
def test_splitting_follow_up_changes_neither(data: st.DataObject, fraction: float) -> None:
    cohort = data.draw(cohorts(whole_months=False))
    cohort = cohort.where(cohort.lower * (1 - fraction) > 1e-9 + cohort.entry * (1 - fraction))
    if not len(cohort):
        return
    hazard = data.draw(hazards(PiecewiseExponential(cuts=(1.5, 4.0, 9.0))))
    parts = split(cohort, fraction)
    expected = pytest.approx(total(hazard, cohort), rel=1e-10, abs=1e-10)
    assert total(hazard, collapse(parts).cohort) == expected
    assert total(hazard, person_time(parts, (1.5, 4.0, 9.0))) == expected
