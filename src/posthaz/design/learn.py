"""Learning a design from a cohort's covariates."""

import math
from contextlib import redirect_stdout
from copy import deepcopy
from dataclasses import replace
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
from formulae import model_description
from formulae.matrices import DesignMatrices
from formulae.terms.call import Call

from posthaz.cohort.levels import level_text
from posthaz.design.cluster_effects import Bar, formula_bars
from posthaz.design.design import Design, Group, Slopes
from posthaz.design.estimable import RANK_TOLERANCE, check_finite, check_rank, check_spread
from posthaz.design.factor_coding import (
    MOST_LEVELS_OF_A_NUMBER,
    factor_levels,
    factor_numbers,
    remember_factors,
)
from posthaz.design.formula import ENVIRONMENT, formula_variables
from posthaz.design.function_arguments import SPLINES
from posthaz.errors import FormulaError, PosthazError, nearest

MOST_COLUMNS = 500

# dimensions of the model and of archives
_TAKEN = frozenset(("row", "chain", "draw", "covariate", "interval", "__sample__"))
_TAKEN |= {"changing", "period", "cure_covariate", "stratum"}


def learn_design(
    covariates: pd.DataFrame,
    formula: str,
    centring: str = "mean",
    weight: np.ndarray | None = None,
) -> Design:
    """Learn how a formula codes covariates: levels, knots, means.

    Parameters
    ----------
    covariates : DataFrame
        One row each; factors are ordered categories with the reference first.
    formula : str
        Right-hand side, lme4 style, functions of ``ALLOWED_FUNCTIONS``.
    centring : {"mean", "all", "none"}
        Where the baseline stands: ``"mean"`` at the patient of `reference_row` (factors at
        their reference, numbers at their mean), ``"all"`` with every column at its mean,
        ``"none"`` with every column at 0.
    weight : ndarray of float, shape (row,), optional
        How much each row counts as a patient, for means and standard deviations: a patient's
        weight in their first row, 0 in later ones (``Cohort.patient_weight``). Each row counts
        once without them. A column in which no patient differs at first, such as a treatment that
        all begin later, has its standard deviation over the rows.

    Returns
    -------
    Design
        A design that codes new covariates the same way.

    Raises
    ------
    FormulaError
        For a formula that can't be used, unknown covariates, values outside a function's
        domain, or columns that others determine (which are named).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"gtv": [10.0, 20.0, 40.0, 80.0]})
    >>> learn_design(frame, "log(gtv)").columns
    ('log(gtv)',)
    """
    variables = formula_variables(formula)
    unknown = [name for name in variables if name not in covariates.columns]
    if unknown:
        raise FormulaError(
            "; ".join(
                f"formula '{formula}' names '{name}', which is not a covariate of the cohort; "
                + nearest(name, [str(column) for column in covariates.columns])
                for name in unknown
            ),
            fix="correct the name, or describe the column in [cohort.columns] (in Python: name it "
            "among the covariates of read_cohort)",
        )
    frame = covariates.loc[:, list(variables)].reset_index(drop=True)
    description = _described(formula)
    frame = _with_factors(frame, formula, description)
    _check_size(frame, formula, description)
    matrices = _evaluated(frame, formula, description)
    columns, terms = _labels(matrices)
    matrix = np.asarray(matrices.common.design_matrix, dtype=float)[:, 1:]
    check_finite(matrix, columns, formula)
    check_rank(matrix, columns, formula)
    check_spread(matrix, columns, formula)
    counted = np.ones(len(frame)) if weight is None else np.asarray(weight, dtype=float)
    design = Design(
        formula=formula,
        columns=columns,
        terms=terms,
        centre=np.zeros(len(columns)),
        scale=_spread(matrix, counted),
        groups=_groups(matrices, formula, frame, centring, counted),
        frame=frame,
        centring=centring,
        weight=counted,
        matrices=matrices,
    )
    return replace(design, centre=_centre(matrix, design))


