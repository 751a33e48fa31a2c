"""A sequence of trials: at each of several times, those who just began against those who didn't."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.adjust.clones import begun, censored_at, in_arms
from posthaz.adjust.patients import written_out
from posthaz.cohort import Cohort, cut_follow_up
from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.patients import patients_as_clusters, stacked, without
from posthaz.errors import AdjustmentError

_MOST_TRIALS = 20


@dataclass(frozen=True, eq=False)
class Trials:
    """A sequence of emulated trials; made by `sequential_trials`.

    Parameters
    ----------
    cohort : Cohort
        Patients of all trials, followed from the start of their trial; ``subject`` is a patient
        in one trial and ``cluster`` the patient.
    trial : ndarray of int, shape (row,)
        Number of the trial, a stratum.
    trials : DataFrame
        Columns ``time, treated, untreated``: when each trial begins, and who is in it.
    """

    cohort: Cohort
    trial: np.ndarray
    trials: pd.DataFrame


@checks_arguments
def sequential_trials(cohort: Cohort, starts: str, times: Sequence[float] | None = None) -> Trials:
    """Emulate one trial at each of several times, and stack them.

    In the trial that begins at a time are those at risk just after it who began treatment since
    the trial before, against those who haven't begun yet; these are censored when they begin
    (Gran et al. 2010). Nobody is in the treated arm of two trials.

    Parameters
    ----------
    cohort : Cohort
        A cohort with a treatment of two arms; its arm is the one that a patient came to be in.
    starts : str
        Covariate with the time at which treatment began, missing in the reference arm.
    times : sequence of float, optional
        When trials begin; the times at which treatment began when not given, or 20 quantiles of
        them where there are more.

    Returns
    -------
    Trials
        The trials; one in which an arm would be empty is left out.

    Raises
    ------
    AdjustmentError
        When there is no trial with patients in both arms, or the cohort has no two arms.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [9.0, 5.0, 8.0], "event": [1, 1, 0], "arm": ["T", "C", "T"],
    ...                       "start": [4.0, None, 1.0]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> sequential_trials(cohort, "start").trials.to_numpy().tolist()
    [[1.0, 1.0, 2.0], [4.0, 1.0, 1.0]]
    """
    cohort = written_out(cohort)
    begin = begun(cohort, starts)
    if len(cohort.arms) != 2 or cohort.recurrent or cohort.interval_censored.any():
        raise AdjustmentError(
            f"{cohort.source.name}: trials compare two arms by one exact event a patient",
            fix="compare two arms, by the time to a first event",
        )
    grid = trial_times(begin) if times is None else np.unique(np.asarray(times, dtype=float))
    bare = patients_as_clusters(without(cohort, starts))
    begin = pd.Series(begin).groupby(bare.subject).first().to_numpy()
    parts, sizes, before = [], [], -np.inf
    for time in grid:
        part, size = _trial(bare, begin, before, float(time))
        if min(size) > 0:
            parts.append(part)
            sizes.append({"time": float(time), "treated": size[1], "untreated": size[0]})
            before = float(time)
    if not parts:
        raise AdjustmentError(
            f"{cohort.source.name}: at no time are there patients at risk who just began "
            "treatment, and others who haven't",
            fix="see whether the times are right",
        )
    number = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return Trials(stacked(parts), number, pd.DataFrame(sizes))


def trial_times(begin: np.ndarray, most: int = _MOST_TRIALS) -> np.ndarray:
    """Times at which treatment began, or quantiles of them where there are more than `most`."""
    known = np.unique(begin[np.isfinite(begin)])
    if len(known) <= most:
        return known
    shares = np.arange(1, most + 1) / most
    return np.unique(np.quantile(begin[np.isfinite(begin)], shares, method="inverted_cdf"))


def _trial(
    cohort: Cohort, begin: np.ndarray, before: float, time: float
) -> tuple[Cohort, tuple[int, int]]:
    """Rows of the trial at a time, and patients without and with treatment; `begin` by patient."""
    cut = cut_follow_up(cohort, [time])[0]
    own = begin[cut.subject]
    entered = pd.Series(cut.entry).groupby(cut.subject).transform("min").to_numpy()
    there = (cut.entry >= time) & (own > before) & (entered <= time)
    treated = there & (own <= time)
    stays = np.where(treated, np.inf, own)[there]
    part = censored_at(in_arms(cut, treated.astype(int)).where(there), stays)
    sizes = [len(np.unique(part.subject[part.arm == arm])) for arm in cohort.arms]
    return part, (sizes[0], sizes[1])
