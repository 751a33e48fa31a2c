"""The table [sensitivity]: axes as values, and every problem with its place."""

import pytest

from posthaz.cohort import CohortSpec, Column, Condition
from posthaz.hazards import PiecewiseExponential, Weibull
from posthaz.spec import BaselineChange, FormulaChange, PriorChange, SubsetChange
from posthaz.spec.model_table import read_models
from posthaz.spec.sensitivity_table import read_sensitivity
from tests.unit.spec.reading import problems, toml_table

MODELS = """
[models.pwe]
baseline = "piecewise_exponential"
formula = "arm"
[models.weibull]
baseline = "weibull"
formula = "arm + age"
[models.weibull.priors]
log_shape = { family = "normal", values = [0.0, 0.5] }
age = { family = "normal", values = [0.0, 0.1] }
[models.crude]
baseline = "exponential"
[models.accelerated]
baseline = "weibull"
formula = "arm"
form = "accelerated_failure_time"
"""
COHORT = CohortSpec(
    time="t",
    event="d",
    treatment="arm",
    columns={
        "arm": Column("arm"),
        "age": Column("age"),
        "stage": Column("stage", label="Stage", levels=("II", "III"), level_labels=("2", "3")),
    },
)


def read(text, cohort=COHORT):
    file = toml_table(MODELS + text)
    spec = read_sensitivity(file, read_models(file.below("models")), cohort)
    return spec, problems(file)


def refused(text, cohort=COHORT):
    return read(text, cohort)[1]


def test_no_table_no_sensitivity_analysis():
    assert read("") == (None, [])


def test_named_priors_are_an_axis_of_the_primary_model():
    spec, wrong = read(
        "[sensitivity.priors.arm]\nsceptical = { sceptical = 0.7 }\n"
        "wide = { family = 'normal', values = [0.0, 5.0] }\n"
    )
    assert wrong == []
    assert (spec.models, spec.combine, spec.method, spec.report) == (
        ("pwe",),
        "one_at_a_time",
        "auto",
        True,
    )
    (axis,) = spec.axes
    assert (axis.title, [one.label for one in axis.alternatives]) == (
        "prior on arm",
        ["sceptical", "wide"],
    )
    wide = axis.alternatives[1].change
    assert isinstance(wide, PriorChange)
    assert (wide.key, wide.prior.values) == ("arm", (0.0, 5.0))


def test_a_grid_is_every_combination_of_a_familys_values():
    spec, wrong = read(
        "[sensitivity.priors.arm]\n"
        "grid = { family = 'student_t', df = [3, 7], mean = [0.0], scale = [0.5, 1.0] }\n"
        "[sensitivity.priors.hazard]\ngrid = { family = 'gamma', shape = [0.5], rate = [1, 2] }\n"
    )
    assert wrong == []
    values = [one.change.prior.values for one in spec.axes[0].alternatives]
    assert values == [(3.0, 0.0, 0.5), (3.0, 0.0, 1.0), (7.0, 0.0, 0.5), (7.0, 0.0, 1.0)]
    assert [one.label for one in spec.axes[1].alternatives] == ["gamma(0.5, 1)", "gamma(0.5, 2)"]


def test_baselines_are_stated_or_taken_from_a_model_with_their_priors():
    spec, wrong = read(
        "[sensitivity.baselines]\nw = { model = 'weibull' }\n"
        "fine = { baseline = 'piecewise_exponential', cuts = 12, priors = { log_hazard = "
        "{ median_survival = { median = 20, upper = 80 } } } }\n"
    )
    assert wrong == []
    taken, stated = (one.change for one in spec.axes[0].alternatives)
    assert isinstance(taken, BaselineChange)
    assert (taken.baseline, list(taken.priors)) == (Weibull(), ["log_shape"])
    assert stated.baseline == PiecewiseExponential(intervals=12)
    assert list(stated.priors) == ["log_hazard"]


def test_formulas_are_stated_or_taken_from_a_model_with_their_priors():
    spec, wrong = read(
        "[sensitivity.formulas]\nadjusted = 'arm +  stage'\nweibull = { model = 'weibull' }\n"
    )
    assert wrong == []
    stated, taken = (one.change for one in spec.axes[0].alternatives)
    assert stated == FormulaChange("arm + stage")
    assert (taken.formula, list(taken.priors)) == ("arm + age", ["age"])
    assert spec.formulas == ("arm + stage", "arm + age")


def test_subsets_are_conditions_or_levels_left_out_in_turn():
    spec, wrong = read(
        "[sensitivity.subsets]\nold = { age = { at_least = 65 } }\nleave_out = ['stage']\n"
    )
    assert wrong == []
    labels = [one.label for one in spec.axes[0].alternatives]
    assert labels == ["old", "without Stage: 2", "without Stage: 3"]
    changes = [one.change for one in spec.axes[0].alternatives]
    assert all(isinstance(change, SubsetChange) for change in changes)
    assert changes[0].where.conditions == (Condition("age", at_least=65.0),)
    assert changes[1].where.conditions == (Condition("stage", ("III",)),)


