"""Which model and which analysis, as frozen values; TOML in and out; the catalogue of models."""

from posthaz.spec.analysis import (
    Analysis,
    BaselineSpec,
    EstimandSpec,
    Published,
    Sampling,
)
from posthaz.spec.archive import model_from_dict, model_to_dict
from posthaz.spec.catalogue import CatalogueEntry, catalogue, find_analysis
from posthaz.spec.load import load_analysis
from posthaz.spec.model_spec import ModelSpec, resolve
from posthaz.spec.names import STEP_SD, coefficient_name, frailty_name, frailty_sd_name
from posthaz.spec.prior_choice import ChosenPriors, choose_priors

__all__ = [
    "STEP_SD",
    "ChosenPriors",
    "choose_priors",
    "coefficient_name",
    "frailty_name",
    "frailty_sd_name",
    "Analysis",
    "BaselineSpec",
    "CatalogueEntry",
    "EstimandSpec",
    "ModelSpec",
    "Published",
    "Sampling",
    "catalogue",
    "find_analysis",
    "load_analysis",
    "model_from_dict",
    "model_to_dict",
    "resolve",
]
