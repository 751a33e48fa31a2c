"""How far an observed curve stays within replicated ones."""

import numpy as np
import pandas as pd

import posthaz as ph
from posthaz.checks import (
    contrast_agreement,
    predictive_agreement,
    replicated_kaplan_meier,
)
from posthaz.checks.predictive import FollowUp, whole_follow_up


def _curves(levels: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"arm": "A", "replicate": k, "time": time, "survival": level ** (time / 10.0)}
            for k, level in enumerate(levels)
            for time in (0.0, 5.0, 10.0)
        ]
    )


def test_a_curve_among_the_replicates_is_inside() -> None:
    replicated = _curves(list(np.linspace(0.3, 0.7, 41)))
    observed = _curves([0.5]).drop(columns="replicate")
    table = predictive_agreement(observed, replicated)
    assert table["inside"].tolist() == [1.0]
    assert table["largest"].item() < 1e-9


def test_a_curve_below_all_replicates_is_outside() -> None:
    replicated = _curves(list(np.linspace(0.6, 0.7, 41)))
    observed = _curves([0.2]).drop(columns="replicate")
    table = predictive_agreement(observed, replicated)
    assert table["inside"].item() == 1 / 3  # only time 0 agrees
    assert table["largest"].item() > 0.4


def test_replicates_are_recorded_in_the_steps_of_the_cohort() -> None:
    time = np.round(np.ceil(np.random.default_rng(2).exponential(30.0, 60)) * 0.1, 1)
    frame = pd.DataFrame({"months": time, "dead": 1})
    cohort = ph.read_cohort(frame, time="months", event="dead", resolution=0.1)
    fit = ph.fit(ph.ModelSpec("weibull", ph.Weibull()), cohort, ph.Sampling(method="laplace"))
    curves = replicated_kaplan_meier(fit, cohort, replicates=20)
    assert set(curves["time"]) <= {0.0, *(float(f"{k / 10:.1f}") for k in range(1, 400))}
    assert curves["time"].max() <= time.max()


def _many(levels: np.ndarray, arm: str) -> pd.DataFrame:
    return _curves(list(levels)).assign(arm=arm)


def test_a_curve_as_far_off_as_no_replicate_has_a_small_probability() -> None:
    replicated = _curves(list(np.linspace(0.45, 0.55, 199)))
    off = predictive_agreement(_curves([0.3]).drop(columns="replicate"), replicated)
    assert off["p"].item() == 1 / 200
    assert off["at"].item() == 10.0
    on = predictive_agreement(_curves([0.5]).drop(columns="replicate"), replicated)
    assert on["p"].item() > 0.9


def test_arms_are_compared_with_the_difference_between_replicated_arms() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(0.5, 0.03, 199), rng.normal(0.5, 0.03, 199)
    replicated = pd.concat([_many(first, "A"), _many(second, "B")])

    def p_of(a: float, b: float) -> float:
        observed = pd.concat([_many(np.array([a]), "A"), _many(np.array([b]), "B")])
        return contrast_agreement(observed.drop(columns="replicate"), replicated)["p"].item()

    assert p_of(0.5, 0.5) > 0.9
    # either curve alone would pass, the two together don't
    assert p_of(0.42, 0.58) < 0.01


def test_replicates_are_censored_as_the_cohort_is() -> None:
    rng = np.random.default_rng(3)
    death, end = rng.exponential(10.0, 400), rng.uniform(2.0, 12.0, 400)
    frame = pd.DataFrame({"t": np.minimum(death, end), "d": (death <= end).astype(int)})
    cohort = ph.read_cohort(frame, time="t", event="d")
    until = FollowUp(cohort).draw(np.random.default_rng(4))
    assert (until[~cohort.event] == cohort.exit[~cohort.event]).all()
    assert (until[cohort.event] >= cohort.exit[cohort.event]).all()
    # the ends drawn for those with an event make the uniform ends again, not the longest one
    assert abs(np.median(until) - 7.0) < 0.6
    assert until.max() <= cohort.exit.max()


def test_follow_up_in_pieces_is_followed_to_its_end() -> None:
    frame = pd.DataFrame(
        {"id": [1, 1, 1, 2], "from": [0, 2, 4, 0], "t": [2, 4, 6, 5], "d": [0, 0, 1, 0]}
    )
    cohort = ph.read_cohort(frame, time="t", event="d", entry="from", subject="id")
    whole = whole_follow_up(cohort)
    assert whole.exit.tolist() == [6.0, 5.0]
    assert whole.event.tolist() == [True, False]
    assert FollowUp(whole).draw(np.random.default_rng(1)).tolist() == [6.0, 5.0]
