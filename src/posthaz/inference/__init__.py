"""The posterior of a model, and its archive."""

from posthaz.inference.archive import load_fit, write_fit
from posthaz.inference.chain_statistics import (
    ess_bulk,
    ess_tail,
    mcse_mean,
    rhat,
    smoothed_weights,
)
from posthaz.inference.conditional import (
    cure_predictor,
    flat_draws,
    hazard_of,
    linear_predictor,
)
from posthaz.inference.edited import EDITED, added_names, build_model, fit_model
from posthaz.inference.engine import model_shape
from posthaz.inference.fit import Fit
from posthaz.inference.generative import generative_model, model_draws
from posthaz.inference.laplace import HEAVY_TAIL, TAILS
from posthaz.inference.named_priors import NamedPrior, named_priors
from posthaz.inference.posterior_draws import posterior_draws
from posthaz.inference.provenance import Provenance, installed_versions
from posthaz.inference.sample import fit, fit_many, fit_sharing
from posthaz.inference.single_draws import DrawnModel, single_draws
from posthaz.inference.summaries import weighted_figures

__all__ = [
    "EDITED",
    "HEAVY_TAIL",
    "TAILS",
    "DrawnModel",
    "Fit",
    "NamedPrior",
    "Provenance",
    "added_names",
    "build_model",
    "cure_predictor",
    "ess_bulk",
    "ess_tail",
    "fit",
    "fit_many",
    "fit_model",
    "fit_sharing",
    "flat_draws",
    "generative_model",
    "hazard_of",
    "installed_versions",
    "linear_predictor",
    "load_fit",
    "mcse_mean",
    "model_draws",
    "model_shape",
    "named_priors",
    "posterior_draws",
    "rhat",
    "single_draws",
    "smoothed_weights",
    "weighted_figures",
    "write_fit",
]
