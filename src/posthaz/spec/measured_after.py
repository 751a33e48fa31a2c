"""Covariates measured after time 0 that an analysis uses as if they were known from the start."""

from collections.abc import Iterable, Iterator

from posthaz.cohort import Cohort, Column
from posthaz.design import formula_variables
from posthaz.errors import Finding
from posthaz.spec.analysis import Analysis
from posthaz.spec.model_spec import ModelSpec

_AFTER = "is measured after time 0"


def measured_later(analysis: Analysis, cohort: Cohort) -> Iterator[Finding]:
    """Yield covariates known only after time 0, with the places at which they are used.

    Parameters
    ----------
    analysis : Analysis
        The analysis; from a landmark on, what was measured before it is known.
    cohort : Cohort
        Its cohort; a covariate that changes within a patient is used at its own time.

    Yields
    ------
    Finding
        One a covariate.
    """
    if cohort.landmark:
        return
    toxicity = analysis.clinical.get("toxicity")
    graded = tuple(getattr(toxicity, "columns", ()))
    for name, places in _uses(analysis).items():
        column = cohort.columns.get(name, Column(name))
        if not (column.measured_later or name in graded) or _changes(cohort, name):
            continue
        yield _finding(cohort, column, f"used in {' and '.join(places)}")


def measured_after_warning(spec: ModelSpec, cohort: Cohort) -> str:
    """What to know before a model is fitted by itself; empty where the analysis said it already.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    cohort : Cohort
        Its cohort.

    Returns
    -------
    str
        One sentence for each covariate known only after time 0.
    """
    said = {notice.where for notice in cohort.notices if _AFTER in notice.what}
    found = [
        _finding(cohort, cohort.columns[name], f"used in model '{spec.name}'")
        for name in spec.needed
        if name in cohort.columns and cohort.columns[name].measured_later
        if not (cohort.landmark or _changes(cohort, name))
    ]
    return " ".join(str(one) for one in found if one.where not in said)


def _finding(cohort: Cohort, column: Column, used: str) -> Finding:
    return Finding(
        f"{cohort.source.name}, column '{column.name}'",
        f"'{column.label or column.name}' {_AFTER} and {used}: whoever dies early can't have it "
        "any more, so it looks as if it protected (immortal time)",
        "say landmark in [cohort], at a time by which it is known (landmark in Python), or give "
        "every patient rows before and after it was measured (entry, subject)",
    )


def _uses(analysis: Analysis) -> dict[str, list[str]]:
    """Where each covariate is used as if it were known at time 0."""
    screening, adjust = (analysis.clinical.get(name) for name in ("screening", "adjust"))
    places = (
        ("the models", [model.formula for model in analysis.models]),
        ("the screening", getattr(screening, "candidates", ())),
        ("the propensity score", [adjust.formula, *adjust.exact] if adjust else ()),
        ("Table 1", analysis.table_one),
    )
    found: dict[str, list[str]] = {}
    for place, terms in places:
        for name in _variables(terms):
            found.setdefault(name, []).append(place)
    return found


def _variables(terms: Iterable[str]) -> list[str]:
    names = (name for term in terms if term for name in formula_variables(term))
    return list(dict.fromkeys(names))


def _changes(cohort: Cohort, name: str) -> bool:
    """Whether a covariate has several values within a patient."""
    if name not in cohort.covariates:
        return False
    values = cohort.covariates[name].astype(object).groupby(cohort.subject)
    return bool((values.nunique(dropna=False) > 1).any())
