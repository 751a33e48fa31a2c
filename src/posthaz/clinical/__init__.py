"""Analyses that papers on treatment make, each with the Bayesian answer beside the frequentist."""
