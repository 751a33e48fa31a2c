"""From one specification to labelled variants."""

import pytest

import posthaz as ph
from posthaz.cohort import CohortSpec, Condition, Where
from posthaz.errors import SpecError
from posthaz.hazards import PiecewiseExponential, Weibull
from posthaz.priors import Prior
from posthaz.sensitivity import variants
from posthaz.sensitivity.suite import cells
from posthaz.spec import (
    Alternative,
    Analysis,
    Axis,
    BaselineChange,
    FormulaChange,
    ModelSpec,
    PriorChange,
    SensitivitySpec,
    SubsetChange,
)

NARROW, WIDE = Prior("normal", (0.0, 0.2)), Prior("normal", (0.0, 5.0))
STATED = ModelSpec(
    "walk",
    PiecewiseExponential(intervals=5, smoothing="random_walk"),
    "arm + age",
    priors={
        "arm": Prior("normal", (0.0, 1.0), "elicited"),
        "age": Prior("normal", (0.0, 0.1)),
        "sigma": Prior("half_normal", (0.5,)),
    },
)
PRIORS = Axis(
    "prior on arm",
    (
        Alternative("narrow", PriorChange("arm", NARROW)),
        Alternative("wide", PriorChange("arm", WIDE)),
    ),
)
BASELINES = Axis("baseline", (Alternative("weibull", BaselineChange(Weibull())),))
FORMULAS = Axis("covariates", (Alternative("crude", FormulaChange("arm")),))
PATIENTS = Axis(
    "patients", (Alternative("old", SubsetChange(Where((Condition("age", at_least=65.0),)))),)
)


def analysis(*axes, models=(STATED,), names=("walk",), **settings):
    spec = SensitivitySpec(names, axes, **settings)
    return Analysis("x", models, CohortSpec(treatment="arm"), sensitivity=spec)


def test_one_change_at_a_time_from_the_model_as_stated():
    found = variants(analysis(PRIORS, BASELINES, FORMULAS, PATIENTS))
    assert [one.label for one in found] == [
        "as stated",
        "prior on arm: narrow",
        "prior on arm: wide",
        "baseline: weibull",
        "covariates: crude",
        "patients: old",
    ]
    assert [one.primary for one in found] == [True] + [False] * 5
    assert found[0].spec == STATED
    assert found[1].spec.priors == {**STATED.priors, "arm": NARROW}
    assert found[5].spec == STATED
    assert found[5].patients[0].where.conditions == (Condition("age", at_least=65.0),)
    assert [one.axis for one in found][:3] == ["as stated", "prior on arm", "prior on arm"]


def test_full_is_every_combination_with_what_is_stated():
    found = variants(analysis(PRIORS, BASELINES, PATIENTS, combine="full"))
    assert len(found) == 3 * 2 * 2
    last = found[-1]
    assert last.label == "prior on arm: wide; baseline: weibull; patients: old"
    assert last.axis == "prior on arm, baseline, patients"
    assert (last.spec.priors["arm"], last.spec.baseline) == (WIDE, Weibull())
    assert len({(one.label) for one in found}) == 12


def test_another_baseline_keeps_priors_on_effects_and_drops_its_own():
    one = variants(analysis(BASELINES))[1]
    assert sorted(one.spec.priors) == ["age", "arm"]


def test_another_formula_drops_priors_on_what_is_gone():
    one = variants(analysis(FORMULAS))[1]
    assert sorted(one.spec.priors) == ["arm", "sigma"]
    transformed = Axis("covariates", (Alternative("log", FormulaChange("arm + log(age)")),))
    assert "age" not in variants(analysis(transformed))[1].spec.priors


def test_a_prior_takes_the_place_of_the_same_parameter_by_another_name():
    model = ModelSpec("w", Weibull(), "arm", priors={"log_shape": NARROW, "arm[1]": NARROW})
    axes = (
        Axis("a", (Alternative("g", PriorChange("shape", Prior("gamma", (2.0, 2.0)))),)),
        Axis("b", (Alternative("w", PriorChange("arm", WIDE)),)),
    )
    _, shape, arm = variants(analysis(*axes, models=(model,), names=("w",)))
    assert sorted(shape.spec.priors) == ["arm[1]", "shape"]
    assert arm.spec.priors == {"log_shape": NARROW, "arm": WIDE}


def test_a_change_that_does_nothing_makes_no_variant():
    same = Axis("prior on arm", (Alternative("same", PriorChange("arm", Prior("normal", (0, 1)))),))
    gone = Axis("prior on sigma", (Alternative("h", PriorChange("sigma", NARROW)),))
    assert len(variants(analysis(same))) == 1
    found = variants(analysis(gone, BASELINES, combine="full"))
    # a Weibull hazard has no random walk whose prior could change
    assert [one.label for one in found] == ["as stated", "baseline: weibull", "prior on sigma: h"]


def test_each_model_is_varied_and_the_first_is_primary():
    other = ModelSpec("w", Weibull(), "arm")
    found = variants(analysis(PRIORS, models=(STATED, other), names=("w", "walk")))
    assert [(one.spec.name, one.label, one.primary) for one in found] == [
        ("w", "as stated", True),
        ("w", "prior on arm: narrow", False),
        ("w", "prior on arm: wide", False),
        ("walk", "as stated", False),
        ("walk", "prior on arm: narrow", False),
        ("walk", "prior on arm: wide", False),
    ]
    assert found[3].axis == "model"


def test_nothing_to_vary_and_unknown_models_are_refused():
    with pytest.raises(SpecError, match="nothing is varied"):
        variants(Analysis("x", (STATED,), CohortSpec()))
    with pytest.raises(SpecError, match="model 'other'"):
        variants(analysis(PRIORS, names=("other",)))


def test_cells_depend_on_the_list_alone_and_leave_the_primary_by_itself():
    priors = tuple(
        Alternative(str(k), PriorChange("arm", Prior("normal", (0.0, k / 10))))
        for k in range(1, 21)
    )
    found = variants(analysis(Axis("prior on arm", priors), BASELINES, PATIENTS, combine="full"))
    work = cells(found)
    assert sorted(position for cell in work for position in cell) == list(range(len(found)))
    assert work[0] == (0,)
    for cell in work:
        assert len({(repr(found[k].spec.baseline), found[k].patients) for k in cell}) == 1
        assert len(cell) <= 16
    assert all(0 not in cell for cell in cells(found, {0}))


def test_the_shipped_analysis_lists_its_variants_without_pymc():
    found = variants(ph.load_analysis("nvalt11_pci_os"))
    assert [one.label for one in found] == [
        "as stated",
        "prior on arm: sceptical",
        "prior on arm: enthusiastic",
        "prior on arm: vague",
        "baseline: weibull",
        "baseline: exponential",
        "baseline: gompertz",
        "covariates: age and sex",
    ]
