"""Levels of a factor as deviations that sum to zero and that a shared prior treats alike."""

from typing import Any

import numpy as np
from formulae.categorical import CategoricalBox, ContrastMatrix, Encoding
from scipy.linalg import helmert

from posthaz.cohort.levels import level_text


class ZeroSum(Encoding):
    """Orthonormal contrasts: independent coefficients of one variance give deviations alike.

    Sum coding leaves one level out, and a prior on the others' coefficients is another prior on
    it. Here the deviations of all levels have the same prior whatever their order: with
    coefficients of variance ``s^2``, variance ``s^2 (1 - 1/K)``, and ``2 s^2`` between two levels.
    """

    def code_with_intercept(self, levels: list) -> ContrastMatrix:
        """Contrasts after a column of ones."""
        contrast = self.code_without_intercept(levels)
        ones = np.ones((len(levels), 1))
        return ContrastMatrix(np.hstack([ones, contrast.matrix]), ["mean", *contrast.labels])

    def code_without_intercept(self, levels: list) -> ContrastMatrix:
        """Contrasts, one fewer than levels, which are in the order of letters."""
        matrix = -helmert(len(levels)).T
        return ContrastMatrix(matrix, [str(i) for i in range(1, len(levels))])


def zero_sum(data: Any) -> CategoricalBox:
    """A factor coded by deviations of its levels that sum to zero; ``zero_sum(x)`` in a formula.

    Parameters
    ----------
    data : Series of category
        A factor.

    Returns
    -------
    formulae.categorical.CategoricalBox
        What formulae codes.

    Examples
    --------
    >>> ZeroSum().code_without_intercept(["a", "b"]).matrix.round(3).tolist()
    [[-0.707], [0.707]]
    """
    # as plain text: formulae refuses new patients of an ordered factor who lack one of its levels
    if isinstance(data, CategoricalBox):
        data = data.data
    texts = np.array([level_text(value) for value in np.asarray(data)], dtype=object)
    return CategoricalBox(texts, ZeroSum(), None)
