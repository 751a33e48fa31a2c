"""From rows to patients: what each row of a model adds to the log-likelihood of each patient."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from posthaz.cohort import Cohort, Collapsed, joined
from posthaz.errors import PosthazError
from posthaz.inference.fit import Fit
from posthaz.spec.patients_lost import own_patients


def fitted_rows(fit: Fit, cohort: Cohort) -> Cohort:
    """The rows of a cohort that a fit was made of.

    Parameters
    ----------
    fit : Fit
        A fit.
    cohort : Cohort
        The cohort that it was fitted to.

    Returns
    -------
    Cohort
        Its rows, those without the model's covariates left out and cut follow-up joined.

    Raises
    ------
    PosthazError
        For another cohort: other rows, other values of the model's covariates, or another end
        point of the same patients.
    """
    rows, frame = joined(own_patients(fit.spec, cohort), fit.spec.needed), fit.design.frame
    found = f"the cohort given has {len(rows)}"
    if len(rows) == len(frame):
        there = all(name in rows.covariates for name in frame.columns)
        if there and all(_same(frame[name], rows.covariates[name]) for name in frame.columns):
            if _same_follow_up(fit, rows):
                return rows
            found = "those of the cohort given have other times, events or weights"
        else:
            found = "those of the cohort given have other covariates"
    raise PosthazError(
        f"model '{fit.spec.name}' was fitted to {len(frame)} rows, and {found}",
        fix="give the cohort that the model was fitted to",
    )


def ended_and_seen(cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """When follow-up of each patient ended, and whether the event was seen (1) or not (0).

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.

    Returns
    -------
    tuple of ndarray of float, shape (patient,)
        In the order of ``cohort.patients``.
    """
    number, size = patient_numbers(cohort), int(cohort.first.sum())
    ended, seen = np.zeros(size), np.zeros(size)
    np.maximum.at(ended, number, cohort.exit)
    np.maximum.at(seen, number, (cohort.event | cohort.interval_censored).astype(float))
    return ended, seen


def _same_follow_up(fit: Fit, rows: Cohort) -> bool:
    """Whether patients were followed, and counted, as those of a fit, where the fit tells it."""
    groups = fit.draws.children
    if "observed_data" not in groups or "constant_data" not in groups:
        return True
    constant = groups["constant_data"].to_dataset()
    ended, seen = ended_and_seen(rows)
    told = {
        "time": seen,
        "weight": rows.patients.weight,
        "entry": rows.patients.entry,
    }
    pairs = [(groups["observed_data"]["time"], ended)]
    pairs += [(constant[name], own) for name, own in told.items() if name in constant]
    return all(np.array_equal(kept.to_numpy().astype(float), own) for kept, own in pairs)


def follow_up_key(fit: Fit, subjects: Sequence[int] | None = None) -> str:
    """A key of when patients entered, how long they were followed and whether the event was seen.

    Parameters
    ----------
    fit : Fit
        A fit.
    subjects : sequence of int, optional
        Numbers of the patients; all when not given.

    Returns
    -------
    str
        Equal for fits to the same follow-up, whatever their covariates; empty where a fit doesn't
        hold its times.
    """
    groups = fit.draws.children
    if "observed_data" not in groups or "entry" not in groups.get("constant_data", ()):
        return ""
    constant = groups["constant_data"].to_dataset()
    told = [groups["observed_data"]["time"], constant["time"], constant["entry"]]
    if subjects is not None:
        told = [one.sel(subject=list(subjects)) for one in told]
    numbers = np.concatenate([one.to_numpy().astype(float) for one in told])
    return sha256(numbers.tobytes()).hexdigest()


def _same(one: pd.Series, other: pd.Series) -> bool:
    """Whether two columns hold the same values, whatever their types."""
    numbers = pd.api.types.is_numeric_dtype
    if numbers(one) and numbers(other):
        return bool(np.array_equal(one.to_numpy(float), other.to_numpy(float), equal_nan=True))
    return one.astype(str).tolist() == other.astype(str).tolist()


def patient_numbers(cohort: Cohort) -> np.ndarray:
    """Number of the patient of each row, in the order of the patients' first rows.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.

    Returns
    -------
    ndarray of int, shape (row,)
        Positions in ``cohort.patients``.
    """
    subject = cohort.subject[cohort.first]
    order = np.argsort(subject)
    return order[np.searchsorted(subject[order], cohort.subject)]


def row_shares(cohort: Cohort, collapsed: Collapsed) -> csr_array:
    """What a distinct row's log-likelihood is worth to each patient.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    collapsed : Collapsed
        Its distinct rows.

    Returns
    -------
    sparse array, shape (distinct row, patient)
        The log-likelihood of the weighted distinct rows times it is that of the patients.
    """
    total = _positive(collapsed.cohort.weight)[collapsed.number]
    places = (collapsed.number, patient_numbers(cohort))
    shape = (len(collapsed.cohort), int(cohort.first.sum()))
    return csr_array((cohort.weight / total, places), shape=shape)


def distinct_patients(
    cohort: Cohort, collapsed: Collapsed
) -> tuple[csr_array, np.ndarray, np.ndarray]:
    """Patients whose rows are equal, one of each kind.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    collapsed : Collapsed
        Its distinct rows.

    Returns
    -------
    shares : sparse array, shape (distinct row, kind)
        The log-likelihood of the weighted distinct rows times it is that of one patient.
    first : ndarray of int, shape (kind,)
        The first row of the first patient of each kind.
    subjects : ndarray of float, shape (kind,)
        How many patients, or what weight of them, each stands for.
    """
    number = patient_numbers(cohort)
    weight = cohort.weight[cohort.first]
    order = np.lexsort((cohort.entry, number))
    ends = np.flatnonzero(np.diff(number[order])) + 1
    # a weight that changes from row to row tells patients apart, a weight as such doesn't
    relative = np.where(cohort.weight > 0, cohort.weight / _positive(weight)[number], 1.0)
    if cohort.first.all():
        kind = collapsed.number
    else:
        rows = np.split(collapsed.number[order], ends)
        weights = np.split(relative[order], ends)
        kinds: dict[tuple[bytes, bytes], int] = {}
        pieces = ((r.tobytes(), w.tobytes()) for r, w in zip(rows, weights, strict=True))
        kind = np.array([kinds.setdefault(piece, len(kinds)) for piece in pieces])
    _, patient = np.unique(kind, return_index=True)
    one = np.isin(number, patient)
    total = _positive(collapsed.cohort.weight)[collapsed.number]
    shares = csr_array(
        ((relative / total)[one], (collapsed.number[one], kind[number[one]])),
        shape=(len(collapsed.cohort), len(patient)),
    )
    return shares, np.flatnonzero(cohort.first)[patient], np.bincount(kind, weights=weight)


def _positive(weight: np.ndarray) -> np.ndarray:
    return np.maximum(weight, np.finfo(float).tiny)
