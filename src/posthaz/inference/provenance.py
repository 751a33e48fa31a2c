"""Where a fit came from."""

import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

_LIBRARIES = ("posthaz", "pymc", "pytensor", "blackjax", "jax", "arviz", "numpy", "greenwood")


@dataclass(frozen=True)
class Provenance:
    """What is needed to make the same fit again.

    Parameters
    ----------
    data : str
        Name of the cohort table.
    data_sha256 : str
        Hash of its bytes.
    simulated : bool
        Whether the cohort is simulated.
    rows, events : int
        Size of the cohort, rows of a patient that the model can't tell apart being joined.
    method : str
        How it was sampled.
    seed, chains, draws, tune : int
        Sampler settings.
    gradients : int
        Gradient evaluations, warm-up included; Newton steps to the mode for Laplace weights; 0
        where the sampler doesn't count them.
    versions : tuple of (str, str)
        Libraries and their versions.
    collapse_factor : float
        Rows of the cohort for each distinct one, to which the model was fitted.
    khat : float
        Pareto shape of Laplace importance weights where they were tried, else None.
    log_evidence : float or None
        Log marginal likelihood by those weights, where they can be trusted; it means something
        only under proper priors.
    patients : int
        Patients of the cohort.
    """

    data: str
    data_sha256: str
    simulated: bool
    rows: int
    events: int
    method: str
    seed: int
    chains: int
    draws: int
    tune: int
    gradients: int
    versions: tuple[tuple[str, str], ...]
    collapse_factor: float = 1.0
    khat: float | None = None
    log_evidence: float | None = None
    patients: int = 0

    def __post_init__(self) -> None:
        if not self.patients:
            object.__setattr__(self, "patients", self.rows)


@cache
def installed_versions() -> tuple[tuple[str, str], ...]:
    """Python and the libraries that a result depends on, with their versions."""
    python = ".".join(str(part) for part in sys.version_info[:3])
    return (("python", python), *((name, version(name)) for name in _LIBRARIES))
