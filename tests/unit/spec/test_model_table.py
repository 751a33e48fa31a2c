"""Models of an analysis file."""

import pytest

from posthaz.effects import ChangingEffect, YangPrentice
from posthaz.hazards import Weibull
from posthaz.priors import Prior
from posthaz.spec import ModelSpec
from posthaz.spec.model_table import read_model, read_models
from tests.unit.spec.reading import problems, toml_table


def read(text, name="weibull"):
    table = toml_table(text)
    return read_model(name, table), problems(table)


def test_a_full_model():
    model, found = read(
        'baseline = "weibull"\nformula = "arm * log(gtv)\\n + (1 | centre)"\n'
        'location = "log_rate"\n'
        'form = "accelerated_failure_time"\ncentre = "none"\n'
        '[priors]\nshape = { family = "gamma", values = [2, 1] }\n'
        'frailty_sd = { family = "half_normal", values = [0.5] }'
    )
    assert not found
    assert model == ModelSpec(
        "weibull",
        Weibull("log_rate"),
        "arm * log(gtv)  + (1 | centre)",
        "accelerated_failure_time",
        {"shape": Prior("gamma", (2, 1)), "frailty_sd": Prior("half_normal", (0.5,))},
        "none",
    )


def test_effects_that_change():
    model, found = read(
        'baseline = "weibull"\nformula = "arm + log(gtv)"\n'
        "[changing.arm]\ncuts = [6, 12]\nsmoothing = 'independent'\n"
        "[changing.'log(gtv)']\ncuts = 4\norder = 2\n"
        "[priors]\nchange_sd = { family = 'half_normal', values = [1] }"
    )
    assert not found
    assert model.changing == (
        ChangingEffect("arm", (6.0, 12.0), smoothing="independent"),
        ChangingEffect("log(gtv)", intervals=4, order=2),
    )


@pytest.mark.parametrize(
    ("changing", "said"),
    [
        ("[changing.ram]", "the formula has no term 'ram' (did you mean 'arm'?)"),
        ("[changing.arm]\ncuts = [12, 6]", "does not increase"),
        ("[changing.arm]\ncuts = 1", "found 1"),
        ("[changing.arm]\ncuts = 'baseline'", "which has no cuts"),
        ("[changing.arm]\ncut = 3", "unknown key 'cut'"),
        ("[changing.arm]\ncuts = [6]\norder = 2", "too few for a random walk"),
        ("[changing.arm]\nsmoothing = 'rw1'", 'found "rw1"'),
        ("form = 'accelerated_failure_time'\n[changing.arm]", "the accelerated form on time"),
        ("[priors]\nchange_sd = { family = 'half_normal', values = [1] }", "nothing called"),
    ],
)
def test_changing_effects_that_cannot_be(changing, said):
    model, found = read(f'baseline = "weibull"\nformula = "arm"\n{changing}')
    assert model is None
    assert len(found) == 1
    assert said in found[0]


def test_a_short_and_a_long_term_ratio():
    model, found = read(
        'baseline = "weibull"\nformula = "arm"\n[changing.arm]\nform = "yang_prentice"'
    )
    assert not found
    assert (model.changing, model.crossing) == ((), YangPrentice("arm"))
    assert not model.proportional


@pytest.mark.parametrize(
    ("formula", "more", "said"),
    [
        ("arm", "[changing.arm]\nform = 'yang_prentice'\ncuts = [6]", "have no intervals"),
        ("arm * age", "[changing.arm]\nform = 'yang_prentice'", "in a product"),
        (
            "arm + age",
            "[changing.arm]\nform = 'yang_prentice'\n[changing.age]\nform = 'yang_prentice'",
            "a long-term hazard ratio already",
        ),
        (
            "arm",
            "form = 'accelerated_failure_time'\n[changing.arm]\nform = 'yang_prentice'",
            "the accelerated form acts on time",
        ),
        ("arm", "[changing.arm]\nform = 'yang'", "one of"),
    ],
)
def test_short_and_long_term_ratios_that_cannot_be(formula, more, said):
    model, found = read(f'baseline = "weibull"\nformula = "{formula}"\n{more}')
    assert model is None
    assert len(found) == 1
    assert said in found[0]


def test_a_model_needs_only_its_baseline():
    assert read('baseline = "weibull"') == (ModelSpec("weibull", Weibull()), [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('formula = "arm"', "[baseline]: it is missing"),
        ('baseline = "weibul"', "did you mean 'weibull'"),
        ('baseline = "weibull"\nformulla = "arm"', "did you mean 'formula'"),
        ('baseline = "weibull"\nformula = 3', "[formula]: found 3"),
        ('baseline = "weibull"\nformula = "arm +"', "    arm +\n         ^ the formula stops here"),
        ('baseline = "weibull"\nformula = "exec(arm)"', "calls 'exec', which is not allowed"),
        ('baseline = "weibull"\nform = "aft"', "[form]"),
        ('baseline = "weibull"\ncentre = "median"', "[centre]"),
        ('baseline = "weibull"\npriors = 3', "[priors]: found 3"),
        (
            'baseline = "weibull"\nformula = "arm"\npriors = { amr = { sceptical = 0.5 } }',
            "nothing called 'amr' (did you mean 'arm'?)",
        ),
        (
            'baseline = "weibull"\npriors = { log_rate = { family = "flat" } }',
            "nothing called 'log_rate'",
        ),
        (
            'baseline = "weibull"\n[priors]\nlog_shape = { family = "flat" }\n'
            'shape = { family = "gamma", values = [1, 1] }',
            "'shape' and 'log_shape' are one parameter",
        ),
    ],
)
def test_one_problem_gives_one_finding(text, message):
    model, found = read(text)
    assert model is None
    assert len(found) == 1
    assert message in found[0]


def test_a_name_must_do_as_a_file_name():
    _, found = read('baseline = "weibull"', name="../weibull")
    assert "letters, digits" in found[0]


def test_models_keep_their_order_and_there_is_one():
    table = toml_table('[b]\nbaseline = "weibull"\n[a]\nbaseline = "exponential"')
    assert [model.name for model in read_models(table)] == ["b", "a"]
    empty = toml_table("", "models")
    assert read_models(empty) == ()
    assert "[models]: there is no model" in problems(empty)[0]
