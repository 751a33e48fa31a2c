"""What a formula may ask for, checked on its syntax tree before anything is evaluated."""

from dataclasses import dataclass
from math import comb
from typing import Any

from posthaz.design.function_rules import (
    COMPARISONS,
    FormulaFault,
    RefusedError,
    check_call,
    check_level,
    kind,
    whole,
)

MOST_CHARACTERS = 10_000
DEEPEST = 20
MOST_TERMS = 300
MOST_FACTORS = 6

_OPENING, _CLOSING = "([{", ")]}"
_SUMS = ("PLUS", "MINUS")
_PRODUCTS = ("STAR", "COLON", "SLASH")


@dataclass(frozen=True)
class _Size:
    """Number of terms below a node, and of factors in the largest product."""

    terms: int
    factors: int


def length_fault(formula: str) -> FormulaFault | None:
    """Whether a formula is too long or too deeply nested to be parsed.

    Parameters
    ----------
    formula : str
        Right-hand side of a formula.

    Returns
    -------
    FormulaFault or None
        None when it may be parsed.

    Examples
    --------
    >>> length_fault("(" * 30 + "age" + ")" * 30).what
    'brackets are nested too deeply, 30 levels; at most 20 are read'
    """
    if len(formula) > MOST_CHARACTERS:
        return FormulaFault(
            f"it has {len(formula):,} characters; at most {MOST_CHARACTERS:,} are read",
            "leave terms out, or add transformed columns to the table",
        )
    depth = deepest = signs = most_signs = 0
    for character in formula:
        depth += (character in _OPENING) - (character in _CLOSING)
        deepest = max(deepest, depth)
        if not character.isspace():
            signs = signs + 1 if character in "+-" else 0
            most_signs = max(most_signs, signs)
    if deepest > DEEPEST:
        return FormulaFault(
            f"brackets are nested too deeply, {deepest} levels; at most {DEEPEST} are read",
            "write it with fewer brackets",
        )
    if most_signs > DEEPEST:
        return FormulaFault(
            f"{most_signs} signs follow one another; at most {DEEPEST} are read",
            "leave the superfluous signs out",
        )
    return None


def tree_fault(tree: Any) -> FormulaFault | None:
    """What a parsed formula asks for that is not allowed, or not with these numbers.

    Parameters
    ----------
    tree : formulae expression
        Syntax tree of the formula.

    Returns
    -------
    FormulaFault or None
        The first fault.
    """
    try:
        _check_terms(_size(tree).terms)
    except RefusedError as refused:
        return refused.fault
    except RecursionError:
        return FormulaFault(
            f"it has many more than {MOST_TERMS} terms; at most {MOST_TERMS} are estimated",
            "leave terms out",
        )
    return None


def _check_terms(terms: int) -> None:
    if terms > MOST_TERMS:
        shown = f"{terms:,}" if terms < 10**9 else "more than a billion"
        raise RefusedError(
            f"it has {shown} terms once multiplied out; at most {MOST_TERMS} are estimated",
            "name the products that the question is about instead of all of them",
        )


def _size(node: Any) -> _Size:
    """Size of a part outside functions, its leaves checked on the way."""
    match kind(node):
        case "Grouping":
            return _size(node.expression)
        case "Unary":
            _check_sign(node)
            return _size(node.right)
        case "Call":
            check_call(node)
        case "Literal":
            _check_lone_literal(node)
        case "Variable":
            check_level(node)
        case "Binary":
            return _binary_size(node)
        case "Assign":
            raise RefusedError(
                "an '=' stands outside a function", "leave it out, or write a comparison with =="
            )
    return _Size(1, 1)


def _binary_size(node: Any) -> _Size:
    sign = node.operator.kind
    if sign == "PIPE":
        _size(node.left)
        return _frailty_size(node.right)
    if sign in COMPARISONS:
        raise RefusedError(
            f"a comparison ({node.operator.lexeme}) stands outside a function",
            "write it as a covariate of its own, such as I(age > 70)",
        )
    if sign == "STAR_STAR":
        return _power_size(node)
    left = _size(node.left)
    right = _size(node.right)
    if sign in _SUMS:
        terms = left.terms + (right.terms if sign == "PLUS" else 0)
        return _Size(terms, max(left.factors, right.factors))
    terms = left.terms * right.terms
    if sign == "STAR":
        terms += left.terms + right.terms
    elif sign == "SLASH":
        terms = left.terms + right.terms
    return _checked(_Size(terms, left.factors + right.factors))


def _frailty_size(group: Any) -> _Size:
    while kind(group) == "Grouping":
        group = group.expression
    if kind(group) not in ("Variable", "QuotedName"):
        raise RefusedError(
            "a frailty is asked for something other than one column",
            "write (1 | column); for combined clusters add a column to the table, and for nested "
            "ones write (1 | outer) + (1 | inner)",
        )
    return _size(group)


def _power_size(node: Any) -> _Size:
    inner, power = _size(node.left), whole(node.right)
    if power is None or not 2 <= power <= MOST_FACTORS:
        raise RefusedError(
            "'**' outside a function asks for products of several terms, and takes a whole "
            f"number from 2 to {MOST_FACTORS}",
            "write (a + b + c)**2 for all products of two, I(x**2) for the square of a number",
        )
    if inner.terms == 1:
        raise RefusedError(
            "'**' outside a function asks for products of several terms, and here is one",
            "write I(x**2) for the square of a number",
        )
    terms = sum(comb(inner.terms, i) for i in range(1, power + 1))
    return _checked(_Size(terms, inner.factors * min(power, inner.terms)))


def _checked(size: _Size) -> _Size:
    """The size, when neither its terms nor the factors of its largest product are too many."""
    _check_terms(size.terms)
    if size.factors > MOST_FACTORS:
        raise RefusedError(
            f"it multiplies {size.factors} covariates with one another; at most {MOST_FACTORS} "
            "are multiplied",
            "name the products that the question is about",
        )
    return size


def _check_sign(node: Any) -> None:
    if node.operator.kind == "MINUS" and kind(node.right) != "Literal":
        raise RefusedError(
            "a minus stands before a term, as if it could be taken from nothing",
            "leave the term out; a product is left out by 'a * b - a:b'",
        )


def _check_lone_literal(node: Any) -> None:
    if type(node.value) is int and node.value in (0, 1):
        return
    shown = node.lexeme or node.value
    raise RefusedError(
        f"{shown} stands alone, and is no covariate",
        "leave it out; a covariate whose name is not one word stands between backquotes",
    )
