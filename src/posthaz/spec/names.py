"""Names of the model's variables."""

from posthaz.design import Group
from posthaz.spec.model_spec import ModelSpec

STEP_SD = "sigma"


def coefficient_name(spec: ModelSpec) -> str:
    """Name of the vector of covariate effects: a log hazard ratio or a log time ratio."""
    if spec.form == "proportional_hazards":
        return "log_hazard_ratio"
    return "log_time_ratio"


def frailty_name(group: Group) -> str:
    """Name of the vector of frailties of a group."""
    return f"frailty_{group.name}"


def frailty_sd_name(group: Group) -> str:
    """Name of the standard deviation of a group's frailties."""
    return f"frailty_sd_{group.name}"