def test_a_full_combination_knows_what_its_baselines_and_formulas_bring():
    extra = (
        "[sensitivity.baselines]\nw = { model = 'weibull' }\n"
        "[sensitivity.formulas]\nadjusted = 'arm + age'\n"
        "[sensitivity.priors.log_shape]\nn = { family = 'normal', values = [0, 1] }\n"
        "[sensitivity.priors.age]\nn = { family = 'normal', values = [0, 1] }\n"
    )
    spec, wrong = read("[sensitivity]\ncombine = 'full'\n" + extra)
    assert wrong == []
    assert [axis.title for axis in spec.axes] == [
        "prior on log_shape",
        "prior on age",
        "baseline",
        "covariates",
    ]
    alone = refused(extra)
    assert len(alone) == 2
    assert "x.toml [sensitivity.priors.log_shape]: no model that is varied has anything" in alone[0]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[sensitivity]", "[sensitivity]", "nothing is varied"),
        ("[sensitivity.subsets]", "[sensitivity]", "nothing is varied"),
        ("[sensitivity]\nmodles = ['pwe']", "[sensitivity.modles]", "did you mean 'models'"),
        ("[sensitivity]\nmodels = ['pew']", "[sensitivity.models]", "did you mean 'pwe'"),
        ("[sensitivity]\nmodels = ['pwe', 'pwe']", "[sensitivity.models]", "named twice"),
        ("[sensitivity]\nmodels = ['crude']", "[sensitivity.models]", "no treatment 'arm'"),
        ("[sensitivity]\nmethod = 'pymc'", "[sensitivity.method]", 'give one of "auto"'),
        ("[sensitivity.priors.amr]\nx = { sceptical = 0.7 }", "[sensitivity.priors.amr]", "'arm'"),
        ("[sensitivity.priors.arm]", "[sensitivity.priors.arm]", "it is empty"),
        (
            "[sensitivity.priors.arm]\nx = { sceptical = -1 }",
            "[sensitivity.priors.arm.x.sceptical]",
            "not above 0",
        ),
        (
            "[sensitivity.priors.arm]\ngrid = { mean = [0] }",
            "[sensitivity.priors.arm.grid.sd]",
            "it is missing",
        ),
        (
            "[sensitivity.priors.arm]\ngrid = { family = 'gamma', shape = [1], rate = [1] }",
            "[sensitivity.priors.arm.grid.family]",
            'found "gamma"',
        ),
        (
            "[sensitivity.priors.arm]\ngrid = { mean = [0], sd = [-1] }",
            "[sensitivity.priors.arm.grid]",
            "sd must be above 0",
        ),
        (
            "[sensitivity.baselines]\nx = { baseline = 'weibul' }",
            "[sensitivity.baselines.x.baseline]",
            "did you mean 'weibull'",
        ),
        (
            "[sensitivity.baselines]\nx = { baseline = 'weibull', formula = 'arm' }",
            "[sensitivity.baselines.x.formula]",
            "a baseline has none",
        ),
        (
            "[sensitivity.baselines]\nx = { model = 'wiebull' }",
            "[sensitivity.baselines.x.model]",
            "did you mean 'weibull'",
        ),
        ("[sensitivity.formulas]\nx = 'arm +'", "[sensitivity.formulas.x]", "can't be read"),
        ("[sensitivity.formulas]\nx = 'age'", "[sensitivity.formulas.x]", "lacks the treatment"),
        ("[sensitivity.formulas]\nx = 3", "[sensitivity.formulas.x]", "found 3"),
        ("[sensitivity.subsets]\nx = {}", "[sensitivity.subsets.x]", "no condition"),
        (
            "[sensitivity.subsets]\nx = { stage = ['IV'] }",
            "[sensitivity.subsets.x.stage]",
            "not a level",
        ),
        (
            "[sensitivity.subsets]\nleave_out = ['age']",
            "[sensitivity.subsets.leave_out]",
            "levels of 'age' are not known",
        ),
    ],
)
def test_problems_have_their_places(text, place, message):
    wrong = refused(text)
    assert len(wrong) == 1, wrong
    assert wrong[0].startswith(f"x.toml {place}:")
    assert message in wrong[0]


def test_a_hazard_ratio_says_nothing_about_models_of_both_forms():
    wrong = refused(
        "[sensitivity]\nmodels = ['pwe', 'accelerated']\n"
        "[sensitivity.priors.arm]\nx = { sceptical = 0.7 }\n"
    )
    assert len(wrong) == 1
    assert "time ratio" in wrong[0]


def test_the_effect_of_a_treatment_in_a_product_is_compared_with_none():
    wrong = refused("[sensitivity.formulas]\ninteracting = 'arm * age'\n")
    assert len(wrong) == 1
    assert "in the formula 'arm * age' the treatment interacts with a covariate" in wrong[0]


def test_without_a_treatment_there_is_nothing_to_compare():
    cohort = CohortSpec(time="t", event="d")
    wrong = refused("[sensitivity.baselines]\nw = { model = 'weibull' }\n", cohort)
    assert len(wrong) == 1
    assert "has no treatment" in wrong[0]
