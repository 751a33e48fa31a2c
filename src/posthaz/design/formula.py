"""Formulas: read by formulae's own parser, held to an allow-list of functions."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from formulae import model_description
from formulae.environment import Environment
from formulae.parser import Parser
from formulae.scanner import Scanner

from posthaz.design.cluster_effects import formula_bars
from posthaz.design.formula_rules import length_fault, tree_fault
from posthaz.design.formula_syntax import syntax_fault
from posthaz.design.function_arguments import BASES, OWN_FUNCTIONS, PLAIN_FUNCTIONS
from posthaz.design.function_rules import FormulaFault
from posthaz.errors import FormulaError

ENVIRONMENT = Environment([{**PLAIN_FUNCTIONS, **OWN_FUNCTIONS}])
_LONGEST_SHOWN = 200
_BASIS = re.compile(rf"(?<![\w.`])(?:{'|'.join(BASES)})\(")


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
    if not isinstance(formula, str):
        raise FormulaError(
            f"a formula is text, and this is a {type(formula).__name__}",
            fix="give the right-hand side in quotes, such as 'arm * age'",
        )
    return _variables(formula)


@lru_cache(maxsize=1024)
def _variables(formula: str) -> tuple[str, ...]:
    """`formula_variables` of text."""
    _check_syntax(formula)
    try:
        description = model_description(formula)
    except Exception as error:  # formulae raises many bare types while resolving
        fix = "write the terms one by one, joined by +"
        if "Interaction with" in str(error):
            fix = "write spline(x, df=3) there"
        raise _refused(formula, FormulaFault(f"can't be read: {error}", fix)) from error
    _check_structure(formula, description)
    return tuple(sorted(name for name in description.var_names if name))


def effect_variables(formula: str) -> tuple[str, ...]:
    """Names of the covariates that have effects, those of frailties alone left out.

    Examples
    --------
    >>> effect_variables("arm * age + (1 | centre)")
    ('age', 'arm')
    """
    formula_variables(formula)
    terms = [term for term in model_description(formula).common_terms if hasattr(term, "var_names")]
    return tuple(sorted({str(name) for term in terms for name in term.var_names if name}))


def formula_groups(formula: str) -> tuple[str, ...]:
    """Names of the columns whose clusters differ: those of frailties and of varying effects.

    Parameters
    ----------
    formula : str
        Right-hand side of a formula, lme4 style.

    Returns
    -------
    tuple of str
        Column names.

    Examples
    --------
    >>> formula_groups("arm + (1 | centre)")
    ('centre',)
    """
    return tuple(dict.fromkeys(bar.cluster for bar in formula_bars(formula)))


def in_product(formula: str, name: str) -> bool:
    """Whether a covariate takes part in a product, so that its effect is not one number.

    Examples
    --------
    >>> in_product("arm * log(age)", "arm"), in_product("arm * log(age)", "age")
    (True, True)
    >>> in_product("`the arm` + log(age)", "the arm")
    False
    """
    formula_variables(formula)
    terms = model_description(formula).common_terms
    products = [term for term in terms if len(getattr(term, "components", ())) > 1]
    return any(name in term.var_names for term in products)


def term_variables(formula: str, term: str) -> tuple[str, ...]:
    """Names of the covariates in one term of a formula, named as `formula_terms` names it.

    Examples
    --------
    >>> term_variables("`tumour size` * arm", "tumour size:arm")
    ('arm', 'tumour size')
    """
    formula_variables(formula)
    return _variables_by_term(formula).get(term, ())


@lru_cache(maxsize=256)
def _variables_by_term(formula: str) -> dict[str, tuple[str, ...]]:
    """Covariates of each term of a formula that may be evaluated."""
    terms = [one for one in model_description(formula).common_terms if hasattr(one, "var_names")]
    return {str(one.name): tuple(sorted(str(n) for n in one.var_names if n)) for one in terms}


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


def in_basis(term: str) -> bool:
    """Whether a term, or a column of one, belongs to a spline or polynomial.

    Its coefficients mean nothing one by one: only together are they a curve, and none is a log
    hazard ratio.

    Examples
    --------
    >>> in_basis("spline(age, df = 3)[1]"), in_basis("arm[B]:bs(age, df = 4)[0]"), in_basis("bs")
    (True, True, False)
    """
    return _BASIS.search(term) is not None


def quoted(name: str) -> str:
    """A covariate's name as a formula takes it, between backquotes where it has to be.

    Examples
    --------
    >>> quoted("arm"), quoted("tumour size")
    ('arm', '`tumour size`')
    """
    return name if name.isidentifier() else f"`{name}`"


def _check_syntax(formula: str) -> None:
    long = length_fault(formula)
    if long:
        raise _refused(formula, long)
    fault = syntax_fault(formula)
    if fault:
        raise FormulaError(
            f"formula '{formula}' can't be read:\n{fault}\n",
            fix="write terms joined by +, * or :, such as 'arm * log(gtv_cc) + (1 | centre)'",
        )
    asked = tree_fault(Parser(Scanner(formula).scan(add_intercept=False)).parse())
    if asked:
        raise _refused(formula, asked)


def _refused(formula: str, fault: FormulaFault) -> FormulaError:
    shown = formula if len(formula) <= _LONGEST_SHOWN else f"{formula[: _LONGEST_SHOWN - 4]} ..."
    separator = "" if fault.what.startswith(("can't", "calls")) else ": "
    return FormulaError(f"formula '{shown}'{separator or ' '}{fault.what}", fix=fault.fix)


def _check_structure(formula: str, description: Any) -> None:
    terms = {str(getattr(term, "name", term)) for term in getattr(description, "common_terms", ())}
    if "Intercept" not in terms:
        raise FormulaError(
            f"formula '{formula}' removes the intercept",
            fix="leave '0 +' or '- 1' out; the baseline hazard is the intercept",
        )
    bars = formula_bars(formula)
    for bar in bars:
        for term in bar.terms:
            if term not in terms:
                raise FormulaError(
                    f"formula '{formula}' lets the effect of '{term}' differ between clusters of "
                    f"'{bar.cluster}', and has no average effect of it",
                    fix=f"add '{term}' to the formula outside the brackets",
                )
            if ":" in term and not bar.intercept:
                raise FormulaError(
                    f"formula '{formula}' lets the product '{term}' differ between clusters of "
                    f"'{bar.cluster}' whose hazards are alike",
                    fix=f"write {replace(bar, intercept=True)}",
                )
    varying = [(bar.cluster, part) for bar in bars for part in ("1",) * bar.intercept + bar.terms]
    twice = [pair for k, pair in enumerate(varying) if pair in varying[:k]]
    if twice:
        cluster, part = twice[0]
        what = "the frailty" if part == "1" else f"the effect of '{part}'"
        raise FormulaError(
            f"formula '{formula}' lets {what} differ between clusters of '{cluster}' twice",
            fix="keep it in one of the brackets; '(arm | centre)' means '(1 + arm | centre)'",
        )
