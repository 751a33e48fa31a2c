"""Covariates measured after time 0 that an analysis uses as if they were known from the start."""

from collections.abc import Iterable, Iterator

from posthaz.cohort import Cohort, Column
from posthaz.design import formula_variables
from posthaz.errors import Finding
from posthaz.spec.analysis import Analysis


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
    if analysis.landmark is not None:
        return
    toxicity = analysis.clinical.get("toxicity")
    graded = tuple(getattr(toxicity, "columns", ()))
    for name, places in _uses(analysis).items():
        column = cohort.columns.get(name, Column(name))
        if not (column.measured_later or name in graded) or _changes(cohort, name):
            continue
        yield Finding(
            f"{cohort.source.name}, column '{name}'",
            f"'{column.label or name}' is measured after time 0 and used in "
            f"{' and '.join(places)}: whoever dies early can't have it any more, so it looks as if "
            "it protected (immortal time)",
            "say landmark in [cohort], at a time by which it is known, or give every patient rows "
            "before and after it was measured (entry, subject)",
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
