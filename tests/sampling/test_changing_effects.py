"""Effects that change with time: exact modes, the collapse to one ratio, and what is refused."""

from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError, SpecError
from posthaz.inference.engine import answers_of, posterior_modes
from posthaz.inference.prepare import prepare_fit
from posthaz.run import read_inputs
from posthaz.spec import CHANGE, coefficient_name
from tests.shared_data import DATA, needs_data, plain_cohort

CUTS = (6.0, 12.0)
FLAT = {"arm": ph.Prior("normal", (0.0, 1e5)), "log_hazard": ph.Prior("normal", (0.0, 1e5))}


def crossing(patients: int, seed: int, cut: float = 6.0) -> Cohort:
    """A simulated trial whose hazard ratio is 0.4 before the cut and 1.6 after it."""
    random = np.random.default_rng(seed)
    arm = random.integers(0, 2, patients)
    early = np.where(arm == 1, 0.04, 0.1)
    late = np.where(arm == 1, 0.16, 0.1)
    first = random.exponential(1.0, patients)
    time = np.where(first < early * cut, first / early, cut + (first - early * cut) / late)
    time = np.maximum(time, 0.01)
    censored = random.uniform(12.0, 36.0, patients)
    frame = pd.DataFrame(
        {"arm": pd.Categorical(np.where(arm, "RT", "none"), ["none", "RT"], ordered=True)}
    )
    cohort = plain_cohort(np.minimum(time, censored), time <= censored, frame)
    return replace(cohort, treatment="arm")


def mode_of(spec: ph.ModelSpec, cohort: Cohort) -> dict[str, np.ndarray]:
    """Posterior variables at the mode, with one Newton step more than a fit takes."""
    posterior = prepare_fit(spec, cohort).posterior
    point, density = posterior_modes([posterior])[0].point, posterior.engine.translated.log_density
    slope = jax.grad(density)(point, *posterior.data)
    point = point - np.linalg.solve(jax.hessian(density)(point, *posterior.data), slope)
    found = answers_of(posterior, np.asarray(point)[None, None], pointwise=False)
    return {name: array[0, 0] for (_, name), array in found.items()}


def log_rates(cohort: Cohort, arm: str, cuts: tuple[float, ...]) -> np.ndarray:
    """Log of events over time at risk in each interval of one arm."""
    own = (cohort.covariates[cohort.treatment] == arm).to_numpy()
    edges = np.array([0.0, *cuts, np.inf])
    exit_, event = cohort.exit[own], cohort.event[own]
    spent = np.clip(exit_[:, None], edges[:-1], edges[1:]) - edges[:-1]
    hit = event[:, None] & (exit_[:, None] > edges[:-1]) & (exit_[:, None] <= edges[1:])
    return np.log(hit.sum(axis=0) / spent.sum(axis=0))


@pytest.mark.parametrize("source", ["simulated", "nvalt11", pytest.param("gbsg", marks=needs_data)])
def test_mode_is_the_log_ratio_of_the_rates(source: str) -> None:
    if source == "simulated":
        cohort, cuts = crossing(300, 1), CUTS
    elif source == "nvalt11":
        cohort, cuts = read_inputs(ph.load_analysis("nvalt11_pci_os")), (12.0, 24.0)
    else:
        table = pd.read_csv(DATA / "gbsg.csv")
        names = pd.Categorical(
            np.where(table["hormon"] == 1, "yes", "no"), ["no", "yes"], ordered=True
        )
        frame = pd.DataFrame({"arm": names})
        time = table["rfstime"].to_numpy(dtype=float)
        cohort = plain_cohort(time, table["status"].to_numpy() == 1, frame)
        cohort, cuts = replace(cohort, treatment="arm"), (365.0, 1000.0)
    effect = ph.ChangingEffect("arm", cuts=cuts, smoothing="independent")
    spec = ph.ModelSpec("m", ph.PiecewiseExponential(cuts=cuts), "arm", priors=FLAT)
    found = mode_of(replace(spec, changing=(effect,)), cohort)
    ratios = found["log_hazard_ratio"][0] + found[CHANGE][0]
    first, second = cohort.arms
    expected = log_rates(cohort, second, cuts) - log_rates(cohort, first, cuts)
    assert np.abs(ratios - expected).max() < 1e-6


