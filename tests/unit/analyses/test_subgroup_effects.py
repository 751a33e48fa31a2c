"""Effects in subgroups: what is given, and what is said where it can't be."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.subgroups.answer import COLUMNS, TEST_COLUMNS
from posthaz.analyses.subgroups.pooled import with_groups
from posthaz.analyses.subsets.answer import survival_in_subsets
from posthaz.analyses.subsets.spec import Subset, SubsetsSpec
from posthaz.arms.groups import arm_counts, compared_rows
from posthaz.arms.interaction_test import interaction_test
from posthaz.baselines import covariate_columns, cox_model
from posthaz.cohort import Condition, Where
from posthaz.errors import CohortError
from tests.unit.analyses.subgroup_cohorts import subgroup_cohort

SAMPLING = ph.Sampling(method="laplace", chains=2, draws=500, seed=4)
MODEL = ph.ModelSpec("m", ph.Exponential(), "arm")
ASKED = ph.SubgroupSpec(("sex", "stage", "site", "age"), {"age": (60.0,)})


@pytest.fixture(scope="module")
def cohort():
    return subgroup_cohort()


@pytest.fixture(scope="module")
def effects(cohort):
    return ph.subgroup_effects(cohort, MODEL, ASKED, SAMPLING)


def row_of(effects, column, level):
    table = effects.table
    return table[(table["column"] == column) & (table["level"] == level)].iloc[0]


def test_every_level_has_its_row_and_every_column_its_test(effects):
    assert list(effects.table.columns) == list(COLUMNS)
    assert effects.table["level"].tolist() == [
        "all", "m", "f", "I", "II", "III", "common", "quiet", "one-armed", "<60", ">=60",
    ]  # fmt: skip
    assert list(effects.tests.columns) == list(TEST_COLUMNS)
    assert effects.tests["column"].tolist() == ["sex", "stage", "site", "age"]
    assert effects.tests["df"].tolist() == [1, 2, 1, 1]


def test_counts_are_those_of_the_table(effects, cohort):
    frame = cohort.covariates.assign(event=cohort.event)
    women = frame[(frame["sex"] == "f") & (frame["arm"] == "rt")]
    row = row_of(effects, "sex", "f")
    assert (row["patients_arm"], row["events_arm"]) == (len(women), women["event"].sum())
    assert effects.table.loc[0, ["patients_reference", "patients_arm"]].sum() == len(cohort)


def test_cox_is_that_of_the_subgroup_alone(effects, cohort):
    women = cohort.where((cohort.covariates["sex"] == "f").to_numpy())
    alone = cox_model(women, covariate_columns(pd.Series(women.covariates["arm"])))
    row = row_of(effects, "sex", "f")
    assert row["cox_hr"] == pytest.approx(alone.table["hr"][0])
    assert row["cox_p"] == pytest.approx(alone.table["p"][0])


def test_the_interaction_test_compares_nested_cox_models(effects, cohort):
    rt = (cohort.covariates["arm"] == "rt").to_numpy(float)
    woman = (cohort.covariates["sex"] == "f").to_numpy(float)
    both = pd.DataFrame({"rt": rt, "woman": woman, "product": rt * woman})
    full, without = cox_model(cohort, both), cox_model(cohort, both[["rt", "woman"]])
    test = effects.tests.iloc[0]
    assert test["chisq"] == pytest.approx(2.0 * (full.loglik - without.loglik), abs=1e-6)
    assert test["p"] < 0.01


def test_bayesian_estimates_are_near_cox_and_the_interaction_model_near_both(effects):
    row = row_of(effects, "sex", "f")
    for kind in ("separate", "interaction"):
        assert np.log(row[f"{kind}_hr"]) == pytest.approx(np.log(row["cox_hr"]), abs=0.1)


def test_pooling_draws_subgroups_towards_the_whole(effects):
    table = effects.table.set_index(["column", "level"])
    whole = np.log(table.loc[("all", "all"), "pooled_hr"])
    for column in ("sex", "stage"):
        rows = table.loc[[column]]
        apart = np.abs(np.log(rows["pooled_hr"].astype(float)) - whole)
        alone = np.abs(np.log(rows["cox_hr"].astype(float)) - np.log(table.iloc[0]["cox_hr"]))
        assert apart.max() < alone.max()
    differs = effects.table.set_index("level")["p_differs"]
    assert differs["f"] > 0.3
    assert differs["f"] > 2 * differs["II"]
    assert np.isnan(effects.table["p_differs"][0])


def test_levels_of_a_column_average_to_the_whole(effects, cohort):
    pooled = effects.pooled
    coefficients = pooled.draws["posterior"].to_dataset()["log_hazard_ratio"]
    assert pooled.design.columns[0] == "arm[rt]"
    assert "exchangeable_sd" in pooled.draws["posterior"].to_dataset()
    # two levels: deviations of opposite sign, +-1/sqrt(2) of the one coefficient
    sex = coefficients.sel(covariate="arm[rt]:zero_sum(sex)[1]").to_numpy()
    female = np.log(row_of(effects, "sex", "f")["pooled_hr"])
    male = np.log(row_of(effects, "sex", "m")["pooled_hr"])
    # levels by letter: f, m; other columns nearly balance between the sexes
    assert male - female == pytest.approx(np.median(np.sqrt(2.0) * sex), abs=0.06)


def test_subgroups_that_can_not_be_analysed_are_said(effects):
    quiet, lonely = row_of(effects, "site", "quiet"), row_of(effects, "site", "one-armed")
    assert quiet["note"] == "no events"
    assert lonely["note"] == "no patients in arm Chemo"
    for row in (quiet, lonely):
        assert np.isnan(row["cox_hr"])
        assert np.isnan(row["separate_hr"])
    assert np.isfinite(quiet["pooled_hr"])
    assert np.isnan(lonely["pooled_hr"])
    assert any("leaves out 4 of 240 rows" in note for note in effects.notes)


def test_adjustment_and_a_model_that_acts_on_time(cohort):
    asked = ph.SubgroupSpec(("sex",), adjusted=("log(gtv_cc)", "sex"))
    accelerated = replace(MODEL, form="accelerated_failure_time")
    found = ph.subgroup_effects(cohort, accelerated, asked, SAMPLING)
    assert found.pooled.design.columns[-1] == "log(gtv_cc)"
    assert any("acts on the hazard here" in note for note in found.notes)
    assert found.table["separate_hr"].notna().all()


def test_one_column_with_one_usable_level_has_no_pooled_estimate(cohort):
    part = cohort.where((cohort.covariates["site"] != "quiet").to_numpy())
    found = ph.subgroup_effects(part, MODEL, ph.SubgroupSpec(("site",)), SAMPLING)
    assert found.pooled is None
    assert any("no model of partially pooled estimates" in note for note in found.notes)
    assert found.tests["note"][0] == "fewer than two levels have patients of both arms"
    assert np.isfinite(found.table["cox_hr"][0])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (ph.SubgroupSpec(("sxe",)), "did you mean 'sex'?"),
        (ph.SubgroupSpec(("age",)), "'age' is a number"),
        (ph.SubgroupSpec(("sex",), {"sex": (1.0,)}), "'sex' is a factor"),
        (ph.SubgroupSpec(("sex",), arm="surgery"), "'surgery' is no arm to compare"),
    ],
)
def test_what_is_no_subgroup_is_refused(cohort, asked, message):
    with pytest.raises(CohortError) as caught:
        with_groups(cohort, asked)
    assert message in str(caught.value)


def test_rows_that_can_be_compared(cohort):
    rows = compared_rows(cohort, ["site", "sex"])
    assert rows.sum() == 236
    assert arm_counts(cohort.where(rows))["chemo"] == arm_counts(cohort)["chemo"]


def renamed(cohort):
    """The same patients under names that formulas need backquotes for, an arm with a colon."""
    arms = {"chemo": "C: chemo", "rt": "R: rt"}
    frame = cohort.covariates.rename(columns={"arm": "the arm", "sex": "m/f"})
    frame["the arm"] = frame["the arm"].cat.rename_categories(arms)
    return replace(cohort, covariates=frame, treatment="the arm", columns={
        "the arm": ph.Column("the arm"), "m/f": ph.Column("m/f"), "stage": ph.Column("stage"),
    })  # fmt: skip


def test_odd_names_change_nothing(cohort):
    odd = renamed(cohort)
    asked = ph.SubgroupSpec(("m/f", "stage"))
    found = ph.subgroup_effects(odd, replace(MODEL, formula="`the arm`"), asked, SAMPLING)
    plain = ph.subgroup_effects(cohort, MODEL, ph.SubgroupSpec(("sex", "stage")), SAMPLING)
    for name in ("cox_hr", "separate_hr", "interaction_hr", "pooled_hr", "p_differs"):
        ours = found.table[name].to_numpy(float)
        np.testing.assert_allclose(ours, plain.table[name].to_numpy(float), rtol=0.02, atol=0.01)


def test_subsets_give_the_ratio_of_an_arm_with_a_colon(cohort):
    asked = SubsetsSpec((Subset("one", Where((Condition("stage", levels=("I",)),))),))
    model = replace(MODEL, formula="`the arm` + `m/f`")
    everybody, one = survival_in_subsets(renamed(cohort), model, asked, (6.0,), SAMPLING)
    for part in (everybody, one):
        ratios = part.answers[part.answers["quantity"] == "hazard_ratio"]
        assert set(ratios["source"]) == {"Cox", "posterior"}
        assert set(ratios["arm"]) == {"R: rt"}
        assert not part.notes


def test_an_arm_without_events_tells_nothing_of_an_interaction(cohort):
    none = replace(cohort, cause=np.where(cohort.arm == "rt", 0, cohort.cause))
    none = replace(none, upper=np.where(none.cause == 0, np.inf, none.upper))
    found = interaction_test(none, ("arm", "sex"))
    assert np.isnan(found.p)
    assert "no events anywhere" in found.note
    assert np.isfinite(interaction_test(cohort, ("arm", "sex")).p)
