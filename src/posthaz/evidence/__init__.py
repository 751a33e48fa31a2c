"""Published evidence: printed hazard ratios against priors, printed curves to patients."""
