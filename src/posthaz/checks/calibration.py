"""Predicted survival at stated times against what was observed, and scores of the prediction."""

from collections.abc import Sequence

import greenwood as gw
import numpy as np
import pandas as pd

from posthaz.baselines.concordance import concordance
from posthaz.baselines.response import response
from posthaz.checks.expected_events import ExpectedEvents
from posthaz.checks.predicted import Predicted
from posthaz.cohort import Cohort

_MOST_GROUPS = 10
_EVENTS_A_GROUP = 5
_FEWEST_SMOOTHED = 20
CALIBRATION_COLUMNS = ("time", "group", "patients", "predicted", "observed", "lower", "upper")
_ALIKE = 9  # decimals
SCORE_COLUMNS = ("score", "time", "in_sample", "left_out", "without_model")


def calibration_table(predicted: Predicted, times: Sequence[float]) -> pd.DataFrame:
    """Predicted survival by groups of it, in tenths where events allow, against Kaplan-Meier.

    Parameters
    ----------
    predicted : Predicted
        Predictions of a fit whose covariates don't change.
    times : sequence of float
        Times, in the cohort's unit.

    Returns
    -------
    DataFrame
        Columns ``time, group, patients, predicted, observed, lower, upper``: mean prediction of
        each group and its Kaplan-Meier estimate with 95 % limits; late entry is respected.

    References
    ----------
    Harrell FE (2015), Regression Modeling Strategies, doi:10.1007/978-3-319-19425-7.
    """
    rows = predicted.rows
    survival = predicted.survival(np.asarray(times, dtype=float)).mean(axis=0)
    parts = []
    for place, time in enumerate(times):
        groups = _groups(rows, float(time))
        if groups < 2 or np.ptp(survival[:, place]) < 1e-9:
            continue
        frame = gw.calibration(
            response(rows), survival[:, place], float(time), n_bins=groups, format="pandas"
        )
        frame = frame.rename(columns={"bin": "group", "n": "patients"})
        frame = frame.rename(columns={f"observed_{end}": end for end in ("lower", "upper")})
        parts.append(frame.assign(time=float(time)))
    columns = list(CALIBRATION_COLUMNS)
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _groups(rows: Cohort, time: float) -> int:
    """Groups of at least five events by then, ten at most."""
    events = int((rows.event & (rows.exit <= time)).sum())
    return min(_MOST_GROUPS, events // _EVENTS_A_GROUP)


def calibration_tests(
    predicted: Predicted, events: ExpectedEvents, times: Sequence[float]
) -> pd.DataFrame:
    """Test that events by each time are as many as expected in each group of the prediction.

    Parameters
    ----------
    predicted : Predicted
        Predictions of a fit whose covariates don't change.
    events : ExpectedEvents
        Events seen and expected.
    times : sequence of float
        Times.

    Returns
    -------
    DataFrame
        Columns ``time, statistic, df, p, ici``: the score test, and the integrated calibration
        index, the mean distance of the smoothed pseudo-values of survival from the prediction.

    References
    ----------
    Austin PC, Harrell FE, van Klaveren D (2020), Statistics in Medicine 39:2714-2742,
    doi:10.1002/sim.8570. Andersen PK, Pohar Perme M (2010), Statistical Methods in Medical
    Research 19:71-99, doi:10.1177/0962280209105020.
    """
    rows = predicted.rows
    survival = predicted.survival(np.asarray(times, dtype=float)).mean(axis=0)
    # whole follow-up: what a model misses by one time it misses in the hazards up to then
    found = []
    for place, time in enumerate(times):
        own = survival[:, place]
        groups = _groups(rows, float(time))
        if groups < 2 or np.ptp(own) < 1e-9:
            continue
        edges = np.unique(np.quantile(own, np.arange(1, groups) / groups))
        number = np.searchsorted(edges, own, side="left")
        member = (number[:, None] == np.unique(number)).astype(float)
        until = _up_to(events, float(time))
        statistic, df, p = until.test(member[None])
        found.append((float(time), statistic, df, p, _ici(rows, own, float(time))))
    return pd.DataFrame(found, columns=["time", "statistic", "df", "p", "ici"])


def _up_to(events: ExpectedEvents, time: float) -> ExpectedEvents:
    """Events seen and expected up to a time, as one period."""
    rows = events.predicted.rows
    half = rows.resolution / 2.0
    end = np.maximum(np.where(rows.event, rows.exit - half, rows.exit), rows.entry)
    seen = (rows.event & (rows.exit <= time)).astype(float)
    until = np.maximum(np.minimum(end, time), np.minimum(rows.entry, time))
    expected = events.predicted.passed(np.minimum(rows.entry, time), until)
    return ExpectedEvents(events.predicted, np.array([0.0, time]), seen[None], expected[:, None])


def _ici(rows: Cohort, predicted: np.ndarray, time: float) -> float:
    """Mean distance of smoothed pseudo-values from the predictions; by value where few differ."""
    pseudo, _ = pseudo_survival(rows, time)
    values, place = np.unique(np.round(predicted, 9), return_inverse=True)
    if len(values) < _FEWEST_SMOOTHED:
        smooth = (np.bincount(place, weights=pseudo) / np.bincount(place))[place]
    else:
        from statsmodels.nonparametric.smoothers_lowess import lowess  # half a second to load

        smooth = lowess(pseudo, predicted, frac=0.75, it=0, return_sorted=False)
    return float(np.mean(np.abs(np.clip(smooth, 0.0, 1.0) - predicted)))


def pseudo_survival(cohort: Cohort, time: float) -> tuple[np.ndarray, np.ndarray]:
    """Pseudo-values of survival at a time, and Kaplan-Meier survival without each patient.

    Parameters
    ----------
    cohort : Cohort
        One row a patient, unweighted, without intervals; late entry is respected.
    time : float
        The time.

    Returns
    -------
    pseudo, left_out : ndarray of float, shape (patient,)
        ``n S - (n - 1) S(-i)``, and ``S(-i)``.

    Examples
    --------
    >>> import pandas as pd
    >>> import posthaz as ph
    >>> table = pd.DataFrame({"t": [1.0, 2.0, 3.0, 4.0], "d": [1, 1, 1, 1]})
    >>> pseudo_survival(ph.read_cohort(table, time="t", event="d"), 2.5)[0].round(9).tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    times = np.unique(cohort.exit[cohort.event & (cohort.exit <= time)])
    at_risk = (cohort.entry[:, None] < times) & (cohort.exit[:, None] >= times)
    failed = cohort.event[:, None] & (cohort.exit[:, None] == times)

    def survival(left: np.ndarray, deaths: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = np.where(left > 0, 1.0 - deaths / left, 1.0)
        return np.prod(kept, axis=-1)

    whole = float(survival(at_risk.sum(axis=0), failed.sum(axis=0)))
    without = survival(at_risk.sum(axis=0) - at_risk, failed.sum(axis=0) - failed)
    size = len(cohort)
    return size * whole - (size - 1) * without, without


def prediction_scores(predicted: Predicted, times: Sequence[float]) -> pd.DataFrame:
    """Brier score and concordance of the predictions, beside Kaplan-Meier without covariates.

    Parameters
    ----------
    predicted : Predicted
        Predictions of a fit whose covariates don't change.
    times : sequence of float
        Times; the concordance is that of the prediction at the last.

    Returns
    -------
    DataFrame
        Columns ``score`` (``brier`` or ``concordance``), ``time``, ``in_sample``, ``left_out``
        (by PSIS-LOO) and ``without_model`` (the Kaplan-Meier estimate of the others, and 0.5).
        There is no Brier score where patients enter late.

    References
    ----------
    Graf E et al. (1999), Statistics in Medicine 18:2529-2545. Vehtari A, Gelman A, Gabry J (2017),
    Statistics and Computing 27:1413-1432, doi:10.1007/s11222-016-9696-4.
    """
    rows, asked = predicted.rows, np.asarray(times, dtype=float)
    drawn = predicted.survival(asked)
    ways = {"in_sample": predicted.mean(drawn)}
    if predicted.left_out is not None:
        ways["left_out"] = predicted.mean(drawn, left_out=True)
    found: list[dict[str, object]] = []
    if not np.any(rows.entry > 0):
        null = np.stack([pseudo_survival(rows, float(time))[1] for time in asked], axis=1)
        scored = {
            name: gw.brier_score(response(rows), one, asked)
            for name, one in {**ways, "without_model": null}.items()
        }
        for place, time in enumerate(asked):
            each = {name: float(one[place]) for name, one in scored.items()}
            found.append({"score": "brier", "time": float(time), **each})
    last = {name: one[:, -1] for name, one in ways.items()}
    if "left_out" in last:
        last["left_out"] = _alike(last["left_out"], last["in_sample"])
    ranked = {
        name: concordance(rows, -np.log(np.maximum(one, 1e-300)))[0]
        for name, one in last.items()
        if np.ptp(one) > 1e-9
    }
    if ranked:
        found.append(
            {"score": "concordance", "time": float(asked[-1]), **ranked, "without_model": 0.5}
        )
    return pd.DataFrame(found, columns=list(SCORE_COLUMNS))


def _alike(left_out: np.ndarray, in_sample: np.ndarray) -> np.ndarray:
    """Predictions without the patient, those of patients whom the model predicts alike averaged.

    Each differs by what the patient's own event takes away, which would order patients of equal
    covariates backwards, all of them.
    """
    group = np.unique(np.round(in_sample, _ALIKE), return_inverse=True)[1]
    return (np.bincount(group, left_out) / np.bincount(group))[group]
