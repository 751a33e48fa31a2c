"""Who is compared by an effect that changes with time."""

import pytest

import posthaz as ph
from posthaz.estimands.changing import proportionality


@pytest.mark.parametrize("term", ["C(arm)", "zero_sum(arm)"])
def test_factors_coded_by_a_function_have_a_spread_of_their_own(term: str) -> None:
    effect = ph.ChangingEffect(term, cuts=(6.0,))
    spec = ph.ModelSpec("m", ph.Exponential(), term, changing=(effect,))
    sampling = ph.Sampling(method="laplace", draws=200, chains=2)
    (fit,) = ph.fit_many([(spec, ph.simulated_example())], sampling)
    table = proportionality(fit, 12.0, 0.5)
    assert table["term"].tolist() == list(fit.design.columns)
    assert (table["spread_median"] > 0).all() and (table["arm"] == "").all()
