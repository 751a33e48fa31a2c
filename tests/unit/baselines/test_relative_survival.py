"""Net survival without a model: hand-computed numbers, and recovery on simulated patients."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import kaplan_meier, relative_survival
from posthaz.errors import CohortError
from tests.shared_data import plain_cohort

RATES = np.array([0.02, 0.10, 0.05, 0.20])


def small():
    """Four patients: deaths at 1 and 3, censored at 2 and 4; constant expected rates."""
    times, events = np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False])
    return plain_cohort(times, events, pd.DataFrame({"x": np.zeros(4)}))


def accrued(times: np.ndarray) -> np.ndarray:
    return RATES[:, None] * times


def test_ederer_two_by_hand():
    found = relative_survival(small(), accrued, "ederer_2").set_index("time")["survival"]
    # expected hazards are means of the rates of those at risk in each stretch
    expected = np.cumsum([RATES.mean(), RATES[1:].mean(), RATES[2:].mean(), RATES[3]])
    observed = np.array([3 / 4, 3 / 4, 3 / 4 * 1 / 2, 3 / 4 * 1 / 2])
    np.testing.assert_allclose(found.loc[1.0:], observed / np.exp(-expected), rtol=1e-12)


def test_pohar_perme_by_hand():
    found = relative_survival(small(), accrued).set_index("time")
    at = [np.exp(RATES * t) for t in (1.0, 3.0)]
    during = [np.exp(RATES * t) for t in (0.5, 1.5, 2.5, 3.5)]
    died = np.array([at[0][0] / at[0].sum(), 0.0, at[1][2] / at[1][2:].sum(), 0.0])
    expected = [np.sum(w[k:] * RATES[k:]) / np.sum(w[k:]) for k, w in enumerate(during)]
    net = np.exp(-np.cumsum(died - expected))
    np.testing.assert_allclose(found.loc[1.0:, "survival"], net, rtol=1e-12)
    log_se = np.sqrt(died[0] ** 2)
    half = np.log(found.loc[1.0, "upper"] / found.loc[1.0, "survival"])
    assert half == pytest.approx(1.959964 * log_se, rel=1e-6)


def test_without_expected_deaths_ederer_two_is_kaplan_meier():
    cohort = replace(small(), entry=np.array([0.0, 0.5, 0.0, 1.5]))
    none = relative_survival(cohort, lambda t: np.zeros((4, len(t))), "ederer_2")
    curve = kaplan_meier(cohort).set_index("time")["survival"]
    found = none.set_index("time")["survival"]
    np.testing.assert_allclose(found.loc[[1.0, 3.0]], curve.loc[[1.0, 3.0]], rtol=1e-12)


def test_net_survival_of_simulated_patients_is_recovered():
    """Excess hazard 0.08; expected rates 0.02 to 0.2 that censor the frail first."""
    random = np.random.default_rng(7)
    rates = random.uniform(0.02, 0.2, 4000)
    ill, other = random.exponential(1 / 0.08, 4000), random.exponential(1 / rates)
    time = np.minimum(np.minimum(ill, other), 10.0)
    cohort = plain_cohort(time, time < 10.0, pd.DataFrame({"x": np.zeros(4000)}))
    # on a grid, so that 4,000 times of leaving are 100
    grid = np.ceil(time * 10.0) / 10.0
    cohort = replace(cohort, lower=grid, upper=np.where(cohort.event, grid, np.inf))
    found = relative_survival(cohort, lambda t: rates[:, None] * t).set_index("time")
    row = found.iloc[found.index.get_indexer([8.0], method="nearest")[0]]
    assert row["lower"] < np.exp(-0.64) < row["upper"]
    assert row["survival"] == pytest.approx(np.exp(-0.64), abs=0.02)


def test_intervals_are_refused():
    between = replace(small(), upper=np.array([1.5, np.inf, 3.5, np.inf]))
    with pytest.raises(CohortError, match="exact event times"):
        relative_survival(between, accrued)
