"""What is fitted where patients are completed several times."""

from dataclasses import replace

import numpy as np
import pytest

import posthaz as ph
from posthaz.sensitivity import Variant, completed
from posthaz.spec.axes.exclusions import ImputedChange, MissingChange
from posthaz.spec.axes.follow_up import InformativeChange


@pytest.mark.parametrize("change", [MissingChange("indicator", ("dose_gy",)), ImputedChange()])
def test_all_patients_are_fitted_with_the_same_cuts_and_other_seeds(monkeypatch, change):
    cohort = ph.simulated_example()
    dose = cohort.covariates["dose_gy"].astype(float).copy()
    dose[np.arange(len(cohort)) % 4 == 0] = np.nan
    cohort = replace(cohort, covariates=cohort.covariates.assign(dose_gy=dose), drop_missing=True)
    fitted = []

    def recorded(tasks, sampling, seeds=None):
        fitted.append((tasks, list(seeds or [sampling.seed] * len(tasks))))
        return []

    def followed_on(spec, delta, cohorts, sampling):
        longer = [
            replace(one, lower=factor * one.lower, upper=factor * one.upper)
            for one, factor in zip(cohorts * 10, np.linspace(1, 2, 10), strict=False)
        ]
        return longer[: completed.COMPLETIONS]

    monkeypatch.setattr(completed, "fit_many", recorded)
    monkeypatch.setattr(completed, "_followed_on", followed_on)
    baseline = ph.PiecewiseExponential(intervals=4)
    spec = change.of_model(ph.ModelSpec("m", baseline, "arm + dose_gy"))
    variant = Variant("x", (("a", "b"),), spec, (change, InformativeChange(2.0)))
    completed.fits_of_completed(variant, cohort, ph.Sampling(seed=5))
    ((tasks, seeds),) = fitted
    assert len(tasks) == len(set(seeds)) == completed.COMPLETIONS
    assert {one.patient_count for _, one in tasks} == {len(cohort)}
    assert len({model.baseline.cuts for model, _ in tasks}) == 1
    assert len(tasks[0][0].baseline.cuts) == 3
