"""Published evidence: printed hazard ratios against priors, printed curves to patients."""

from posthaz.evidence.consistency import Doubt, printed_doubts, wald_p, wald_p_range
from posthaz.evidence.credibility import Credibility, credibility, events_needed, least_probability
from posthaz.evidence.curve import AtRisk, Curve
from posthaz.evidence.curve_files import read_clicks, read_numbers_at_risk
from posthaz.evidence.guyot import Reconstruction, reconstruct
from posthaz.evidence.patients import patient_table, reconstruct_arms, reconstructed_patients
from posthaz.evidence.printed import PrintedRatio, impossible, p_value_range
from posthaz.evidence.read_curves import read_curves
from posthaz.evidence.reconstruction_checks import at_risk_table, reconstruction_checks
from posthaz.evidence.update import (
    EXPECTED,
    RELEVANT,
    Belief,
    evidence_densities,
    evidence_table,
    prior_belief,
    standard_priors,
    updated,
)

__all__ = [
    "AtRisk",
    "Curve",
    "Reconstruction",
    "at_risk_table",
    "patient_table",
    "read_clicks",
    "read_curves",
    "read_numbers_at_risk",
    "reconstruct",
    "reconstruct_arms",
    "reconstructed_patients",
    "reconstruction_checks",
    "EXPECTED",
    "RELEVANT",
    "Belief",
    "Credibility",
    "Doubt",
    "PrintedRatio",
    "credibility",
    "events_needed",
    "evidence_densities",
    "evidence_table",
    "impossible",
    "least_probability",
    "p_value_range",
    "printed_doubts",
    "prior_belief",
    "standard_priors",
    "updated",
    "wald_p",
    "wald_p_range",
]
