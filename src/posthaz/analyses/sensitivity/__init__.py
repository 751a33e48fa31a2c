"""The sensitivity analysis in a report: ``[sensitivity]``."""
