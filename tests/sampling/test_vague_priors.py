"""Law: under any proper vague prior a fit runs, and is that under a merely wide one."""

import pytest

import posthaz as ph

P = ph.Prior
VAGUE = {
    "gamma": ("shape", P("gamma", (1.0, 1e-4)), P("gamma", (1.0, 1e-2))),
    "half-normal": ("shape", P("half_normal", (1000.0,)), P("half_normal", (30.0,))),
    "lognormal": ("shape", P("lognormal", (0.0, 10.0)), P("lognormal", (0.0, 3.0))),
    "effect": ("arm", P("normal", (0.0, 1e3)), P("normal", (0.0, 10.0))),
}


def _fitted(name: str, prior: ph.Prior) -> ph.Fit:
    spec = ph.ModelSpec("m", ph.Weibull(), "arm", priors={name: prior})
    return ph.fit(spec, ph.simulated_example(), method="laplace", draws=1000, seed=2)


@pytest.mark.parametrize("case", VAGUE)
def test_a_vague_prior_gives_the_posterior_of_a_wide_one(case: str) -> None:
    name, vague, wide = VAGUE[case]
    ours, theirs = (_fitted(name, prior).draws["posterior"].to_dataset() for prior in (vague, wide))
    for variable in ("log_hazard_ratio", "log_shape", "log_scale"):
        sd = float(theirs[variable].std())
        assert float(ours[variable].mean()) == pytest.approx(
            float(theirs[variable].mean()), abs=0.1 * sd
        )
        assert float(ours[variable].std()) == pytest.approx(sd, rel=0.1)
