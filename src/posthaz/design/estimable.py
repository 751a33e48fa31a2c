"""Columns of a design that an effect can be estimated for, and numbers that say nearly the same."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from posthaz.design.design import Design
from posthaz.design.formula import in_basis, quoted, term_variables
from posthaz.errors import FormulaError

# what is left of a column beside the others, as a share of its own spread: near-copies have
# ratios of millions to one that say nothing
RANK_TOLERANCE = 1e-6
_LEAST_SPREAD = 1e-8
_MOST_NAMED = 10


def check_finite(matrix: np.ndarray, columns: tuple[str, ...], formula: str) -> None:
    """Refuse columns with values that are no numbers, and say where they are."""
    bad = ~np.isfinite(matrix)
    if not bad.any():
        return
    parts = [
        f"column '{columns[j]}' is not finite in {int(bad[:, j].sum())} row(s) "
        f"(first: row {int(np.flatnonzero(bad[:, j])[0]) + 1} of the rows used)"
        for j in np.flatnonzero(bad.any(axis=0))
    ]
    raise FormulaError(
        f"formula '{formula}': {'; '.join(parts)}",
        fix="correct the values (a logarithm needs values above 0) or change the formula",
    )


def check_rank(matrix: np.ndarray, columns: tuple[str, ...], formula: str) -> None:
    """Refuse columns that the intercept and earlier columns determine, and name them."""
    problems: list[str] = []
    # an orthonormal basis of the columns kept, grown one by one
    basis = np.empty((len(matrix), min(len(matrix), len(columns) + 1)), order="F")
    basis[:, 0] = 1.0 / math.sqrt(len(matrix))
    kept = [np.ones(len(matrix))]
    names = ["a constant"]
    for label, column in zip(columns, matrix.T, strict=True):
        known = basis[:, : len(kept)]
        left = column - known @ (known.T @ column)
        left -= known @ (known.T @ left)
        size = float(np.linalg.norm(left))
        spread = float(np.linalg.norm(column - column.mean()))
        least = max(RANK_TOLERANCE * spread, 1e-8 * float(np.linalg.norm(column)), 1e-300)
        if size > least and len(kept) < len(matrix):
            basis[:, len(kept)] = left / size
            kept.append(column)
            names.append(f"'{label}'")
            continue
        if len(problems) < _MOST_NAMED:
            reason = f"is determined by {_determining(kept, names, column)}"
            problems.append(f"'{label}' {reason if column.any() else 'is 0 in every row'}")
        else:
            problems[-1] = "and further ones"
    if problems:
        raise FormulaError(
            f"formula '{formula}': collinear columns: {'; '.join(problems)}, exactly or but "
            "for a millionth of its spread",
            fix="leave one of them out",
        )


def check_spread(matrix: np.ndarray, columns: tuple[str, ...], formula: str) -> None:
    """Refuse columns so small that a ratio per unit is beyond any number."""
    spread = matrix.std(axis=0) if len(matrix) else np.ones(len(columns))
    small = (spread > 0) & (spread < _LEAST_SPREAD)
    if small.any():
        named = [
            f"'{columns[j]}' has a standard deviation of {spread[j]:.3g}"
            for j in np.flatnonzero(small)
        ]
        raise FormulaError(
            f"formula '{formula}': numerically constant: {'; '.join(named)}",
            fix="give the column in a larger unit's parts (as mg for kg), or leave it out",
        )


def _determining(kept: list[np.ndarray], names: list[str], column: np.ndarray) -> str:
    """The columns that determine another, in words."""
    basis = np.column_stack(kept)
    weights, *_ = np.linalg.lstsq(basis, column, rcond=None)
    sizes = np.abs(weights) * np.linalg.norm(basis, axis=0)
    involved = [n for n, s in zip(names, sizes, strict=True) if s > 1e-6 * sizes.max()]
    if len(involved) > _MOST_NAMED:
        involved = [*involved[:_MOST_NAMED], f"{len(involved) - _MOST_NAMED} more"]
    return " and ".join(involved) or "a constant"


NEARLY = 0.9
"""Correlation from which two numbers of one formula are nearly the same."""


@dataclass(frozen=True)
class Entangled:
    """Two columns of a design that are nearly collinear.

    Parameters
    ----------
    first, second : str
        Their labels.
    correlation : float
        Between the patients' values of both.
    inflation : tuple of (float, float)
        Variance inflation factors: by how much the variance of each coefficient is larger than if
        the column were uncorrelated with all others.
    apart : str
        Term that may stand in place of `second`, and is further from `first`: the logarithm of
        their ratio, or their difference.
    """

    first: str
    second: str
    correlation: float
    inflation: tuple[float, float]
    apart: str


def entangled_numbers(design: Design) -> tuple[Entangled, ...]:
    """Pairs of different numbers that are correlated by `NEARLY` or more.

    Parameters
    ----------
    design : Design
        A design.

    Returns
    -------
    tuple of Entangled
        Products, splines and levels of factors are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.design import learn_design
    >>> frame = pd.DataFrame({"ptv": [9.0, 21.0, 42.0, 80.0], "gtv": [5.0, 9.0, 21.0, 41.0]})
    >>> (found,) = entangled_numbers(learn_design(frame, "log(ptv) + log(gtv)"))
    >>> found.apart, found.correlation > 0.9
    ('log(gtv / ptv)', True)
    """
    if len(design.columns) < 2:
        return ()
    matrix = design.own_matrix
    weight = design.weight / design.weight.sum()
    centred = (matrix - weight @ matrix) * np.sqrt(weight)[:, None]
    size = np.linalg.norm(centred, axis=0)
    if (size == 0).any():
        return ()
    correlation = (centred / size).T @ (centred / size)
    inflation = np.diag(np.linalg.pinv(correlation, hermitian=True))
    found = []
    for j, k in combinations(_numbers(design), 2):
        apart = set(_variables(design, j)) != set(_variables(design, k))
        if apart and abs(correlation[j, k]) >= NEARLY:
            pair = (float(inflation[j]), float(inflation[k]))
            names = (design.columns[j], design.columns[k])
            term = _apart(design, j, k)
            found.append(Entangled(*names, float(correlation[j, k]), pair, term))
    return tuple(found)


def _numbers(design: Design) -> Iterator[int]:
    """Columns that are one number, as it is or transformed."""
    for j, term in enumerate(design.terms):
        names = [name for name in design.frame if str(name) in _variables(design, j)]
        factor = any(isinstance(design.frame[n].dtype, pd.CategoricalDtype) for n in names)
        if len(names) == 1 and not (factor or in_basis(term) or ":" in term):
            yield j


def _variables(design: Design, j: int) -> tuple[str, ...]:
    term = design.terms[j]
    return term_variables(design.formula, term)


def _apart(design: Design, j: int, k: int) -> str:
    (first,), (second,) = (_variables(design, place) for place in (j, k))
    logs = all(design.terms[place].startswith("log") for place in (j, k))
    if logs:
        return f"{design.terms[k].split('(')[0]}({quoted(second)} / {quoted(first)})"
    return f"I({quoted(second)} - {quoted(first)})"
