"""Published borrowing and reference analyses, recovered."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.priors import Prior
from tests.shared_data import DATA, needs_data, plain_cohort

pytestmark = [pytest.mark.slow, needs_data]


@pytest.fixture(scope="module")
def external_controls():
    """Commensurate exponential model of psborrow2's example: sufficient statistics as rows.

    ``alpha_int ~ N(alpha_ext, 1 / tau)`` with ``tau ~ Gamma(0.001, 0.001)`` is a Student prior of
    the difference with 0.002 degrees of freedom and scale 1.
    """
    table = pd.read_csv(DATA / "SIM_psborrow2_example_matrix.csv")
    covariates = pd.DataFrame(
        {"internal": 1.0 - table["ext"].astype(float), "treated": table["trt"].astype(float)}
    )
    cohort = plain_cohort(table["time"], 1 - table["cnsr"], covariates, "months")
    vague = Prior("normal", (0.0, 1e4))
    priors = {
        "log_rate": vague,
        "treated": vague,
        "internal": Prior("student_t", (0.002, 0.0, 1.0)),
    }
    spec = ph.ModelSpec(
        "commensurate", ph.Exponential(), "internal + treated", centre="none", priors=priors
    )
    # without draws from the prior, which with such tails leave the floating-point numbers
    (result,) = ph.fit_many([(spec, cohort)], ph.Sampling(chains=4, draws=4000, seed=3))
    return result


def test_commensurate_prior_of_psborrow2(external_controls):
    posterior = external_controls.draws["posterior"]
    names, draws = external_controls.design.columns, posterior["log_hazard_ratio"].to_numpy()
    effect = dict(zip(names, np.moveaxis(draws, -1, 0), strict=True))
    external = posterior["log_rate"].to_numpy()
    internal = external + effect["internal"]
    found = {
        "alpha_int": (internal.mean(), internal.std()),
        "alpha_ext": (external.mean(), external.std()),
        "beta": (effect["treated"].mean(), effect["treated"].std()),
        "hr": (np.exp(effect["treated"]).mean(), np.median(np.exp(effect["treated"]))),
    }
    print({name: np.round(pair, 4).tolist() for name, pair in found.items()})
    expected = {
        "alpha_int": (-3.357, 0.161),
        "alpha_ext": (-2.400, 0.056),
        "beta": (-0.156, 0.198),
        "hr": (0.872, 0.853),
    }
    for name, pair in expected.items():
        np.testing.assert_allclose(found[name], pair, atol=0.02, err_msg=name)


@pytest.fixture(scope="module")
def leukaemia():
    """Counting-process model of the leukaemia remissions (Gehan), on the clock of failure times.

    On the clock that ticks once at each distinct failure time, the increments of the cumulative
    hazard are the rates of a piecewise exponential hazard with cuts at every tick. The original
    prior of an increment is gamma with shape ``0.0001 dt`` and rate 0.001; here every interval
    has the shape of the mean ``dt``, which moves no increment by more than a thousandth.
    """
    table = pd.read_csv(DATA / "gehan_6mp.csv")
    time, event = table["time"].to_numpy(dtype=float), table["cens"].to_numpy(dtype=int)
    ticks = np.unique(time[event == 1])
    clock = np.searchsorted(ticks, time, side="right").astype(float)
    kept = clock > 0
    drug = table["treat"].to_numpy() == "6-MP"
    z = pd.DataFrame({"z": np.where(drug, -0.5, 0.5)})[kept]
    cohort = plain_cohort(clock[kept], event[kept], z, "weeks")
    cuts = tuple(float(k) for k in range(1, len(ticks)))
    shape = 0.0001 * (35.0 - ticks[0]) / len(ticks)
    priors = {
        "hazard": Prior("gamma", (shape, 0.001)),
        "z": Prior("normal", (0.0, 1000.0)),
    }
    baseline = ph.PiecewiseExponential(cuts=cuts, intervals=len(ticks))
    spec = ph.ModelSpec("counting", baseline, "z", centre="none", priors=priors)
    return ticks, ph.fit(spec, cohort, chains=4, draws=4000, seed=4)


def test_gamma_process_of_the_leukaemia_remissions(leukaemia):
    ticks, fitted = leukaemia
    posterior = fitted.draws["posterior"]
    beta = posterior["log_hazard_ratio"].to_numpy()[..., 0]
    print(f"beta {beta.mean():.4f} sd {beta.std():.4f} median {np.median(beta):.4f}")
    assert (len(ticks), beta.mean(), beta.std()) == (
        17, pytest.approx(1.5409, abs=0.01), pytest.approx(0.4183, abs=0.01),
    )  # fmt: skip
    accrued = np.cumsum(np.exp(posterior["log_hazard"].to_numpy()), axis=-1)[..., [0, 5, 9, 16]]
    for z, expected in (
        (0.5, [0.9267, 0.5623, 0.3191, 0.0442]), (-0.5, [0.9827, 0.8773, 0.7712, 0.4768])
    ):  # fmt: skip
        survival = np.exp(-accrued * np.exp(z * beta)[..., None]).mean(axis=(0, 1))
        print(z, survival.round(4))
        np.testing.assert_allclose(survival, expected, atol=0.01)
