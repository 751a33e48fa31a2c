"""Interactions of a treatment or covariate with another: ``[interactions]``."""
