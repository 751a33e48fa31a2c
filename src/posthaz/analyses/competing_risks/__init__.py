"""Competing causes of the event: ``[competing_risks]``."""
