"""A fit set beside a cohort that it was not made of is refused."""

from dataclasses import replace

import pytest

import posthaz as ph
from posthaz.checks import (
    compare_models,
    leave_one_out,
    replicated_kaplan_meier,
    same_patients,
)
from posthaz.errors import PosthazError
from posthaz.inference.patients import fitted_rows

COHORT = ph.simulated_example(size=60)
TREATED = ph.fit(
    ph.ModelSpec("t", ph.Exponential(), "arm"), COHORT, draws=100, method="laplace", seed=1
)
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


@pytest.mark.parametrize(
    "cohort",
    [
        # the same patients by another end point, and as rows that stand for two
        replace(COHORT, lower=COHORT.lower / 2, upper=COHORT.upper / 2),
        replace(COHORT, weight=2 * COHORT.weight),
    ],
)
def test_another_end_point_of_the_same_patients_is_refused(cohort):
    said = "other times, events or weights"
    history = ph.BorrowingSpec((ph.HistoricalRatio("h", "H", 0.7, 0.5, 0.98),))
    asked = {
        "tipping_points": lambda: ph.tipping_points(TREATED, cohort),
        "confounder": lambda: ph.confounder_effects(TREATED, cohort, [ph.Confounder(2, 0.5, 0.2)]),
        "average": lambda: ph.average_models({"a": TREATED, "b": TREATED}, cohort),
        "subsets": lambda: ph.survival_in_subsets(
            cohort, TREATED.spec, ph.SubsetsSpec(()), [12.0], whole=TREATED
        ),
        "borrowing": lambda: ph.borrowing_answers(cohort, TREATED.spec, history, alone=TREATED),
        "rows": lambda: fitted_rows(TREATED, cohort),
    }
    for answer in asked.values():
        with pytest.raises(PosthazError, match=said):
            answer()


def test_its_own_cohort_is_taken():
    assert len(fitted_rows(FIT, COHORT)) == 60
    assert int(ph.cluster_table(FIT, COHORT)["patients"].sum()) == 60
    assert len(replicated_kaplan_meier(FIT, COHORT, 2))


def test_models_of_other_patients_or_end_points_are_not_compared():
    other = replace(COHORT, lower=COHORT.lower / 2, upper=COHORT.upper / 2)
    earlier = ph.fit(TREATED.spec, other, draws=100, method="laplace", seed=1)
    bare = ph.fit(replace(TREATED.spec, formula="1"), COHORT, draws=100, method="laplace", seed=1)
    said = "fitted to other patients, or to other times and events"
    with pytest.raises(PosthazError, match=said):
        same_patients({"a": TREATED, "b": earlier})
    with pytest.raises(PosthazError, match=said):
        compare_models({"a": leave_one_out(TREATED), "b": leave_one_out(earlier)})
    alike = same_patients({"a": TREATED, "b": bare})
    assert len(compare_models({name: leave_one_out(one) for name, one in alike.items()})) == 2