def test_steps_of_no_size_are_proportional_hazards() -> None:
    cohort = crossing(200, 2)
    spec = ph.ModelSpec("m", ph.Weibull(), "arm")
    none = {ph.ChangingEffect("arm", cuts=CUTS): ph.Prior("half_normal", (1e-6,))}
    (effect,) = none
    changing = replace(spec, changing=(effect,), priors={"change_sd": none[effect]})
    plain, collapsed = mode_of(spec, cohort), mode_of(changing, cohort)
    name = coefficient_name(spec)
    assert np.abs(collapsed[name] - plain[name]).max() < 1e-4
    assert np.abs(collapsed[CHANGE]).max() < 1e-4


def test_average_is_weighted_by_the_events() -> None:
    cohort = crossing(300, 3)
    effect = ph.ChangingEffect("arm", cuts=CUTS, smoothing="independent")
    found = mode_of(ph.ModelSpec("m", ph.Exponential(), "arm", changing=(effect,)), cohort)
    edges = np.array([0.0, *CUTS, np.inf])
    events = np.histogram(cohort.exit[cohort.event], edges)[0]
    assert abs(found[CHANGE][0] @ events) < 1e-8


def test_a_fit_finds_the_crossing_and_survives_its_archive(tmp_path: Path) -> None:
    cohort = crossing(400, 4)
    effect = ph.ChangingEffect("arm", cuts=(6.0,))
    spec = ph.ModelSpec("m", ph.Weibull(), "arm", changing=(effect,))
    fit = ph.fit(spec, cohort, method="laplace", draws=500)
    ratio = ph.hazard_ratio_over_time(fit, [3.0, 6.0, 6.1, 12.0]).median(("chain", "draw"))
    early, at_cut, after, late = ratio.to_numpy()
    assert early == pytest.approx(at_cut, rel=1e-12)
    assert after == pytest.approx(late, rel=1e-12)
    assert early < 0.7 < 1.1 < late
    difference = ph.difference(ph.survival(fit, [6.0, 30.0]), "RT", "none").mean(("chain", "draw"))
    assert difference[0] > 0.1 > 0.0 > difference[1]
    path = tmp_path / "fit.nc"
    ph.write_fit(fit, path)
    again = ph.load_fit(path)
    assert again.spec == fit.spec
    assert np.array_equal(
        ph.survival(again, [6.0, 30.0]).to_numpy(), ph.survival(fit, [6.0, 30.0]).to_numpy()
    )


def test_two_effects_with_cuts_of_their_own_and_a_number() -> None:
    cohort = crossing(300, 5)
    age = np.random.default_rng(5).normal(60, 10, len(cohort))
    cohort = replace(cohort, covariates=cohort.covariates.assign(age=age))
    effects = (
        ph.ChangingEffect("arm", cuts=(6.0,), smoothing="independent"),
        ph.ChangingEffect("age", intervals=4, order=2),
    )
    found = mode_of(ph.ModelSpec("m", ph.Gompertz(), "arm + age", changing=effects), cohort)
    assert found[CHANGE].shape == (2, 5)
    assert len(np.unique(found[CHANGE][0].round(12))) == 2


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ph.ChangingEffect("arm", cuts=(12.0, 6.0)), "does not increase"),
        (lambda: ph.ChangingEffect("arm", intervals=1), "too few"),
        (lambda: ph.ChangingEffect("arm", cuts=(6.0,), order=2), "too few"),
        (
            lambda: ph.ModelSpec(
                "m", ph.Weibull(), "arm", changing=(ph.ChangingEffect("ram", (6.0,)),)
            ),
            "did you mean 'arm'",
        ),
        (
            lambda: ph.ModelSpec(
                "m",
                ph.Weibull(),
                "arm",
                "accelerated_failure_time",
                changing=(ph.ChangingEffect("arm", (6.0,)),),
            ),
            "act on the hazard",
        ),
    ],
)
def test_effects_that_cannot_be(make, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        make()


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (ph.ChangingEffect("arm", cuts=(6.0, 400.0)), "nobody has an event after 400"),
        (
            ph.ChangingEffect("arm", cuts=(0.2, 6.0), smoothing="independent"),
            "no patient with arm.RT. has an event from 0 to 0.2",
        ),
    ],
)
def test_intervals_of_which_the_data_say_nothing(effect: ph.ChangingEffect, said: str) -> None:
    cohort = crossing(300, 6)
    rows = np.flatnonzero(
        ~((cohort.exit <= 0.2) & (cohort.covariates["arm"] == "RT").to_numpy() & cohort.event)
    )
    with pytest.raises(PosthazError, match=said):
        prepare_fit(ph.ModelSpec("m", ph.Weibull(), "arm", changing=(effect,)), cohort.at(rows))