def _evaluated(frame: pd.DataFrame, formula: str, description: Any) -> Any:
    if not len(frame.columns):
        frame = pd.DataFrame({"posthaz_row": np.zeros(max(len(frame), 1))})
    incomplete = frame.isna().any(axis=1)
    if incomplete.any():
        lacking = ", ".join(f"'{name}'" for name in frame if frame[name].isna().any())
        raise FormulaError(
            f"formula '{formula}': {int(incomplete.sum())} row(s) lack {lacking}",
            fix="complete them or leave them out",
        )
    # formulae prints what it can't evaluate before it raises
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"), redirect_stdout(StringIO()):
        try:
            return DesignMatrices(description, frame, ENVIRONMENT)
        except Exception as error:  # formulae raises many bare types here
            raise _unusable(formula, error) from error


def _unusable(formula: str, error: Exception) -> FormulaError:
    """Why a formula can't be evaluated, from what formulae or a function of ours raised."""
    known = isinstance(error, PosthazError)
    reason, fix = (error.what, error.fix) if known else (str(error), "")
    if "category" in reason or "str" in reason:
        fix = "write arithmetic of numbers only; a factor stands as it is, or in C(), T() or S()"
    fix = fix or "correct the term"
    return FormulaError(f"formula '{formula}' can't be evaluated: {reason.rstrip('.')}", fix=fix)


def _described(formula: str) -> Any:
    """The formula as formulae describes it, ready to be evaluated once."""
    description = model_description(formula)
    # the terms of 'a/b' share what they are made of, whose coding differs between them
    description.common_terms = [deepcopy(term) for term in description.common_terms]
    remember_factors(description)
    return description


def _with_factors(frame: pd.DataFrame, formula: str, description: Any) -> pd.DataFrame:
    """The covariates, with numbers that the formula takes for factors as such."""
    factors, plain = factor_numbers(description)
    found = {}
    for name, reference in factors.items():
        if isinstance(frame[name].dtype, pd.CategoricalDtype) or frame[name].isna().any():
            continue
        if name in plain:
            raise FormulaError(
                f"formula '{formula}' takes '{name}' both as a number and as a factor",
                fix="keep one of them, or add the factor to the table as a column of its own",
            )
        levels, texts = factor_levels(frame[name])
        if len(levels) > MOST_LEVELS_OF_A_NUMBER:
            raise FormulaError(
                f"formula '{formula}' makes a factor of the number '{name}', which has "
                f"{len(levels)} values; at most {MOST_LEVELS_OF_A_NUMBER} are taken",
                fix="cut it in [cohort.columns], or model it as a number",
            )
        first = [reference] if reference in levels else []
        order = [*first, *(level for level in levels if level not in first)]
        found[name] = pd.Categorical(texts, categories=order, ordered=True)
    return frame.assign(**found)


def _check_size(frame: pd.DataFrame, formula: str, description: Any) -> None:
    """Refuse more columns than can be estimated before they are made."""
    asked = sum(
        math.prod(_most_columns(component, frame) for component in term.components)
        for term in description.common_terms
        if hasattr(term, "components")
    )
    if asked > MOST_COLUMNS:
        raise FormulaError(
            f"formula '{formula}' makes up to {asked:,} columns; at most {MOST_COLUMNS} are "
            "estimated",
            fix=(
                "leave out products of factors with many levels, or give the many levels a "
                "frailty, (1 | column)"
            ),
        )


def _most_columns(component: Any, frame: pd.DataFrame) -> int:
    """Columns that a part of a term makes, at most."""
    names = [name for name in component.var_names if name in frame.columns]
    levels = [len(frame[n].cat.categories) for n in names if hasattr(frame[n], "cat")]
    if not isinstance(component, Call):
        return max(levels, default=1)
    numbers = [
        argument.value
        for argument in (*component.call.args[1:], *component.call.kwargs.values())
        if isinstance(getattr(argument, "value", None), int)
    ]
    default = 10 if component.call.callee == "cr" else 3
    return max(*levels, *numbers, default if component.call.callee in SPLINES else 1, 1)


