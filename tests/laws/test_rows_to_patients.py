"""Law: cutting follow-up into rows at any times changes nothing, whatever is asked."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import posthaz as ph
from posthaz.adjust import table_one
from posthaz.baselines import follow_up, frequentist_answers
from posthaz.checks import leave_one_out, replicated_kaplan_meier
from posthaz.cohort import Cohort, joined
from posthaz.estimands import effect_in_patients, observed_population
from posthaz.inference import Fit
from posthaz.inference.groups import all_groups
from posthaz.inference.nuts import Sampled
from posthaz.inference.prepare import Prepared, prepare_fit
from tests.laws.split_follow_up import cut_rows, shuffled, with_noise

SIZE = 40
SPECS = {
    "weibull": ph.ModelSpec("weibull", ph.Weibull(), "arm * dose_gy + log(gtv_cc)"),
    "accelerated": ph.ModelSpec(
        "accelerated", ph.Weibull(), "arm + dose_gy", form="accelerated_failure_time"
    ),
    "pieces": ph.ModelSpec(
        "pieces", ph.PiecewiseExponential(intervals=4), "arm + bs(gtv_cc, df=3)", centre="all"
    ),
    "frailty": ph.ModelSpec("frailty", ph.Gompertz(), "arm + (1 | centre)"),
}
CUTS = st.lists(
    st.lists(st.floats(0.01, 0.99).map(lambda f: round(f, 3)), max_size=4),
    min_size=SIZE,
    max_size=SIZE,
)


@cache
def whole(late: bool) -> Cohort:
    """The patients, one row each; weighted, and some under observation only from later on."""
    cohort = ph.simulated_example(size=SIZE, seed=4)
    random = np.random.default_rng(6)
    entry = np.where(random.uniform(size=SIZE) < 0.3, 0.3 * cohort.exit, 0.0) if late else 0.0
    weight = random.choice([1.0, 2.0, 0.5], SIZE) if late else np.ones(SIZE)
    return replace(cohort, entry=entry + np.zeros(SIZE), weight=weight)


def fixed_fit(prepared: Prepared) -> Fit:
    """A fit with draws near the start of the model: the same for the same posterior."""
    random = np.random.default_rng(3)
    start = prepared.posterior.start
    theta = start + 0.1 * random.normal(size=(2, 30, len(start)))
    none = np.zeros((2, 30), dtype=bool)
    groups = all_groups(prepared, Sampled(theta, {"diverging": none}, 0), seed=1)
    cohort = prepared.cohort
    return Fit(
        spec=prepared.spec,
        design=prepared.design,
        priors=prepared.priors,
        draws=xr.DataTree.from_dict({f"/{name}": group for name, group in groups.items()}),
        unit=cohort.unit,
        treatment=cohort.treatment,
        provenance=SimpleNamespace(seed=1),  # type: ignore[arg-type]  # no more is asked of it
    )


def answers(fit: Fit, cohort: Cohort) -> dict[str, np.ndarray]:
    """Every estimand and check of a fit, as numbers."""
    patients, loo = cohort.patients, leave_one_out(fit)
    times = [3.0, 12.0, 24.0]
    values: dict[str, Callable[[], object]] = {
        "survival": lambda: ph.survival(fit, times),
        "observed": lambda: ph.survival(fit, times, [observed_population(fit)]),
        "profile": lambda: ph.survival(fit, times, [ph.profile(fit, "B", arm="B")]),
        "hazard": lambda: ph.hazard(fit, times),
        "cumulative": lambda: ph.cumulative_hazard(fit, times),
        "median": lambda: ph.survival_quantile(fit, (0.5, 0.75)),
        "rmst": lambda: ph.restricted_mean(fit, [24.0]),
        "effect": lambda: effect_in_patients(fit, patients.covariates, "B", "A", patients.weight),
        "loo": lambda: loo.elpd_i,
        "pareto": lambda: loo.pareto_k,
        "replicates": lambda: replicated_kaplan_meier(fit, cohort, 5)[["time", "survival"]],
        "centre": lambda: fit.design.centre,
        "scale": lambda: fit.design.scale,
        "priors": lambda: [p.values for p in fit.priors.coefficients],
    }
    return {name: np.asarray(value(), dtype=float) for name, value in values.items()}


@cache
def of_the_whole(name: str, late: bool) -> dict[str, np.ndarray]:
    cohort = whole(late)
    return answers(fixed_fit(prepare_fit(SPECS[name], cohort)), cohort)


@pytest.mark.parametrize(
    ("name", "late"),
    [("weibull", False), ("accelerated", True), ("pieces", True), ("frailty", False)],
)
@settings(max_examples=2, deadline=None, phases=[Phase.generate])
@given(cuts=CUTS, seed=st.integers(0, 99))
def test_every_answer_is_of_patients(
    name: str, late: bool, cuts: list[list[float]], seed: int
) -> None:
    cohort = shuffled(with_noise(cut_rows(whole(late), cuts), "noise", seed), seed)
    found = answers(fixed_fit(prepare_fit(SPECS[name], cohort)), cohort)
    for answer, expected in of_the_whole(name, late).items():
        np.testing.assert_allclose(found[answer], expected, rtol=1e-8, atol=1e-10, err_msg=answer)


@settings(max_examples=5, deadline=None)
@given(cuts=CUTS, late=st.booleans())
def test_frequentist_answers_and_descriptions_are_of_patients(
    cuts: list[list[float]], late: bool
) -> None:
    plain = replace(whole(late), weight=np.ones(SIZE))
    split = cut_rows(plain, cuts)
    asked = {
        "covariates": ["dose_gy"], "times": [12.0], "horizon": 24.0, "quantiles": (0.5,),
        "with_kaplan_meier": True, "with_logrank": True, "cox": ["univariable"],
    }  # fmt: skip
    for answer in (
        lambda cohort: follow_up(cohort),
        lambda cohort: table_one(cohort, ["gtv_cc", "dose_gy", "centre"]),
        lambda cohort: frequentist_answers(cohort, **asked),
    ):
        pd.testing.assert_frame_equal(answer(split), answer(plain), rtol=1e-7, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(cuts=CUTS)
def test_a_table_with_cut_follow_up_joined_is_the_patients(cuts: list[list[float]]) -> None:
    split = cut_rows(whole(False), cuts)
    table = split.covariates.assign(
        patient=split.subject, start=split.entry, end=split.exit, dead=split.event.astype(int)
    )
    roles = {"time": "end", "event": "dead", "entry": "start", "subject": "patient"}
    cohort = joined(ph.read_cohort(table, **roles, treatment="arm", treatment_reference="A"))
    expected = whole(False)
    assert len(cohort) == SIZE
    np.testing.assert_array_equal(cohort.exit, expected.exit)
    np.testing.assert_array_equal(cohort.event, expected.event)
    pd.testing.assert_frame_equal(cohort.covariates.astype(str), expected.covariates.astype(str))
