"""A design: covariates to columns, remembered so that new data are coded the same way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort.levels import level_texts
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.rows import shown_values
from posthaz.design.formula import effect_variables, in_product
from posthaz.design.reference import reference_row
from posthaz.errors import FormulaError


def cluster_texts(column: pd.Series) -> pd.Series:
    """Clusters as text: numbered ones without decimals, all others as they are."""
    numbered = pd.api.types.is_numeric_dtype(column)
    return level_texts(column) if numbered else column.astype(str)


@dataclass(frozen=True)
class Group:
    """What differs between the clusters of one covariate: frailty, effects, or both.

    Parameters
    ----------
    name : str
        Covariate that holds the clusters.
    levels : tuple of str
        Clusters, in order.
    intercept : bool
        Whether the clusters have a frailty, ``(1 | name)``.
    slopes : Slopes or None
        Effects that differ between clusters, ``(1 + arm | name)``.
    blocks : tuple of tuple of int
        Which of `varying` are correlated with one another: those of one bracket.
    """

    name: str
    levels: tuple[str, ...]
    intercept: bool = True
    slopes: "Slopes | None" = None
    blocks: tuple[tuple[int, ...], ...] = ()

    @property
    def varying(self) -> tuple[str, ...]:
        """What differs between clusters: ``""`` for the frailty, then columns of `slopes`."""
        return ("",) * self.intercept + (self.slopes.columns if self.slopes else ())


@dataclass(frozen=True)
class Slopes:
    """Columns whose effect differs between clusters.

    Parameters
    ----------
    columns : tuple of str
        Their labels.
    design : Design
        The design of their terms.
    whole : bool
        Whether every level of the first term, a factor, has an effect, as in ``(0 + arm | name)``.
    """

    columns: tuple[str, ...]
    design: "Design"
    whole: bool = False

    def matrix(self, frame: pd.DataFrame) -> np.ndarray:
        """The columns for some covariates, numbers centred as in the design: (row, column)."""
        matrix = self.design.matrix(frame)
        if not self.whole:
            return matrix - self.design.centre
        first = [j for j, term in enumerate(self.design.terms) if term == self.design.terms[0]]
        rest = np.delete(matrix - self.design.centre, first, axis=1)
        reference = 1.0 - matrix[:, first].sum(axis=1, keepdims=True)
        return np.hstack([reference, matrix[:, first], rest])

    @property
    def unit(self) -> np.ndarray:
        """Step of each column that an effect is about: 1 where it is 0 or 1, else its spread."""
        return np.concatenate([np.ones(int(self.whole)), self.design.unit])


@dataclass(frozen=True, eq=False)
class Design:
    """How covariates become columns; made by `learn_design`.

    Parameters
    ----------
    formula : str
        The formula.
    columns : tuple of str
        Labels of the columns, without intercept.
    terms : tuple of str
        Term that each column belongs to.
    centre : ndarray of float, shape (covariate,)
        Column values at which the baseline hazard stands.
    scale : ndarray of float, shape (covariate,)
        Standard deviation of each column, by which it is divided for sampling.
    groups : tuple of Group
        Frailty terms.
    frame : DataFrame
        The covariates learned from, one row a cohort row.
    centring : str
        The rule behind `centre`.
    weight : ndarray of float, shape (row,)
        How much each row of `frame` counts as a patient: the patient's weight in their first row,
        0 in later ones. Centre, scale and the population of standardised answers are taken by it.
    cure : Design or None
        How covariates become columns of the cured share.
    strata : Group or None
        Covariate that holds the strata, with its levels.
    """

    formula: str
    columns: tuple[str, ...]
    terms: tuple[str, ...]
    centre: np.ndarray
    scale: np.ndarray
    groups: tuple[Group, ...]
    frame: pd.DataFrame
    centring: str
    weight: np.ndarray
    matrices: Any = field(repr=False)
    cure: "Design | None" = None
    strata: Group | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Design):
            return NotImplemented
        return (
            (self.formula, self.columns, self.terms, self.groups, self.centring)
            == (other.formula, other.columns, other.terms, other.groups, other.centring)
            and np.array_equal(self.centre, other.centre)
            and np.array_equal(self.scale, other.scale)
            and np.array_equal(self.weight, other.weight)
            and self.frame.equals(other.frame)
            and (self.cure, self.strata) == (other.cure, other.strata)
        )

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Covariates that the formula uses."""
        return tuple(str(name) for name in self.frame.columns)

    def reference(self, values: Mapping[str, object] | None = None) -> pd.DataFrame:
        """One row of covariates: those given, the rest at the patients' reference.

        Parameters
        ----------
        values : mapping, optional
            Covariate values to set.

        Returns
        -------
        DataFrame
            Result of `reference_row`, with means over patients. Clusters that are not among the
            values are left out: the patient is one of the typical cluster.
        """
        row = reference_row(self.frame, values, self.weight)
        unknown = [
            group.name
            for group in self.groups
            if group.name not in (values or {}) and not self._has_effect(group.name)
        ]
        return row.drop(columns=unknown)

    def _has_effect(self, name: str) -> bool:
        """Whether a covariate has an effect too, in the formula or on a cured share."""
        in_cure = self.cure is not None and name in self.cure.variables
        return in_cure or name in effect_variables(self.formula)

    @cached_property
    def own_matrix(self) -> np.ndarray:
        """Columns of `frame`, on the user's scale, shape (row, covariate); not to be changed."""
        made = self.matrix(self.frame)
        made.flags.writeable = False
        return made

    @property
    def unit(self) -> np.ndarray:
        """Step of each column that effects are about: 1 where it is 0 or 1, else its spread."""
        column = self.own_matrix
        return np.where(np.isin(column, (0.0, 1.0)).all(axis=0), 1.0, self.scale)

    def in_product(self, name: str) -> bool:
        """Whether a covariate takes part in a product, so that its effect is not one number."""
        return in_product(self.formula, name)

    def matrix(self, frame: pd.DataFrame) -> np.ndarray:
        """Columns of the design for new covariates, on the user's scale.

        Parameters
        ----------
        frame : DataFrame
            The covariates of `variables`, one row each.

        Returns
        -------
        ndarray of float, shape (row, covariate)
            Uncentred and unscaled columns.

        Raises
        ------
        FormulaError
            When a level was not there on learning, or a value can't be transformed.
        """
        if not self.columns:
            return np.zeros((len(frame), 0))
        self._check_new(frame)
        frame = self._as_learned(frame)
        with np.errstate(divide="ignore", invalid="ignore"):
            try:
                common = self.matrices.common.evaluate_new_data(frame.reset_index(drop=True))
            except Exception as error:  # formulae raises many bare types here
                raise FormulaError(
                    f"formula '{self.formula}' can't be evaluated on new covariates: {error}"
                ) from error
        matrix = np.asarray(common.design_matrix, dtype=float)[:, 1:]
        for column, values in zip(self.columns, matrix.T, strict=True):
            if not np.isfinite(values).all():
                raise FormulaError(
                    f"formula '{self.formula}' can't be evaluated on new covariates: '{column}' is "
                    f"not finite in {int((~np.isfinite(values)).sum())} row(s)",
                    fix="give values that it has (a logarithm needs values above 0)",
                )
        return matrix

    def _check_new(self, frame: pd.DataFrame) -> None:
        """Refuse new patients without a covariate that has an effect."""
        frailties = {group.name for group in self.groups}
        for name in self.variables:
            if name in frailties and name not in frame.columns:
                continue
            if name not in frame.columns:
                raise FormulaError(
                    f"formula '{self.formula}' can't be evaluated on new covariates, which lack "
                    f"'{name}'",
                    fix=f"give a column '{name}'",
                )
            if frame[name].isna().any():
                raise FormulaError(
                    f"formula '{self.formula}' can't be evaluated on new covariates: '{name}' is "
                    f"missing in {int(frame[name].isna().sum())} row(s)",
                    fix="give its values",
                )

    def _as_learned(self, frame: pd.DataFrame) -> pd.DataFrame:
        """New covariates with the types of those learned from: 1 and True are levels of factors."""
        frailties = {group.name for group in self.groups if not self._has_effect(group.name)}
        typed: dict[str, pd.Series] = {}
        for name in self.variables:
            known, levels = self.frame[name], ()
            if name in frailties or name not in frame or frame[name].dtype == known.dtype:
                continue
            if isinstance(known.dtype, pd.CategoricalDtype):
                levels = tuple(map(str, known.cat.categories))
                texts = level_texts(frame[name], levels)
                wrong, typed[name] = texts[~texts.isin(levels)], texts.astype(known.dtype)
            else:
                numbers = read_numbers(frame[name])
                wrong = frame[name][numbers.text]
                typed[name] = pd.Series(numbers.values, index=frame.index)
            if len(wrong):
                found = shown_values(map(str, wrong.unique()))
                raise FormulaError(
                    f"formula '{self.formula}' can't be evaluated on new covariates: '{name}' is "
                    f"{found}, and {'has no such level' if levels else 'is a number'}",
                    fix=f"give one of {', '.join(levels)}" if levels else "give numbers",
                )
        return frame.assign(**typed) if typed else frame

    def cluster(self, group: Group, frame: pd.DataFrame) -> np.ndarray:
        """Number of the cluster of each row, -1 for one not seen on learning.

        Parameters
        ----------
        group : Group
            A frailty term of this design.
        frame : DataFrame
            Covariates.

        Returns
        -------
        ndarray of int, shape (row,)
            Positions in ``group.levels``.
        """
        if group.name not in frame:
            return np.full(len(frame), -1)
        position = {level: number for number, level in enumerate(group.levels)}
        values = cluster_texts(frame[group.name])
        return np.array([position.get(value, -1) for value in values], dtype=int)
