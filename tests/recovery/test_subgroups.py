"""Partially pooled effects in subgroups are nearer the truth than those of subgroups alone."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.subgroups.answer import separate_effect
from posthaz.analyses.subgroups.pooled import pooled_subgroups, subgroups_of
from posthaz.arms.arm_model import arm_model, ratio_summary, shared_baseline
from posthaz.inference import fit_many

COHORTS = 200
SEPARATE_COHORTS = 40
PATIENTS = 300
# deviation of the log hazard ratio by level; the ratios of hazard ratios within the columns are
# 1.8, 1.2, and 1
DEVIATIONS = {
    "response": (0.3, -0.3),
    "stage": (0.1, 0.0, -0.1),
    "sex": (0.0, 0.0),
    "histology": (0.0, 0.0, 0.0),
}
PROGNOSIS = 0.2
MEAN_EFFECT = float(np.log(0.7))
MODEL = ph.ModelSpec("pwe", ph.PiecewiseExponential(intervals=4), "arm")
ENDS = ("hr", "lower", "upper")
SAMPLING = ph.Sampling(method="laplace", chains=2, draws=500)


def simulated(seed, deviations=DEVIATIONS):
    """A cohort of two arms, and the true log hazard ratio averaged over each subgroup."""
    random = np.random.default_rng(seed)
    treated = random.integers(0, 2, PATIENTS)
    effect = np.full(PATIENTS, MEAN_EFFECT)
    predictor = np.zeros(PATIENTS)
    columns = {"arm": np.where(treated, "B", "A")}
    for name, by_level in deviations.items():
        level = random.integers(0, len(by_level), PATIENTS)
        effect += np.array(by_level)[level]
        predictor += random.normal(0.0, PROGNOSIS, len(by_level))[level]
        columns[name] = np.array([f"{name}{k}" for k in range(len(by_level))])[level]
    times = random.exponential(14.0 / np.exp(predictor + effect * treated))
    censored = random.uniform(12.0, 48.0, PATIENTS)
    frame = pd.DataFrame(
        columns | {"time": np.minimum(times, censored), "event": (times <= censored).astype(int)}
    )
    cohort = ph.read_cohort(
        frame, time="time", event="event", treatment="arm", treatment_reference="A"
    )
    truth = {
        (name, str(level)): effect[rows.index].mean()
        for name in deviations
        for level, rows in frame.groupby(name)
    }
    return cohort, truth


def errors(seeds, deviations=DEVIATIONS, with_separate=False):
    """Errors of log hazard ratios by subgroup: Cox alone, Bayesian alone, partially pooled."""
    asked = ph.SubgroupSpec(tuple(deviations))
    parts, tasks = [], []
    for seed in seeds:
        cohort, truth = simulated(seed, deviations)
        groups = subgroups_of(cohort, asked)
        base = shared_baseline(MODEL, cohort)
        pooled = pooled_subgroups(cohort, groups, asked, base, SAMPLING)
        for group in groups:
            row, task = separate_effect(cohort, group, asked, 0.95)
            key = (group.column, group.level)
            effect = ratio_summary(pooled.effects[key], 0.95)
            parts.append(
                {
                    "seed": seed,
                    "column": group.column,
                    **{f"cox_{end}": np.log(row[f"cox_{end}"]) - truth[key] for end in ENDS},
                    **{f"pooled_{end}": np.log(effect[end]) - truth[key] for end in ENDS},
                    "truth": truth[key],
                }
            )
            tasks.append((arm_model(base, task.cohort, task.formula, "alone"), task))
    found = pd.DataFrame(parts)
    if with_separate:
        fits = fit_many([(spec, task.cohort) for spec, task in tasks], SAMPLING)
        medians = [
            float(task.effect(fit).median()) for fit, (_, task) in zip(fits, tasks, strict=True)
        ]
        found["separate_hr"] = medians - found["truth"]
    for kind in ("cox", "pooled"):
        found[f"{kind}_covers"] = (found[f"{kind}_lower"] <= 0) & (found[f"{kind}_upper"] >= 0)
    return found


def mean_squares(found):
    """Mean squared errors by kind of estimate."""
    kinds = [kind for kind in ("cox", "separate", "pooled") if f"{kind}_hr" in found]
    return {kind: float((found[f"{kind}_hr"] ** 2).mean()) for kind in kinds}


@pytest.mark.slow
def test_pooled_estimates_have_the_smaller_mean_squared_error():
    found = errors(range(COHORTS))
    mean = mean_squares(found)
    assert mean["pooled"] < 0.75 * mean["cox"]
    # the one column whose levels differ much is drawn to the mean: a cost, but a bounded one
    apart = found["column"] == "response"
    assert mean_squares(found[apart])["pooled"] < 2.0 * mean_squares(found[apart])["cox"]
    assert mean_squares(found[~apart])["pooled"] < 0.6 * mean_squares(found[~apart])["cox"]
    assert found["pooled_covers"].mean() > 0.93
    assert found["pooled_covers"][apart].mean() > 0.8


@pytest.mark.slow
def test_pooled_estimates_beat_bayesian_ones_of_subgroups_alone():
    mean = mean_squares(errors(range(SEPARATE_COHORTS), with_separate=True))
    assert mean["pooled"] < 0.85 * mean["separate"]
