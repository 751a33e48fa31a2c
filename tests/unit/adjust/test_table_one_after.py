"""Table 1 of matched and weighted samples."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import (
    BEFORE,
    balance_table,
    balancing_weights,
    covariate_summary,
    match_patients,
    propensity_score,
    table_one,
    table_one_by_sample,
)
from posthaz.adjust.balance import weighted_quantiles, weighted_variance
from tests.unit.adjust.cohorts import chosen_cohort

NAMES = ["x", "site"]


@pytest.fixture(scope="module")
def score():
    return propensity_score(chosen_cohort(300), "x + site")


@pytest.fixture(scope="module")
def samples(score):
    return {
        "one": match_patients(score),
        "three": match_patients(score, ratio=3, caliper=0.5),
        "again": match_patients(score, ratio=2, replace=True),
        "weighted": balancing_weights(score, "ATE", stabilised=True),
        "overlap": balancing_weights(score, "ATO"),
    }


@pytest.fixture(scope="module")
def table(score, samples):
    return table_one_by_sample(score, samples, NAMES)


def test_weights_of_one_change_nothing():
    cohort = chosen_cohort(60)
    pd.testing.assert_frame_equal(
        covariate_summary(cohort, NAMES, weighted=True), covariate_summary(cohort, NAMES)
    )
    pd.testing.assert_frame_equal(table_one(cohort, NAMES, weighted=True), table_one(cohort, NAMES))


@pytest.mark.parametrize("name", ["three", "again", "weighted", "overlap"])
def test_weighted_numbers_are_numpys(score, samples, name):
    weight = samples[name].weight
    assert not np.all(weight == np.round(weight))
    cohort = replace(score.cohort, weight=weight)
    summary = covariate_summary(cohort, NAMES, weighted=True).set_index(["kind", "level", "arm"])
    for arm in ("C", "T"):
        inside = (cohort.arm == arm) & (weight > 0)
        own, x = weight[inside], cohort.covariates["x"].to_numpy()[inside]
        numbers = summary.loc[("numeric", "", arm)]
        assert numbers["n"] == pytest.approx(own.sum())
        assert numbers["mean"] == pytest.approx(np.average(x, weights=own))
        assert numbers["sd"] == pytest.approx(np.sqrt(np.cov(x, aweights=own)))
        # the window around a quantile is one patient of the effective size wide
        half = np.sum(own**2) / own.sum() ** 2
        for key, share in (("q1", 0.25), ("median", 0.5), ("q3", 0.75)):
            low, high = (
                np.quantile(x, share + step, weights=own, method="inverted_cdf")
                for step in (-half, half)
            )
            assert low <= numbers[key] <= high
        site = cohort.covariates["site"].to_numpy()[inside]
        assert summary.loc[("categorical", "b", arm), "count"] == pytest.approx(
            own[site == "b"].sum()
        )
        assert summary.loc[("categorical", "b", arm), "percent"] == pytest.approx(
            100 * own[site == "b"].sum() / own.sum()
        )


def test_texts_are_weighted(score, samples, table):
    weight = samples["three"].weight
    inside = (score.cohort.arm == "C") & (score.cohort.covariates["site"] == "b").to_numpy()
    row = table[(table["sample"] == "three") & (table["level"] == "b")].iloc[0]
    share = 100 * weight[inside].sum() / weight[score.cohort.arm == "C"].sum()
    assert row["C"] == f"{weight[inside].sum():.1f} ({share:.1f}%)"
    plain = table[(table["sample"] == "one") & (table["level"] == "b")].iloc[0]
    assert plain["C"] == f"{int(samples['one'].weight[inside].sum())} ({plain['C'].split('(')[1]}"


def test_differences_are_those_of_the_balance_table(score, samples, table):
    balance = balance_table(score, samples, NAMES).set_index(["sample", "variable", "level"])
    shown = table[table["smd"].notna()].set_index(["sample", "variable", "level"])
    assert set(shown.index.get_level_values("sample")) == {BEFORE, *samples}
    for place, row in shown.iterrows():
        assert row["smd"] == balance.loc[place, "smd_pooled_sd"]
    assert len(shown) == 2 * (1 + len(samples))


def test_only_samples_that_count_each_once_have_tests(table):
    tested = table.groupby("sample")["p"].agg(lambda p: p.notna().any())
    assert tested[[BEFORE, "one"]].all()
    assert not tested[["three", "again", "weighted", "overlap"]].any()


def test_one_to_one_is_the_table_of_the_matched_patients(samples, table):
    alone = table_one(samples["one"].cohort, NAMES)
    mine = table[table["sample"] == "one"].reset_index(drop=True)
    columns = ["variable", "level", "C", "T", "overall", "test", "p"]
    pd.testing.assert_frame_equal(mine[columns], alone[columns])


def test_every_sample_has_the_same_rows(score):
    """A level nobody of the sample has, and a number of which only 0 and 1 are left."""
    rare = np.where(np.arange(300) == int(np.argmax(score.logit)), "odd", "common")
    count = np.where(np.arange(300) == int(np.argmax(score.logit)), 7, np.arange(300) % 2)
    covariates = score.cohort.covariates.assign(
        rare=pd.Categorical(rare, categories=["common", "odd"], ordered=True), count=count
    )
    wider = replace(score, cohort=replace(score.cohort, covariates=covariates))
    matched = match_patients(wider)
    assert matched.weight[int(np.argmax(score.logit))] == 0
    table = table_one_by_sample(wider, {"matched": matched}, ["rare", "count"])
    keys = ["variable", "kind", "level"]
    before, after = (part[keys].to_numpy().tolist() for _, part in table.groupby("sample"))
    assert before == after
    odd = table[(table["sample"] == "matched") & (table["level"] == "odd")].iloc[0]
    assert odd["T"] == "0 (0.0%)"


def test_quantiles_do_not_depend_on_the_scale_of_the_weights():
    random = np.random.default_rng(2)
    values, weight = random.normal(size=40), random.gamma(1.0, size=40)
    once = weighted_quantiles(values, weight, [0.1, 0.5, 0.9])
    assert weighted_quantiles(values, 7 * weight, [0.1, 0.5, 0.9]) == pytest.approx(once)
    assert weighted_quantiles(values, np.full(40, 0.3), [0.25]) == np.quantile(values, 0.25)
    nearly = weighted_quantiles(values, 1.0 + 1e-9 * weight, [0.1, 0.5, 0.9])
    assert nearly == pytest.approx(np.quantile(values, [0.1, 0.5, 0.9]), abs=1e-6)
    assert weighted_variance(values, np.ones(40)) == pytest.approx(values.var(ddof=1))
    assert np.isnan(weighted_quantiles(values, np.zeros(40), [0.5])).all()


def test_grades_are_counted_and_have_the_difference_of_numbers():
    cohort = chosen_cohort(300)
    grades = np.random.default_rng(5).integers(0, 3, len(cohort)).astype(float)
    cohort = replace(cohort, covariates=cohort.covariates.assign(grade=grades))
    score = propensity_score(cohort, "x + site")
    samples = {"overlap": balancing_weights(score, "ATO")}
    table = table_one_by_sample(score, samples, ["grade"])
    assert table["level"].tolist() == ["0", "1", "2"] * 2
    balance = balance_table(score, samples, ["grade"]).set_index(["sample", "variable"])
    first = table.drop_duplicates("sample").set_index("sample")["smd"]
    for sample in (BEFORE, "overlap"):
        assert first[sample] == balance.loc[(sample, "grade"), "smd_pooled_sd"]
    assert table["smd"].notna().sum() == 2
