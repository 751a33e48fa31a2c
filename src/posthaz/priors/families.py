"""The families a prior may have: names of their values, support, and whether they rescale."""

from dataclasses import dataclass
from typing import Literal

Support = Literal["real", "positive", "correlation"]


@dataclass(frozen=True)
class Family:
    """One family of priors.

    Parameters
    ----------
    name : str
        Name used in analysis files.
    values : tuple of str
        Names of its values, in order.
    support : {"real", "positive", "correlation"}
        Where the density lives; correlations lie between -1 and 1.
    location, scale : int or None
        Positions in `values` that shift and stretch with the variable.
    positive : tuple of str
        Values that must be above zero.
    """

    name: str
    values: tuple[str, ...]
    support: Support
    location: int | None = None
    scale: int | None = None
    positive: tuple[str, ...] = ()


FEWEST_DF = 0.1
"""Degrees of freedom of Student's t below which draws may leave the floating-point numbers."""

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("normal", ("mean", "sd"), "real", 0, 1, ("sd",)),
        Family("student_t", ("df", "mean", "scale"), "real", 1, 2, ("df", "scale")),
        Family("cauchy", ("mean", "scale"), "real", 0, 1, ("scale",)),
        Family("laplace", ("mean", "scale"), "real", 0, 1, ("scale",)),
        Family("flat", (), "real"),
        Family("half_normal", ("sd",), "positive", None, 0, ("sd",)),
        Family("half_student_t", ("df", "scale"), "positive", None, 1, ("df", "scale")),
        Family("half_cauchy", ("scale",), "positive", None, 0, ("scale",)),
        Family("exponential", ("rate",), "positive", None, None, ("rate",)),
        Family("gamma", ("shape", "rate"), "positive", None, None, ("shape", "rate")),
        Family("lognormal", ("mean_log", "sd_log"), "positive", None, None, ("sd_log",)),
        Family("lkj", ("eta",), "correlation", None, None, ("eta",)),
    )
}
