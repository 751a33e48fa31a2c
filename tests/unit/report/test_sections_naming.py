import pytest

from posthaz.hazards import Weibull
from posthaz.report.sections.naming import cox_label, linked, model_label, term_label
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
