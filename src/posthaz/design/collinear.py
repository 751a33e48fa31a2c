"""Numbers of one formula that say nearly the same, such as a planning and a tumour volume."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from posthaz.design.design import Design
from posthaz.design.formula import formula_variables, in_basis, quoted

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
    return (term,) if term in design.frame else formula_variables(term)


def _apart(design: Design, j: int, k: int) -> str:
    (first,), (second,) = (_variables(design, place) for place in (j, k))
    logs = all(design.terms[place].startswith("log") for place in (j, k))
    if logs:
        return f"{design.terms[k].split('(')[0]}({quoted(second)} / {quoted(first)})"
    return f"I({quoted(second)} - {quoted(first)})"
