"""Checks that several clinical tables share: covariates, terms, and whether these have levels."""

from collections.abc import Iterator, Sequence

import pandas as pd

from posthaz.cohort import Cohort, CohortSpec, Column, Cut, changing
from posthaz.cohort.rules.naming import OUTCOME_FIX, outcome_meaning
from posthaz.design import formula_variables, quoted, syntax_fault
from posthaz.errors import Finding, FormulaError, nearest
from posthaz.spec.toml_table import TomlTable


def check_covariate(toml: TomlTable, key: str, name: str, cohort: CohortSpec) -> None:
    """Record that a name isn't described among the cohort's covariates, or is its outcome."""
    meaning = outcome_meaning(cohort, name)
    if meaning:
        toml.refuse(key, f"'{name}' is {meaning}, and no covariate", OUTCOME_FIX)
    elif name not in cohort.columns and name != cohort.treatment:
        known = dict.fromkeys((*cohort.columns, *filter(None, (cohort.treatment,))))
        toml.refuse(
            key,
            f"'{name}' is not described in [cohort.columns] ({nearest(name, list(known))})",
            f"add [cohort.columns.{name}] or correct the name",
        )


def check_number(toml: TomlTable, key: str, name: str, cohort: CohortSpec) -> None:
    """Record that a name is no covariate, or one with levels where a number is needed."""
    check_covariate(toml, key, name, cohort)
    if name in cohort.columns and has_levels(cohort.columns[name]):
        toml.refuse(key, f"'{name}' is a factor", "name a number, as it is uncut")


def check_cut(
    toml: TomlTable, key: str, name: str, at: tuple[float, ...], cohort: CohortSpec
) -> None:
    """Record that a number isn't cut, or that a factor is."""
    column = cohort.columns.get(name)
    if column is None:
        return
    if at and has_levels(column):
        toml.refuse(key, f"'{name}' is a factor, and can't be cut", f'give "{name}" alone')
    elif not at and not has_levels(column) and (column.unit or column.step is not None):
        fix = f"cut it, as {{ {name} = [60] }}"
        toml.refuse(key, f"'{name}' is a number, and has no levels", fix)


def check_terms(toml: TomlTable, key: str, terms: tuple[str, ...], cohort: CohortSpec) -> None:
    """Record terms that can't be read, or that name unknown covariates."""
    for term in terms:
        if (term in cohort.columns or term == cohort.treatment) and quoted(term) != term:
            fix = f"write it between backquotes, as {quoted(term)}"
            toml.refuse(key, f"'{term}' is a covariate whose name is not one word", fix)
            continue
        fault = syntax_fault(term)
        if fault:
            toml.refuse(key, f"the term can't be read\n{fault}", "correct the term")
            continue
        try:
            for name in formula_variables(term):
                check_covariate(toml, key, name, cohort)
        except FormulaError as error:
            toml.refuse(key, error.what, error.fix or "correct the term")


def has_levels(column: Column) -> bool:
    """Whether a column is described as a factor."""
    return bool(column.levels) or isinstance(column.derived, Cut)


def cut_faults(place: str, name: str, cut: bool, cohort: Cohort) -> Iterator[Finding]:
    """Whether a covariate is there, and has levels unless it is cut.

    Parameters
    ----------
    place : str
        Place of the findings.
    name : str
        Covariate.
    cut : bool
        Whether cuts were given for it.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        At most one.
    """
    if name not in cohort.covariates:
        known = [str(column) for column in cohort.covariates]
        fix = "correct the name, or describe it in [cohort.columns]"
        yield Finding(place, f"there is no covariate '{name}' ({nearest(name, known)})", fix)
        return
    if isinstance(cohort.covariates[name].dtype, pd.CategoricalDtype) == cut:
        fix = f"describe its levels in [cohort.columns.{name}], or cut it ({name} = [60])"
        what, fix = ("factor", "name it without cuts") if cut else ("number", fix)
        yield Finding(place, f"'{name}' is a {what}", fix)
    if name != cohort.treatment:
        yield from change_faults(place, (name,), cohort)


def change_faults(place: str, names: Sequence[str], cohort: Cohort) -> Iterator[Finding]:
    """Covariates by which patients can't be told apart, since they change during follow-up.

    Parameters
    ----------
    place : str
        Place of the findings.
    names : sequence of str
        Covariates.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a covariate.
    """
    for name in changing(cohort, names):
        yield Finding(
            place,
            f"'{name}' changes during follow-up, so that nobody has one value of it",
            "take its value at the start of follow-up, or put it into a model's formula",
        )
