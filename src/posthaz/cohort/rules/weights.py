"""Rules on case weights: what they are is known, and they are bounded."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.cohort.draft import Draft
from posthaz.cohort.rows import shown_values
from posthaz.errors import Finding

_FAR = 0.05
_MOST_PATIENTS = 10_000_000
_GENERALISED = (
    "the posterior multiplies each row's log-likelihood by its weight (a generalised posterior), "
    "so its intervals take no account of how the weights came about; Cox's variance is robust"
)
_READ = "read the posterior's interval beside Cox's robust one"


def weights_positive(draft: Draft) -> Iterator[Finding]:
    """A weight counts a row at least in part."""
    weight = draft.numbers["weight"].values
    low = weight <= 0
    if (low & np.isfinite(weight)).any():
        yield Finding(
            draft.where(low, draft.spec.weight),
            f"weight is not above 0 ({shown_values(weight[low].tolist())})",
            "remove rows that count nothing, and correct the others",
        )


def counts_whole(draft: Draft) -> Iterator[Finding]:
    """Frequency weights are whole numbers."""
    if draft.spec.weight_kind != "frequency" or not draft.has(draft.spec.weight):
        return
    weight = draft.numbers["weight"].values
    # of a registry's rows that are equal only the sum is known
    total = weight if draft.count is None else weight * draft.count
    broken = np.isfinite(total) & (np.abs(total - np.round(total)) > 1e-6)
    if broken.any():
        yield Finding(
            draft.where(broken, draft.spec.weight),
            f"frequency weights are no whole numbers ({shown_values(weight[broken].tolist())})",
            'correct them, or say weight_kind = "probability" or "importance"',
        )


def kind_known(draft: Draft) -> Iterator[Finding]:
    """Weights that don't sum to about the number of patients are said to be what they are."""
    spec = draft.spec
    total, patients = weight_total(draft)
    usable = np.isfinite(total) and bool((draft.numbers["weight"].values > 0).all())
    if not spec.weight or spec.weight_kind or not usable:
        return
    if abs(total / patients - 1.0) > _FAR:
        yield Finding(
            draft.where(column=spec.weight),
            f"the weights sum to {total:.6g}, and there are {patients:.6g} patients: as counts "
            f"they would say that {total / patients:.3g} times as many were seen",
            'say weight_kind = "frequency" when a row stands for so many patients, "probability" '
            "when weights are inverse probabilities (they are then scaled to the number of "
            'patients), or "importance" to take them as they are',
        )


def counts_bounded(draft: Draft) -> Iterator[Finding]:
    """Weights that count patients count no more than a computer holds."""
    weight = draft.numbers["weight"].values
    counts = draft.spec.weight_kind in ("", "frequency")
    if not draft.has(draft.spec.weight) or not counts or draft.count is not None:
        return
    finite = weight[np.isfinite(weight)]
    if finite.sum() > _MOST_PATIENTS and np.all(finite == np.round(finite)):
        yield Finding(
            draft.where(weight == finite.max(), draft.spec.weight),
            f"the weights count {finite.sum():.3g} patients",
            f"see whether they are counts; up to {_MOST_PATIENTS:,} patients can be counted by "
            'weights, and "probability" weights may have any scale',
        )


def weights_no_counts(draft: Draft) -> Iterator[Finding]:
    """What weights that are no counts do to the answers."""
    kind, weight = draft.spec.weight_kind, draft.numbers["weight"].values
    if not draft.spec.weight:
        return
    total, patients = weight_total(draft)
    where = draft.where(column=draft.spec.weight)
    if kind == "probability":
        what = f"probability weights, scaled from a sum of {total:.6g} to {patients:.6g} patients"
        yield Finding(where, f"{what}: {_GENERALISED}", _READ)
    elif kind == "importance":
        what = f"importance weights, taken as they are (a sum of {total:.6g} for {patients:.6g})"
        yield Finding(where, f"{what}: {_GENERALISED}, and its width hangs on their scale", _READ)
    elif not kind and draft.count is None and np.any(weight != np.round(weight)):
        what = f"weights that are no counts, and nothing says what they are: {_GENERALISED}"
        yield Finding(where, what, f'say weight_kind = "probability" or "importance", and {_READ}')


def weight_total(draft: Draft) -> tuple[float, float]:
    """Sum of the patients' weights, and how many patients there are.

    Parameters
    ----------
    draft : Draft
        A table; a patient has the weight of the first of several rows.

    Returns
    -------
    tuple of float
        Both, over the rows of a registry where the table stands for one.
    """
    weight = draft.numbers["weight"].values
    if draft.count is not None:
        return float((weight * draft.count).sum()), float(draft.count.sum())
    if draft.has(draft.spec.subject):
        names = draft.values(draft.spec.subject)
        weight = pd.Series(weight).groupby(pd.factorize(names)[0]).first().to_numpy()
    return float(weight.sum()), float(len(weight))


WEIGHT_RULES = (weights_positive, counts_whole, kind_known, counts_bounded)
WEIGHT_DOUBTS = (weights_no_counts,)
