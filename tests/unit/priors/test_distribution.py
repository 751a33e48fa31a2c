"""Densities, probabilities and quantiles of every family agree with one another."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from posthaz.design import learn_design
from posthaz.errors import PriorError
from posthaz.hazards import Weibull
from posthaz.priors import (
    FAMILIES,
    Prior,
    prior_log_density,
    prior_probability_below,
    prior_quantile,
)
from posthaz.spec import ModelSpec, choose_priors

VALUES = {"df": 4.0, "mean": 0.3, "mean_log": 0.3}
PROPER = [
    Prior(name, tuple(VALUES.get(value, 0.8) for value in family.values))
    for name, family in FAMILIES.items()
    if name != "flat"
]


@pytest.mark.parametrize("prior", PROPER, ids=str)
def test_the_density_adds_up_to_the_probability_between_quantiles(prior: Prior) -> None:
    lower, upper = prior_quantile(prior, 0.2), prior_quantile(prior, 0.9)
    area, _ = quad(lambda x: float(np.exp(prior_log_density(prior, np.array(x)))), lower, upper)
    assert area == pytest.approx(0.7, abs=1e-7)
    assert prior_probability_below(prior, upper) == pytest.approx(0.9)
    if prior.support == "positive":
        assert prior_probability_below(prior, -1.0) == 0.0


def test_a_flat_prior_has_no_probabilities() -> None:
    assert prior_log_density(Prior("flat"), np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(PriorError, match="improper"):
        prior_quantile(Prior("flat"), 0.5)


@pytest.mark.parametrize(
    ("family", "values"),
    [
        ("normal", (0.0, 1e300)),
        ("normal", (0.0, 1e-12)),
        ("normal", (1e30, 1.0)),
        ("gamma", (1.0, 1e-20)),
        ("half_normal", (1e200,)),
        ("lognormal", (0.0, 1e4)),
        ("student_t", (3.0, 0.0, 1e100)),
    ],
)
def test_numbers_that_no_model_can_use_are_refused_with_the_mend(
    family: str, values: tuple[float, ...]
) -> None:
    prior = Prior(family, values)
    assert "what can be computed with. Fix: keep it" in str(prior.trouble)
    design = learn_design(pd.DataFrame({"x": [0.0, 1.0, 1.0]}), "x")
    name = "covariates" if prior.support == "real" else "shape"
    spec = ModelSpec("m", Weibull(), "x", priors={name: prior})
    with pytest.raises(PriorError, match=f"prior on '{name}'.*computed"):
        choose_priors(spec, design, 0.1)


@pytest.mark.parametrize(
    ("family", "values"),
    [
        ("normal", (0.0, 1e3)),
        ("gamma", (1.0, 1e-4)),
        ("half_normal", (1000.0,)),
        ("lognormal", (0.0, 10.0)),
        ("exponential", (1e-6,)),
    ],
)
def test_vague_priors_are_no_trouble(family: str, values: tuple[float, ...]) -> None:
    assert Prior(family, values).trouble is None
