"""Which of many covariates matter: ``[screening]``."""
