"""Coefficients that shrink together: which of them, and by which prior."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from posthaz.design import Design
from posthaz.errors import PriorError, nearest
from posthaz.priors import Prior

EXCHANGEABLE_SD = "exchangeable_sd"
GLOBAL_SCALE = "global_scale"
MONOTONE_TOTAL = "monotone_total"
SHRUNKEN_TERM = "shrunken_term"


@dataclass(frozen=True)
class ShrinkageKind:
    """One way of letting coefficients shrink together.

    Parameters
    ----------
    title : str
        The prior in words.
    values : mapping of str to float
        Names of its values and their defaults, in order; all above 0.
    """

    title: str
    values: Mapping[str, float]


SHRINKAGE_KINDS: dict[str, ShrinkageKind] = {
    "exchangeable": ShrinkageKind(
        "exchangeable normal, each term with a half-normal standard deviation", {"sd": 0.75}
    ),
    "horseshoe": ShrinkageKind("regularised horseshoe", {"relevant": 2.0, "slab": 1.0}),
    "r2d2": ShrinkageKind("R2D2", {"relevant": 3.0, "mean_r2": 0.25}),
    "monotone": ShrinkageKind(
        "a half-normal total shared out over steps of one sign", {"total": 1.5, "unevenness": 1.0}
    ),
}


@dataclass(frozen=True)
class Shrinkage:
    """A prior that several coefficients share, in place of one each.

    Parameters
    ----------
    kind : str
        Name in `SHRINKAGE_KINDS`. ``"exchangeable"``: coefficients per unit of their columns are
        normal with mean 0 and a standard deviation of their own term, itself half-normal with
        scale ``sd`` (Dixon and Simon 1991; Jones et al. 2011). ``"horseshoe"``: regularised
        horseshoe on coefficients per standard deviation of their columns, about ``relevant`` of
        which matter, those with a slab of scale ``slab`` (Piironen and Vehtari 2017).
        ``"r2d2"``: the share explained by all of them together has mean ``mean_r2``,
        shared out so that about ``relevant`` of them count (Zhang et al. 2022).
        ``"monotone"``: coefficients of each term, all of 0 or more, are shares of a total that is
        half-normal with scale ``total``; logarithms of shares are normal with standard deviation
        ``unevenness``, so that ``rise(x)`` is a straight line where it is small.
    terms : tuple of str
        Terms or columns of the formula whose coefficients shrink.
    values : tuple of float, optional
        Values of the kind, in its order; its defaults when empty.

    Raises
    ------
    PriorError
        When the kind is unknown or a value is impossible.

    Examples
    --------
    >>> Shrinkage("exchangeable", ("arm:zero_sum(sex)",)).value("sd")
    0.75
    """

    kind: str
    terms: tuple[str, ...]
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in SHRINKAGE_KINDS:
            known = nearest(self.kind, list(SHRINKAGE_KINDS))
            raise PriorError(f"shrinkage '{self.kind}' is not known; {known}")
        defaults = SHRINKAGE_KINDS[self.kind].values
        values = tuple(float(v) for v in self.values) or tuple(defaults.values())
        if len(values) != len(defaults) or not all(0 < v < float("inf") for v in values):
            raise PriorError(
                f"shrinkage '{self.kind}' takes {', '.join(defaults)}, each above 0, got "
                f"{', '.join(f'{v:g}' for v in values)}"
            )
        object.__setattr__(self, "values", values)

    def value(self, name: str) -> float:
        """One value by its name."""
        return dict(zip(SHRINKAGE_KINDS[self.kind].values, self.values, strict=True))[name]


def shrunken_columns(shrinkage: Shrinkage | None, design: Design) -> tuple[int, ...]:
    """Positions of the design columns that shrink together.

    Parameters
    ----------
    shrinkage : Shrinkage or None
        The shared prior; None for none.
    design : Design
        A design.

    Returns
    -------
    tuple of int
        Positions, in order.

    Raises
    ------
    PriorError
        When a name is neither a term nor a column of the design.
    """
    if shrinkage is None:
        return ()
    pairs = list(zip(design.columns, design.terms, strict=True))
    known = [*dict.fromkeys(design.terms), *design.columns]
    unknown = [name for name in shrinkage.terms if name not in known]
    if unknown:
        raise PriorError(
            "; ".join(
                f"shrinkage names '{name}', which is no term or coefficient of the formula; "
                f"{nearest(name, known)}"
                for name in unknown
            )
        )
    return tuple(j for j, pair in enumerate(pairs) if set(pair) & set(shrinkage.terms))


def shrunken_terms(shrinkage: Shrinkage | None, design: Design) -> tuple[str, ...]:
    """Terms of the design that have coefficients that shrink, in order."""
    return tuple(dict.fromkeys(design.terms[j] for j in shrunken_columns(shrinkage, design)))


def shrunken_groups(shrinkage: Shrinkage | None, design: Design) -> tuple[tuple[int, int], ...]:
    """Position of each column that shrinks, and the number of its term among `shrunken_terms`."""
    terms = shrunken_terms(shrinkage, design)
    return tuple((j, terms.index(design.terms[j])) for j in shrunken_columns(shrinkage, design))


def shrinkage_scales(shrinkage: Shrinkage | None) -> dict[str, Prior]:
    """Priors of the scales that a shared prior brings with it, by the scale's name."""
    if shrinkage is not None and shrinkage.kind == "monotone":
        origin = "change of the log hazard over the whole of a monotone term"
        return {MONOTONE_TOTAL: Prior("half_normal", (shrinkage.value("total"),), origin)}
    if shrinkage is None or shrinkage.kind != "exchangeable":
        return {}
    origin = "spread of the coefficients of a term that shrink together"
    return {EXCHANGEABLE_SD: Prior("half_normal", (shrinkage.value("sd"),), origin)}


def nominal_sd(shrinkage: Shrinkage, column_sd: float, size: int) -> tuple[float, str]:
    """Standard deviation of the normal that stands for a shared prior, and what it is.

    Parameters
    ----------
    shrinkage : Shrinkage
        The shared prior.
    column_sd : float
        Standard deviation of the coefficient's column.
    size : int
        Number of coefficients that share it.

    Returns
    -------
    tuple of float and str
        On the scale of the coefficient, and in words.
    """
    if shrinkage.kind == "horseshoe":
        return shrinkage.value("slab") / column_sd, "the slab of the horseshoe, its widest"
    if shrinkage.kind == "r2d2":
        mean = shrinkage.value("mean_r2")
        variance = math.pi**2 / 6 * mean / (1 - mean) / size
        return math.sqrt(variance) / column_sd, "an equal share of the mean R2"
    if shrinkage.kind == "monotone":
        return shrinkage.value("total") / size, "an equal share of the total"
    return shrinkage.value("sd"), "the normal of the same variance"
