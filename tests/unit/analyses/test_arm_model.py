"""Models of part of a cohort keep those priors of the primary one that have a place in them."""

from posthaz.arms.arm_model import arm_model
from posthaz.design import learn_design
from posthaz.hazards import Weibull
from posthaz.priors import Prior
from posthaz.simulate import simulated_example
from posthaz.spec import ModelSpec, Shrinkage, choose_priors


def test_a_prior_on_a_shrunken_candidate_has_no_place():
    cohort = simulated_example()
    prior = Prior("normal", (0.0, 0.5))
    base = ModelSpec("m", Weibull(), "arm + gtv_cc", priors={"gtv_cc": prior, "arm": prior})
    shared = Shrinkage("horseshoe", ("gtv_cc", "dose_gy"))
    spec = arm_model(base, cohort, "arm + gtv_cc + dose_gy", "shrunken", shared)
    assert set(spec.priors) == {"arm"}
    design = learn_design(cohort.covariates, spec.formula)
    assert len(choose_priors(spec, design, 0.05).coefficients) == len(design.columns)
    kept = arm_model(base, cohort, "arm + gtv_cc + dose_gy", "screened")
    assert set(kept.priors) == {"arm", "gtv_cc"}
