"""``C(x)``, ``T(x, ref)`` and ``S(x, omit)``: factors coded in the cohort's order of levels."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from formulae.categorical import CategoricalBox, Encoding, Sum, Treatment
from formulae.terms.call import Call
from formulae.terms.call_resolver import LazyCall, LazyOperator, LazyVariable

from posthaz.cohort.levels import level_text
from posthaz.design.function_arguments import FACTOR_FUNCTIONS
from posthaz.errors import FormulaError, nearest

MOST_LEVELS_OF_A_NUMBER = 20

_CODINGS: dict[str, Callable[..., Encoding]] = {"C": Treatment, "T": Treatment, "S": Sum}


class FactorCoding:
    """What ``C``, ``T`` or ``S`` does in a formula, its levels remembered for new data.

    formulae's own functions sort levels by letters, whatever the order of a factor, and refuse
    new data that lack one of its levels.

    Parameters
    ----------
    name : str
        The function.

    Examples
    --------
    >>> import pandas as pd
    >>> FactorCoding("C")(pd.Series([2.0, 10.0, 2.0])).levels
    ['2', '10']
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._learned = False

    def __call__(self, data: Any, level: Any = None, **named: Any) -> CategoricalBox:
        """A factor as formulae codes it."""
        levels, texts = factor_levels(data)
        for value in (level, *named.values()):
            level = value if value is not None else level
        stated = None if level is None else level_text(level)
        if self._learned:
            return CategoricalBox(texts, _CODINGS[self._name](), None)
        self._learned = True
        if stated is not None and stated not in levels:
            raise ValueError(f"there is no level '{stated}' ({nearest(stated, levels)})")
        if _is_number(data) and len(levels) > MOST_LEVELS_OF_A_NUMBER:
            raise FormulaError(
                f"{self._name}() of a number makes a factor of its values, and it has "
                f"{len(levels)}; at most {MOST_LEVELS_OF_A_NUMBER} are taken",
                fix="cut it in [cohort.columns], or model it as a number",
            )
        return CategoricalBox(texts, _CODINGS[self._name](stated), levels)


def factor_levels(data: Any) -> tuple[list[str], np.ndarray]:
    """Levels of data that are taken for a factor, in order, and the level of each row.

    Parameters
    ----------
    data : Series, ndarray or formulae.categorical.CategoricalBox
        A factor, numbers, or the result of another function.

    Returns
    -------
    list of str, ndarray of object
        Levels that occur: in the order of an ordered factor, else sorted.
    """
    if isinstance(data, CategoricalBox):
        return list(data.levels or sorted(set(data.data))), np.asarray(data.data)
    values = pd.Series(np.asarray(data), dtype=object) if not isinstance(data, pd.Series) else data
    texts = np.array([level_text(value) for value in values], dtype=object)
    if isinstance(values.dtype, pd.CategoricalDtype):
        order = [level_text(value) for value in values.cat.categories]
    else:
        order = [level_text(value) for value in sorted(set(values))]
    present = set(texts)
    return [level for level in dict.fromkeys(order) if level in present], texts


def remember_factors(description: Any) -> None:
    """Let every ``C``, ``T`` and ``S`` of a model description code by `FactorCoding`."""
    for call in _calls(description):
        if call.callee in _CODINGS:
            call.stateful_transform = FactorCoding(call.callee)


def factor_numbers(description: Any) -> tuple[dict[str, str], set[str]]:
    """Covariates that functions take for factors, and those that stand elsewhere in the formula.

    Parameters
    ----------
    description : formulae.terms.terms.Model
        A model description.

    Returns
    -------
    dict of str to str, set of str
        By covariate the level that ``T(x, ref)`` puts first, empty where none does; names of
        covariates outside such functions.
    """
    factors: dict[str, str] = {}
    plain: set[str] = set()
    for component in _components(description):
        if not isinstance(component, Call):
            plain.add(str(component.name))
    for call in _calls(description):
        first = call.args[0]
        if call.callee in FACTOR_FUNCTIONS and isinstance(first, LazyVariable):
            stated = [*call.args[1:], *call.kwargs.values()] if call.callee == "T" else []
            reference = level_text(stated[0].value) if stated else ""
            factors[first.name] = reference or factors.get(first.name, "")
        else:
            plain |= {name for argument in call.args for name in _variables(argument)}
    return factors, plain


def _is_number(data: Any) -> bool:
    return not isinstance(data, CategoricalBox) and (
        pd.api.types.is_numeric_dtype(data) and not pd.api.types.is_bool_dtype(data)
    )


def _components(description: Any) -> Iterator[Any]:
    for term in description.common_terms:
        yield from getattr(term, "components", ())


def _calls(description: Any) -> Iterator[LazyCall]:
    for component in _components(description):
        if isinstance(component, Call):
            yield from _calls_below(component.call)


def _calls_below(node: Any) -> Iterator[LazyCall]:
    if isinstance(node, LazyCall):
        yield node
    for argument in (*getattr(node, "args", ()), *getattr(node, "kwargs", {}).values()):
        yield from _calls_below(argument)


def _variables(node: Any) -> Iterator[str]:
    """Covariates in the arithmetic of one argument; those of a call in it are its own."""
    if isinstance(node, LazyVariable):
        yield str(node.name)
    elif isinstance(node, LazyOperator):
        for argument in node.args:
            yield from _variables(argument)
