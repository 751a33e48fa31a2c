"""What a function in a formula may be given: covariates, bounded numbers, nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from posthaz.design.function_arguments import ALLOWED_FUNCTIONS, function_fault, unknown_function

LARGEST_POWER = 10
LARGEST_NUMBER = 1e15
COMPARISONS = ("EQUAL_EQUAL", "BANG_EQUAL", "LESS_EQUAL", "LESS", "GREATER_EQUAL", "GREATER")
_ARITHMETIC = ("PLUS", "MINUS", "STAR", "SLASH", "STAR_STAR")


@dataclass(frozen=True)
class FormulaFault:
    """What is wrong with a formula, and the fix."""

    what: str
    fix: str


class RefusedError(Exception):
    """Ends the walk through a formula at its first fault."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fault = FormulaFault(what, fix)


def kind(node: Any) -> str:
    """Kind of a node of formulae's syntax tree."""
    return type(node).__name__


def check_level(node: Any) -> None:
    """Refuse one level of a covariate, ``stage[III]``."""
    if node.level is None:
        return
    name, level = node.name.lexeme, node.level.value
    raise RefusedError(
        f"'{name}[{level}]' is one level of a covariate",
        f"write '{name}' for all levels, or I({name} == '{level}') for this one",
    )


def check_call(node: Any) -> None:
    """Whether a function is known and its arguments are allowed; its data are checked below it."""
    name = _called(node.callee)
    if name not in ALLOWED_FUNCTIONS:
        raise RefusedError(*unknown_function(name))
    for argument in node.args[1:]:
        _check_calls_below(argument)
    fault = function_fault(name, node.args)
    if fault:
        raise RefusedError(*fault)
    data = node.args[0]
    if not any(True for _ in _covariates(data)):
        raise RefusedError(
            f"{name}() is given no covariate", f"name one inside the brackets, as {name}(age)"
        )
    _check_expression(data)


def _check_calls_below(argument: Any) -> None:
    """Name a function that an option calls, before its value is found to be none."""
    value = argument.value if kind(argument) == "Assign" else argument
    if kind(value) == "Call" and _called(value.callee) not in ALLOWED_FUNCTIONS:
        raise RefusedError(*unknown_function(_called(value.callee)))


def _called(callee: Any) -> str:
    name = getattr(callee, "name", None)
    if name is None or getattr(callee, "level", None) is not None:
        raise RefusedError(
            "brackets that follow a term are read as the arguments of a function",
            "put +, * or : before them",
        )
    return str(name.lexeme)


def _check_expression(node: Any) -> None:
    """Whether arithmetic inside a function is of covariates and bounded numbers."""
    match kind(node):
        case "Grouping":
            _check_expression(node.expression)
        case "Unary":
            _check_expression(node.right)
        case "Call":
            check_call(node)
        case "Literal":
            _check_number(node)
        case "Variable":
            check_level(node)
        case "Assign":
            raise RefusedError(
                "an '=' stands where a comparison belongs", "write == to compare values"
            )
        case "Binary":
            _check_operation(node)


def _check_operation(node: Any) -> None:
    sign = node.operator.kind
    sides = (node.left, node.right)
    if sign in COMPARISONS:
        for side in sides:
            if not isinstance(getattr(side, "value", None), str):
                _check_expression(side)
        return
    if sign not in _ARITHMETIC:
        raise RefusedError(
            f"'{node.operator.lexeme}' has no meaning inside a function",
            "use +, -, *, / or ** there",
        )
    for side in sides:
        _check_expression(side)
    if sign != "STAR_STAR" or any(True for _ in _covariates(node.right)):
        return
    power = constant(node.right)
    if power is None or abs(power) > LARGEST_POWER:
        raise RefusedError(
            f"a power inside a function is beyond {LARGEST_POWER} or not a plain number",
            f"write a power from -{LARGEST_POWER} to {LARGEST_POWER}",
        )
    if not any(True for _ in _covariates(node.left)):
        raise RefusedError("a power of plain numbers is asked for", "write the number itself")


def _check_number(node: Any) -> None:
    value = node.value
    if isinstance(value, bool | str) or value is None:
        shown = node.lexeme or value
        raise RefusedError(
            f"{shown} stands in arithmetic, where numbers belong",
            "write a number, or compare a covariate with it by ==",
        )
    if abs(value) > LARGEST_NUMBER:
        raise RefusedError(
            f"a number in it is beyond {LARGEST_NUMBER:g}", "give the covariate in another unit"
        )


def _covariates(node: Any) -> Iterator[str]:
    """Names of the covariates below a node."""
    found = kind(node)
    if found == "Variable":
        yield node.name.lexeme
    elif found == "QuotedName":
        yield node.expression.lexeme[1:-1]
    elif found == "Call":
        for argument in node.args:
            yield from _covariates(argument)
    for part in ("expression", "left", "right"):
        child = getattr(node, part, None)
        if child is not None and found != "QuotedName":
            yield from _covariates(child)


def constant(node: Any) -> float | None:
    """Value of a number, with or without a sign; None for anything else."""
    while kind(node) == "Grouping":
        node = node.expression
    if kind(node) == "Unary":
        inner = constant(node.right)
        return None if inner is None else (-inner if node.operator.kind == "MINUS" else inner)
    value = getattr(node, "value", None)
    if kind(node) != "Literal" or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value


def whole(node: Any) -> int | None:
    """Value of a whole number, with or without a sign; None for anything else."""
    value = constant(node)
    return value if isinstance(value, int) else None
