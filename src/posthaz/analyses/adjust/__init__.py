"""Arms made alike by the propensity score: ``[adjust]``."""
