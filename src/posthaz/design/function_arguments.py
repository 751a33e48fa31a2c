"""The functions of a formula, and what each takes besides its covariate."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from formulae.categorical import CategoricalBox, ContrastMatrix, Encoding
from formulae.transforms import TRANSFORMS
from scipy.linalg import helmert

from posthaz.cohort.levels import level_text
from posthaz.design.smooth import Bend, Fall, Rise
from posthaz.errors import nearest


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


PLAIN_FUNCTIONS = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
}
OWN_FUNCTIONS = {
    "zero_sum": zero_sum,
    "spline": Spline,
    "bend": Bend,
    "rise": Rise,
    "fall": Fall,
}
SPLINES = ("bs", "cr", "spline", "bend", "rise", "fall")
BASES = (*SPLINES, "poly")
"""Functions that make several columns of one number, whose coefficients mean nothing alone."""
FACTOR_FUNCTIONS = ("C", "T", "S", "zero_sum")

HIGHEST_DEGREE = 5
MOST_SPLINE_COLUMNS = 20

_DF, _DEGREE, _NUMBER, _FLAG, _LEVEL, _KNOTS = "df", "degree", "number", "flag", "level", "knots"
_BENDS = "bends"
_SPLINE_RANGE = {"lower_bound": _NUMBER, "upper_bound": _NUMBER, "center": _FLAG}

# In the order of the function's own arguments after the covariate.
_ARGUMENTS: dict[str, dict[str, str]] = {
    "bs": {
        "df": _DF,
        "knots": _KNOTS,
        "degree": _DEGREE,
        "intercept": _FLAG,
        **_SPLINE_RANGE,
    },
    "cr": {"df": _DF, "knots": _KNOTS, **_SPLINE_RANGE},
    "poly": {"degree": _DEGREE, "raw": _FLAG},
    "spline": {"df": _DF},
    "bend": {"df": _BENDS},
    "rise": {"df": _BENDS},
    "fall": {"df": _BENDS},
    "T": {"ref": _LEVEL},
    "S": {"omit": _LEVEL},
}
ALLOWED_FUNCTIONS = (
    *PLAIN_FUNCTIONS,
    *("bs", "cr", "poly", "scale", "center", "standardize", "I", "C", "T", "S"),
    *OWN_FUNCTIONS,
)

# What a user of R writes, and what says the same here.
_ELSEWHERE = {
    "strata": 'say column = "..." in [models.NAME.strata] (Strata in Python) for a baseline hazard '
    "of each level, or give the column as a term, whose levels have proportional hazards",
    "frailty": "write (1 | column), a normal frailty on the log hazard; [models.NAME.frailty] "
    "knows a gamma one",
    "cluster": "name the column as 'cluster' in [cohort] for robust standard errors, or write "
    "(1 | column) for a frailty",
    "ns": "write spline(x, df=3) or cr(x, df=3), natural cubic splines",
    "rcs": "write spline(x, df=3) or cr(x, df=3), natural cubic splines",
    "rms": "write spline(x, df=3) or cr(x, df=3), natural cubic splines",
    "s": "write spline(x, df=3) or cr(x, df=3), natural cubic splines",
    "pspline": 'ask for a curve, [curves.NAME] with shape = "spline", or write bs(x, df=4), '
    "spline(x, df=3) or cr(x, df=3)",
    "tt": "an effect that changes with time is asked for by [models.NAME.changing.TERM] "
    "(ChangingEffect in Python); for a covariate that changes, cut the follow-up of each patient "
    "into rows, with 'entry' and 'subject' in [cohort], and give its value in each",
    "Surv": "leave it out; time and event are named in [cohort], and the formula is the "
    "right-hand side only",
    "offset": "an effect that is known is a prior with a small sd on its coefficient",
    "factor": "write C(x), or give the column's levels in [cohort.columns]",
    "as.factor": "write C(x), or give the column's levels in [cohort.columns]",
    "relevel": "write T(x, ref='level'), or give 'reference' in [cohort.columns]",
    "as.numeric": "write the covariate itself; [cohort.columns] says whether it is a number",
    "ln": "write log(x)",
    "log1p": "write log(x + 1)",
    "ifelse": "write a comparison, such as I(age > 70), or add the column to the table",
    "cut": "write a comparison, such as I(age > 70), or a derived column in [cohort.columns]",
    "round": "add the rounded column to the table",
}

Fault = tuple[str, str]


def function_fault(name: str, arguments: Sequence[Any]) -> Fault | None:
    """What is wrong with the arguments of a function besides its covariate, and the fix.

    Parameters
    ----------
    name : str
        One of `ALLOWED_FUNCTIONS`.
    arguments : sequence of formulae expressions
        As the formula gives them; the first is the covariate.

    Returns
    -------
    (str, str) or None
        None when there is nothing wrong.

    Examples
    --------
    >>> from formulae.parser import Parser
    >>> from formulae.scanner import Scanner
    >>> call = Parser(Scanner("bs(age, df=99)").scan(add_intercept=False)).parse()
    >>> function_fault("bs", call.args)[0]
    'df = 99 in bs(), which takes a whole number from 1 to 20'
    """
    if not arguments or type(arguments[0]).__name__ == "Assign":
        return f"{name}() is given no covariate", f"name one first, as {name}(age)"
    known = _ARGUMENTS.get(name, {})
    if len(arguments) - 1 > len(known):
        takes = f"besides the covariate only {', '.join(known)}" if known else "one covariate alone"
        return f"{name}() is given {len(arguments)} arguments, and takes {takes}", (
            "leave the others out"
        )
    seen: set[str] = set()
    for position, argument in enumerate(arguments[1:]):
        named = type(argument).__name__ == "Assign"
        key = str(argument.name.name.lexeme) if named else list(known)[position]
        fault = _argument_fault(name, key, argument.value if named else argument, known)
        if not fault and key in seen:
            fault = (f"{name}() is given '{key}' twice", "give it once")
        if fault:
            return fault
        seen.add(key)
    if name == "bs" and "df" not in seen:
        return "bs() is given no df", "give the number of its columns, as bs(age, df=4)"
    return None


def unknown_function(name: str) -> Fault:
    """Why a function can't be called, and what says the same here.

    Examples
    --------
    >>> unknown_function("frailty")[1].partition(";")[0]
    'write (1 | column), a normal frailty on the log hazard'
    """
    advice = _ELSEWHERE.get(name) or _ELSEWHERE.get(name.rpartition(".")[2])
    if advice:
        return f"calls '{name}', which posthaz doesn't have", advice
    return (
        f"calls '{name}', which is not allowed; {nearest(name, ALLOWED_FUNCTIONS)}",
        f"use one of {', '.join(ALLOWED_FUNCTIONS)}, or add the transformed column to the table",
    )


def _argument_fault(name: str, key: str, node: Any, known: dict[str, str]) -> Fault | None:
    kind = known.get(key)
    if kind is None:
        hint = nearest(key, list(known)) if known else "it takes one covariate alone"
        return f"{name}() has no argument '{key}' ({hint})", "correct or leave it out"
    if kind == _KNOTS:
        return f"knots of {name}() can't be given in a formula", (
            "give df; the knots then stand at quantiles of the covariate"
        )
    value = _literal(node)
    good, takes = _limits(kind, value)
    if good:
        return None
    shown = f"{key} = {value}" if value is not None else f"{key} is no plain value"
    return f"{shown} in {name}(), which takes {takes}", f"give {key} as {takes}"


def _limits(kind: str, value: Any) -> tuple[bool, str]:
    """Whether a value is of a kind, and the kind in words."""
    whole = type(value) is int
    if kind == _DF:
        return whole and 1 <= value <= MOST_SPLINE_COLUMNS, (
            f"a whole number from 1 to {MOST_SPLINE_COLUMNS}"
        )
    if kind == _BENDS:
        return whole and 3 <= value <= MOST_SPLINE_COLUMNS, (
            f"a whole number from 3 to {MOST_SPLINE_COLUMNS}"
        )
    if kind == _DEGREE:
        return whole and 1 <= value <= HIGHEST_DEGREE, f"a whole number from 1 to {HIGHEST_DEGREE}"
    if kind == _FLAG:
        return isinstance(value, bool), "True or False"
    if kind == _NUMBER:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and abs(value) <= 1e15, "a number"
    return isinstance(value, str | int | float) and not isinstance(value, bool), "a level in quotes"


def _literal(node: Any) -> Any:
    """Value of a literal, with or without a sign; None when it is something else."""
    kind = type(node).__name__
    if kind == "Unary" and node.operator.kind in ("PLUS", "MINUS"):
        value = _literal(node.right)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return -value if node.operator.kind == "MINUS" else value
    return node.value if kind == "Literal" else None