def _labels(matrices: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    columns: list[str] = []
    terms: list[str] = []
    for name, term in matrices.common.terms.items():
        if name == "Intercept":
            continue
        columns.extend(str(label) for label in term.labels)
        terms.extend([str(name)] * len(term.labels))
    return tuple(columns), tuple(terms)


def _groups(
    matrices: Any, formula: str, frame: pd.DataFrame, centring: str, weight: np.ndarray
) -> tuple[Group, ...]:
    """The clusters of a formula, with what differs between them."""
    if matrices.group is None:
        return ()
    levels = dict[str, tuple[str, ...]]()
    for term in matrices.group.terms.values():
        name = str(term.factor.name)  # numbered clusters are called as a profile calls them
        text = level_text if pd.api.types.is_numeric_dtype(frame[name]) else str
        levels[name] = tuple(text(level) for level in term.groups)
    _check_names(list(levels), formula)
    bars = formula_bars(formula)
    return tuple(
        _group(name, own, [bar for bar in bars if bar.cluster == name], frame, centring, weight)
        for name, own in levels.items()
    )


def _check_names(names: list[str], formula: str) -> None:
    """Refuse columns of clusters whose names are taken by something else of the model."""
    for name in names:
        if name in _TAKEN or "/" in name:
            raise FormulaError(
                f"formula '{formula}': the column '{name}' can't name clusters: archives of "
                "draws need "
                f"{'names without a slash' if '/' in name else 'this name themselves'}",
                fix="rename the column",
            )
        clash = [f"sd_{name}", f"variance_{name}", f"precision_{name}"]
        clash += [f"{name}_standard", f"{name}_number"]
        taken = [other for other in names if other in clash]
        if taken:
            raise FormulaError(
                f"formula '{formula}' has frailties of '{name}' and '{taken[0]}', whose "
                "parameters would have one name",
                fix=f"rename the column '{taken[0]}'",
            )


def _group(
    name: str,
    levels: tuple[str, ...],
    bars: list[Bar],
    frame: pd.DataFrame,
    centring: str,
    weight: np.ndarray,
) -> Group:
    """One column of clusters: its frailty, its slopes, and which of these are correlated."""
    intercept = any(bar.intercept for bar in bars)
    terms = [term for bar in bars for term in bar.terms]
    if not terms:
        return Group(name, levels)
    design = learn_design(frame, " + ".join(terms), centring, weight)
    odd = next((column for column in design.columns if "/" in column), None)
    if odd:
        raise FormulaError(
            f"formula '{design.formula}': the effect of '{odd}' can't differ between clusters, "
            "since archives of draws need names without a slash",
            fix="add the transformed column to the table under a name of its own",
        )
    factor = frame.get(terms[0])
    whole = not intercept and factor is not None and hasattr(factor, "cat")
    columns, owners = list(design.columns), list(design.terms)
    if whole and factor is not None:
        columns.insert(0, f"{terms[0]}[{factor.cat.categories[0]}]")
        owners.insert(0, terms[0])
    parts = [*([""] if intercept else []), *owners]
    blocks = [
        tuple(k for k, part in enumerate(parts) if (part in bar.terms if part else bar.intercept))
        for bar in bars
    ]
    slopes = Slopes(tuple(columns), design, whole)
    return Group(name, levels, intercept, slopes, tuple(b for b in blocks if len(b) > 1))


def _spread(matrix: np.ndarray, weight: np.ndarray) -> np.ndarray:
    if not matrix.shape[1]:
        return np.zeros(0)
    mean = np.average(matrix, axis=0, weights=weight)
    spread = np.sqrt(np.average((matrix - mean) ** 2, axis=0, weights=weight))
    size = np.max(np.abs(matrix), axis=0, initial=1e-300)
    return np.where(spread > RANK_TOLERANCE * size, spread, matrix.std(axis=0))


def _centre(matrix: np.ndarray, design: Design) -> np.ndarray:
    if design.centring == "none" or not design.columns:
        return np.zeros(matrix.shape[1])
    if design.centring == "all":
        return np.average(matrix, axis=0, weights=design.weight)
    return design.matrix(design.reference())[0]
