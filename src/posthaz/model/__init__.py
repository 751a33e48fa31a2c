"""The only room that builds PyMC models."""

from posthaz.model.build import build_model
from posthaz.model.likelihood import follow_up_data, log_likelihood

__all__ = ["build_model", "follow_up_data", "log_likelihood"]
