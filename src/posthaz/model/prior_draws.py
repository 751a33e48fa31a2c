"""Draws of a model's free variables before any data, from its outline."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import special

from posthaz.model.outline import Drawn, Outline

_Values = dict[int, np.ndarray]
"""Draws by the number of the variable that was heard of, shape (draw, ...)."""
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{f"pt.{name}": getattr(np, name) for name in ("sqrt", "exp", "log", "log1p", "expm1", "sin")},
    **{f"pt.{name}": getattr(np, name) for name in ("minimum", "maximum", "where")},
    "pt.switch": np.where,
    "pt.erfc": special.erfc,
    "pt.special.softmax": lambda value: special.softmax(value, axis=-1),
    **{name: getattr(operator, name) for name in ("add", "sub", "mul", "truediv", "pow", "neg")},
    **{name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "abs")},
    "radd": lambda a, b: b + a,
    "rsub": lambda a, b: b - a,
    "rmul": lambda a, b: b * a,
    "rtruediv": lambda a, b: b / a,
    "rpow": lambda a, b: b**a,
    "deterministic": lambda _, value, __: value,
}


def prior_draws(outline: Outline, count: int, seed: int) -> np.ndarray | None:
    """Draws of the free variables, unbounded and joined.

    Parameters
    ----------
    outline : Outline
        A model's outline.
    count : int
        How many draws.
    seed : int
        Seed.

    Returns
    -------
    ndarray of float, shape (draw, parameter), or None
        None where a prior is improper, or where only PyMC knows how to draw.

    Examples
    --------
    >>> import posthaz as ph
    >>> from posthaz.inference.prepare import prepare_fit
    >>> spec = ph.ModelSpec("m", ph.Weibull(), "arm")
    >>> prior_draws(prepare_fit(spec, ph.simulated_example()).outline, 10, seed=1).shape
    (10, 3)
    """
    random, values = np.random.default_rng(seed), _Values()
    parts = []
    for one in outline.drawn:
        try:
            made = _draw(one, values, count, random)
        except LookupError:  # a family or a function that isn't known here
            return None
        values[one.variable.number_said] = made
        parts.append(one.unbounded(made).reshape(count, -1))
    return np.concatenate(parts, axis=1) if parts else None


def _draw(one: Drawn, values: _Values, count: int, random: np.random.Generator) -> np.ndarray:
    """Draws of one variable given those before it, shape (draw, ...)."""
    shape = (count, *one.sizes)
    given = [_aligned(_value(each, values), len(one.sizes)) for each in one.given]
    if one.draw is not None:
        return one.draw(*(np.broadcast_to(each, shape) for each in given), rng=random)
    named = {key: _aligned(_value(each, values), len(one.sizes)) for key, each in one.named.items()}
    return np.asarray(_FAMILIES[one.family](random, shape, *given, **named))


def _value(thing: Any, values: _Values) -> "np.ndarray | _Many":
    """The value of what was said: the same in every draw, or one a draw."""
    number = getattr(thing, "number_said", None)
    if number is None:
        return np.asarray(thing)
    if number in values:
        return _Many(values[number])
    if thing.known_value is not None:
        return thing.known_value
    what, *operands = thing.made_by
    if what == "getitem":
        whole, key = _value(operands[0], values), operands[1]
        if isinstance(whole, _Many):
            return _Many(whole.array[(slice(None), *(key if isinstance(key, tuple) else (key,)))])
        return whole[key]
    function = _FUNCTIONS[what]
    if what == "deterministic":
        return _value(operands[1], values)
    found = [_value(each, values) for each in operands]
    rank = max(_rank(each) for each in found)
    made = function(*(_aligned(each, rank) for each in found))
    return _Many(made) if any(isinstance(each, _Many) for each in found) else made


class _Many:
    """A value with one entry a draw, along its first axis."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array


def _rank(value: "np.ndarray | _Many") -> int:
    return value.array.ndim - 1 if isinstance(value, _Many) else np.ndim(value)


def _aligned(value: "np.ndarray | _Many", rank: int) -> np.ndarray:
    """An array that broadcasts with those of that rank, draws along the first axis."""
    if not isinstance(value, _Many):
        return np.asarray(value)
    array = value.array
    return array.reshape(len(array), *(1,) * (rank + 1 - array.ndim), *array.shape[1:])


def _half_t(random: np.random.Generator, shape: tuple[int, ...], nu: Any, sigma: Any) -> np.ndarray:
    return np.abs(random.standard_t(nu, shape)) * sigma


_FAMILIES: Mapping[str, Callable[..., Any]] = {
    "Normal": lambda r, n, mu, sigma: mu + sigma * r.standard_normal(n),
    "StudentT": lambda r, n, nu, mu, sigma: mu + sigma * r.standard_t(nu, n),
    "Cauchy": lambda r, n, alpha, beta: alpha + beta * r.standard_cauchy(n),
    "Laplace": lambda r, n, mu, b: r.laplace(mu, b, n),
    "HalfNormal": lambda r, n, sigma: np.abs(r.standard_normal(n)) * sigma,
    "HalfStudentT": _half_t,
    "HalfCauchy": lambda r, n, beta: np.abs(r.standard_cauchy(n)) * beta,
    "Exponential": lambda r, n, lam: r.standard_exponential(n) / lam,
    "Gamma": lambda r, n, alpha, beta: r.standard_gamma(alpha, n) / beta,
    "InverseGamma": lambda r, n, alpha, beta: beta / r.standard_gamma(alpha, n),
    "LogNormal": lambda r, n, mu, sigma: np.exp(mu + sigma * r.standard_normal(n)),
    "Beta": lambda r, n, alpha, beta: r.beta(alpha, beta, n),
}
