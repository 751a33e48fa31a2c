"""Times recorded in steps: each event known to lie in the step that ends at its time."""

from dataclasses import replace

import numpy as np

from posthaz.cohort.cohort import Cohort


def between_steps(cohort: Cohort) -> Cohort:
    """The same patients, each event known to lie in the step that ends at its recorded time.

    A likelihood that takes whole months as exact counts everybody who dies in a month as at risk
    to its end, and so overstates survival by about half the square of each month's hazard. The
    step before the recorded time is the one that makes model and Kaplan-Meier estimate speak of
    the same survival at the recorded times, however the times were rounded.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.

    Returns
    -------
    Cohort
        With interval-censored events where ``cohort.resolution`` is above 0, and `resolution` 0;
        otherwise the cohort itself.

    Examples
    --------
    >>> import pandas as pd
    >>> import posthaz as ph
    >>> frame = pd.DataFrame({"months": [1, 3, 3], "dead": [1, 1, 0]})
    >>> cohort = ph.read_cohort(frame, time="months", event="dead", resolution=1.0)
    >>> found = between_steps(cohort)
    >>> found.lower.tolist(), found.upper.tolist()
    ([0.0, 2.0, 3.0], [1.0, 3.0, inf])
    """
    if not cohort.resolution:
        return cohort
    start = np.maximum(cohort.upper - cohort.resolution, cohort.entry)
    return replace(cohort, lower=np.where(cohort.event, start, cohort.lower), resolution=0.0)
