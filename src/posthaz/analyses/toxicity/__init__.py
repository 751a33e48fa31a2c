"""Toxicities by grade and the balance of benefit and risk: ``[toxicity]``."""
