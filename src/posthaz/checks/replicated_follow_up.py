"""How long replicated patients are followed: as in the cohort, or as long as others like them."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from posthaz.baselines import kaplan_meier
from posthaz.cohort import Cohort


def whole_follow_up(cohort: Cohort) -> Cohort:
    """The patients of a cohort, each in one row that ends where the last of their rows does.

    Parameters
    ----------
    cohort : Cohort
        A cohort, perhaps of several rows a patient.

    Returns
    -------
    Cohort
        Its ``patients``, with the end of their whole follow-up.
    """
    order = np.lexsort((cohort.entry, cohort.subject))
    last = order[np.append(np.diff(cohort.subject[order]) != 0, True)]
    patients = cohort.patients
    place = last[np.searchsorted(cohort.subject[last], patients.subject)]
    return replace(
        patients, lower=cohort.lower[place], upper=cohort.upper[place], cause=cohort.cause[place]
    )


@dataclass(frozen=True, eq=False)
class FollowUp:
    """Follow-up of a cohort, from which that of replicated ones is drawn.

    Parameters
    ----------
    cohort : Cohort
        A cohort whose events are seen exactly or in steps, one row a patient.
    """

    cohort: Cohort

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """Time until which each row would be followed without an event, shape (row,).

        Parameters
        ----------
        rng : Generator
            Source of the draws for rows with an event.
        """
        until = self.cohort.exit.astype(float).copy()
        horizon = until.max()
        for arm, rows in self._with_event.items():
            times, left = self._reverse[arm]
            place = np.searchsorted(times, until[rows], side="right")
            before = np.concatenate([[1.0], left])[place]
            chance = before * rng.uniform(size=len(rows))
            # the first time at which no more than this share is still followed
            later = np.searchsorted(-left, -chance, side="left")
            until[rows] = np.append(times, horizon)[np.maximum(later, place)]
        return until

    @cached_property
    def _with_event(self) -> dict[str, np.ndarray]:
        event, arm = self.cohort.event, self.cohort.arm
        return {str(one): np.flatnonzero(event & (arm == one)) for one in np.unique(arm[event])}

    @cached_property
    def _reverse(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Times at which patients were censored by arm, and the share followed beyond each."""
        cohort = self.cohort
        ended = ~cohort.event
        reverse = replace(
            cohort,
            lower=cohort.exit,
            upper=np.where(ended, cohort.exit, np.inf),
            cause=ended.astype(int),
        )
        curves = {}
        for arm, curve in kaplan_meier(reverse).groupby("arm", sort=False):
            steps = curve[curve["events"] > 0]
            curves[str(arm)] = steps["time"].to_numpy(), steps["survival"].to_numpy()
        return curves
