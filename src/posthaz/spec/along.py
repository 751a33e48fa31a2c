"""A number's effect as a curve: its terms in a formula, in place of those it had."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, Column, Cut
from posthaz.design import formula_bars, formula_terms, formula_variables, quoted, written_terms
from posthaz.errors import Finding, nearest
from posthaz.spec.covariate_checks import change_faults
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.shrinkage import Shrinkage

SHAPES = ("linear", "log", "spline", "monotone")
SCALES = ("linear", "log")
DIRECTIONS = ("rising", "falling")
Shape = Literal["linear", "log", "spline", "monotone"]
_VOLUMES = ("gtv", "ptv")
BENDS, STEPS = 8, 6
_FEWEST_VALUES = 8


@dataclass(frozen=True)
class Along:
    """How the log hazard depends on one number.

    Parameters
    ----------
    column : str
        The number.
    shape : {"linear", "log", "spline", "monotone"}
        A straight line in the number or in its logarithm; a penalised spline; or a curve that
        never turns.
    scale : {"linear", "log"}
        Scale on which spline and monotone curve have their even knots.
    df : int
        Columns of the spline beside its line, or steps of the monotone curve.
    sd : float
        Scale of the half-normal prior of the spline's departure from its line, a standard
        deviation over patients of the log hazard.
    direction : {"rising", "falling"}
        Which way a monotone curve goes.

    Examples
    --------
    >>> Along("gtv_cc", "spline", "log").terms
    ('log(gtv_cc)', 'bend(log(gtv_cc), df=8)')
    """

    column: str
    shape: Shape = "spline"
    scale: Literal["linear", "log"] = "linear"
    df: int = BENDS
    sd: float = 0.5
    direction: Literal["rising", "falling"] = "rising"

    @property
    def number(self) -> str:
        """The number on its scale, as a formula takes it."""
        name = quoted(self.column)
        if self.shape in ("linear", "log"):
            return name if self.shape == "linear" else f"log({name})"
        return f"log({name})" if self.scale == "log" else name

    @property
    def terms(self) -> tuple[str, ...]:
        """Its terms, as a formula takes them."""
        return written_terms(self._formula)

    @property
    def _formula(self) -> str:
        if self.shape == "spline":
            return f"{self.number} + bend({self.number}, df={self.df})"
        if self.shape == "monotone":
            step = "rise" if self.direction == "rising" else "fall"
            return f"{step}({self.number}, df={self.df})"
        return self.number

    @property
    def shrinkage(self) -> Shrinkage | None:
        """The prior that keeps the curve smooth, or monotone; None for a straight line."""
        if self.shape == "spline":
            return Shrinkage("exchangeable", formula_terms(self._formula)[1:], (self.sd,))
        if self.shape == "monotone":
            return Shrinkage("monotone", formula_terms(self._formula))
        return None


def usual_scale(column: Column) -> Literal["linear", "log"]:
    """Logarithmic for volumes and whatever has a doubling as its step.

    Examples
    --------
    >>> usual_scale(Column("gtv_cc", role="gtv")), usual_scale(Column("age"))
    ('log', 'linear')
    """
    return "log" if column.role in _VOLUMES or column.step == "doubling" else "linear"


def terms_of(
    formula: str, names: Iterable[str], columns: Mapping[str, Column] | None = None
) -> tuple[str, ...]:
    """Terms of a formula that hold a number: as it is, transformed, in products, or cut.

    Parameters
    ----------
    formula : str
        A formula.
    names : iterable of str
        The numbers.
    columns : mapping of str to Column, optional
        Meaning of the covariates, which says whether one is another cut into levels.

    Returns
    -------
    tuple of str
        As a formula takes them.

    Examples
    --------
    >>> terms_of("arm + log(gtv_cc) + age", ["gtv_cc"])
    ('log(gtv_cc)',)
    """
    wanted = set(names)
    for name, column in (columns or {}).items():
        derived = getattr(column, "derived", None)
        if isinstance(derived, Cut) and derived.column in wanted:
            wanted.add(name)
    return tuple(one for one in written_terms(formula) if wanted & set(formula_variables(one)))


def formula_with(formula: str, without: Iterable[str], terms: Iterable[str]) -> str:
    """A formula with some of its terms replaced by others.

    Examples
    --------
    >>> formula_with("arm + gtv_cc + (1 | centre)", ["gtv_cc"], ["log(gtv_cc)"])
    'arm + log(gtv_cc) + (1 | centre)'
    """
    gone = set(without)
    kept = [one for one in written_terms(formula) if one not in gone]
    bars = (bar.among([*kept, *terms]) for bar in formula_bars(formula))
    return " + ".join((*kept, *terms, *(str(bar) for bar in bars if bar is not None)))


def along_model_faults(
    place: str, columns: Iterable[str], model: ModelSpec, instead_of: Iterable[str] = ()
) -> Iterator[Finding]:
    """What keeps curves along some numbers from being put into a model, in place of its terms."""
    if model.effect.acts_on != "hazard":
        what = "its effects are time ratios, and a curve is about hazard ratios"
        yield Finding(place, what, "make a proportional hazards model the first one")
    if model.shrinkage is not None:
        what = "its coefficients shrink together, and the curve has a shared prior of its own"
        yield Finding(place, what, "make a model without shrinkage the first one")
    if model.cure is not None or model.background is not None:
        part = "a cured share" if model.cure is not None else "an expected rate"
        what = f"it has {part}, so that its hazard ratios are not those of all deaths"
        yield Finding(place, what, f"make a model without {part} the first one")
    if model.strata in columns:
        what = f"'{model.strata}' is its stratum, and has no effect of its own"
        yield Finding(place, what, "make a model without those strata the first one")
    terms = written_terms(model.formula)
    for term in instead_of:
        if term not in terms:
            what = f"instead_of: its formula has no term '{term}' ({nearest(term, terms)})"
            yield Finding(place, what, "name a term of the primary formula, or remove it")


def number_faults(place: str, name: str, cohort: Cohort) -> Iterator[Finding]:
    """Whether a covariate is there, and a number of enough values that stays as it is."""
    if name not in cohort.covariates:
        known = nearest(name, [str(column) for column in cohort.covariates])
        fix = "correct the name, or describe it in [cohort.columns]"
        yield Finding(place, f"there is no covariate '{name}' ({known})", fix)
    elif _is_factor(cohort, name):
        yield Finding(place, f"'{name}' is a factor", "name a number, as it is uncut")
    elif (count := cohort.covariates[name].nunique()) < _FEWEST_VALUES:
        what = f"'{name}' has {count} different values, too few for a curve"
        yield Finding(place, what, "take it as a factor, in the formula or in [subgroups]")
    else:
        yield from change_faults(place, (name,), cohort)


def scale_faults(place: str, name: str, scale: str, values: np.ndarray) -> Iterator[Finding]:
    """Whether a logarithm can be taken."""
    below = int((values <= 0).sum())
    if scale == "log" and below:
        what = f"'{name}' is 0 or less in {below} rows, and has no logarithm there"
        yield Finding(place, what, 'say scale = "linear" (or shape = "linear"), or mend the values')


def outside_faults(
    place: str, name: str, stated: Mapping[str, tuple[float, ...]], values: np.ndarray
) -> Iterator[Finding]:
    """Values asked about that lie outside the patients', of whom nobody tells anything."""
    low, high = float(values.min()), float(values.max())
    for key, asked in stated.items():
        beyond = [value for value in asked if not low <= value <= high]
        if beyond:
            shown = ", ".join(f"{value:g}" for value in beyond)
            what = f"{key}: {shown} lies outside the patients' {name}, {low:g} to {high:g}"
            yield Finding(place, what, f"ask about values from {low:g} to {high:g}")


def _is_factor(cohort: Cohort, name: str) -> bool:
    return isinstance(cohort.covariates[name].dtype, pd.CategoricalDtype)
