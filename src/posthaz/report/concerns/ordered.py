"""Every concern about an analysis's results, those on sampling too, in a reader's order."""

from collections.abc import Callable, Iterable, Iterator

from posthaz.report.concerns.cohort import cohort_notices, patients_lost
from posthaz.report.concerns.concern import Concern
from posthaz.report.concerns.curves import unlike_cox, unreproduced_curves
from posthaz.report.concerns.priors import (
    conflicting_priors,
    effects_without_limit,
    entangled_effects,
)
from posthaz.report.concerns.proportionality import contradicted_hazards
from posthaz.report.missing import MissingPart, guarded
from posthaz.report.results import Results
from posthaz.report.sections.naming import further_fit, model_labels
from posthaz.report.sections.wording import counted, listed
from posthaz.report.small_counts import withholds

_MOST_NAMED = 3


def failed_convergence(results: Results) -> Iterator[Concern]:
    """One for the primary model, one for the others, one for fits made beside them."""
    labels = model_labels(results)
    primary = results.posterior.primary.spec.name
    failed = {c.model: c.failures for c in results.posterior.convergence if c.failures}
    if primary in failed:
        text = (
            f"Convergence check failed for the model “{labels[primary]}” (the primary model): "
            f"{'; '.join(failed.pop(primary))}. Its numbers can’t be relied on; sample longer or "
            "simplify the model."
        )
        yield Concern("convergence", "error", text, "diagnostics")
    if failed:
        parts = [f"“{labels[name]}” ({'; '.join(said)})" for name, said in failed.items()]
        several = len(parts) > 1
        text = (
            f"Convergence check failed for the {'models' if several else 'model'} "
            f"{listed(parts)}. "
            f"{'Their' if several else 'Its'} numbers can’t be relied on; sample longer or "
            f"simplify {'them' if several else 'the model'}."
        )
        yield Concern("convergence", "error", text, "diagnostics")
    further = [further_fit(results, failure) for failure in results.clinical_failures]
    if further:
        more = len(further) - _MOST_NAMED
        named = [*further[:_MOST_NAMED], *([f"{more} more under “Diagnostics”"] * (more > 0))]
        checks = counted(len(further), "convergence check")
        text = f"{checks} failed in further fits: {'; '.join(named)}. Don’t rely on their numbers."
        yield Concern("convergence", "error", text, "diagnostics")


def missing_parts(results: Results) -> Iterator[Concern]:
    """Whatever the file asked for and could not be made."""
    for part in results.missing:
        yield Concern("missing_part", "error", part.text, part.section)


def influential_patients(results: Results) -> Iterator[Concern]:
    """Models whose leave-one-out rests on single patients."""
    labels = model_labels(results)
    shaky = [
        f"“{labels[row['model']]}” ({counted(row['bad_k'], 'patient')})"
        for _, row in results.posterior.comparison.iterrows()
        if row["bad_k"] > row["refitted"]
    ]
    if shaky:
        several = "models" if len(shaky) > 1 else "model"
        text = (
            "Leave-one-out cross-validation is unreliable (Pareto k too high) for the "
            f"{several} {listed(shaky)}."
        )
        yield Concern("influence", "warning", text, "comparison")


_SEVERITIES = ("error", "warning", "info")
_FINDERS: tuple[Callable[[Results], Iterable[Concern]], ...] = (
    failed_convergence,
    missing_parts,
    unreproduced_curves,
    unlike_cox,
    contradicted_hazards,
    patients_lost,
    conflicting_priors,
    effects_without_limit,
    entangled_effects,
    influential_patients,
    cohort_notices,
)


def concerns(results: Results) -> tuple[Concern, ...]:
    """Reasons to stop, worst first.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    tuple of Concern
        By kind, and within a kind by severity; otherwise as they were found.
    """
    found = [concern for one in _found(results) if isinstance(one, list) for concern in one]
    return tuple(sorted(found, key=lambda one: (one.rank, _SEVERITIES.index(one.severity))))


def unmade_checks(results: Results) -> tuple[MissingPart, ...]:
    """Checks for reasons to stop that could not be made, which the lead has to say.

    Parameters
    ----------
    results : Results
        The results.

    Returns
    -------
    tuple of MissingPart
        One for each check that failed.
    """
    return tuple(one for one in _found(results) if isinstance(one, MissingPart))


def _found(results: Results) -> list[list[Concern] | MissingPart]:
    """What each finder finds, or why it could find nothing."""
    # whom an answer hangs on is not told where single patients are withheld
    withheld = (influential_patients,) if withholds(results.analysis) else ()
    return [
        guarded(f"check for {find.__name__.replace('_', ' ')}", lambda find=find: [*find(results)])
        for find in _FINDERS
        if find not in withheld
    ]
