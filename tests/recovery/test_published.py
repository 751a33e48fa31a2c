"""Published posteriors: E1690 melanoma (hdbayes) and the breast cancer groups (survHE)."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.priors import Prior
from tests.shared_data import DATA, needs_data, plain_cohort

pytestmark = pytest.mark.slow
DRAWS = {"draws": 4000, "tune": 1000, "seed": 7}


@needs_data
@pytest.mark.parametrize(
    ("cuts", "mean", "sd"),
    [((0.7228,), -0.2703, 0.1290), ((0.26228, 0.53662, 0.88816, 1.62683), -0.2859, 0.1284)],
)
def test_e1690_reference_prior(cuts: tuple[float, ...], mean: float, sd: float) -> None:
    frame = pd.read_csv(DATA / "e1690_melanoma.csv")
    time = frame["failtime"].where(frame["failtime"] > 0, 0.5 / 365.25)
    cohort = plain_cohort(time, frame["failcens"], frame[["treatment"]].astype(float))
    spec = ph.ModelSpec(
        "e1690",
        ph.PiecewiseExponential(cuts=cuts),
        "treatment",
        priors={
            "treatment": Prior("normal", (0.0, 10.0)),
            "hazard": Prior("half_normal", (10.0,)),
        },
        centre="none",
    )
    draws = ph.fit(spec, cohort, **DRAWS).draws["posterior"]["log_hazard_ratio"]
    print(f"E1690 J={len(cuts) + 1}: {float(draws.mean()):.4f} ({float(draws.std()):.4f})")
    assert float(draws.mean()) == pytest.approx(mean, abs=0.01)
    assert float(draws.std()) == pytest.approx(sd, abs=0.01)


def test_breast_cancer_groups_exponential() -> None:
    """The exponential likelihood depends on events and exposure only, so these rows carry it."""
    groups = {"Good": (51, 844.597), "Medium": (103, 752.756), "Poor": (145, 516.071)}
    time = np.concatenate([np.full(d, e / d) for d, e in groups.values()])
    names = np.repeat(list(groups), [d for d, _ in groups.values()])
    covariates = pd.DataFrame(
        {"group": pd.Categorical(names, categories=list(groups), ordered=True)}
    )
    cohort = plain_cohort(time, np.ones(len(time)), covariates)
    flat = {"covariates": Prior("flat"), "log_rate": Prior("flat")}
    spec = ph.ModelSpec("exponential", ph.Exponential(), "group", priors=flat)
    posterior = ph.fit(spec, cohort, **DRAWS).draws["posterior"]
    medians = posterior["log_hazard_ratio"].median(("chain", "draw")).to_numpy()
    rate = float(posterior["rate"].median())
    print(f"groups: rate {rate:.4f}, {medians.round(4)}")
    assert rate == pytest.approx(0.0604, abs=0.02)
    assert medians == pytest.approx([0.818, 1.538], abs=0.02)
