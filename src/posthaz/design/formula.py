"""Formulas: read by formulae's own parser, held to an allow-list of functions."""

import re

import numpy as np
from formulae import model_description
from formulae.environment import Environment
from formulae.parser import Parser
from formulae.scanner import Scanner

from posthaz.design.formula_syntax import syntax_fault
from posthaz.design.spline import Spline
from posthaz.design.zero_sum import zero_sum
from posthaz.errors import FormulaError, nearest

PLAIN_FUNCTIONS = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
}
REMEMBERED_FUNCTIONS = ("bs", "cr", "poly", "scale", "center", "standardize", "I", "C", "T", "S")
OWN_FUNCTIONS = {"zero_sum": zero_sum, "spline": Spline}
ALLOWED_FUNCTIONS = (*PLAIN_FUNCTIONS, *REMEMBERED_FUNCTIONS, *OWN_FUNCTIONS)
ENVIRONMENT = Environment([{**PLAIN_FUNCTIONS, **OWN_FUNCTIONS}])


def formula_variables(formula: str) -> tuple[str, ...]:
    """Names of the covariates that a formula uses, after checking that it may be evaluated.

    Parameters
    ----------
    formula : str
        Right-hand side of a formula, lme4 style.

    Returns
    -------
    tuple of str
        Covariate names, sorted.

    Raises
    ------
    FormulaError
        For a syntax error or a function outside `ALLOWED_FUNCTIONS`; nothing is evaluated.

    Examples
    --------
    >>> formula_variables("arm * log(gtv_cc) + (1 | centre)")
    ('arm', 'centre', 'gtv_cc')
    """
    _check_syntax(formula)
    try:
        description = model_description(formula)
    except Exception as error:  # formulae raises many bare types while resolving
        mend = " Mend: write spline(x, df=3) there." if "Interaction with" in str(error) else ""
        raise FormulaError(f"formula '{formula}' can't be read: {error}{mend}") from error
    if description.response is not None:
        raise FormulaError(
            f"formula '{formula}' has a left-hand side. "
            "Mend: give the right-hand side only; time and event are named in [cohort]."
        )
    _check_structure(formula, description)
    return tuple(sorted(name for name in description.var_names if name))


def formula_terms(formula: str) -> tuple[str, ...]:
    """Names of the terms of a formula, without intercept and frailties, products multiplied out.

    Parameters
    ----------
    formula : str
        A formula that `formula_variables` accepts.

    Returns
    -------
    tuple of str
        Names as a design gives them.

    Examples
    --------
    >>> formula_terms("arm * log(gtv_cc) + (1 | centre)")
    ('arm', 'log(gtv_cc)', 'arm:log(gtv_cc)')
    """
    formula_variables(formula)
    terms = [str(term.name) for term in model_description(formula).common_terms]
    return tuple(name for name in terms if name != "Intercept")


def written_terms(formula: str) -> tuple[str, ...]:
    """Terms of a formula as `formula_terms` gives them, each as a formula takes it.

    Examples
    --------
    >>> written_terms("`tumour size` * arm")
    ('`tumour size`', 'arm', '`tumour size`:arm')
    """
    odd = [name for name in formula_variables(formula) if quoted(name) != name]
    terms = formula_terms(formula)
    if not odd:
        return terms
    longest_first = sorted(map(re.escape, odd), key=len, reverse=True)
    names = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)")
    return tuple(names.sub(lambda found: quoted(found[0]), term) for term in terms)


def quoted(name: str) -> str:
    """A covariate's name as a formula takes it, between backquotes where it has to be.

    Examples
    --------
    >>> quoted("arm"), quoted("tumour size")
    ('arm', '`tumour size`')
    """
    return name if name.isidentifier() else f"`{name}`"


def _check_syntax(formula: str) -> None:
    fault = syntax_fault(formula)
    if fault:
        raise FormulaError(
            f"formula '{formula}' can't be read:\n{fault}\n"
            "Mend: write terms joined by +, * or :, such as 'arm * log(gtv_cc) + (1 | centre)'."
        )
    tree = Parser(Scanner(formula).scan()).parse()
    for name in _function_names(tree):
        if name not in ALLOWED_FUNCTIONS:
            raise FormulaError(
                f"formula '{formula}' calls '{name}', which is not allowed; "
                f"{nearest(name, ALLOWED_FUNCTIONS)}. Mend: use one of "
                f"{', '.join(ALLOWED_FUNCTIONS)}, or add the transformed column to the table."
            )


def _function_names(node: object) -> list[str]:
    """Names of all functions called below `node` of formulae's syntax tree."""
    names: list[str] = []
    callee = getattr(node, "callee", None)
    if callee is not None:
        name = getattr(callee, "name", None)
        names.append(getattr(name, "lexeme", None) or str(name))
        if name is None:
            names.extend(_function_names(callee))
    for part in ("expression", "left", "right", "value"):
        child = getattr(node, part, None)
        if child is not None and not isinstance(child, str | int | float):
            names.extend(_function_names(child))
    for child in getattr(node, "args", None) or ():
        names.extend(_function_names(child))
    return names


def _check_structure(formula: str, description: object) -> None:
    terms = {str(getattr(term, "name", term)) for term in getattr(description, "common_terms", ())}
    if "Intercept" not in terms:
        raise FormulaError(
            f"formula '{formula}' removes the intercept. "
            "Mend: leave '0 +' or '- 1' out; the baseline hazard is the intercept."
        )
    for term in getattr(description, "group_terms", ()):
        if type(term.expr).__name__ != "Intercept":
            raise FormulaError(
                f"formula '{formula}' asks for a covariate effect by group ('{term.name}'). "
                "Mend: only a frailty '(1 | group)' is available."
            )
