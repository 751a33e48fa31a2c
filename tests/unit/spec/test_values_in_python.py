"""Specifications made in Python keep the rules of the analysis file, in its words."""

import re
from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats as st

import posthaz as ph
from posthaz.errors import PosthazError, SpecError
from posthaz.spec.analysis import BaselineSpec


def _model(**changes: object) -> ph.ModelSpec:
    given = {"name": "m", "baseline": ph.Weibull(), "formula": "arm", **changes}
    return ph.ModelSpec(**given)  # type: ignore[arg-type]


BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: ph.PiecewiseExponential(6), "cuts: found 6. Fix: give intervals=6"),  # type: ignore[arg-type]
    (lambda: ph.PiecewiseExponential(cuts=(200, 100)), "100 after 200 does not increase"),
    (lambda: ph.PiecewiseExponential(cuts=(100, 100)), "100 after 100 does not increase"),
    (lambda: ph.PiecewiseExponential(cuts=(-1.0, 2.0)), "element 1 is -1.0"),
    (lambda: ph.PiecewiseExponential(cuts=(1.0, np.nan)), "element 2 is nan"),
    (lambda: ph.PiecewiseExponential(cuts=(1.0, np.inf)), "element 2 is inf"),
    (lambda: ph.PiecewiseExponential(cuts="12"), "cuts: found '12'"),  # type: ignore[arg-type]
    (lambda: ph.PiecewiseExponential(cuts=tuple(range(1, 900))), "gives 900 intervals"),
    (lambda: ph.PiecewiseExponential(intervals=10**9), "a whole number from 1 to 500"),
    (lambda: ph.PiecewiseExponential(intervals=0), "intervals: found 0"),
    (lambda: ph.PiecewiseExponential(order=3), "order: found 3. Fix: give 1 or 2"),
    (lambda: ph.PiecewiseExponential(order=2), "only a random walk has an order"),
    (lambda: ph.PiecewiseExponential(smoothing="rw1"), "smoothing: found 'rw1'"),  # type: ignore[arg-type]
    (
        lambda: ph.PiecewiseExponential(cuts=(3.0,), smoothing="random_walk", order=2),
        "gives 2 interval(s), too few for a random walk of order 2",
    ),
    (lambda: ph.Weibull("scale"), "location: found 'scale'"),  # type: ignore[arg-type]
    (lambda: ph.Gompertz(-1.0), "unit_time: found -1.0"),
    (lambda: ph.Sampling(draws=-5), "draws: found -5 (not at least 20)"),
    (lambda: ph.Sampling(draws=10**9), "(not at most 100000)"),
    (lambda: ph.Sampling(chains=60, draws=90_000), "Fix: give draws = 16,666 or fewer"),
    (lambda: ph.Sampling(chains=True), "chains: found true"),
    (lambda: ph.Sampling(draws=1000.0), "draws: found 1000.0"),  # type: ignore[arg-type]
    (lambda: ph.Sampling(seed=-1), "seed: found -1"),
    (lambda: ph.Sampling(target_accept=1.5), "target_accept: found 1.5"),
    (lambda: ph.Sampling(method="hmc"), 'method: found "hmc"'),
    (lambda: ph.EstimandSpec(survival_at=(-1.0,)), "survival_at: found [-1.0]"),
    (lambda: ph.EstimandSpec(survival_at=tuple(range(1, 999))), "at most 200 are taken"),
    (lambda: ph.EstimandSpec(survival_at=12), "survival_at: found 12"),  # type: ignore[arg-type]
    (lambda: ph.EstimandSpec(interval=95), "interval: found 95 (not below 1)"),
    (lambda: ph.EstimandSpec(rmst_to=np.nan), "rmst_to: found nan"),
    (lambda: BaselineSpec(confidence_transform="logit"), 'found "logit"'),
    (lambda: BaselineSpec(fleming_harrington=((0.0, 1.0),) * 50), "at most 20"),
    (lambda: _model(baseline="weibull"), "found the text 'weibull'"),
    (lambda: _model(baseline=ph.Weibull), "give a value of it, Weibull()"),
    (lambda: _model(formula="arm +"), "a term is missing"),
    (lambda: _model(formula=None), "a formula is text"),
    (lambda: _model(form="ph"), "form: found 'ph'"),
    (lambda: _model(centre="median"), "centre: found 'median'"),
    (lambda: _model(priors=[1]), "priors: found a list"),
    (lambda: _model(priors={"arm": {"family": "normal"}}), "found a dict, as an analysis file"),
    (lambda: _model(priors={"arm": st.uniform(0, 2)}), "scipy.stats.uniform is no family"),
    (lambda: _model(priors={"arm": st.gamma(2, loc=1)}), "doesn't begin at 0"),
    (lambda: _model(priors={"arm": 0.5}), "found a float"),
    (lambda: _model(shrinkage="horseshoe"), "give a Shrinkage"),
]


