"""One column of eleven truly interacts: its levels aren't drawn to the ten that agree."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.subgroups.answer import separate_effect
from posthaz.analyses.subgroups.pooled import pooled_subgroups, subgroups_of

PATIENTS = 1500
AGREEING = tuple(f"column{k}" for k in range(10))
EFFECT, APART = np.log(0.73), np.log(1.15 / 0.73)
MODEL = ph.ModelSpec("m", ph.Exponential(), "arm")
SAMPLING = ph.Sampling(method="nuts", chains=2, draws=150, tune=150, seed=4)


@pytest.fixture(scope="module")
def pooled():
    """A fifth of the patients, of one histology, have a ratio of 1.15, all others 0.73."""
    random = np.random.default_rng(18)
    treated = random.integers(0, 2, PATIENTS)
    columns = {name: random.choice(["a", "b"], PATIENTS) for name in AGREEING}
    columns["histology"] = random.choice(["luad", "lusc", "other"], PATIENTS, p=[0.6, 0.2, 0.2])
    columns["arm"] = np.where(treated, "B", "A")
    effect = EFFECT + APART * (columns["histology"] == "other")
    times = random.exponential(12.0 / np.exp(effect * treated))
    seen = {"time": np.minimum(times, 60.0), "event": (times < 60.0).astype(int)}
    cohort = ph.read_cohort(
        pd.DataFrame(columns | seen),
        time="time",
        event="event",
        treatment="arm",
        treatment_reference="A",
    )
    asked = ph.SubgroupSpec((*AGREEING, "histology"))
    groups = subgroups_of(cohort, asked)
    model = pooled_subgroups(cohort, groups, asked, MODEL, SAMPLING)
    alone = {
        (group.column, group.level): np.log(
            separate_effect(cohort, group, asked, 0.95)[0]["cox_hr"]
        )
        for group in groups
    }
    return model, alone


def test_the_level_that_differs_is_not_drawn_to_the_others(pooled):
    model, alone = pooled
    effect = model.effects["histology", "other"].to_numpy().ravel()
    whole = float(model.overall.mean())
    raw = alone["histology", "other"] - whole
    assert raw > 0.15
    assert effect.mean() - whole > 0.7 * raw
    lower, upper = np.quantile(effect, [0.025, 0.975])
    assert lower < np.log(1.15) < upper
    assert np.mean(effect - model.overall.to_numpy().ravel() > np.log(1.25)) > 0.3


def test_columns_that_agree_are_still_drawn_together(pooled):
    model, alone = pooled
    whole = float(model.overall.mean())
    keys = [key for key in alone if key[0] in AGREEING]
    drawn = [float(model.effects[key].mean()) - whole for key in keys]
    assert np.square(drawn).mean() < 0.7 * np.square([alone[key] - whole for key in keys]).mean()


def test_each_column_has_a_spread_of_its_own(pooled):
    spread = pooled[0].fit.draws["posterior"]["exchangeable_sd"]
    assert spread.sizes["shrunken_term"] == len(AGREEING) + 1
    assert str(spread.median(("chain", "draw")).idxmax().item()) == "arm:zero_sum(histology)"
