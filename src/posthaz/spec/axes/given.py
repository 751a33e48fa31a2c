"""What a file says besides the axis that is read."""

from collections.abc import Sequence
from dataclasses import dataclass

from posthaz.cohort import CohortSpec
from posthaz.spec.model_spec import ModelSpec


@dataclass(frozen=True)
class GivenFile:
    """What the reader of an axis may ask of its file.

    Parameters
    ----------
    models : sequence of ModelSpec
        All models of the file.
    varied : sequence of ModelSpec
        Those that are varied.
    met : sequence of ModelSpec
        Those that are varied, and what other baselines and formulas make of them.
    cohort : CohortSpec
        How its cohort is read.
    treatment : str
        Covariate whose effect the variants are compared by; empty where there is none.
    starts : str
        Column with the times at which treatment began; empty where there is none.
    landmark : float
        Its landmark, from which times of answers count.
    """

    models: Sequence[ModelSpec]
    varied: Sequence[ModelSpec]
    met: Sequence[ModelSpec]
    cohort: CohortSpec
    treatment: str
    starts: str = ""
    landmark: float = 0.0
