"""Candidate covariates one by one: a Cox model each, and whether a rule keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.baselines.cox_fit import CoxFit
from posthaz.baselines.firth import cox_or_firth
from posthaz.cohort import Cohort, restricted
from posthaz.design import formula_variables, learn_design
from posthaz.errors import FormulaError


@dataclass(frozen=True, eq=False)
class Candidate:
    """One candidate.

    Parameters
    ----------
    term : str
        Covariate or term.
    columns : DataFrame or None
        Its columns, one row a cohort row, NaN where a covariate is missing; None where it can't
        be analysed.
    fit : CoxFit or None
        Its univariable model.
    p : float
        Likelihood-ratio P value of all its columns together.
    kept : bool
        Whether the rule keeps it.
    penalised : str
        Why its model is penalised; empty when it isn't.
    note : str
        Why it can't be analysed; empty when it can.
    """

    term: str
    columns: pd.DataFrame | None
    fit: CoxFit | None
    p: float
    kept: bool
    penalised: str = ""
    note: str = ""


def screen_candidates(
    cohort: Cohort,
    terms: Sequence[str],
    *,
    p_below: float = 0.1,
    firth: str | bool = "auto",
    level: float = 0.95,
) -> tuple[Candidate, ...]:
    """One Cox model for each candidate, on the rows complete in it, and the rule's verdict.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    terms : sequence of str
        Covariates, or terms of a formula.
    p_below : float
        A candidate is kept when its likelihood-ratio P value is below it; a factor of several
        levels has one such value for all of them.
    firth : {"auto", True, False}
        Whether models are penalised; see `cox_or_firth`.
    level : float
        Confidence level.

    Returns
    -------
    tuple of Candidate
        In the order given. One that can't be analysed says why and isn't kept.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import posthaz as ph
    >>> found = screen_candidates(ph.simulated_example(size=400), ["log(gtv_cc)", "age"])
    >>> [(candidate.term, candidate.kept, candidate.note) for candidate in found]
    [('log(gtv_cc)', True, ''), ('age', False, "'age' is not a covariate of the cohort")]
    """
    found = []
    for term in terms:
        try:
            columns = candidate_columns(cohort, term)
        except FormulaError as error:
            found.append(Candidate(term, None, None, float("nan"), False, "", error.reason))
            continue
        fit, penalised = cox_or_firth(cohort, columns, firth=firth, level=level)
        p = float(fit.tests.set_index("test").loc["likelihood_ratio", "p"])  # type: ignore[arg-type]
        note = "" if np.isfinite(p) else "; ".join(fit.notes)
        found.append(Candidate(term, columns, fit, p, bool(p < p_below), penalised, note))
    return tuple(found)


def candidate_columns(cohort: Cohort, term: str) -> pd.DataFrame:
    """Columns of one term, NaN in the rows that lack a covariate of it.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    term : str
        A covariate or term.

    Returns
    -------
    DataFrame, shape (row, column)
        Levels without rows have no column.

    Raises
    ------
    FormulaError
        When the term can't be coded: no such covariate, one level only, no complete row.
    """
    names = list(formula_variables(term))
    unknown = [name for name in names if name not in cohort.covariates]
    if unknown:
        raise FormulaError(f"'{unknown[0]}' is not a covariate of the cohort")
    complete = cohort.covariates[names].notna().all(axis=1).to_numpy(dtype=bool)
    part = restricted(cohort, complete)
    for name in names:
        if part.covariates[name].nunique() < 2:
            raise FormulaError(f"'{name}' has one value only, or none")
    design = learn_design(part.covariates, term)
    matrix = np.full((len(cohort), len(design.columns)), np.nan)
    matrix[complete] = design.matrix(design.frame)
    return pd.DataFrame(matrix, columns=list(design.columns))
