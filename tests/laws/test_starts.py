"""Law: every model has a finite density, gradient and curvature where its sampling starts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from jax.flatten_util import ravel_pytree

from posthaz.cohort import Cohort, Source, between_steps
from posthaz.effects import ChangingEffect, YangPrentice, accelerated, proportional
from posthaz.hazards import Baseline
from posthaz.inference.prepare import prepare_fit
from posthaz.model import follow_up_data, log_likelihood
from posthaz.spec import ModelSpec
from tests.laws.parts import EVERY_BASELINE

FORMS = {"proportional_hazards": proportional, "accelerated_failure_time": accelerated}
every_baseline = pytest.mark.parametrize("baseline", EVERY_BASELINE, ids=repr)
every_form = pytest.mark.parametrize("form", FORMS)
# families whose tails take long to compile: the default run has them under one form and all terms
SLOW_TO_COMPILE = ("log_normal", "gamma", "generalised_gamma")

jax.config.update("jax_enable_x64", True)
ROWS = 24
RANDOM = np.random.default_rng(5)
TIMES = RANDOM.exponential(8.0, ROWS).round(2) + 0.5
SEEN = RANDOM.uniform(size=ROWS) < 0.7
ARM = np.arange(ROWS) % 2


def _cohort(**changed: np.ndarray | float) -> Cohort:
    """Exact and right-censored times of two arms, with whatever a kind of follow-up changes."""
    arm = pd.Categorical.from_codes(ARM, ["a", "b"], ordered=True)
    whole = Cohort(
        entry=np.zeros(ROWS),
        lower=TIMES,
        upper=np.where(SEEN, TIMES, np.inf),
        cause=SEEN.astype(int),
        subject=np.arange(ROWS),
        weight=np.ones(ROWS),
        covariates=pd.DataFrame({"arm": arm}),
        columns={},
        row_number=np.arange(1, ROWS + 1),
        unit="months",
        source=Source("law", "", ROWS),
    )
    return replace(whole, **changed)


def _intervals(first: float) -> dict[str, np.ndarray]:
    """Every event between two visits, the earliest from `first`."""
    lower = np.where(SEEN, np.maximum(0.6 * TIMES, first), TIMES)
    lower[np.flatnonzero(SEEN)[0]] = first
    return {"lower": lower, "upper": np.where(SEEN, lower + 0.8 * TIMES, np.inf)}


def _together(*cohorts: Cohort) -> Cohort:
    """The rows of several cohorts in one."""
    names = ("entry", "lower", "upper", "cause", "subject", "weight", "row_number")
    joined = {n: np.concatenate([getattr(one, n) for one in cohorts]) for n in names}
    covariates = pd.concat([one.covariates for one in cohorts], ignore_index=True)
    return replace(cohorts[0], **joined, covariates=covariates)


def _several_rows() -> Cohort:
    """Every patient's follow-up cut at half of it, the first half entered at 0."""
    whole = _cohort()
    middle = TIMES / 2.0
    first = replace(whole, lower=middle, upper=np.full(ROWS, np.inf), cause=np.zeros(ROWS, int))
    return _together(first, replace(whole, entry=middle))


STEPS = np.ceil(TIMES * 2.0) / 2.0
LATE = np.where(np.arange(ROWS) % 3 == 0, 0.0, TIMES / 3.0)
FOLLOW_UP: dict[str, Callable[[], Cohort]] = {
    "exact": lambda: _cohort(upper=TIMES, cause=np.ones(ROWS, int)),
    "right-censored": _cohort,
    "one entry at 0": lambda: _cohort(entry=np.where(np.arange(ROWS) == 0, 0.0, TIMES / 3.0)),
    "late entry": lambda: _cohort(entry=TIMES / 3.0),
    "entry just before exit": lambda: _cohort(entry=np.nextafter(TIMES, 0.0)),
    "mixed": lambda: _cohort(entry=np.minimum(LATE, _intervals(0.0)["lower"]), **_intervals(0.0)),
    "interval from 0": lambda: _cohort(**_intervals(0.0)),
    "interval from later": lambda: _cohort(**_intervals(0.5)),
    "resolution": lambda: _cohort(lower=STEPS, upper=np.where(SEEN, STEPS, np.inf), resolution=0.5),
    "weights": lambda: _cohort(weight=np.arange(ROWS) % 3 * 0.7),
    "several rows": _several_rows,
}
# kinds whose likelihood has the same terms are rows of one cohort: a row that isn't finite is
# seen in the sum all the same
TERMS = {
    "exit": ("exact", "right-censored", "weights"),
    "entry": ("one entry at 0", "late entry", "entry just before exit", "several rows"),
    "interval": ("interval from 0", "interval from later", "resolution"),
    "entry and interval": ("mixed",),
}


