"""Current and historical patients are counted alike, or not together."""

from dataclasses import replace

import numpy as np
import pytest

import posthaz as ph
from posthaz.analyses.borrowing import leap
from posthaz.analyses.borrowing.pooled import pooled_rows
from posthaz.cohort.patients import stacked
from posthaz.design import learn_design
from posthaz.errors import CohortError


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"landmark": 6.0}, "the landmark is another"),
        ({"recurrent": True}, "which events count is another"),
        ({"columns": {"dose_gy": ph.Column("dose_gy", unit="cGy")}}, "in cGy, .* in Gy"),
    ],
)
def test_a_history_that_counts_otherwise_is_refused(change: dict, said: str) -> None:
    ours, theirs = ph.simulated_example(size=20), ph.simulated_example(size=20, seed=2)
    dose = {"dose_gy": ph.Column("dose_gy", unit="Gy")}
    ours, theirs = (replace(one, columns={**one.columns, **dose}) for one in (ours, theirs))
    assert len(pooled_rows(ours, theirs)) == 40
    with pytest.raises(CohortError, match=said):
        pooled_rows(ours, replace(theirs, **change))


@pytest.mark.parametrize(("discount", "own"), [(0.0, 1.0), (0.3, 1.0), (1.0, 1.0), (0.3, 0.0)])
def test_designs_are_centred_at_the_current_patients_at_every_discount(
    discount: float, own: float
) -> None:
    ours, theirs = ph.simulated_example(size=40), ph.simulated_example(size=60, seed=2)
    older = theirs.covariates.assign(dose_gy=theirs.covariates["dose_gy"] + 20)
    both = pooled_rows(ours, replace(theirs, covariates=older), discount, own)
    design = learn_design(both.covariates, "arm + dose_gy", "mean", both.patient_weight)
    assert design.centre[1] == pytest.approx(np.mean(ours.covariates["dose_gy"]))
    assert both.patient_weight.tolist() == [1.0] * 40 + [0.0] * 60


def cut_in_two(cohort: ph.Cohort, later: dict | None = None) -> ph.Cohort:
    """Every patient's follow-up in two rows, the second with other covariates where given."""
    half = cohort.exit / 2
    first = replace(cohort, lower=half, upper=np.full(len(cohort), np.inf), cause=0 * cohort.cause)
    second = replace(cohort, entry=half, covariates=cohort.covariates.assign(**(later or {})))
    both = stacked([first, second])
    return replace(both, subject=np.tile(cohort.subject, 2))


def test_a_historical_patient_is_exchangeable_as_a_whole(monkeypatch) -> None:
    class BuiltError(Exception):
        """Raised in place of a model."""

    def built(spec, design, priors, cohort, historical, share):
        raise BuiltError(len(cohort), int(historical.sum()), float(cohort.weight.sum()))

    monkeypatch.setattr(leap, "build_leap_model", built)
    ours, theirs = ph.simulated_example(size=20), ph.simulated_example(size=30, seed=2)
    spec = ph.ModelSpec("m", ph.Exponential(), "arm + dose_gy")
    for history in (theirs, cut_in_two(theirs)):
        with pytest.raises(BuiltError, match=r"\(50, 30, 50.0\)"):
            ph.leap_fit(spec, ours, history)
    with pytest.raises(CohortError, match="several rows that the model tells apart"):
        ph.leap_fit(spec, ours, cut_in_two(theirs, {"dose_gy": 50.0}))
