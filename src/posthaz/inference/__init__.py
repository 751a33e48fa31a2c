"""The posterior of a model, and its archive."""

from posthaz.inference.archive import load_fit, write_fit
from posthaz.inference.conditional import (
    baseline_hazard,
    flat_draws,
    hazard_of,
    linear_predictor,
)
from posthaz.inference.fit import Fit
from posthaz.inference.provenance import Provenance, installed_versions
from posthaz.inference.sample import fit

__all__ = [
    "Fit",
    "Provenance",
    "baseline_hazard",
    "fit",
    "flat_draws",
    "hazard_of",
    "installed_versions",
    "linear_predictor",
    "load_fit",
    "write_fit",
]
