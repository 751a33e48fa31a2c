"""The only room that builds PyMC models."""

from posthaz.model.build import build_model
from posthaz.model.leap import EXCHANGEABLE, build_leap_model
from posthaz.model.likelihood import event_rate, follow_up_data, log_likelihood
from posthaz.model.toxicity import build_toxicity_model

__all__ = [
    "EXCHANGEABLE",
    "build_leap_model",
    "build_model",
    "build_toxicity_model",
    "event_rate",
    "follow_up_data",
    "log_likelihood",
]
