"""Cured shares, strata and backgrounds: exact cases, published numbers and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.errors import FormulaError, PosthazError
from posthaz.inference.prepare import prepare_fit
from tests.sampling.test_changing_effects import crossing, log_rates, mode_of
from tests.shared_data import DATA, needs_data, plain_cohort

VAGUE = {"log_rate": ph.Prior("normal", (0.0, 1e5))}


def cured(patients: int = 400, seed: int = 3) -> Cohort:
    """Simulated patients of whom 30 and 50 % are cured, followed for ten years."""
    random = np.random.default_rng(seed)
    arm = random.integers(0, 2, patients)
    event = random.exponential(1.0, patients)
    event = np.where(random.uniform(size=patients) < np.where(arm, 0.5, 0.3), np.inf, event)
    ended = random.uniform(8.0, 12.0, patients)
    names = pd.Categorical(np.where(arm, "RT", "none"), ["none", "RT"], ordered=True)
    frame = pd.DataFrame({"arm": names, "rate": np.full(patients, 0.01)})
    cohort = plain_cohort(np.minimum(event, ended), event <= ended, frame)
    return replace(cohort, treatment="arm")


@pytest.mark.parametrize("kind", ["mixture", "promotion_time"])
def test_cured_shares_are_found(kind, tmp_path: Path) -> None:
    cohort = cured()
    spec = ph.ModelSpec("m", ph.Weibull(), "1", cure=ph.Cure("arm", kind))
    fit = ph.fit(spec, cohort, method="laplace", draws=400)
    share = ph.cure_fraction(fit).mean(("chain", "draw"))
    assert float(share.sel(profile="none")) == pytest.approx(0.3, abs=0.08)
    assert float(share.sel(profile="RT")) == pytest.approx(0.5, abs=0.08)
    late = ph.survival(fit, [1000.0]).mean(("chain", "draw")).sel(time=1000.0)
    assert np.allclose(late, share, atol=1e-3)
    uncured = ph.uncured_survival(fit, [0.0, 1000.0]).mean(("chain", "draw"))
    assert np.allclose(uncured.transpose("profile", "time"), [[1.0, 0.0], [1.0, 0.0]], atol=1e-3)
    assert np.isinf(ph.survival_quantile(fit, [0.9])).all()
    ph.write_fit(fit, tmp_path / "fit.nc")
    assert ph.load_fit(tmp_path / "fit.nc") == fit


@needs_data
def test_the_published_mixture_of_e1684() -> None:
    table = pd.read_csv(DATA / "e1684_melanoma.csv").dropna(subset=["failtime", "age", "sex"])
    names = np.where(table["treatment"] == 1, "IFN", "control")
    arm = pd.Categorical(names, ["control", "IFN"], ordered=True)
    age = (table["age"] - table["age"].mean()).to_numpy() / 10.0
    frame = pd.DataFrame({"arm": arm, "age": age})
    time = np.maximum(table["failtime"].to_numpy(dtype=float), 1e-3)
    cohort = plain_cohort(time, table["failcens"].to_numpy() == 1, frame)
    cohort = replace(cohort, treatment="arm")
    spec = ph.ModelSpec("m", ph.Weibull(), "arm + age", cure=ph.Cure("arm"))
    fit = ph.fit(spec, cohort, method="laplace", draws=1000)
    share = ph.cure_fraction(fit).mean(("chain", "draw")).to_numpy()
    assert share == pytest.approx([0.247, 0.352], abs=0.03)


def test_strata_of_a_constant_hazard_have_their_own_rates() -> None:
    cohort = crossing(200, 8)
    spec = ph.ModelSpec("m", ph.Exponential(), "1", priors=VAGUE, strata="arm")
    found = mode_of(spec, cohort)
    rates = [log_rates(cohort, arm, ())[0] for arm in cohort.arms]
    assert found["log_rate"] == pytest.approx(rates, abs=1e-6)


def test_strata_are_labelled_and_survive_an_archive(tmp_path: Path) -> None:
    cohort = crossing(200, 8)
    baseline = ph.PiecewiseExponential(cuts=(6.0,), smoothing="random_walk")
    spec = ph.ModelSpec("m", baseline, "1", strata="arm")
    fit = ph.fit(spec, cohort, method="laplace", draws=200)
    terms = set(ph.coefficient_table(fit)["term"])
    assert {"log_hazard[none, (0, 6]]", "log_hazard[RT, (6, inf]]"} <= terms
    assert not any("stratum" in term for term in terms)
    ph.write_fit(fit, tmp_path / "fit.nc")
    assert ph.load_fit(tmp_path / "fit.nc") == fit
    gap = ph.difference(ph.survival(fit, [6.0]), "RT", "none").mean()
    assert 0.05 < float(gap) < 0.35


def test_a_background_leaves_the_excess() -> None:
    cohort = cured()
    plain = ph.ModelSpec("m", ph.Exponential(), "1", priors=VAGUE)
    excess = replace(plain, background=ph.Background("rate"))
    with_none = cohort.covariates.assign(rate=np.where(np.arange(len(cohort)) == 0, 1e-300, 0.0))
    none = mode_of(excess, replace(cohort, covariates=with_none))
    assert none["log_rate"] == pytest.approx(mode_of(plain, cohort)["log_rate"], abs=1e-6)
    whole = np.exp(mode_of(plain, cohort)["log_rate"])
    assert np.exp(mode_of(excess, cohort)["log_rate"]) == pytest.approx(whole - 0.01, rel=1e-5)


def test_nobodys_death_is_drawn_from_the_excess_alone() -> None:
    cohort = cured()
    excess = ph.ModelSpec("m", ph.Exponential(), "1", background=ph.Background("rate"))
    few = ph.Sampling(method="laplace", draws=200)
    fit = ph.fit(excess, _rates(cohort, 0.001), few)
    assert "posterior_predictive" not in fit.draws.children
    plain = ph.fit(replace(excess, background=None), cohort, few)
    assert "posterior_predictive" in plain.draws.children


def _without_events(cohort: Cohort) -> Cohort:
    arm = (cohort.covariates["arm"] == "RT").to_numpy()
    ended = {"upper": np.where(arm, np.inf, cohort.upper), "cause": np.where(arm, 0, cohort.cause)}
    return replace(cohort, **ended)


def _between(cohort: Cohort) -> Cohort:
    return replace(cohort, upper=np.where(cohort.event, cohort.lower + 0.5, np.inf))


def _rates(cohort: Cohort, rate: float) -> Cohort:
    return replace(cohort, covariates=cohort.covariates.assign(rate=rate))


def test_a_cured_share_with_late_entry_is_of_those_event_free_then() -> None:
    late = replace(cured(), origin=6.0)
    fit = ph.fit(ph.ModelSpec("m", ph.Weibull(), "1", cure=ph.Cure("arm")), late, method="laplace")
    whole = replace(fit, origin=0.0)
    share, at_first = ph.cure_fraction(fit), ph.cure_fraction(whole)
    left = ph.survival(whole, [6.0]).isel(time=0)
    np.testing.assert_allclose(share, at_first / left, rtol=1e-6)
    ends = ph.uncured_survival(fit, [6.0, 2000.0]).mean(("chain", "draw"))
    assert np.allclose(ends.transpose("profile", "time"), [[1.0, 0.0]] * 2, atol=1e-3)


@pytest.mark.parametrize(
    ("options", "cohort", "said"),
    [
        ({"strata": "arm"}, _without_events(cured()), "nobody in RT has an event"),
        ({"strata": "rate"}, cured(), "1 different value"),
        ({"strata": "site"}, cured(), "not a covariate"),
        ({"cure": ph.Cure("1")}, cured().where(cured().event), "still falls"),
        ({"background": ph.Background("rate")}, _rates(cured(), 0.0), "is 0 throughout"),
        ({"background": ph.Background("rate")}, _rates(cured(), 10.0), "rates per 1,000"),
        ({"background": ph.Background("rate")}, _rates(cured(), -1.0), "below 0"),
        ({"background": ph.Background("rate")}, _between(cured()), "lie between two times"),
        (
            {"cure": ph.Cure("arm", priors={"age": ph.Prior("normal", (0, 1))})},
            cured(),
            "no such parameter",
        ),
    ],
)
def test_what_data_cannot_tell_is_refused(options, cohort: Cohort, said: str) -> None:
    with pytest.raises((PosthazError, FormulaError), match=said):
        prepare_fit(ph.ModelSpec("m", ph.Weibull(), "1", **options), cohort)
