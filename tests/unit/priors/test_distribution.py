"""Densities, probabilities and quantiles of every family agree with one another."""

import numpy as np
import pytest
from scipy.integrate import quad

from posthaz.errors import PriorError
from posthaz.priors import (
    FAMILIES,
    Prior,
    prior_log_density,
    prior_probability_below,
    prior_quantile,
)

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
