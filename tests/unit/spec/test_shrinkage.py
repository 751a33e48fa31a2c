"""Coefficients that share one prior."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.design import learn_design
from posthaz.errors import PriorError
from posthaz.model import build_model
from posthaz.priors import Prior
from posthaz.spec import (
    EXCHANGEABLE_SD,
    ModelSpec,
    Shrinkage,
    choose_priors,
    model_from_dict,
    model_to_dict,
    shrunken_columns,
)

FORMULA = "arm * zero_sum(centre) + dose_gy"
SHRINKAGE = Shrinkage("exchangeable", ("arm:zero_sum(centre)",), (0.4,))


@pytest.fixture(scope="module")
def cohort():
    return ph.simulated_example()


@pytest.fixture(scope="module")
def design(cohort):
    return learn_design(cohort.covariates, FORMULA)


def model(**fields):
    return ModelSpec("m", ph.Exponential(), FORMULA, **fields)


def test_terms_and_single_columns_may_be_named(design):
    assert shrunken_columns(SHRINKAGE, design) == (4, 5, 6)
    one = Shrinkage("exchangeable", ("arm[B]:zero_sum(centre)[2]", "dose_gy"))
    assert shrunken_columns(one, design) == (5, 7)
    assert shrunken_columns(None, design) == ()


def test_unknown_kinds_terms_and_values_are_refused(design):
    with pytest.raises(PriorError, match="did you mean 'exchangeable'"):
        Shrinkage("exchangable", ())
    with pytest.raises(PriorError, match="each above 0"):
        Shrinkage("exchangeable", (), (-1.0,))
    with pytest.raises(PriorError, match="names 'arm:centre'"):
        shrunken_columns(Shrinkage("exchangeable", ("arm:centre",)), design)


def test_the_spread_has_a_prior_that_the_analysis_may_name(design):
    chosen = choose_priors(model(shrinkage=SHRINKAGE), design, 0.1)
    assert str(chosen.scales[EXCHANGEABLE_SD]) == "half_normal(0.4)"
    assert [str(chosen.coefficients[j]) for j in (4, 5, 6)] == ["normal(0, 0.4)"] * 3
    own = {EXCHANGEABLE_SD: Prior("half_cauchy", (0.1,))}
    named = choose_priors(model(shrinkage=SHRINKAGE, priors=own), design, 0.1)
    assert named.scales[EXCHANGEABLE_SD].family == "half_cauchy"
    assert EXCHANGEABLE_SD not in choose_priors(model(), design, 0.1).scales


def test_the_model_survives_its_archive():
    spec = model(shrinkage=SHRINKAGE)
    assert model_from_dict(model_to_dict(spec)) == spec
    assert model_from_dict(model_to_dict(model())) == model()


def test_prior_draws_are_those_of_a_normal_with_half_normal_spread(cohort, design):
    import pymc as pm

    spec = model(shrinkage=SHRINKAGE)
    built = build_model(spec, design, choose_priors(spec, design, 0.1), cohort)
    names = ["log_hazard_ratio", EXCHANGEABLE_SD]
    prior = pm.sample_prior_predictive(4000, model=built, var_names=names, random_seed=2)["prior"]
    assert prior[EXCHANGEABLE_SD].sizes["shrunken_term"] == 1
    spread = prior[EXCHANGEABLE_SD].to_numpy().ravel()
    shrunken = prior["log_hazard_ratio"].to_numpy()[0][:, 4:7]
    assert spread.mean() == pytest.approx(0.4 * np.sqrt(2.0 / np.pi), abs=0.015)
    assert np.allclose((shrunken / spread[:, None]).std(axis=0), 1.0, atol=0.05)
    assert abs(np.corrcoef(shrunken.T)[0, 1]) < 0.06


def test_deviations_of_levels_have_one_spread_whatever_their_order():
    frame = pd.DataFrame(
        {
            "arm": pd.Categorical(["A", "B"] * 6, ordered=True),
            "stage": pd.Categorical(["I", "I", "II", "II", "III", "III"] * 2, ordered=True),
        }
    )
    design = learn_design(frame, "arm * zero_sum(stage)")
    treated = design.matrix(frame.assign(arm=pd.Categorical(["B"] * 12, ["A", "B"], ordered=True)))
    deviations = treated[:6:2, 3:5]  # rows: stages I, II, III; columns that shrink
    covariance = deviations @ deviations.T
    assert np.allclose(covariance, np.eye(3) - 1.0 / 3.0)
