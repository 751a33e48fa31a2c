"""A model goes to JSON and comes back equal."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthaz.errors import SpecError
from posthaz.hazards import Exponential, Gompertz, PiecewiseExponential, Weibull
from posthaz.priors import FAMILIES, Prior
from posthaz.spec import ModelSpec, model_from_dict, model_to_dict, resolve

POSITIVE = st.floats(1e-3, 1e3)


@st.composite
def priors(draw):
    family = draw(st.sampled_from(list(FAMILIES.values())))
    values = tuple(draw(POSITIVE) for _ in family.values)
    return Prior(family.name, values, draw(st.text(max_size=20)))


@st.composite
def piecewise(draw):
    cuts = tuple(sorted(draw(st.sets(POSITIVE, max_size=5))))
    intervals = len(cuts) + 1 if cuts else draw(st.integers(1, 9))
    order = draw(st.integers(0, min(2, intervals - 1)))
    return PiecewiseExponential(
        cuts, intervals, "random_walk" if order else "independent", max(order, 1)
    )


BASELINES = st.one_of(
    st.just(Exponential()),
    st.builds(Weibull, st.sampled_from(["log_scale", "log_rate"])),
    st.builds(Gompertz, POSITIVE),
    piecewise(),
)
MODELS = st.builds(
    ModelSpec,
    name=st.text(min_size=1, max_size=10),
    baseline=BASELINES,
    formula=st.sampled_from(["1", "arm", "arm * log(gtv) + (1 | centre)"]),
    form=st.sampled_from(["proportional_hazards", "accelerated_failure_time"]),
    priors=st.dictionaries(st.text(min_size=1, max_size=10), priors(), max_size=4),
    centre=st.sampled_from(["mean", "all", "none"]),
)


@given(MODELS)
def test_round_trip_through_json(spec):
    assert model_from_dict(json.loads(json.dumps(model_to_dict(spec)))) == spec


@given(st.sets(POSITIVE, min_size=20, max_size=30), st.integers(1, 5))
def test_resolved_cuts_are_kept(event_times, intervals):
    spec = ModelSpec("pwe", PiecewiseExponential(intervals=intervals))
    resolved = resolve(spec, np.array(sorted(event_times)))
    assert len(resolved.baseline.cuts) == intervals - 1
    assert spec.baseline.cuts == ()
    assert model_from_dict(json.loads(json.dumps(model_to_dict(resolved)))) == resolved


@pytest.mark.parametrize(
    "change",
    [
        lambda plain: plain.pop("formula"),
        lambda plain: plain["baseline"].update(kind="splines"),
        lambda plain: plain["baseline"].update(knots=[1.0]),
        lambda plain: plain["priors"].update(arm={"family": "normal"}),
        lambda plain: plain.update(baseline=None),
    ],
)
def test_an_archive_of_another_version_is_refused(change):
    plain = model_to_dict(ModelSpec("weibull", Weibull()))
    change(plain)
    with pytest.raises(SpecError):
        model_from_dict(plain)
