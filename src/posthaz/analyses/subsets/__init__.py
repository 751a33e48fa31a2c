"""Survival in named subsets: ``[subsets]``."""
