"""Frailties and effects that differ between clusters: their table, priors, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.effects import Frailty
from posthaz.errors import Findings, PriorError, SpecError
from posthaz.priors import Prior
from posthaz.spec import (
    check_parts,
    choose_priors,
    learn_model_design,
    model_from_dict,
    model_to_dict,
)
from posthaz.spec.model_table import read_model
from posthaz.spec.toml_table import TomlTable
from tests.shared_data import plain_cohort


def _read(**table):
    findings = Findings()
    toml = TomlTable({"baseline": "weibull", **table}, "x.toml", ("models", "m"), findings)
    return read_model("m", toml), [f"{one.what}. {one.fix}" for one in findings.found]


def _priors(formula, priors=None, **options):
    frame = pd.DataFrame(
        {"arm": [0.0, 1.0] * 6, "dose": np.arange(12.0), "site": list("abcdef") * 2}
    )
    spec = ph.ModelSpec("m", ph.Weibull(), formula, priors=priors or {}, **options)
    design = learn_model_design(spec, frame)
    return choose_priors(spec, design, 0.1).scales


def test_the_distribution_is_read_and_archived():
    spec, faults = _read(formula="arm + (1 | site)", frailty={"distribution": "gamma"})
    assert not faults and spec is not None and spec.frailty == Frailty("gamma")
    assert model_from_dict(model_to_dict(spec)) == spec
    old = {key: value for key, value in model_to_dict(spec).items() if key != "frailty"}
    assert model_from_dict(old) == replace(spec, frailty=Frailty())


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"formula": "arm", "frailty": {"distribution": "gamma"}}, "has no clusters"),
        ({"formula": "arm + (1 | site)", "frailty": {"distribution": "beta"}}, "gamma"),
        (
            {"formula": "arm + (arm | site)", "frailty": {"distribution": "gamma"}},
            "effects that differ between clusters are normal",
        ),
        (
            {
                "formula": "arm + (1 | site)",
                "form": "accelerated_failure_time",
                "frailty": {"distribution": "gamma"},
            },
            "accelerated form acts on time",
        ),
        (
            {"formula": "arm + (1 | site)", "priors": {"slope_sd": {"family": "normal"}}},
            "nothing called 'slope_sd'",
        ),
        (
            {
                "formula": "arm + (arm | site)",
                "priors": {"correlation": {"family": "normal", "values": [0.0, 1.0]}},
            },
            "correlations, between -1 and 1",
        ),
        (
            {
                "formula": "arm + (arm | site)",
                "priors": {"slope_sd": {"family": "lkj", "values": 2.0}},
            },
            "positive numbers only",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(table, said):
    spec, faults = _read(**table)
    assert spec is None and any(said in fault for fault in faults), faults


def test_python_refuses_what_a_file_refuses():
    with pytest.raises(SpecError, match="are normal"):
        ph.ModelSpec("m", ph.Weibull(), "arm + (arm | site)", frailty=Frailty("gamma"))
    with pytest.raises(SpecError, match="give Frailty"):
        ph.ModelSpec("m", ph.Weibull(), "arm + (1 | site)", frailty="gamma")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match='give "normal" or "gamma"'):
        Frailty("poisson")


def test_default_priors_are_per_unit_of_the_column():
    scales = _priors("arm + dose + (arm + dose | site)")
    assert scales["frailty_sd_site"].values == scales["slope_sd_site_arm"].values == (0.5,)
    sd = np.arange(12.0).std()
    assert scales["slope_sd_site_dose"].values[0] == pytest.approx(0.5 / sd)
    correlations = [name for name in scales if name.startswith("correlation")]
    assert correlations == [
        "correlation_site_frailty_arm", "correlation_site_frailty_dose",
        "correlation_site_arm_dose",
    ]  # fmt: skip
    # the marginal of one correlation under LKJ(2) over three effects
    assert {scales[name].values for name in correlations} == {(2.5,)}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("frailty_sd", "frailty_sd_site"),
        ("frailty_variance_site", "frailty_variance_site"),
        ("frailty_precision", "frailty_precision_site"),
        ("slope_sd", "slope_sd_site_arm"),
        ("slope_sd_site", "slope_sd_site_arm"),
        ("slope_precision_site_arm", "slope_precision_site_arm"),
    ],
)
def test_spreads_may_be_stated_by_variance_or_precision(key, name):
    prior = Prior("gamma", (0.5, 0.5))
    assert _priors("arm + (arm | site)", {key: prior})[name] == prior


def test_a_spread_has_one_prior():
    both = {"frailty_sd": Prior("half_normal", (1.0,)), "frailty_variance": Prior("gamma", (1, 1))}
    with pytest.raises(PriorError, match="state one spread"):
        _priors("arm + (1 | site)", both)


def test_a_profile_that_names_no_cluster_is_of_the_typical_one():
    sites = pd.Categorical(list("abcdef") * 2, ordered=True)
    frame = pd.DataFrame({"arm": [0.0, 1.0] * 6, "site": sites})
    design = learn_model_design(ph.ModelSpec("m", ph.Weibull(), "arm + (1 | site)"), frame)
    (group,) = design.groups
    assert design.cluster(group, design.reference({"arm": 1.0})).tolist() == [-1]
    assert design.cluster(group, design.reference({"site": "c"})).tolist() == [2]
    dose = frame.assign(dose=np.arange(12.0))
    spec = ph.ModelSpec("m", ph.Weibull(), "arm + (1 | dose)", cure=ph.Cure("dose"))
    both = learn_model_design(spec, dose)
    assert "dose" in both.reference()


@pytest.mark.parametrize(
    ("arm", "site", "said"),
    [
        ([0, 1] * 6, ["a", "b"] * 6, "in none of 2"),
        ([0, 1] * 6, ["a", "a", "b", "b"] * 3, "in 2 of 2"),
        ([0, 0, 1, 1] * 3, ["a", "b", "c", "d"] * 3, "in none of 4"),
    ],
)
def test_slopes_need_clusters_in_which_the_column_varies(arm, site, said):
    frame = pd.DataFrame({"arm": np.array(arm, dtype=float), "site": site})
    cohort = plain_cohort(np.arange(1.0, 13.0), np.ones(12), frame)
    spec = ph.ModelSpec("m", ph.Weibull(), "arm + (arm | site)")
    with pytest.raises(SpecError, match=said) as caught:
        check_parts(spec, learn_model_design(spec, frame), cohort)
    assert "(1 | site)" in str(caught.value)


def test_pooled_strata_are_a_factor_whose_effect_changes():
    spec, faults = _read(
        formula="arm",
        strata={"column": "stage", "pooling": "partial"},
        priors={"change_sd": {"family": "half_normal", "values": 0.2}},
    )
    assert not faults and spec is not None
    assert (spec.formula, spec.strata) == ("arm + stage", "")
    assert spec.changing == (ph.ChangingEffect("stage"),)
    alone, _ = _read(strata={"column": "my stage", "pooling": "partial"})
    assert alone is not None and alone.formula == "`my stage`"
    for table, said in (
        ({"form": "accelerated_failure_time"}, "the form acts on time"),
        ({"formula": "arm + stage"}, "is in the formula too"),
    ):
        spec, faults = _read(strata={"column": "stage", "pooling": "partial"}, **table)
        assert spec is None and said in " ".join(faults)


def test_frailties_of_single_patients_who_enter_late_are_refused():
    cohort = ph.simulated_example(size=40)
    late = replace(cohort, entry=np.where(np.arange(len(cohort)) < 20, cohort.exit / 2, 0.0))
    frame = pd.DataFrame({"id": [str(k) for k in range(len(cohort))],
                          "pair": [str(k // 2) for k in range(len(cohort))]})  # fmt: skip
    for formula, given in (("(1 | id)", late), ("(1 | id)", cohort), ("(1 | pair)", late)):
        spec = ph.ModelSpec("m", ph.Weibull(), formula)
        design = learn_model_design(spec, frame)
        if formula == "(1 | id)" and given is late:
            with pytest.raises(SpecError, match="20 of 40 patients enter late"):
                check_parts(spec, design, given)
        else:
            check_parts(spec, design, given)
