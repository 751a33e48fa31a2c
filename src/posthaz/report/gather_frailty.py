"""Cox models with a frailty beside the models that have one."""

from posthaz.arms.arm_model import cox_columns
from posthaz.baselines.shared_frailty import SharedFrailty, shared_frailty_model
from posthaz.cohort import Cohort
from posthaz.design.design import cluster_texts
from posthaz.inference import Fit


def has_cox_frailty(fit: Fit) -> bool:
    """Whether a model is Cox's with one normal frailty, but for its baseline."""
    spec, groups = fit.spec, fit.design.groups
    plain = not (spec.changed_terms or spec.strata or spec.cure or spec.background)
    return (
        plain
        and spec.proportional
        and spec.effect.acts_on == "hazard"
        and not spec.frailty.is_gamma
        and len(groups) == 1
        and groups[0].slopes is None
    )


def cox_frailty(fit: Fit, cohort: Cohort, interval: float) -> SharedFrailty | str:
    """The Cox model with a frailty that stands beside a fit, or why there is none."""
    own, columns, _ = cox_columns(fit, cohort)
    cluster = cluster_texts(own.covariates[fit.design.groups[0].name]).to_numpy()
    return shared_frailty_model(own, columns, cluster, interval)
