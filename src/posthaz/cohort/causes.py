"""Competing causes of a cohort: which there are, and the cohort seen as waiting for one."""

from dataclasses import replace

import numpy as np

from posthaz.cohort.cohort import Cohort


def causes_of(cohort: Cohort) -> tuple[int, ...]:
    """Causes that rows of a cohort have, in order; censoring isn't one.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort.read import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3], "event": [1, 2, 0]})
    >>> cohort = read_cohort(
    ...     table, time="time", event="event", event_codes={"0": 0, "1": 1, "2": 2}
    ... )
    >>> causes_of(cohort)
    (1, 2)
    """
    return tuple(int(cause) for cause in np.unique(cohort.cause) if cause > 0)


def cause_of(cohort: Cohort, cause: int) -> Cohort:
    """The cohort with one cause as the event and every other cause censored.

    Its hazard is the cause-specific one. Other causes end the row's follow-up at their time.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    cause : int
        The cause, 1 or above; it may be that no row has it.

    Returns
    -------
    Cohort
        A new cohort whose causes are 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort.read import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3], "event": [1, 2, 0]})
    >>> cohort = read_cohort(
    ...     table, time="time", event="event", event_codes={"0": 0, "1": 1, "2": 2}
    ... )
    >>> cause_of(cohort, 2).event.tolist(), cause_of(cohort, 2).exit.tolist()
    ([False, True, False], [1.0, 2.0, 3.0])
    """
    waited = cohort.cause == cause
    return replace(
        cohort,
        upper=np.where(waited, cohort.upper, np.inf),
        cause=waited.astype(int),
    )
