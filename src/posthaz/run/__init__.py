"""An analysis and its cohort, checked against each other before anything is fitted."""

from posthaz.run.inputs import read_inputs

__all__ = ["read_inputs"]
