"""Curves along a number: what a file may ask, the model that is made, cuts, and the words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.curves.answer import COLUMNS, Curve, curve
from posthaz.analyses.curves.rows import answer_rows
from posthaz.analyses.curves.spec import Curves, CurveSpec, curve_faults, curve_model_faults
from posthaz.analyses.curves.threshold import _cost, _effect, cut_grid, optimism
from posthaz.cohort import Column, Cut
from posthaz.design import formula_terms, formula_variables
from posthaz.errors import CohortError, SpecError
from posthaz.spec import load_analysis
from posthaz.spec.along import Along, formula_with, terms_of, usual_scale

EXAMPLE = ph.simulated_example()
MODEL = ph.ModelSpec("weibull", ph.Weibull(), "arm + log(gtv_cc)")
FILE = """
[analysis]
title = "Volume"
[cohort]
time = "months"
event = "dead"
[cohort.columns.gtv_cc]
unit = "cm3"
role = "gtv"
[cohort.columns.stage]
levels = {{ "1" = "I", "2" = "II" }}
[models.m]
baseline = "exponential"
formula = "gtv_cc"
[curves.volume]
{keys}
"""


def read(tmp_path, keys):
    path = tmp_path / "volume.toml"
    path.write_text(FILE.format(keys=keys))
    return load_analysis(path)


def test_a_file_asks_for_curves(tmp_path):
    keys = 'column = "gtv_cc"\nshape = "monotone"\ndirection = "rising"\ncompare = [[300, 100]]'
    asked = read(tmp_path, keys).clinical["curves"]
    assert asked == Curves([CurveSpec("volume", "gtv_cc", "monotone", direction="rising",
                                      compare=((300.0, 100.0),))])  # fmt: skip
    assert asked.needed == ("gtv_cc",)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('column = "stage"', "'stage' is a factor"),
        ('column = "gtv"', "'gtv' is not described"),
        ('column = "gtv_cc"\nshape = "cubic"', "one of"),
        ('column = "gtv_cc"\nshape = "monotone"', "a monotone curve has a direction"),
        ('column = "gtv_cc"\nshape = "log"\ndf = 5', "has no use for it"),
        ('column = "gtv_cc"\ncompare = [[300]]', "no pair of different values"),
        ('column = "gtv_cc"\ncut = 146', "it stands beside a change-point model"),
        ('column = "gtv_cc"\nknots = 4', "unknown key 'knots'"),
        ("", "it is missing"),
    ],
)
def test_what_a_file_can_not_ask(tmp_path, keys, said):
    with pytest.raises(SpecError, match=said):
        read(tmp_path, keys)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (CurveSpec("v", "gtv_cc", reference=5000.0), "reference: 5000 lies outside"),
        (CurveSpec("v", "gtv_cc", compare=((100.0, 0.001),)), "compare: 0.001 lies outside"),
        (CurveSpec("v", "centre"), "'centre' is a factor"),
        (CurveSpec("v", "volume"), "there is no covariate 'volume'"),
    ],
)
def test_what_a_cohort_can_not_answer(asked, said):
    (found,) = curve_faults(Curves((asked,)), EXAMPLE)
    assert said in found.what
    assert found.fix


def test_values_without_a_logarithm_or_too_few_are_refused():
    frame = EXAMPLE.covariates.assign(gtv_cc=EXAMPLE.covariates["gtv_cc"].where(
        EXAMPLE.covariates["gtv_cc"] > 60, 0.0), size=np.arange(len(EXAMPLE)) % 3.0)  # fmt: skip
    cohort = replace(EXAMPLE, covariates=frame)
    asked = Curves((CurveSpec("a", "gtv_cc", "log"), CurveSpec("b", "size")))
    first, second = curve_faults(asked, cohort)
    assert "has no logarithm there" in first.what
    assert "3 different values" in second.what


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"form": "accelerated_failure_time"}, "time ratios"),
        ({"shrinkage": ph.Shrinkage("horseshoe", ("log(gtv_cc)",))}, "shrink together"),
        ({"cure": ph.Cure("mixture")}, "a cured share"),
    ],
)
def test_models_that_take_no_curve(changes, said):
    asked = Curves((CurveSpec("v", "gtv_cc"),))
    found = list(curve_model_faults(asked, replace(MODEL, **changes)))
    assert said in found[0].what
    with pytest.raises(SpecError, match=said):
        curve(EXAMPLE, replace(MODEL, **changes), asked[0])


def test_a_term_that_is_not_there_is_no_term_to_replace():
    asked = Curves((CurveSpec("v", "gtv_cc", instead_of=("gtv_group",)),))
    (found,) = curve_model_faults(asked, MODEL)
    assert "has no term 'gtv_group'" in found.what


def test_terms_that_hold_the_number_are_replaced():
    columns = {"gtv_group": Column("gtv_group", derived=Cut("gtv_cc", (146.0,)))}
    formula = "arm * log(gtv_cc) + gtv_group + age + (1 | centre)"
    gone = terms_of(formula, ("gtv_cc",), columns)
    assert set(gone) == {"log(gtv_cc)", "gtv_group", "arm:log(gtv_cc)"}
    assert formula_with(formula, gone, ("gtv_cc",)) == "arm + age + gtv_cc + (1 | centre)"


def test_scales_and_terms():
    assert usual_scale(Column("x", step="doubling")) == "log"
    assert Along("x", "spline", "linear", 5).terms == ("x", "bend(x, df=5)")
    assert Along("x", "monotone", "log", 4, direction="falling").terms == ("fall(log(x), df=4)",)


def test_cuts_hold_every_patient_between_the_outer_tenths():
    cuts = cut_grid(np.arange(1000.0), most=40)
    assert len(cuts) == 40
    assert cuts["prior"].sum() == pytest.approx(1.0)
    assert (cuts["previous"].iloc[1:].to_numpy() == cuts["cut"].iloc[:-1].to_numpy()).all()
    assert (cuts["cut"].min(), cuts["cut"].max()) == (100.0, 900.0)


@pytest.fixture(scope="module")
def found() -> Curve:
    asked = CurveSpec("volume", "gtv_cc", "log", reference=100.0, compare=((200.0, 50.0),),
                      survival_at=(12.0,), rmst_to=24.0)  # fmt: skip
    return curve(EXAMPLE, MODEL, asked, ph.Sampling(draws=250))


def test_a_straight_line_is_the_power_of_its_coefficient(found):
    posterior = found.fit.draws["posterior"]["log_hazard_ratio"]
    slope = posterior.sel(covariate="log(gtv_cc)").to_numpy()
    row = found.statements.iloc[0]
    assert row["median"] == pytest.approx(np.exp(np.median(slope) * np.log(4.0)))
    assert row["p_above_1"] == pytest.approx((slope > 0).mean())
    assert found.formula == "arm + log(gtv_cc)"
    assert found.replaced == ("log(gtv_cc)",)
    at = found.rows[(found.rows["quantity"] == "hazard_ratio") & (found.rows["x"] == 100.0)]
    assert at[["median", "lower", "upper", "cox"]].to_numpy() == pytest.approx(1.0)


def test_survival_is_that_of_everybody_given_the_value(found):
    from posthaz.estimands import observed_population

    rows = found.rows[(found.rows["quantity"] == "survival") & (found.rows["x"] == 100.0)]
    whom = observed_population(found.fit, {"gtv_cc": 100.0})
    wanted = ph.survival(found.fit, [12.0], [whom]).median()
    assert float(rows["median"].iloc[0]) == pytest.approx(float(wanted), abs=1e-9)
    assert list(found.rows.columns) == list(COLUMNS)


def test_a_search_is_not_simulated_where_follow_up_is_seen_otherwise(found):
    weighted = ph.simulated_example(size=60)
    weighted = replace(weighted, weight=np.full(60, 2.0))
    with pytest.raises(CohortError, match="simulated from the curve with exact times"):
        optimism(found.fit, weighted, np.arange(60.0), 1)


def test_answers_say_of_which_value(found):
    rows = answer_rows((found,))
    ratios = rows[(rows["quantity"] == "hazard_ratio") & (rows["level"] == "200")]
    assert ratios["reference"].iloc[-1] == "50"
    assert set(rows["quantity"]) == {"hazard_ratio", "survival", "rmst"}


def test_the_picture_holds_patients_and_curve(found):
    drawn = ph.plot_curve(found, Column("gtv_cc", label="Volume", unit="cm3"))
    top, below = drawn.figure.axes
    assert below.get_xlabel() == "Volume (cm3)"
    assert sum(patch.get_height() for patch in below.patches) > 0.9 * len(EXAMPLE)
    assert top.get_yscale() == "log"


def test_spline_coefficients_are_no_hazard_ratios():
    spec = ph.ModelSpec("m", ph.Exponential(), "arm + bs(gtv_cc, df=3)")
    fit = ph.fit_many([(spec, EXAMPLE)], ph.Sampling(method="laplace", draws=100))[0]
    table = ph.coefficient_table(fit).set_index("term")
    bent = [term for term in table.index if "bs(" in term]
    assert len(bent) == 3
    assert table.loc[bent, "hr_median"].isna().all()
    assert np.isfinite(table.loc[bent, "mean"]).all()
    assert np.isfinite(table.loc["arm[B]", "hr_median"])


def test_the_cut_is_read_from_its_own_column():
    cohort = ph.simulated_example()
    model = ph.ModelSpec("m", ph.Exponential(), "I(dose_gy / 10) + I(gtv_cc >= 100.0)")
    one = ph.fit(model, cohort, draws=100, method="laplace")
    own = one.draws["posterior"]["log_hazard_ratio"].isel(covariate=1).mean().item()
    assert _effect(one).mean() == pytest.approx(own)


@pytest.mark.parametrize("cut", [-10.0, 0.0, 2.5])
def test_what_a_cut_costs_is_told_by_patients_values(cut):
    values = np.linspace(-20.0, 3.0, 24)
    cohort = replace(ph.simulated_example(size=24),
                     covariates=pd.DataFrame({"x": values}), columns={})  # fmt: skip
    fit = ph.fit(ph.ModelSpec("m", ph.Exponential(), "x"), cohort, draws=50, method="laplace")
    _, within, across = _cost(fit, "x", values, cut)
    assert min(within[:2]) >= cut
    assert across[0] >= cut > across[1]
    assert {across[0], across[1]} <= set(values)


@pytest.mark.parametrize(
    "wrong", [{"shape": "splin"}, {"df": 0}, {"survival_at": 12}, {"compare": (300, 100)}]
)
def test_python_curves_follow_the_rules_of_the_file(wrong):
    with pytest.raises(SpecError, match="CurveSpec can't be used"):
        CurveSpec("v", "gtv_cc", **wrong)


def test_names_that_need_backquotes_keep_them_in_formulas_and_not_in_priors():
    for one in (Along("GTV/cc", "spline", "log"), Along("GTV/cc", "monotone", "linear")):
        formula = f"arm + {' + '.join(one.terms)}"
        assert formula_variables(formula) == ("GTV/cc", "arm")
        assert set(one.shrinkage.terms) <= set(formula_terms(formula))
    asked, columns = ph.SurfaceSpec("s", "GTV/cc", "dose (Gy)"), {}
    formula = " + ".join(asked.terms(columns))
    assert formula_variables(formula) == ("GTV/cc", "dose (Gy)")
    assert set(asked.shrinkage(columns).terms) <= set(formula_terms(formula))
