"""Checks of fit against censored patients."""
