"""Between arms without a model: restricted means, and differences in survival at asked times."""

from collections.abc import Sequence
from dataclasses import dataclass

import greenwood as gw
import numpy as np
import pandas as pd
from scipy.stats import norm

from posthaz.baselines.influence import area_influence, clustered, survival_influence
from posthaz.baselines.product_limit import NOBODY_LEFT
from posthaz.baselines.response import by_arm, refuse_recurrent, response, whole_weights
from posthaz.baselines.survival_summary import survival_at
from posthaz.cohort import Cohort, after_origin, last_believable


def survival_difference(
    cohort: Cohort, times: Sequence[float], *, level: float = 0.95, robust: bool | None = None
) -> pd.DataFrame:
    """Difference of Kaplan-Meier survival at given times, each arm minus the reference.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    times : sequence of float
        Times in the cohort's unit.
    level : float
        Confidence level.
    robust : bool, optional
        Whether errors are the infinitesimal jackknife's, by cluster where the cohort has one and
        by subject otherwise, so that arms that share clusters (matched sets) covary. When not
        given: where the weights are not whole numbers. Weights are taken as known.

    Returns
    -------
    DataFrame
        Columns ``arm, reference, time, value, std_error, lower, upper``; no rows for a
        single-arm cohort, NaN after the last follow-up of an arm.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import posthaz as ph
    >>> table = survival_difference(ph.simulated_example(), [12.0])
    >>> table[["arm", "value"]].round(3).to_numpy().tolist()
    [['B', 0.117]]
    """
    robust = not whole_weights(cohort) if robust is None else robust
    z = float(norm.ppf(0.5 + level / 2))
    found = {
        (row["arm"], row["time"]): row
        for row in survival_at(cohort, times, level=level).to_dict("records")
    }
    parts = dict(by_arm(after_origin(cohort)))
    influence = {
        arm: clustered(cohort, part, survival_influence(part, times))
        for arm, part in (parts.items() if robust else ())
    }
    reference, *arms = parts
    rows = []
    for arm in arms:
        for column, time in enumerate(map(float, times)):
            ours, theirs = found[arm, time], found[reference, time]
            value = float(ours["survival"] - theirs["survival"])
            error = float(np.hypot(ours["std_error"], theirs["std_error"]))
            if robust and np.isfinite(value):
                error = float(
                    np.linalg.norm(influence[arm][:, column] - influence[reference][:, column])
                )
            rows.append((arm, reference, time, value, error, value - z * error, value + z * error))
    columns = ["arm", "reference", "time", "value", "std_error", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns)


_COLUMNS = [
    *("quantity", "arm", "reference", "horizon", "value", "std_error"),
    *("lower", "upper", "statistic", "p", "note"),
]
_TOO_FAR = "the horizon is after the last follow-up of an arm"
_EMPTIED = "everybody at risk in an arm has the event before others enter"
_TOO_EARLY = "the horizon is not after the origin"


def rmst(
    cohort: Cohort, horizon: float, *, level: float = 0.95, robust: bool | None = None
) -> pd.DataFrame:
    """Restricted mean survival time by arm, and each arm against the reference.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    horizon : float
        Time up to which survival is integrated, in the cohort's unit.
    level : float
        Confidence level.
    robust : bool, optional
        Whether errors are the infinitesimal jackknife's, by cluster where the cohort has one and
        by subject otherwise, so that arms that share clusters (matched sets) covary; Greenwood's
        otherwise. When not given: where the weights are not whole numbers. Weights are taken as
        known.

    Returns
    -------
    DataFrame
        Columns ``quantity, arm, reference, horizon, value, std_error, lower, upper, statistic,
        p, note``. `quantity` is ``"rmst"``, ``"difference"`` (arm minus reference) or ``"ratio"``
        (arm over reference; `std_error` of the log ratio). Values are NaN, with a note, when
        follow-up of an arm ends before the horizon with patients still at risk. With an origin
        above 0 it is the mean time from the origin to the event or horizon, of those event-free at
        the origin.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> rmst(cohort, 3)[["quantity", "value"]].to_numpy().tolist()
    [['rmst', 2.0], ['rmst', 3.0], ['difference', 1.0], ['ratio', 1.5]]
    """
    refuse_recurrent(cohort, "restricted mean survival time")
    z = float(norm.ppf(0.5 + level / 2))
    robust = not whole_weights(cohort) if robust is None else robust
    later = after_origin(cohort)
    arms = {arm: _area(cohort, part, horizon, robust) for arm, part in by_arm(later)}
    rows = [
        _row(
            "rmst",
            arm,
            "",
            a.value,
            a.error,
            (a.value - z * a.error, a.value + z * a.error),
            np.nan,
            a.note,
        )
        for arm, a in arms.items()
    ]
    names = list(arms)
    for arm in names[1:]:
        rows += _contrasts(arm, names[0], arms[arm], arms[names[0]], z)
    return pd.DataFrame(rows).assign(horizon=float(horizon)).loc[:, _COLUMNS]


