"""Recurrent events on a clock that is reset: time since the event before."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.cohort import Cohort
from posthaz.errors import CohortError

EVENT_NUMBER = "event_number"


@checks_arguments
def gap_times(cohort: Cohort) -> Cohort:
    """A cohort of the times between the events of each subject.

    Each stretch from one event to the next (or to the end of follow-up) is a subject of its own,
    whose time counts from the event before, or from the start of follow-up for the first; the
    stretches of one patient are a cluster. Hazards are then those of the next event, and survival
    is that of not having had it. Give the patient a frailty, ``(1 | id)``: without one, stretches
    are taken as independent, which patients prone to events make them not.

    Parameters
    ----------
    cohort : Cohort
        A cohort read with ``recurrent="all"``, its times those since time 0.

    Returns
    -------
    Cohort
        With a covariate ``event_number``: 1 in the stretch up to the first event, 2 in the next.

    Raises
    ------
    CohortError
        Where the cohort isn't one of recurrent events, or two events of a subject fall together.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"id": [1, 1, 2], "start": [0, 2, 0], "stop": [2, 5, 3],
    ...                       "relapse": [1, 1, 0]})
    >>> cohort = read_cohort(table, time="stop", event="relapse", entry="start", subject="id",
    ...                      recurrent="all")
    >>> gap_times(cohort).exit.tolist()
    [2.0, 3.0, 3.0]
    """
    if not cohort.recurrent:
        raise CohortError(
            "gap times are those between the events of one subject, and here each has at most one",
            fix='read the cohort with recurrent = "all"',
        )
    rows = pd.DataFrame(
        {
            "subject": cohort.subject,
            "entry": cohort.entry,
            "exit": cohort.exit,
            "event": cohort.event,
        }
    ).sort_values(["subject", "exit"], kind="stable")
    ends = rows["exit"].where(rows["event"])
    grouped = ends.groupby(rows["subject"])
    before = grouped.shift().groupby(rows["subject"]).ffill()
    number = rows["event"].groupby(rows["subject"]).cumsum() - rows["event"] + 1
    began = before.fillna(rows["entry"].groupby(rows["subject"]).transform("min")).sort_index()
    number = number.sort_index().to_numpy(dtype=int)
    entry = cohort.entry - began.to_numpy(dtype=float)
    exit_ = cohort.exit - began.to_numpy(dtype=float)
    together = np.flatnonzero(exit_ <= 0)
    if len(together):
        row = int(cohort.row_number[together[0]])
        raise CohortError(
            f"{cohort.source.name}, row {row}: its event comes at the time of the one before, and "
            "no time lies between",
            fix="correct the times, or count one of the two",
        )
    stretch = pd.factorize(
        pd.Series(cohort.subject).astype(str) + " " + pd.Series(number).astype(str)
    )
    return replace(
        cohort,
        entry=np.maximum(entry, 0.0),
        lower=exit_,
        upper=np.where(cohort.event, exit_, np.inf),
        subject=np.asarray(stretch[0], dtype=int),
        cluster=cohort.subject if cohort.cluster is None else cohort.cluster,
        covariates=cohort.covariates.assign(**{EVENT_NUMBER: number}),
        recurrent=False,
        origin=0.0,
    )
