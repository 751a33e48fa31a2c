"""Law: the outline of a model has the numbers of the PyMC model that is written with it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from scipy.stats import ks_2samp

import posthaz as ph
from posthaz.inference.engine import answers_of, model_shape
from posthaz.inference.groups import posterior_groups
from posthaz.inference.prepare import prepare_fit, understood
from posthaz.model import build_model
from posthaz.model.outline import built_outline, outline
from posthaz.model.prior_draws import prior_draws
from tests.laws.parts import EVERY_BASELINE

ROWS = 36
RANDOM = np.random.default_rng(3)


def _cohort(**kinds: bool) -> ph.Cohort:
    """Two arms, a number, sites and a rate; late entry or intervals where asked."""
    frame = pd.DataFrame(
        {
            "t": RANDOM.exponential(8.0, ROWS).round(2) + 1.0,
            "d": RANDOM.uniform(size=ROWS) < 0.7,
            "arm": np.array(["a", "b"])[np.arange(ROWS) % 2],
            "age": RANDOM.normal(60.0, 8.0, ROWS).round(1),
            "site": np.array(["p", "q", "r"])[np.arange(ROWS) % 3],
            "rate": RANDOM.uniform(0.001, 0.01, ROWS).round(4),
        }
    )
    frame.loc[frame["t"].idxmax(), "d"] = False
    cohort = ph.read_cohort(
        frame, time="t", event="d", treatment="arm", covariates=["age", "site", "rate"]
    )
    if kinds.get("late"):
        cohort = replace(cohort, entry=np.asarray(cohort.lower) / 2.0)
    if kinds.get("between"):
        upper = np.where(cohort.event, cohort.lower + 1.0, np.inf)
        cohort = replace(cohort, upper=upper)
    return cohort


def _spec(formula: str = "arm + age", baseline: Any = None, **options: Any) -> ph.ModelSpec:
    return ph.ModelSpec("law", baseline or ph.Weibull(), formula, **options)


NUMBERS = {1: (0.5,), 2: (0.2, 0.7), 3: (4.0, 0.1, 0.8)}
WALK = ph.PiecewiseExponential(intervals=4, smoothing="random_walk")
HALF = ph.Prior("half_normal", (0.5,))
SPECS: dict[str, tuple[ph.ModelSpec, dict[str, bool]]] = {
    **{repr(baseline): (_spec(baseline=baseline), {}) for baseline in EVERY_BASELINE},
    "accelerated": (_spec(form="accelerated_failure_time"), {}),
    "no covariate": (_spec("1"), {}),
    "late entry": (_spec(), {"late": True}),
    "intervals": (_spec(), {"between": True}),
    "strata": (_spec(strata="site", baseline=WALK), {}),
    "mixture": (_spec(cure=ph.Cure("arm")), {}),
    "promotion time": (_spec(cure=ph.Cure("1", "promotion_time")), {}),
    "background": (_spec(background=ph.Background("rate")), {}),
    "walk of an effect": (_spec(changing=(ph.ChangingEffect("arm"),)), {}),
    "smooth walk of an effect": (
        _spec(changing=(ph.ChangingEffect("arm", intervals=4, order=2),)),
        {},
    ),
    "independent intervals": (
        _spec("age + arm", changing=(ph.ChangingEffect("arm", (6.0,), smoothing="independent"),)),
        {},
    ),
    "short and long term": (_spec("age + arm", crossing=ph.YangPrentice("arm")), {}),
    "frailty": (_spec("arm + (1 | site)"), {}),
    "variance": (
        _spec("arm + (1 | site)", priors={"frailty_variance": ph.Prior("gamma", (2.0, 3.0))}),
        {},
    ),
    "precision": (
        _spec("arm + (1 | site)", priors={"frailty_precision": ph.Prior("gamma", (2.0, 3.0))}),
        {},
    ),
    "gamma frailty": (_spec("arm + (1 | site)", frailty=ph.Frailty("gamma")), {}),
    "slopes": (_spec("arm + (arm | site)"), {}),
    "uncorrelated slopes": (_spec("arm + (1 | site) + (0 + arm | site)"), {}),
    **{
        kind: (_spec("arm + age + site", shrinkage=ph.Shrinkage(kind, ("age", "site"))), {})
        for kind in ("exchangeable", "horseshoe", "r2d2")
    },
    "prior on a scale": (
        _spec(baseline=ph.Exponential(), priors={"rate": ph.Prior("gamma", (2.0, 3.0))}),
        {},
    ),
    "two families": (
        _spec(priors={"arm": ph.Prior("student_t", NUMBERS[3]), "age": ph.Prior("flat", ())}),
        {},
    ),
}


@pytest.mark.parametrize("name", SPECS)
def test_an_outline_has_the_numbers_of_the_model(name: str) -> None:
    spec, kinds = SPECS[name]
    resolved, cohort, design, priors = understood(spec, _cohort(**kinds))
    given = (resolved, design, priors, cohort)
    said, built = outline(build_model, *given), built_outline(build_model(*given))
    assert said is not None
    assert list(said.data) == list(built.data)
    for key, array in built.data.items():
        assert said.data[key].dtype == array.dtype, key
        np.testing.assert_array_equal(said.data[key], array, err_msg=key)
    assert (said.free, said.deterministic) == (built.free, built.deterministic)
    np.testing.assert_allclose(said.start, built.start, rtol=1e-14, atol=1e-15)
    named = [*said.free, *said.deterministic, *said.data]
    for key in named:
        assert said.dims.get(key) == built.dims.get(key), key
    for dim in {dim for key in named for dim in said.dims.get(key, ())}:
        assert list(said.coords[dim]) == list(built.coords[dim])


@pytest.mark.parametrize("name", SPECS)
def test_priors_are_drawn_without_a_graph(name: str) -> None:
    spec, kinds = SPECS[name]
    resolved, cohort, design, priors = understood(spec, _cohort(**kinds))
    said = outline(build_model, resolved, design, priors, cohort)
    assert said is not None
    theta = prior_draws(said, 50, seed=1)
    improper = any(prior.family == "flat" for prior in priors.coefficients)
    assert (theta is None) == improper
    assert theta is None or np.isfinite(theta).all()


DRAWN = ("smooth walk of an effect", "gamma frailty", "slopes", "horseshoe", "r2d2", "exchangeable")


@pytest.mark.parametrize(
    "name", [DRAWN[0], *(pytest.param(name, marks=pytest.mark.slow) for name in DRAWN[1:])]
)
def test_priors_are_drawn_as_pymc_draws_them(name: str) -> None:
    spec, kinds = SPECS[name]
    prepared = prepare_fit(spec, _cohort(**kinds))
    theta = prior_draws(prepared.outline, 2000, seed=1)
    assert theta is not None
    answers = answers_of(prepared.posterior, theta[None], pointwise=False)
    ours = posterior_groups(prepared.outline, answers)["posterior"]
    names = [str(key) for key in ours.data_vars]
    tree = pm.sample_prior_predictive(2000, prepared.model, var_names=names, random_seed=1)
    for key in names:
        own, theirs = ours[key].to_numpy()[0], tree["prior"][key].to_numpy()[0]
        own, theirs = own.reshape(2000, -1), theirs.reshape(2000, -1)
        tests: list[Any] = [ks_2samp(a, b) for a, b in zip(own.T, theirs.T, strict=True)]
        smallest = min(test.pvalue for test in tests)
        assert smallest > 1e-4 / own.shape[1], key


def test_what_changes_is_part_of_a_shape_by_its_place() -> None:
    cohort, shapes, kept = _cohort(), set(), set()
    for formula in ("arm + age", "age + arm"):
        spec = _spec(formula, changing=(ph.ChangingEffect("arm", cuts=(4.0,)),))
        resolved, own, design, priors = understood(spec, cohort)
        given = (resolved, design, priors, own)
        made = outline(build_model, *given)
        assert made is not None
        shapes.add(made.shape)
        kept.add(model_shape(resolved, design, priors, build_model(*given)))
    assert len(shapes) == len(kept) == 2