def _contrasts(
    arm: str,
    reference: str,
    ours: "_Area",
    theirs: "_Area",
    z: float,
) -> list[dict[str, object]]:
    difference = ours.value - theirs.value
    error = _joint_error(ours, theirs, 1.0, 1.0)
    log_ratio = float(np.log(ours.value / theirs.value))
    log_error = _joint_error(ours, theirs, 1.0 / ours.value, 1.0 / theirs.value)
    limits = (difference - z * error, difference + z * error)
    ratio_limits = (np.exp(log_ratio - z * log_error), np.exp(log_ratio + z * log_error))
    score = difference / error if error > 0 else np.nan
    ratio_score = log_ratio / log_error if log_error > 0 else np.nan
    note, ratio_value = ours.note or theirs.note, np.exp(log_ratio)
    return [
        _row("difference", arm, reference, difference, error, limits, score, note),
        _row("ratio", arm, reference, ratio_value, log_error, ratio_limits, ratio_score, note),
    ]


def _row(
    quantity: str,
    arm: str,
    reference: str,
    value: float,
    error: float,
    limits: tuple[float, float],
    statistic: float,
    note: str,
) -> dict[str, object]:
    return {
        "quantity": quantity,
        "arm": arm,
        "reference": reference,
        "value": value,
        "std_error": error,
        "lower": limits[0],
        "upper": limits[1],
        "statistic": statistic,
        "p": 2 * float(norm.sf(abs(statistic))),
        "note": note,
    }


@dataclass(frozen=True, eq=False)
class _Area:
    """Restricted mean of an arm, its error, and each cluster's influence where that is robust."""

    value: float
    error: float
    influence: np.ndarray | None = None
    note: str = ""


def _area(cohort: Cohort, part: Cohort, horizon: float, robust: bool) -> _Area:
    level, nothing = 0.95, float("nan")
    if horizon <= part.origin:
        return _Area(nothing, nothing, note=_TOO_EARLY)
    if horizon >= last_believable(part.entry, part.exit, part.event):
        return _Area(nothing, nothing, note=_EMPTIED)
    fit = gw.KaplanMeier(conf_type="plain", conf_level=level).fit(
        response(part), weights=part.weight
    )
    if horizon > part.exit.max() and fit.survival_[-1] > NOBODY_LEFT:
        return _Area(nothing, nothing, note=_TOO_FAR)
    value, _, upper = fit.rmst(tau=horizon, ci=True)
    after = float(value) - part.origin
    if not robust:
        return _Area(after, float((upper - value) / norm.ppf(0.5 + level / 2)))
    influence = clustered(cohort, part, area_influence(part, horizon))
    return _Area(after, float(np.linalg.norm(influence)), influence)


def _joint_error(ours: _Area, theirs: _Area, a: float, b: float) -> float:
    """Standard error of ``a`` times one mean minus ``b`` times the other."""
    if ours.influence is None or theirs.influence is None:
        return float(np.hypot(a * ours.error, b * theirs.error))
    return float(np.linalg.norm(a * ours.influence - b * theirs.influence))
