"""A model as functions of (unbounded parameters, data), whoever made them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

JaxFunction = Callable[..., Any]


@dataclass(frozen=True)
class Translated:
    """A model's functions of a flat parameter vector and its data.

    Parameters
    ----------
    derived : callable
        ``derived(*data)``, everything in the model that depends on data alone, computed once
        and not at every parameter vector; what the other functions call data.
    log_density : callable
        ``log_density(theta, *derived)``, log posterior density up to a constant.
    answers : callable
        ``answers(theta, *derived)``, the variables named in `names`.
    names : tuple of (group, name)
        ArviZ group and variable of each answer.
    data_names : tuple of str
        The model's data, in the order `derived` takes them.
    size : int
        Length of ``theta``, the free variables in the model's order, unbounded and joined.
    """

    derived: JaxFunction
    log_density: JaxFunction
    answers: JaxFunction
    names: tuple[tuple[str, str], ...]
    data_names: tuple[str, ...]
    size: int
