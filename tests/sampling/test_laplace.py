"""Laplace with importance weights against NUTS, and what happens where it fails."""

import sys
from pathlib import Path

import numpy as np
import pytest

import posthaz as ph
from posthaz.inference import Fit, sampled
from tests.sampling.conftest import MODELS, SETTINGS


@pytest.mark.slow
@pytest.mark.parametrize("name", ["weibull", "gompertz", "pwe_walk"])
def test_weighted_draws_agree_with_chains(name: str) -> None:
    cohort, settings = ph.simulated_example(), {"chains": 4, "draws": 2000, "seed": 3}
    quick = ph.fit(MODELS[name], cohort, method="laplace", **settings)
    assert quick.provenance.method.startswith("Laplace")
    chains = ph.fit(MODELS[name], cohort, **settings)
    for variable in ("log_hazard_ratio",):
        ours, theirs = (f.draws["posterior"][variable] for f in (quick, chains))
        sd = theirs.std(("chain", "draw")).to_numpy()
        shift = (ours - theirs.to_numpy()).mean(("chain", "draw")).to_numpy()
        assert np.abs(shift / sd).max() < 0.08
        assert ours.std(("chain", "draw")).to_numpy() == pytest.approx(sd, rel=0.06)


def test_the_same_groups_as_chains_give() -> None:
    quick = ph.fit(MODELS["weibull"], ph.simulated_example(), method="laplace", **SETTINGS)
    chains = ph.fit(MODELS["weibull"], ph.simulated_example(), **SETTINGS)
    assert set(quick.draws.children) == set(chains.draws.children)
    assert set(quick.draws["posterior"]) == set(chains.draws["posterior"])
    assert np.isfinite(ph.coefficient_table(quick)["rhat"]).all()


def test_untrusted_weights_are_redone_by_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    original = sampled.laplace_draws

    def heavy_tailed(*arguments):
        from dataclasses import replace

        return [replace(one, khat=0.9) for one in original(*arguments)]

    monkeypatch.setattr(sampled, "laplace_draws", heavy_tailed)
    fit = ph.fit(MODELS["weibull"], ph.simulated_example(), method="laplace", **SETTINGS)
    assert fit.provenance.method.startswith("NUTS (BlackJAX), after Laplace weights")
    assert "energy" in fit.draws["sample_stats"]


def test_one_shape_is_compiled_once_for_other_data_and_priors() -> None:
    from posthaz.inference import engine

    first = ph.fit(MODELS["weibull"], ph.simulated_example(), method="laplace", **SETTINGS)
    shapes = len(engine._SHAPES)
    other = ph.ModelSpec(
        "weibull", ph.Weibull(), "arm + log(gtv_cc) + dose_gy", priors={"arm": ph.sceptical(0.8)}
    )
    second = ph.fit(other, ph.simulated_example(size=77, seed=9), method="laplace", **SETTINGS)
    assert len(engine._SHAPES) == shapes
    assert second.draws["log_likelihood"].sizes["subject"] == 77
    assert first.draws["log_likelihood"].sizes["subject"] == 120
    engine._SHAPES.clear()
    fresh = ph.fit(other, ph.simulated_example(size=77, seed=9), method="laplace", **SETTINGS)
    assert fresh == second


def test_shapes_make_room_before_memory_maps_run_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from posthaz.inference import compiled_cache, engine

    def fitted(covariates: str) -> Fit:
        spec = ph.ModelSpec("weibull", ph.Weibull(), f"arm + {covariates}")
        return ph.fit(spec, ph.simulated_example(), method="laplace", **SETTINGS)

    def maps() -> int:
        return len(Path("/proc/self/maps").read_bytes().splitlines()) if linux else 0

    linux = sys.platform == "linux"
    first = fitted("dose_gy")
    assert not compiled_cache.crowded()
    most = tmp_path / "max_map_count"
    most.write_text("10", encoding="ascii")
    monkeypatch.setattr(compiled_cache, "_MOST_MAPS", most)
    assert compiled_cache.crowded() == linux
    before = maps()
    fitted("log(gtv_cc) * dose_gy")
    assert not linux or (len(engine._SHAPES) == 1 and maps() < before)
    assert fitted("dose_gy") == first
    monkeypatch.setattr(compiled_cache, "_MOST_MAPS", tmp_path / "none")
    assert not compiled_cache.crowded()


def test_evidence_is_that_of_the_conjugate_model() -> None:
    """Exponential times, gamma prior: the marginal likelihood is known."""
    from scipy.special import gammaln

    cohort = ph.simulated_example()
    shape, rate = 2.0, 30.0
    spec = ph.ModelSpec(
        "exponential", ph.Exponential(), "1", priors={"rate": ph.Prior("gamma", (shape, rate))}
    )
    fit = ph.fit(spec, cohort, method="laplace", chains=4, draws=2000, seed=4)
    events, exposure = cohort.event.sum(), cohort.exit.sum()
    known = shape * np.log(rate) - gammaln(shape) + gammaln(shape + events)
    known -= (shape + events) * np.log(rate + exposure)
    assert fit.provenance.log_evidence == pytest.approx(known, abs=0.02)
    assert ph.fit(spec, cohort, **SETTINGS).provenance.log_evidence is None
