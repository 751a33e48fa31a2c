"""Analyses say what their models lack of the primary one, or refuse what it can't answer."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import posthaz as ph
from posthaz.analyses.borrowing.spec import TABLE as BORROWING
from posthaz.arms.along_model import along_model
from posthaz.arms.arm_model import shared_baseline
from posthaz.arms.departures import departures, ratio_fault
from posthaz.effects import Background, ChangingEffect, Cure
from posthaz.errors import PosthazError
from posthaz.hazards import Weibull
from posthaz.priors import Prior
from posthaz.run.inputs import read_inputs
from posthaz.simulate import simulated_example
from posthaz.spec import ModelSpec

PLAIN = ModelSpec("m", Weibull(), "arm + gtv_cc")
ACCELERATED = replace(PLAIN, form="accelerated_failure_time")
CHANGING = replace(PLAIN, changing=(ChangingEffect("arm", cuts=(6.0,)),))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (PLAIN, []),
        (CHANGING, ["taken as constant here: each ratio averages over follow-up"]),
        (ACCELERATED, ["acts on the hazard here, not on time"]),
        (replace(PLAIN, formula="arm + (1 | centre)"), ["frailties of centre are left out here"]),
        (replace(PLAIN, cure=Cure("arm")), ["among those who are not cured"]),
        (replace(PLAIN, cure=Cure(kind="promotion_time")), []),
        (replace(PLAIN, background=Background("rate")), ["in excess of the expected one"]),
        (replace(PLAIN, strata="centre"), ["a baseline hazard for each level of centre"]),
    ],
)
def test_what_models_of_an_analysis_lack_of_the_primary_one(model: ModelSpec, said: list) -> None:
    found = departures(model)
    assert len(found) == len(said)
    assert all(part in text for part, text in zip(said, found, strict=True))


def test_what_an_analysis_keeps_is_not_said() -> None:
    frailty = replace(ACCELERATED, formula="arm + (1 | centre)")
    assert len(departures(frailty)) == 2
    assert departures(frailty, keeps_form=True, keeps_frailty=True) == []
    assert departures(replace(PLAIN, strata="centre"), keeps_strata=True) == []


def test_a_curve_keeps_the_prior_of_how_another_effect_changes() -> None:
    steps = Prior("half_normal", (0.2,))
    model = replace(CHANGING, priors={"change_sd": steps})
    made = along_model(model, simulated_example(), ["dose_gy"], None, ["gtv_cc"], "curve")
    assert made.priors["change_sd"] == steps
    gone = along_model(model, simulated_example(), ["dose_gy"], None, ["arm"], "curve")
    assert "change_sd" not in gone.priors


def test_a_prior_on_a_time_ratio_is_none_on_a_hazard_ratio() -> None:
    longer = {"arm": Prior("normal", (0.4, 0.1)), "log_shape": Prior("normal", (0.0, 0.5))}
    found = shared_baseline(replace(ACCELERATED, priors=longer), simulated_example())
    assert found.form == "proportional_hazards"
    assert set(found.priors) == {"log_shape"}
    kept = shared_baseline(replace(PLAIN, priors=longer), simulated_example())
    assert set(kept.priors) == {"arm", "log_shape"}


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (ACCELERATED, "a time ratio"),
        (replace(PLAIN, cure=Cure()), "of the others only"),
        (CHANGING, "changes with time"),
        (replace(PLAIN, formula="arm * gtv_cc"), "interacts with a covariate"),
        (replace(PLAIN, formula="arm + arm:log(gtv_cc)"), "interacts with a covariate"),
    ],
)
def test_a_printed_ratio_is_not_borrowed_for_another_quantity(model: ModelSpec, said: str) -> None:
    fault = ratio_fault(model, "arm")
    assert fault is not None
    assert said in fault.what
    history = ph.HistoricalRatio("trial", "Trial", 0.77, 0.6, 0.9)
    sampling = ph.Sampling(method="laplace", chains=1, draws=100)
    with pytest.raises(PosthazError, match=said):
        ph.borrowing_answers(simulated_example(), model, ph.BorrowingSpec((history,)), sampling)


def test_arms_that_are_strata_have_no_ratio() -> None:
    fault = ratio_fault(replace(PLAIN, formula="gtv_cc", strata="arm"), "arm")
    assert fault is not None
    assert "the arms are its strata" in fault.what


_FILE = """
[cohort]
table = "c.csv"
time = "time"
event = "event"
unit = "months"
[cohort.columns]
rate = {}
[treatment]
column = "arm"
[models.m]
baseline = "weibull"
formula = "arm"
"""
_BORROWED = '[borrowing.history.s]\nhr = 0.77\nlower = 0.6\nupper = 0.9\nwhere = "p. 1"\n'
_RISKS = '[competing_risks]\ncauses = { "1" = "Cancer", "2" = "Other" }\ntimes = [12]\n'


@pytest.mark.parametrize(
    ("model", "analysis", "said"),
    [
        ('form = "accelerated_failure_time"\n', _BORROWED, "[borrowing] and model 'm': its effect"),
        ("[models.m.changing.arm]\ncuts = [6]\n", _BORROWED, "changes with time"),
        ('[models.m.background]\nrate = "rate"\n', _BORROWED, "in excess of the expected one"),
        ('[models.m.background]\nrate = "rate"\n', _RISKS, "expected deaths are of all causes"),
    ],
)
def test_check_refuses_them(tmp_path: Path, model: str, analysis: str, said: str) -> None:
    cohort = simulated_example()
    table = cohort.covariates[["arm"]].assign(time=cohort.exit, event=cohort.cause, rate=0.001)
    table["rate"] += 0.0001 * (np.arange(len(table)) % 7)
    table["event"] = [2 if i % 9 == 4 and e else e for i, e in enumerate(table["event"])]
    table.to_csv(tmp_path / "c.csv", index=False)
    codes = 'event_codes = { "0" = 0, "1" = 1, "2" = 2 }\nunit'
    text = _FILE.replace("unit", codes) + model + analysis
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(PosthazError) as caught:
        read_inputs(ph.load_analysis(tmp_path / "x.toml"))
    assert said in str(caught.value)
    (tmp_path / "x.toml").write_text(_FILE.replace("unit", codes) + analysis)
    read_inputs(ph.load_analysis(tmp_path / "x.toml"))


def test_borrowing_needs_the_treatment_in_the_formula() -> None:
    faults = BORROWING.model_faults(None, replace(PLAIN, formula="gtv_cc"), "arm")
    assert [fault.what for fault in faults] == ["its formula has no term for the treatment alone"]
    assert not list(BORROWING.model_faults(None, PLAIN, "arm"))
