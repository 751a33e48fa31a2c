"""Every concern about an analysis's results, in the order in which a reader should see them."""

from collections.abc import Callable, Iterable

from posthaz.report.concerns.cohort import cohort_notices, patients_lost
from posthaz.report.concerns.concern import Concern
from posthaz.report.concerns.curves import unlike_cox, unreproduced_curves
from posthaz.report.concerns.fits import (
    failed_convergence,
    influential_patients,
    missing_parts,
)
from posthaz.report.concerns.priors import (
    conflicting_priors,
    effects_without_limit,
    entangled_effects,
)
from posthaz.report.concerns.proportionality import contradicted_hazards
from posthaz.report.missing import MissingPart, guarded
from posthaz.report.results import Results
from posthaz.report.small_counts import withholds

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