@pytest.mark.parametrize(("make", "said"), BAD, ids=[said for _, said in BAD])
def test_impossible_values_are_refused_when_made(make: Callable[[], object], said: str) -> None:
    with pytest.raises(PosthazError, match=re.escape(said)) as caught:
        make()
    assert "Fix: " in str(caught.value)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        ph.Sampling(draws=0, chains=-1, method="x")
    assert len(caught.value.findings) == 3


def test_arrays_and_lists_are_taken_for_tuples() -> None:
    assert ph.PiecewiseExponential(cuts=np.array([1, 2])).cuts == (1.0, 2.0)  # type: ignore[arg-type]
    assert ph.PiecewiseExponential(cuts=(1.0, 2.0)).intervals == 3
    assert ph.EstimandSpec(survival_at=[6, np.float64(12)]).survival_at == (6.0, 12.0)  # type: ignore[arg-type]
    assert ph.EstimandSpec(quantiles=()).quantiles == ()


def test_the_number_of_intervals_that_works_is_said() -> None:
    times = np.repeat(np.arange(1.0, 41.0), [1, 9, 2, 7] * 10)
    with pytest.raises(SpecError, match="ask for") as caught:
        ph.PiecewiseExponential(intervals=60).resolve(times)
    found = re.search(r"ask for (\d+) interval", str(caught.value))
    assert found is not None
    said = int(found[1])
    assert ph.PiecewiseExponential(intervals=said).resolve(times).intervals == said
    for more in range(said + 1, 60):
        with pytest.raises(SpecError):
            ph.PiecewiseExponential(intervals=more).resolve(times)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: ph.AssuranceSpec(_DESIGN, rule="log_rank"), "rule: found"),
        (lambda: ph.AssuranceSpec(_DESIGN, level=97.5), "level: found 97.5"),
        (lambda: ph.AssuranceSpec(_DESIGN, arms=(50,)), "arms: found"),
        (lambda: ph.ChecksSpec(times=12), "times: found 12"),
        (lambda: ph.BorrowingSpec(discount=2), "discount: found 2"),
        (lambda: ph.HistoricalRatio("a", "A", 0.7, 0.5, 0.9, level=95), "level: found 95"),
        (lambda: ph.ImmortalTimeSpec(covariates="age"), "covariates: found"),
        (lambda: ph.MultistateSpec("a", "b", clock="back"), "clock: found"),
        (lambda: ph.SubgroupSpec("sex"), "columns: found"),
        (lambda: ph.SubgroupSpec(("sex",), {"age": (60.0,)}), "'age' is none of its columns"),
        (lambda: ph.SubgroupSpec(("age",), {"age": (70, 60)}), "cuts of 'age': .*increase"),
        (lambda: ph.SubgroupSpec(("age",), differs_by=0.8), "differs_by: found 0.8"),
        (lambda: ph.ScreeningSpec(("age",), p_below=5), "p_below: found 5"),
        (lambda: ph.ScreeningSpec(("age",), keep="arm"), "keep: found"),
        (lambda: ph.ScreeningSpec(("age",), shrinkage="lasso"), "shrinkage: found"),
        (lambda: ph.InteractionSpec("x", "arm", "arm"), "is the effect itself"),
        (lambda: ph.InteractionSpec("x", "arm", "age", adjusted="sex"), "adjusted: found"),
        (lambda: ph.ToxicitySpec(grades=(0, 1)), "grades: found"),
        (lambda: ph.ToxicitySpec(counts={"r": {"A": (3, -1)}}), "counts of 'r'.*at least 0"),
        (lambda: ph.ToxicitySpec(counts={"r": {"A": (3, 1), "B": (3, 1, 0)}}), "other numbers"),
        (lambda: ph.ToxicitySpec(acceptable=10), "acceptable: found 10"),
    ],
)
def test_settings_of_analyses_follow_the_rules_of_their_tables(made, said):
    with pytest.raises(SpecError, match=said):
        made()


_DESIGN = ph.hazard_ratio(0.8, upper=1.2)
