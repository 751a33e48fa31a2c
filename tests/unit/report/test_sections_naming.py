from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from posthaz.design import learn_design
from posthaz.effects import Background, ChangingEffect, Cure
from posthaz.hazards import Weibull
from posthaz.report.sections.changing_words import _higher
from posthaz.report.sections.marginal import why_it_changes
from posthaz.report.sections.naming import (
    cox_label,
    linked,
    lowered,
    model_label,
    model_labels,
    term_label,
    variable_label,
)
from posthaz.report.sections.rows import ratio_kind, ratio_marks
from posthaz.simulate import simulated_example
from posthaz.spec import ModelSpec


@pytest.mark.parametrize(
    ("term", "label"),
    [
        ("arm[B]", "B v A"),
        ("centre[north]", "Centre: north v east"),
        ("dose_gy", "Dose, per 1 Gy"),
        ("dose_gy, per 10 Gy", "Dose, per 10 Gy"),
        ("arm[B]:dose_gy", "B v A × Dose, per 1 Gy"),
        ("log(gtv_cc)", "Gross tumour volume, per factor of 2.72"),
        ("log2(gtv_cc)", "Gross tumour volume, per doubling"),
        ("log2(gtv_cc):arm[B]", "Gross tumour volume, per doubling × B v A"),
        ("spline(dose_gy, df=3)[2]", "Dose, spline 2"),
        ("log2(unknown)", "log2(unknown)"),
    ],
)
def test_terms_are_named_as_a_reader_names_them(term, label):
    assert term_label(simulated_example(), term) == label


@pytest.mark.parametrize(
    ("formula", "label"),
    [
        ("arm", "Weibull"),
        ("arm + dose_gy", "Weibull, adjusted for dose"),
        ("dose_gy", "Weibull, with dose"),
        ("1", "Weibull, arms together"),
        ("arm * dose_gy", "Weibull, arm × dose"),
        ("arm + dose_gy + (1 | centre)", "Weibull, with a frailty of centre, adjusted for dose"),
        ("(1 | centre) + arm", "Weibull, with a frailty of centre"),
    ],
)
def test_models_are_named_by_baseline_and_adjustment(formula, label):
    assert model_label(ModelSpec("m", Weibull(), formula), simulated_example()) == label


def test_a_cox_model_is_named_without_its_frailty():
    cohort = simulated_example()
    assert cox_label("cox: arm + dose_gy + (1 | centre)", cohort) == "Cox, adjusted for dose"
    assert cox_label("cox_univariable", cohort) == "Cox, univariable"


def test_a_doi_becomes_an_address():
    assert linked("J 2018, doi:10.1200/JCO.1") == "J 2018, https://doi.org/10.1200/JCO.1"
    assert linked("https://doi.org/10.1/x") == "https://doi.org/10.1/x"


def test_equal_names_of_models_are_told_apart_by_formula_and_else_by_their_own():
    models = (
        ModelSpec("a", Weibull(), "arm + log2(gtv_cc)"),
        ModelSpec("b", Weibull(), "arm + gtv_cc"),
        ModelSpec("c", Weibull(), "arm + dose_gy"),
        ModelSpec("d", Weibull(), "arm + dose_gy", centre="none"),
    )
    named = SimpleNamespace(analysis=SimpleNamespace(models=models), cohort=simulated_example())
    assert model_labels(named) == {
        "a": "Weibull, arm + log2(gross tumour volume)",
        "b": "Weibull, arm + gross tumour volume",
        "c": "Weibull, adjusted for dose (c)",
        "d": "Weibull, adjusted for dose (d)",
    }


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("gtv_cc", "Gross tumour volume"),
        ("log2(gtv_cc)", "Log2(gross tumour volume)"),
        ("unknown", "unknown"),
        ("a (b)", "a (b)"),
    ],
)
def test_a_function_of_a_covariate_has_its_label(name, label):
    assert variable_label(simulated_example(), name) == label


@pytest.mark.parametrize(
    ("parts", "marks", "kind"),
    [
        ({}, (), "hazard ratio"),
        (
            {"changing": (ChangingEffect("arm", cuts=(6.0,)),)},
            ("average",),
            "average hazard ratio",
        ),
        ({"changing": (ChangingEffect("dose_gy", cuts=(6.0,)),)}, (), "hazard ratio"),
        ({"cure": Cure()}, ("not cured",), "hazard ratio among those not cured"),
        ({"cure": Cure(kind="promotion_time")}, (), "hazard ratio"),
        ({"background": Background("rate")}, ("excess",), "excess hazard ratio"),
    ],
)
def test_a_ratio_says_which_it_is(parts, marks, kind):
    spec = ModelSpec("m", Weibull(), "arm + dose_gy", **parts)
    design = learn_design(simulated_example().covariates, spec.formula)
    fit = SimpleNamespace(spec=spec, design=design)
    assert ratio_marks(fit, "arm[B]") == marks
    assert ratio_kind(fit, "arm[B]") == kind


@pytest.mark.parametrize(
    ("formula", "parts", "said"),
    [
        ("arm + dose_gy", {}, "patients at high risk leave first"),
        ("arm", {"cure": Cure()}, "more and more of those who are left are cured"),
        ("arm", {"form": "accelerated_failure_time"}, "stretches time"),
    ],
)
def test_why_the_hazard_ratio_of_whole_arms_changes(formula, parts, said):
    fit = SimpleNamespace(spec=ModelSpec("m", Weibull(), formula, **parts), treatment="arm")
    assert said in why_it_changes(fit)


def test_names_of_people_keep_their_capital_within_a_sentence():
    assert [lowered(one) for one in ("Karnofsky", "Gleason score", "Grade", "LVEF")] == [
        "Karnofsky", "Gleason score", "grade", "LVEF",
    ]  # fmt: skip


def test_a_number_whose_effect_changes_is_named_by_more_of_it():
    results: Any = SimpleNamespace(cohort=simulated_example())
    row = pd.Series({"arm": "", "term": "gtv_cc, per 10 cm3"})
    assert _higher(results, cast("Any", None), row).startswith("a higher ")
