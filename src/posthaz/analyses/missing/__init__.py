"""Missing covariates, imputed several times by chained equations: ``[missing]``."""
