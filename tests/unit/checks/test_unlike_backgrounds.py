"""Likelihoods of deaths in excess of expected ones are not set against those of all deaths."""

import pytest

import posthaz as ph
from posthaz.analyses.model_averaging.evidence import model_has
from posthaz.checks.model_comparison import background_fault
from posthaz.errors import PosthazError

PLAIN = ph.ModelSpec("plain", ph.Weibull(), "arm")
EXCESS = ph.ModelSpec("excess", ph.Weibull(), "arm", background=ph.Background("gtv_cc"))


def test_models_of_unlike_backgrounds_are_not_compared():
    assert background_fault([PLAIN, PLAIN]) is None
    assert background_fault([EXCESS, EXCESS]) is None
    with pytest.raises(PosthazError, match="plain, excess can't be compared"):
        ph.model_probabilities(ph.simulated_example(), [PLAIN, EXCESS])


@pytest.mark.parametrize(
    ("parts", "has"),
    [
        ({"formula": "arm"}, True),
        ({"formula": "1", "strata": "arm"}, True),
        ({"formula": "1", "cure": ph.Cure("arm")}, True),
        ({"formula": "gtv_cc", "cure": ph.Cure("gtv_cc")}, False),
    ],
)
def test_a_model_whose_arms_differ_has_the_treatment(parts, has):
    # by it the Bayes factor of the models with the treatment tells them from the others
    assert model_has(ph.ModelSpec("m", ph.Weibull(), **parts), "arm") is has