def _cases(terms: tuple[str, ...]) -> list[Any]:
    """Every baseline, form and set of terms; those that are slow to compile are marked slow."""
    first, last = next(iter(FORMS)), terms[-1]
    return [
        pytest.param(
            baseline,
            form,
            term,
            id=f"{baseline!r}-{form}-{term}",
            marks=[pytest.mark.slow]
            if baseline.kind in SLOW_TO_COMPILE and (form, term) != (first, last)
            else [],
        )
        for baseline in EVERY_BASELINE
        for form in FORMS
        for term in terms
    ]


def test_every_kind_of_follow_up_is_among_the_terms() -> None:
    assert sorted(kind for kinds in TERMS.values() for kind in kinds) == sorted(FOLLOW_UP)
    for name, kinds in TERMS.items():
        for kind in kinds:
            data = follow_up_data(between_steps(FOLLOW_UP[kind]()))
            assert ("entry" in data, "upper" in data) == ("entry" in name, "interval" in name), kind


def _finite(density: Callable[[jax.Array], jax.Array], start: np.ndarray) -> None:
    """Value, gradient and curvature at the start, and at points about it where a search may go."""

    def slope(theta: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
        height, gradient = jax.value_and_grad(density)(theta)
        return gradient, (height, gradient)

    away = 0.7 * np.random.default_rng(8).standard_normal((2, len(start)))
    for point in (start, *(start + away)):  # one by one: compiled, some take minutes
        hessian, (height, gradient) = jax.jacfwd(slope, has_aux=True)(jnp.asarray(point))
        for found in (height, gradient, hessian):
            assert np.isfinite(np.asarray(found)).all()


def _parameters(baseline: Baseline, level: float) -> dict[str, np.ndarray]:
    """Values of a resolved baseline with log rate `level`, its other parameters a little off 0."""
    sizes = {name: len(labels) for name, labels in baseline.coordinates().items()}
    signs = {"rate": level, "scale": -level, "median": -level}
    return {
        p.name: np.full((sizes[p.dim],) if p.dim else (), signs.get(p.level, 0.1))
        for p in baseline.parameters()
    }


@pytest.mark.parametrize(("baseline", "form", "terms"), _cases(tuple(TERMS)))
def test_the_likelihood_is_smooth_for_every_kind_of_follow_up(
    baseline: Baseline, form: str, terms: str
) -> None:
    cohort = _together(*(between_steps(FOLLOW_UP[kind]()) for kind in TERMS[terms]))
    resolved = baseline.resolve(TIMES[SEEN])
    values = _parameters(resolved, -2.0)
    start, shaped = ravel_pytree((values, 0.2))
    arm = cohort.covariates["arm"].cat.codes.to_numpy()

    def density(theta: jax.Array) -> jax.Array:
        parameters, effect = shaped(theta)
        hazard = resolved.hazard({**resolved.constants(), **parameters}, jnp)
        rows = FORMS[form](hazard, effect * arm, jnp)
        return jnp.sum(log_likelihood(rows, follow_up_data(cohort), jnp))

    _finite(density, np.asarray(start))


@pytest.mark.parametrize(("baseline", "form", "terms"), _cases(("entry and interval",)))
def test_the_posterior_is_finite_where_sampling_starts(
    baseline: Baseline, form: str, terms: str
) -> None:
    spec = ModelSpec("law", baseline, "arm", form=form)  # type: ignore[arg-type]
    posterior = prepare_fit(spec, FOLLOW_UP[TERMS[terms][0]]()).posterior
    density = posterior.engine.translated.log_density
    _finite(lambda theta: density(theta, *posterior.data), posterior.start)


CHANGES: dict[str, dict[str, Any]] = {
    "changing": {"changing": (ChangingEffect("arm", intervals=2),)},
    "crossing": {"crossing": YangPrentice("arm")},
}


@pytest.mark.parametrize(
    ("baseline", "change"),
    [
        pytest.param(
            baseline,
            change,
            id=f"{baseline!r}-{change}",
            # one with splines and axes before them could not be traced; all take a minute
            marks=[] if (baseline.kind, change) == ("m_spline", "changing") else [pytest.mark.slow],
        )
        for baseline in EVERY_BASELINE
        for change in CHANGES
    ],
)
def test_effects_that_change_can_be_traced_over_every_baseline(
    baseline: Baseline, change: str
) -> None:
    spec = ModelSpec("law", baseline, "arm", **CHANGES[change])
    posterior = prepare_fit(spec, FOLLOW_UP["mixed"]()).posterior
    traced = jax.eval_shape(
        posterior.engine.translated.log_density, jnp.asarray(posterior.start), *posterior.data
    )
    assert traced.shape == ()


@every_form
@every_baseline
def test_rows_without_an_interval_ignore_what_lies_behind_them(
    baseline: Baseline, form: str
) -> None:
    # a hazard so small that survival does not fall between any two times
    resolved = baseline.resolve(TIMES[SEEN])
    values = {**resolved.constants(), **_parameters(resolved, -60.0)}
    hazard = FORMS[form](resolved.hazard(values, np), np.zeros(ROWS), np)
    rows = log_likelihood(hazard, follow_up_data(_cohort(**_intervals(0.0))), np)
    assert np.isfinite(rows[~SEEN]).all()
