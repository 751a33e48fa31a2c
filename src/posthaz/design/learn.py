"""Learning a design from a cohort's covariates."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from formulae import design_matrices

from posthaz.design.design import Design, Group
from posthaz.design.formula import ENVIRONMENT, formula_variables
from posthaz.design.reference import reference_row
from posthaz.errors import FormulaError, nearest

_RANK_TOLERANCE = 1e-8


def learn_design(
    covariates: pd.DataFrame,
    formula: str,
    centring: str = "mean",
    weight: np.ndarray | None = None,
) -> Design:
    """Learn how a formula codes covariates: levels, knots, means.

    Parameters
    ----------
    covariates : DataFrame
        One row each; factors are ordered categories with the reference first.
    formula : str
        Right-hand side, lme4 style, functions of ``ALLOWED_FUNCTIONS``.
    centring : {"mean", "all", "none"}
        Where the baseline stands: ``"mean"`` at the patient of `reference_row` (factors at
        their reference, numbers at their mean), ``"all"`` with every column at its mean,
        ``"none"`` with every column at 0.
    weight : ndarray of float, shape (row,), optional
        Weights of the rows, for the standard deviations (and the means of ``"all"``); each row
        counts once without them.

    Returns
    -------
    Design
        A design that codes new covariates the same way.

    Raises
    ------
    FormulaError
        For a formula that can't be used, unknown covariates, values outside a function's
        domain, or columns that others determine (which are named).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"gtv": [10.0, 20.0, 40.0, 80.0]})
    >>> learn_design(frame, "log(gtv)").columns
    ('log(gtv)',)
    """
    variables = formula_variables(formula)
    unknown = [name for name in variables if name not in covariates.columns]
    if unknown:
        raise FormulaError(
            "; ".join(
                f"formula '{formula}' names '{name}', which is not a covariate of the cohort; "
                + nearest(name, [str(column) for column in covariates.columns])
                for name in unknown
            )
        )
    frame = covariates.loc[:, list(variables)].reset_index(drop=True)
    matrices = _evaluated(frame, formula)
    columns, terms = _labels(matrices)
    matrix = np.asarray(matrices.common.design_matrix, dtype=float)[:, 1:]
    _check_finite(matrix, columns, formula)
    _check_rank(matrix, columns, formula)
    design = Design(
        formula=formula,
        columns=columns,
        terms=terms,
        centre=np.zeros(len(columns)),
        scale=_spread(matrix, weight),
        groups=_groups(matrices),
        frame=frame,
        centring=centring,
        matrices=matrices,
    )
    return replace(design, centre=_centre(matrix, design, weight))


def _evaluated(frame: pd.DataFrame, formula: str) -> Any:
    if not len(frame.columns):
        frame = pd.DataFrame({"posthaz_row": np.zeros(max(len(frame), 1))})
    with np.errstate(divide="ignore", invalid="ignore"):
        try:
            return design_matrices(
                formula,
                frame,
                na_action="error",
                env=ENVIRONMENT,  # type: ignore[arg-type]
            )
        except Exception as error:  # formulae raises many bare types here
            raise FormulaError(f"formula '{formula}' can't be evaluated: {error}") from error


def _labels(matrices: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    columns: list[str] = []
    terms: list[str] = []
    for name, term in matrices.common.terms.items():
        if name == "Intercept":
            continue
        columns.extend(str(label) for label in term.labels)
        terms.extend([str(name)] * len(term.labels))
    return tuple(columns), tuple(terms)


def _groups(matrices: Any) -> tuple[Group, ...]:
    if matrices.group is None:
        return ()
    return tuple(
        Group(str(term.factor.name), tuple(str(level) for level in term.groups))
        for term in matrices.group.terms.values()
    )


def _spread(matrix: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
    if not matrix.shape[1]:
        return np.zeros(0)
    mean = np.average(matrix, axis=0, weights=weight)
    return np.sqrt(np.average((matrix - mean) ** 2, axis=0, weights=weight))


def _centre(matrix: np.ndarray, design: Design, weight: np.ndarray | None) -> np.ndarray:
    if design.centring == "none" or not design.columns:
        return np.zeros(matrix.shape[1])
    if design.centring == "all":
        return np.average(matrix, axis=0, weights=weight)
    return design.matrix(reference_row(design.frame))[0]


def _check_finite(matrix: np.ndarray, columns: tuple[str, ...], formula: str) -> None:
    bad = ~np.isfinite(matrix)
    if not bad.any():
        return
    parts = [
        f"column '{columns[j]}' is not finite in {int(bad[:, j].sum())} row(s) "
        f"(first: row {int(np.flatnonzero(bad[:, j])[0]) + 1} of the rows used)"
        for j in np.flatnonzero(bad.any(axis=0))
    ]
    raise FormulaError(
        f"formula '{formula}': {'; '.join(parts)}. "
        "Mend: correct the values (a logarithm needs values above 0) or change the formula."
    )


def _check_rank(matrix: np.ndarray, columns: tuple[str, ...], formula: str) -> None:
    """Refuse columns that the intercept and earlier columns determine, and name them."""
    problems: list[str] = []
    kept = [np.ones(len(matrix))]
    names = ["a constant"]
    for label, column in zip(columns, matrix.T, strict=True):
        basis = np.column_stack(kept)
        weights, *_ = np.linalg.lstsq(basis, column, rcond=None)
        left = np.linalg.norm(column - basis @ weights)
        if left > _RANK_TOLERANCE * max(np.linalg.norm(column), 1e-300):
            kept.append(column)
            names.append(f"'{label}'")
            continue
        sizes = np.abs(weights) * np.linalg.norm(basis, axis=0)
        involved = [n for n, s in zip(names, sizes, strict=True) if s > 1e-6 * sizes.max()]
        problems.append(f"'{label}' is determined by {' and '.join(involved) or 'a constant'}")
    if problems:
        raise FormulaError(
            f"formula '{formula}': perfectly collinear columns: {'; '.join(problems)}. "
            "Mend: leave one of them out."
        )
