"""Distributions of other libraries as priors: SciPy's, PreliZ's, and PyMC-Extras' ``Prior``."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from posthaz.errors import PriorError
from posthaz.priors.prior import Prior

# parameters as PyMC names them, in the order of our values
_PYMC = {
    "Normal": ("normal", ("mu", "sigma")),
    "StudentT": ("student_t", ("nu", "mu", "sigma")),
    "Cauchy": ("cauchy", ("alpha", "beta")),
    "Laplace": ("laplace", ("mu", "b")),
    "Flat": ("flat", ()),
    "HalfNormal": ("half_normal", ("sigma",)),
    "HalfStudentT": ("half_student_t", ("nu", "sigma")),
    "HalfCauchy": ("half_cauchy", ("beta",)),
    "Exponential": ("exponential", ("lam",)),
    "Gamma": ("gamma", ("alpha", "beta")),
    "LogNormal": ("lognormal", ("mu", "sigma")),
}
# SciPy's names, and values by (shapes, loc, scale); those on the positive half have no loc
_SCIPY = {
    "norm": ("normal", lambda s, loc, scale: (loc, scale)),
    "t": ("student_t", lambda s, loc, scale: (s[0], loc, scale)),
    "cauchy": ("cauchy", lambda s, loc, scale: (loc, scale)),
    "laplace": ("laplace", lambda s, loc, scale: (loc, scale)),
    "halfnorm": ("half_normal", lambda s, loc, scale: (scale,)),
    "halfcauchy": ("half_cauchy", lambda s, loc, scale: (scale,)),
    "expon": ("exponential", lambda s, loc, scale: (1.0 / scale,)),
    "gamma": ("gamma", lambda s, loc, scale: (s[0], 1.0 / scale)),
    "lognorm": ("lognormal", lambda s, loc, scale: (np.log(scale), s[0])),
}  # fmt: skip
_MOVED = ("halfnorm", "halfcauchy", "expon", "gamma", "lognorm")


def as_prior(distribution: Any) -> Prior:
    """A distribution of SciPy, PreliZ or PyMC-Extras as a prior; a prior as it is.

    Parameters
    ----------
    distribution : Prior, scipy.stats frozen distribution, PreliZ distribution or pymc_extras Prior
        With all its parameters given as numbers.

    Returns
    -------
    Prior
        The same density.

    Raises
    ------
    PriorError
        When it is none of these, of a family that posthaz doesn't have, or lacks numbers.

    Examples
    --------
    >>> from scipy import stats
    >>> as_prior(stats.norm(0, 0.5)), as_prior(stats.gamma(2, scale=0.5)).values
    (Prior(family='normal', values=(0.0, 0.5), origin=''), (2.0, 2.0))
    """
    if isinstance(distribution, Prior):
        return distribution
    kind = getattr(getattr(distribution, "dist", None), "name", None)
    if isinstance(kind, str) and hasattr(distribution, "kwds"):
        return _of_scipy(distribution, kind)
    if getattr(distribution, "transform", None):
        raise PriorError(
            "a prior with a transform has another density than its distribution",
            fix="give the distribution of the parameter itself",
        )
    name = getattr(distribution, "distribution", None)
    name = name if isinstance(name, str) else type(distribution).__name__
    if name not in _PYMC:
        known = ", ".join(_PYMC)
        raise PriorError(
            f"a {type(distribution).__name__} is no prior that posthaz has",
            fix=f"give ph.Prior, or a distribution of SciPy or PreliZ among {known}",
        )
    family, names = _PYMC[name]
    return Prior(family, tuple(_number(distribution, name, one) for one in names))


def is_distribution(value: object) -> bool:
    """Whether something is a distribution of another library."""
    if hasattr(value, "dist") and hasattr(value, "kwds"):
        return True
    library = type(value).__module__.split(".")[0]
    return library in ("preliz", "pymc_extras", "pymc_marketing", "scipy")


def _of_scipy(distribution: Any, kind: str) -> Prior:
    if kind not in _SCIPY:
        raise PriorError(
            f"scipy.stats.{kind} is no family of priors that posthaz has",
            fix=f"choose among {', '.join(_SCIPY)}",
        )
    given = distribution.dist._parse_args(*distribution.args, **distribution.kwds)
    try:
        shapes, loc, scale = tuple(map(float, given[0])), float(given[1]), float(given[2])
    except (TypeError, ValueError) as error:
        raise PriorError(f"scipy.stats.{kind} has an array for a parameter",
                         fix="give one number for each") from error  # fmt: skip
    if not scale > 0:
        raise PriorError(f"scipy.stats.{kind} has scale = {scale:g}", fix="give one above 0")
    if kind in _MOVED and loc != 0:
        raise PriorError(
            f"scipy.stats.{kind} with loc = {loc:g} doesn't begin at 0", fix="leave out loc"
        )
    family, values = _SCIPY[kind]
    return Prior(family, values(shapes, loc, scale))


def _number(distribution: Any, kind: str, name: str) -> float:
    """A parameter of a distribution, by attribute or in its mapping of parameters."""
    given = getattr(distribution, "parameters", None)
    value = given.get(name) if isinstance(given, Mapping) else getattr(distribution, name, None)
    try:
        return float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError) as error:
        raise PriorError(
            f"the {kind} distribution has no number for {name}", fix=f"give it as {name} = ..."
        ) from error
