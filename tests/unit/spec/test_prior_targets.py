"""Prior keys are matched to what the model has."""

import pytest

from posthaz.hazards import Exponential, Gompertz, PiecewiseExponential, Weibull
from posthaz.spec.prior_targets import prior_keys, prior_target

WALK = PiecewiseExponential(smoothing="random_walk")


@pytest.mark.parametrize(
    ("key", "baseline", "support", "location", "effect"),
    [
        ("log_scale", Weibull(), "real", "scale", False),
        ("scale", Weibull(), "positive", "", False),
        ("log_rate", Weibull(location="log_rate"), "real", "rate", False),
        ("shape", Weibull(), "positive", "", False),
        ("growth", Gompertz(), "real", "", False),
        ("log_hazard", WALK, "real", "rate", False),
        ("hazard", WALK, "positive", "", False),
        ("sigma", WALK, "positive", "", False),
        ("frailty_sd", WALK, "positive", "", False),
        ("frailty_sd_centre", WALK, "positive", "", False),
        ("arm", WALK, "real", "", True),
        ("log(gtv_cc)", WALK, "real", "", True),
        ("arm[PCI]:log(gtv_cc)", WALK, "real", "", True),
        ("covariates", WALK, "real", "", True),
    ],
)
def test_known_keys(key, baseline, support, location, effect):
    target = prior_target(key, baseline, ["arm", "centre", "gtv_cc"], ("frailty_sd",))
    assert target is not None
    assert (target.support, target.location, target.effect) == (support, location, effect)


@pytest.mark.parametrize("key", ["log_rate", "sigma", "frailty_sd", "gtv", "log(age)", "arm_"])
def test_unknown_keys(key):
    assert prior_target(key, Weibull(), ["arm", "gtv_cc"]) is None


def test_known_keys_are_listed_for_the_message():
    keys = prior_keys(WALK, ["arm"], ("frailty_sd",))
    assert keys == ["log_hazard", "hazard", "sigma", "frailty_sd", "arm", "covariates"]


@pytest.mark.parametrize("name", ["CA-125", "rx arm", "tumour size (cm)", "1p19q"])
def test_priors_on_names_that_are_not_one_word(name):
    for key in (name, f"{name}[PCI]", f"log({name})", f"arm:{name}"):
        target = prior_target(key, Exponential(), [name])
        assert target is not None
        assert target.effect
    assert prior_target("age", Exponential(), [name]) is None
