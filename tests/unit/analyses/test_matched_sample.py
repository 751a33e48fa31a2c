"""Subgroups and interactions of the matched patients."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.adjust.matched_sample import NO_SAMPLE, cohort_of
from posthaz.analyses.adjust.samples import AdjustedSamples, adjusted_samples
from posthaz.analyses.adjust.spec import AdjustSpec
from posthaz.analyses.interactions.answer import no_interaction
from posthaz.analyses.subgroups.answer import no_subgroups
from posthaz.arms.arm_model import cox_of, effective_weights
from posthaz.arms.interaction_test import interaction_test
from posthaz.baselines import covariate_columns, cox_model
from posthaz.errors import CohortError
from tests.unit.adjust.cohorts import chosen_cohort

MODEL = ph.ModelSpec("m", ph.Exponential(), "arm")
SAMPLING = ph.Sampling(method="laplace", chains=2, draws=250, seed=3)
SUBGROUPS = ph.SubgroupSpec(("site",), sample="matched")


@pytest.fixture(scope="module")
def everybody():
    return chosen_cohort(400)


@pytest.fixture(scope="module")
def samples(everybody):
    return {
        ratio: adjusted_samples(everybody, AdjustSpec("x + site", ratio=ratio)) for ratio in (1, 2)
    }


@pytest.fixture(scope="module")
def effects(everybody, samples):
    return {
        ratio: ph.subgroup_effects(
            cohort_of("matched", everybody, made), MODEL, SUBGROUPS, SAMPLING
        )
        for ratio, made in samples.items()
    }


def test_everybody_or_the_matched(everybody, samples):
    assert cohort_of("all", everybody, None) is everybody
    matched = samples[1].samples["matched"]
    assert len(cohort_of("matched", everybody, samples[1])) == 2 * matched.sets
    assert cohort_of("matched", everybody, AdjustedSamples(None)) is None


@pytest.mark.parametrize("ratio", [1, 2])
def test_cox_is_that_of_the_matched_cohort_by_set(samples, effects, ratio):
    cohort = samples[ratio].samples["matched"].cohort
    site = (cohort.covariates["site"] == "b").to_numpy()
    for level, inside in (("all", np.ones(len(cohort), dtype=bool)), ("b", site)):
        part = cohort.where(inside)
        cox = cox_model(part, covariate_columns(pd.Series(part.covariates["arm"])))
        assert cox.robust
        row = effects[ratio].table.set_index("level").loc[level]
        expected = cox.table.iloc[0][["hr", "hr_lower", "hr_upper"]].to_list()
        assert row[["cox_hr", "cox_lower", "cox_upper"]].to_list() == pytest.approx(expected)
        assert row["patients_reference"] + row["patients_arm"] == len(part)
        assert row["sample"] == "matched"
        assert np.log(row["separate_hr"]) == pytest.approx(np.log(expected[0]), abs=0.2)
    assert effects[ratio].table["label"].iloc[0] == "Matched patients"


def test_the_note_says_how_many_and_what_of_the_weights(samples, effects):
    for ratio, weighted in ((1, False), (2, True)):
        note = effects[ratio].sample_note
        size = len(samples[ratio].samples["matched"].cohort)
        assert f"These are the {size} matched patients" in note
        assert "robust, by matched set" in note
        assert ("no guaranteed coverage" in note) == weighted


def test_weights_of_a_likelihood_add_up_to_effective_sizes(samples):
    whole = samples[1].samples["matched"].cohort
    assert effective_weights(whole) is whole
    cohort = replace(whole, weight=np.where(np.arange(len(whole)) % 3 == 0, 2.0, 0.5))
    scaled = effective_weights(cohort)
    for arm in cohort.arms:
        own = cohort.weight[cohort.arm == arm]
        total = scaled.weight[cohort.arm == arm].sum()
        assert total == pytest.approx(own.sum() ** 2 / (own**2).sum())


def test_the_interaction_has_a_robust_wald_test(samples, effects):
    cohort = samples[2].samples["matched"].cohort
    full = cox_of(cohort, "arm * site", 0.95)
    row = full.table.iloc[-1]
    test = effects[2].tests.iloc[0]
    assert test["test"] == "robust Wald"
    assert test["chisq"] == pytest.approx((row["log_hr"] / row["robust_se"]) ** 2)
    assert test["p"] == pytest.approx(row["p"])
    assert test["note"] == ""
    assert full.covariance[-1, -1] == pytest.approx(row["robust_se"] ** 2)


def test_a_robust_test_of_several_terms_is_theirs_together(everybody):
    third = pd.Categorical(np.array(["i", "ii", "iii"])[np.arange(400) % 3], ordered=True)
    covariates = everybody.covariates.assign(third=third)
    cohort = replace(everybody, covariates=covariates, cluster=np.arange(400))
    test = interaction_test(cohort, ("arm", "third"))
    plain = interaction_test(replace(cohort, cluster=None), ("arm", "third"))
    assert (test.kind, plain.kind) == ("robust Wald", "likelihood-ratio")
    assert test.df == plain.df == 2
    assert test.chisq == pytest.approx(plain.chisq, rel=0.3)


def test_interactions_of_the_matched(everybody, samples):
    asked = ph.InteractionSpec("x", "arm", "x", by_cut=(0.0,), sample="matched")
    cohort = samples[2].samples["matched"].cohort
    found = ph.interaction_effects(cohort, MODEL, asked, SAMPLING)
    assert found.levels["by_label"].iloc[0] == "Matched patients"
    assert (found.levels["sample"] == "matched").all()
    assert found.levels["logrank_p"].isna().all()  # weighted
    assert found.levels["cox_hr"].notna().all()
    assert found.ratios["test"].tolist() == ["robust Wald"]
    assert "matched patients" in found.sample_note


def test_patients_in_no_sets_are_no_matched_sample(everybody):
    with pytest.raises(CohortError, match="in no matched sets"):
        ph.subgroup_effects(everybody, MODEL, SUBGROUPS, SAMPLING)


def test_without_a_matched_sample_the_answer_says_so(everybody):
    found = no_subgroups(everybody, SUBGROUPS)
    assert found.table.empty
    assert len(found.notes) == 1 and found.notes[0].endswith(NO_SAMPLE)
    asked = ph.InteractionSpec("x", "arm", "site", sample="matched")
    (note,) = no_interaction(everybody, asked).notes
    assert note.endswith(NO_SAMPLE)
