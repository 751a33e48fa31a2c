"""A fit set beside a cohort that it was not made of is refused."""

import pytest

import posthaz as ph
from posthaz.checks import replicated_kaplan_meier
from posthaz.errors import PosthazError
from posthaz.inference.patients import fitted_rows

COHORT = ph.simulated_example(size=60)
FIT = ph.fit(
    ph.ModelSpec("m", ph.Exponential(), "arm + (1 | centre)"), COHORT, draws=100, method="laplace"
)


@pytest.mark.parametrize(
    ("cohort", "said"),
    [
        (ph.simulated_example(size=50), "fitted to 60 rows, and the cohort given has 50"),
        (ph.simulated_example(size=60, seed=2), "those of the cohort given have other covariates"),
    ],
)
def test_another_cohort_is_refused(cohort, said):
    # times were reshaped to another number of patients, events of others counted
    for answer in (ph.cluster_table, replicated_kaplan_meier, fitted_rows):
        with pytest.raises(PosthazError, match=said):
            answer(FIT, cohort)
    with pytest.raises(PosthazError, match=said):
        ph.check_fit(cohort, FIT)


def test_its_own_cohort_is_taken():
    assert len(fitted_rows(FIT, COHORT)) == 60
    assert int(ph.cluster_table(FIT, COHORT)["patients"].sum()) == 60
    assert len(replicated_kaplan_meier(FIT, COHORT, 2))
