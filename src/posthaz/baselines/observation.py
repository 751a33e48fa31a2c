"""How long patients were followed: the reverse Kaplan-Meier estimate."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.baselines.response import by_arm, events, response, subjects
from posthaz.baselines.survival_summary import median_survival
from posthaz.cohort import Cohort

_QUARTILES = (0.25, 0.5, 0.75)


def follow_up(cohort: Cohort, *, transform: str = "log-log", level: float = 0.95) -> pd.DataFrame:
    """Potential follow-up from entry by reverse Kaplan-Meier, by arm and overall.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    transform : {"log-log", "log", "plain"}
        Scale of the confidence limits.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns ``arm, n, events, person_time, max_follow_up, lower_quartile, median,
        upper_quartile, median_lower, median_upper``, one row an arm and a last one ``overall``
        when there are several. Follow-up is measured from each patient's entry, whatever the time
        scale counts from. Events of any cause end the observation of follow-up. Times are
        in the cohort's unit; NaN where fewer than the fraction were censored. Where events are
        only known to lie between two times, all but numbers and the longest follow-up is NaN.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> follow_up(cohort)[["arm", "person_time"]].to_numpy().tolist()
    [['a', 4.0], ['b', 6.0], ['overall', 10.0]]
    """
    parts = list(by_arm(cohort))
    if len(parts) > 1:
        parts.append(("overall", cohort))
    return pd.DataFrame([_summary(arm, part, transform, level) for arm, part in parts])


def _summary(arm: str, part: Cohort, transform: str, level: float) -> dict[str, object]:
    if part.interval_censored.any():
        return _between_times(arm, part)
    response(part)
    reverse = _reversed(part)
    times = median_survival(reverse, _QUARTILES, transform=transform, level=level)
    lower, median, upper = (times.iloc[i] for i in range(3))
    return {
        "arm": arm,
        "n": subjects(part),
        "events": events(part),
        "person_time": float((part.weight * (part.exit - part.entry)).sum()),
        "max_follow_up": float(reverse.exit.max()),
        "lower_quartile": lower["time"],
        "median": median["time"],
        "upper_quartile": upper["time"],
        "median_lower": median["lower"],
        "median_upper": median["upper"],
    }


def _between_times(arm: str, part: Cohort) -> dict[str, object]:
    """What can be said of follow-up where events are only known to lie between two times."""
    unknown = ("person_time", "lower_quartile", "median", "upper_quartile", "median_lower",
               "median_upper")  # fmt: skip
    return {
        "arm": arm,
        "n": round(subjects(part), 1),
        "events": round(events(part), 1),
        "max_follow_up": float((part.exit - part.entry).max()),
        **dict.fromkeys(unknown, np.nan),
    }


def _reversed(part: Cohort) -> Cohort:
    """One row a subject, from entry to the end of follow-up without any event."""
    first_entry = pd.Series(part.entry).groupby(part.subject).transform("min").to_numpy()
    # a recurrent event ends nothing
    censored = (part.cause == 0) | part.recurrent
    followed = part.exit - first_entry
    return replace(
        part,
        entry=np.zeros(len(part)),
        lower=followed,
        upper=np.where(censored, followed, np.inf),
        cause=censored.astype(int),
        treatment="",
        origin=0.0,
        recurrent=False,
    ).where(part.last)
