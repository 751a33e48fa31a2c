"""Columns of a simulated cohort as numbers, remembered for the next draw of it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Piece:
    """One column, or the indicator of one of its levels.

    Parameters
    ----------
    column : str
        Column.
    level : str or None
        Level of a factor; None for a number.
    centre, scale : float
        What a number is shifted and divided by.
    """

    column: str
    level: str | None = None
    centre: float = 0.0
    scale: float = 1.0

    def values(self, frame: pd.DataFrame) -> np.ndarray:
        """Its numbers, shape (patient,)."""
        column = frame[self.column].to_numpy()
        if self.level is not None:
            return (column == self.level).astype(float)
        # where there is no value, as a target volume without radiotherapy, there is no effect
        return np.nan_to_num((column.astype(float) - self.centre) / self.scale)


@dataclass(frozen=True)
class Coding:
    """Products of pieces, each centred.

    Parameters
    ----------
    products : tuple of tuple of Piece
        One a column of the matrix.
    means : tuple of float
        What each product is centred by.
    """

    products: tuple[tuple[Piece, ...], ...]
    means: tuple[float, ...]

    def matrix(self, frame: pd.DataFrame) -> np.ndarray:
        """Coded columns, shape (patient, product)."""
        columns = [
            np.prod([piece.values(frame) for piece in product], axis=0) - mean
            for product, mean in zip(self.products, self.means, strict=True)
        ]
        return np.column_stack(columns) if columns else np.zeros((len(frame), 0))

    @property
    def orders(self) -> np.ndarray:
        """Number of columns in each product: 1 for a main effect, 2 for an interaction."""
        return np.array([len(product) for product in self.products], dtype=int)


def learn_coding(frame: pd.DataFrame, terms: Iterable[str]) -> Coding:
    """Coding of main effects and interactions: indicators of all levels but the commonest.

    Parameters
    ----------
    frame : DataFrame
        Patients.
    terms : iterable of str
        Columns, or ``a:b``.

    Returns
    -------
    Coding
        The coding.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": ["a", "b", "a"], "dose": [50.0, 60.0, 70.0]})
    >>> learn_coding(frame, ["arm", "arm:dose"]).matrix(frame).shape
    (3, 2)
    """
    products = tuple(product for term in terms for product in _products(frame, term.split(":")))
    plain = Coding(products, (0.0,) * len(products))
    return Coding(products, tuple(plain.matrix(frame).mean(axis=0).tolist()))


def _products(frame: pd.DataFrame, columns: list[str]) -> list[tuple[Piece, ...]]:
    products: list[tuple[Piece, ...]] = [()]
    for name in columns:
        products = [(*before, piece) for before in products for piece in _pieces(frame[name])]
    return products


def _pieces(column: pd.Series) -> list[Piece]:
    name = str(column.name)
    if pd.api.types.is_numeric_dtype(column):
        return [Piece(name, None, float(column.mean()), float(column.std(ddof=0)) or 1.0)]
    levels = column.value_counts(sort=True).index.tolist()
    return [Piece(name, level) for level in levels[1:]]
