"""Reconstructed patients as a cohort table that says what it was made from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from posthaz.cohort import RECONSTRUCTED
from posthaz.errors import CohortError, nearest
from posthaz.evidence.curve import Curve
from posthaz.evidence.guyot import Reconstruction, reconstruct
from posthaz.evidence.read_curves import read_curves


def reconstruct_arms(
    curves: Sequence[Curve], events: Mapping[str, int] | None = None
) -> tuple[Reconstruction, ...]:
    """Reconstruct every arm.

    Parameters
    ----------
    curves : sequence of Curve
        One an arm.
    events : mapping of str to int, optional
        Total events of the arms that they are printed of.

    Returns
    -------
    tuple of Reconstruction
        One an arm, in the same order.

    Raises
    ------
    CohortError
        For events of an unknown arm, or more than its patients.
    """
    patients = {curve.arm: int(curve.at_risk.number[0]) for curve in curves}
    for arm, number in (events or {}).items():
        if arm not in patients:
            raise CohortError(
                f"events: there is no curve of '{arm}' ({nearest(arm, list(patients))})",
                fix="name the arms as the curves do",
            )
        if not 0 <= number <= patients[arm]:
            raise CohortError(
                f"events: {number} in '{arm}', of {patients[arm]} patients", fix="correct it"
            )
    return tuple(reconstruct(curve, (events or {}).get(curve.arm)) for curve in curves)


def patient_table(made: Sequence[Reconstruction], origin: str) -> pd.DataFrame:
    """Patients of all arms: ``arm, time, event, reconstructed_from``.

    Parameters
    ----------
    made : sequence of Reconstruction
        One an arm.
    origin : str
        What they were made from: a file, or a figure of a paper.

    Returns
    -------
    DataFrame
        A table that `read_cohort` marks as reconstructed.
    """
    parts = [one.patients.assign(arm=one.arm) for one in made]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(**{RECONSTRUCTED: origin})[["arm", "time", "event", RECONSTRUCTED]]


def reconstructed_patients(
    clicks: str | Path | pd.DataFrame,
    at_risk: str | Path | pd.DataFrame,
    *,
    arms: Sequence[str] = (),
    events: Mapping[str, int] | None = None,
    percent: bool | None = None,
    tolerance: float = 0.02,
    origin: str = "",
) -> pd.DataFrame:
    """Patient-level times behind digitised survival curves.

    Parameters
    ----------
    clicks, at_risk, arms, percent, tolerance
        As for `read_curves`.
    events : mapping of str to int, optional
        Total events of arms, where they are printed.
    origin : str, optional
        What to say that the table was made from; the name of the file of clicks without it.

    Returns
    -------
    DataFrame
        Columns ``arm, time, event, reconstructed_from``, for `read_cohort`.

    Raises
    ------
    CohortError
        For coordinates or numbers at risk that can't be used; each with its row.

    Examples
    --------
    >>> import pandas as pd
    >>> clicks = pd.DataFrame({"arm": "A", "time": [0, 2, 5], "survival": [100, 60, 30]})
    >>> risk = pd.DataFrame({"time": [0, 3], "A": [10, 6]})
    >>> reconstructed_patients(clicks, risk, origin="Figure 2")["event"].tolist()
    [1, 1, 1, 1, 1, 1, 1, 0, 0, 0]
    """
    curves = read_curves(clicks, at_risk, arms=arms, percent=percent, tolerance=tolerance)
    named = origin or ("clicks" if isinstance(clicks, pd.DataFrame) else Path(clicks).name)
    return patient_table(reconstruct_arms(curves, events), named)
