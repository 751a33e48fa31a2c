"""A natural cubic spline that may stand in an interaction."""

from typing import Any

import numpy as np
from formulae.transforms import TRANSFORMS


class Spline:
    """``spline(x, df=3)`` in a formula: formulae's ``cr``, which itself is refused in products.

    Linear beyond the range of the data; its columns have mean 0 over them, so that in
    ``arm * spline(x)`` the coefficient of the arm is its effect in the average patient.

    Examples
    --------
    >>> import numpy as np
    >>> basis = Spline()(np.linspace(50.0, 70.0, 9), df=2)
    >>> basis.shape, bool(np.allclose(basis.mean(axis=0), 0.0))
    ((9, 2), True)
    """

    __stateful_transform__ = True

    def __init__(self) -> None:
        self._natural = TRANSFORMS["cr"]()

    def __call__(self, x: Any, df: int = 3) -> np.ndarray:
        """Columns of the basis, knots at quantiles of the data seen first, shape (row, df)."""
        return self._natural(x, df=df)
