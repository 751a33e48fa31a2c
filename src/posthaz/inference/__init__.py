"""The posterior of a model, and its archive."""

from posthaz.inference.archive import load_fit, write_fit
from posthaz.inference.chain_statistics import ess_bulk, ess_tail, mcse_mean, rhat
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
    "ess_bulk",
    "ess_tail",
    "fit",
    "flat_draws",
    "hazard_of",
    "installed_versions",
    "linear_predictor",
    "load_fit",
    "mcse_mean",
    "rhat",
    "write_fit",
]
