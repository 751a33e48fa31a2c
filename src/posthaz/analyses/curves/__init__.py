"""The hazard along a number, as a curve: ``[curves.NAME]``."""
