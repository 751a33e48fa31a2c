"""The treatment's hazard ratio within levels of what it interacts with."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.estimands.within_levels import contrasts_within_levels, ratios_within_levels


@pytest.fixture(scope="module")
def cohort():
    random = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "arm": random.choice(["none", "rt"], 120), "sex": random.choice(["f", "m"], 120),
            "age": random.normal(60, 8, 120).round(), "months": random.exponential(10.0, 120),
            "dead": 1,
        }
    )  # fmt: skip
    return ph.read_cohort(
        frame, time="months", event="dead", treatment="arm", treatment_reference="none",
        covariates=["arm", "sex", "age"],
    )  # fmt: skip


def fitted(cohort, formula):
    spec = ph.ModelSpec("m", ph.Exponential(), formula)
    return ph.fit_many([(spec, cohort)], ph.Sampling(method="laplace", draws=200, chains=2))[0]


def test_levels_and_quartiles_add_up_the_coefficients_that_hold_there(cohort):
    fit = fitted(cohort, "arm*sex + arm*age")
    found = list(contrasts_within_levels(fit))
    assert [(one.covariate, one.level) for one in found[:2]] == [("sex", "f"), ("sex", "m")]
    ages = cohort.covariates["age"].to_numpy()
    quartiles = np.quantile(ages, (0.25, 0.5, 0.75))
    assert [one.level for one in found[2:]] == [f"{value:.4g}" for value in quartiles]
    columns = list(fit.design.columns)
    sexes = cohort.covariates["sex"].to_numpy()
    for one, sex in zip(found, ("f", "m"), strict=False):
        wanted = dict.fromkeys(columns, 0.0) | {"arm[rt]": 1.0}
        wanted["arm[rt]:sex[m]"] = float(sex == "m")
        wanted["arm[rt]:age"] = ages[sexes == sex].mean()
        np.testing.assert_allclose(one.contrast, [wanted[name] for name in columns], atol=1e-12)
        assert one.patients == (sexes == sex).sum()
    median = dict(zip(columns, found[3].contrast, strict=True))
    assert median["arm[rt]:age"] == quartiles[1]
    assert median["arm[rt]:sex[m]"] == pytest.approx((sexes == "m").mean())
    table = ratios_within_levels(fit)
    draws = fit.draws["posterior"]["log_hazard_ratio"].to_numpy().reshape(-1, len(columns))
    np.testing.assert_allclose(
        table["hr"], [np.median(np.exp(draws @ one.contrast)) for one in found], rtol=1e-6
    )


def test_nothing_is_told_without_an_interaction_of_the_treatment(cohort):
    assert ratios_within_levels(fitted(cohort, "arm + sex*age")).empty


def test_rows_that_stand_for_several_patients_count_as_these(cohort):
    counts = np.where(cohort.covariates["sex"] == "m", 3.0, 1.0)
    several = replace(cohort, weight=counts, weight_kind="frequency")
    found = list(contrasts_within_levels(fitted(several, "arm*sex + arm*age")))
    assert [one.patients for one in found[:2]] == [counts[counts == k].sum() for k in (1, 3)]
    ages = np.repeat(cohort.covariates["age"].to_numpy(float), counts.astype(int))
    quartiles = np.quantile(ages, (0.25, 0.5, 0.75))
    assert [one.level for one in found[2:]] == [f"{value:.4g}" for value in quartiles]


def test_columns_whose_names_need_backquotes_are_told_as_others_are(cohort):
    odd = {"sex": "m-f", "age": "age (years)"}
    columns = {odd.get(name, name): one for name, one in cohort.columns.items()}
    named = replace(cohort, covariates=cohort.covariates.rename(columns=odd), columns=columns)
    told = ratios_within_levels(fitted(named, "arm*`m-f` + arm*`age (years)`"))
    plain = ratios_within_levels(fitted(cohort, "arm*sex + arm*age"))
    assert told["covariate"].tolist() == [odd[name] for name in plain["covariate"]]
    np.testing.assert_allclose(told["hr"], plain["hr"], rtol=1e-6)
