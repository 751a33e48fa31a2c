"""What a fit predicts for its own patients, with and without their own data."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from posthaz.cohort import Cohort, between_steps
from posthaz.errors import Finding, Findings, PosthazError
from posthaz.inference import Fit, flat_draws, hazard_of
from posthaz.inference.chain_statistics import smoothed_weights
from posthaz.inference.patients import fitted_rows, patient_numbers

_MOST_DRAWS = 1000
_MOST_ELEMENTS = 20_000_000


@dataclass(frozen=True, eq=False)
class Predicted:
    """Predictions of a fit for its own rows, at up to 1,000 draws.

    Parameters
    ----------
    fit : Fit
        The fit.
    rows : Cohort
        The rows that it is of, their times as recorded.
    values : dict of str to ndarray
        Posterior variables, thinned.
    log_likelihood : ndarray of float, shape (draw, patient) or None
        Of each patient at those draws; None where the fit keeps none.
    """

    fit: Fit
    rows: Cohort
    values: dict[str, np.ndarray]
    log_likelihood: np.ndarray | None

    @cached_property
    def patient(self) -> np.ndarray:
        """Number of the patient of each row, shape (row,)."""
        return patient_numbers(self.rows)

    @cached_property
    def intervals(self) -> Cohort:
        """The rows with times in steps as intervals, as the model takes them."""
        return between_steps(self.rows)

    def passed(self, since: np.ndarray, until: np.ndarray) -> np.ndarray:
        """Cumulative hazard between two times of each row, shape (draw, row); infinity at the end.

        Parameters
        ----------
        since, until : ndarray of float, shape (row,)
            Times; nothing passes where `until` is no later than `since`.
        """
        size = max(1, _MOST_ELEMENTS // max(len(self.rows) * 8, 1))
        total = len(next(iter(self.values.values())))
        finite = np.where(np.isfinite(until), np.maximum(until, since), since)
        parts = []
        for start in range(0, total, size):
            piece = {name: array[start : start + size] for name, array in self.values.items()}
            hazard = hazard_of(
                self.fit.spec, self.fit.design, piece, self.rows.covariates
            ).cumulative_hazard
            shape = (len(next(iter(piece.values()))), len(self.rows), 1)
            gained = np.broadcast_to(hazard(finite[:, None]), shape) - np.broadcast_to(
                hazard(since[:, None]), shape
            )
            parts.append(gained[..., 0])
        found = np.maximum(np.concatenate(parts), 0.0)
        found[:, ~np.isfinite(until)] = np.inf
        return found

    def of_patients(self, by_row: np.ndarray) -> np.ndarray:
        """Sums over the rows of each patient: (draw, row) to (draw, patient)."""
        if len(self.rows) == self.patient.max() + 1:
            return by_row
        found = np.zeros((len(by_row), int(self.patient.max()) + 1))
        for row, patient in enumerate(self.patient):
            found[:, patient] += by_row[:, row]
        return found

    @cached_property
    def left_out(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Weights of the draws without each patient, (draw, patient), and Pareto k; or None."""
        if self.log_likelihood is None:
            return None
        found = [smoothed_weights(-one) for one in self.log_likelihood.T]
        logs = np.stack([log_weights for log_weights, _ in found], axis=1)
        weight = np.exp(logs - logs.max(axis=0))
        return weight / weight.sum(axis=0), np.array([pareto for _, pareto in found])

    def mean(self, by_patient: np.ndarray, left_out: bool = False) -> np.ndarray:
        """Mean over draws, without the patient's own data where asked: (draw, patient, ...)."""
        if not left_out:
            return by_patient.mean(axis=0)
        assert self.left_out is not None
        return np.einsum("dp...,dp->p...", by_patient, self.left_out[0])

    def survival(self, times: np.ndarray) -> np.ndarray:
        """Survival of each patient's first row from the fit's origin, (draw, patient, time)."""
        first = self.rows.first
        origin = np.full(len(self.rows), self.fit.origin)
        curves = [
            np.exp(-self.passed(origin, np.full(len(self.rows), max(t, self.fit.origin))))
            for t in times
        ]
        return np.stack(curves, axis=-1)[:, first]


def unchecked(fit: Fit, cohort: Cohort) -> Iterator[Finding]:
    """Why the fit can't be held against a cohort patient by patient.

    Parameters
    ----------
    fit : Fit
        The fit.
    cohort : Cohort
        The cohort that it should be of.

    Yields
    ------
    Finding
        One a reason.
    """
    place = f"model '{fit.spec.name}'"
    if fit.spec.background is not None:
        what = "what is expected of anybody is known as a rate at the end of follow-up alone"
        yield Finding(place, what, "check the same model without its background")
    if fit.recurrent:
        what = "every event counts, and a patient has no single time to be held against the model"
        yield Finding(place, what, "read the mean number of events beside the observed one")
    if not np.all(cohort.weight == 1.0):
        what = "rows have weights, and stand for more or less than a patient"
        yield Finding(place, what, "check a model of the unweighted patients")
    if "subjects" in fit.draws.children.get("constant_data", ()):
        what = "the cohort is so large that the fit keeps one patient of each kind"
        yield Finding(place, what, "check a fit to a sample of it")


def predicted(fit: Fit, cohort: Cohort) -> Predicted:
    """What a fit predicts for its own patients.

    Parameters
    ----------
    fit : Fit
        The fit.
    cohort : Cohort
        The cohort that it was fitted to.

    Returns
    -------
    Predicted
        Its predictions.

    Raises
    ------
    PosthazError
        For recurrent events, weights, very large cohorts, or another cohort.
    """
    findings = Findings()
    findings.extend(unchecked(fit, cohort))
    findings.raise_if_any(PosthazError, "The fit can't be checked.")
    rows = fitted_rows(fit, cohort)
    posterior = fit.draws["posterior"].to_dataset()
    most = min(_MOST_DRAWS, max(200, _MOST_ELEMENTS // len(rows)))
    values = flat_draws(posterior, most)
    pointwise = None
    if "log_likelihood" in fit.draws.children:
        pointwise = flat_draws(fit.draws["log_likelihood"].to_dataset(), most)["time"]
    return Predicted(fit, rows, values, pointwise)
