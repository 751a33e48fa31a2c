"""Current and historical patients are counted alike, or not together."""

from dataclasses import replace

import numpy as np
import pytest

import posthaz as ph
from posthaz.analyses.borrowing.pooled import pooled_rows
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
