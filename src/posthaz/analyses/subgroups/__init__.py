"""The effect in subgroups: ``[subgroups]``."""
