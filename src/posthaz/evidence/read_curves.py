"""Reading digitised curves: scale, order, repair of digitising noise, and every error."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from posthaz.cohort import number_text
from posthaz.errors import CohortError, Findings
from posthaz.evidence.curve import AtRisk, Curve
from posthaz.evidence.curve_files import read_clicks, read_numbers_at_risk

_PERCENT_FROM = 1.5
_OUTSIDE = 0.02
"""Share of an axis by which a click may miss its end."""
_VERTICAL = 0.0025
"""Share of the time axis within which clicks may be on one vertical line."""


def read_curves(
    clicks: str | Path | pd.DataFrame,
    at_risk: str | Path | pd.DataFrame,
    *,
    arms: Sequence[str] = (),
    percent: bool | None = None,
    tolerance: float = 0.02,
) -> tuple[Curve, ...]:
    """Read digitised survival curves with their numbers at risk.

    Parameters
    ----------
    clicks : str, Path or DataFrame
        Coordinates: columns arm, time and survival, or as WebPlotDigitizer and IPDfromKM
        write them.
    at_risk : str, Path or DataFrame
        Numbers at risk: a column of times, from 0, and one an arm.
    arms : sequence of str, optional
        Names of the arms, in place of those in the file.
    percent : bool, optional
        Whether survival is in percent; without it, when any is above 1.5.
    tolerance : float
        Largest rise of survival from one time to a later one that is taken as noise of the
        digitising and levelled out (isotonic regression).

    Returns
    -------
    tuple of Curve
        One an arm, in the file's order.

    Raises
    ------
    CohortError
        For a curve that rises by more, coordinates outside the axes, numbers at risk that
        rise or exceed what the curve leaves, each with its row.

    Examples
    --------
    >>> import pandas as pd
    >>> clicks = pd.DataFrame({"arm": "A", "time": [0, 2, 5], "survival": [100, 60, 30]})
    >>> risk = pd.DataFrame({"time": [0, 3], "A": [10, 6]})
    >>> read_curves(clicks, risk)[0].survival.tolist()
    [1.0, 0.6, 0.3]
    """
    name = "clicks" if isinstance(clicks, pd.DataFrame) else Path(clicks).name
    frame = read_clicks(clicks, arms)
    whole = 100.0 if _in_percent(frame["survival"], percent) else 1.0
    frame["survival"] = frame["survival"] / whole
    found = list(dict.fromkeys(frame["arm"]))
    risk_name = "numbers at risk" if isinstance(at_risk, pd.DataFrame) else Path(at_risk).name
    numbers, counted_in = read_numbers_at_risk(at_risk, found, frame.attrs["arms"])
    findings = Findings()
    unit = frame.attrs["unit"] or counted_in
    if counted_in and counted_in != unit:
        what = f"times are in {counted_in}, and those of the clicks in {unit}"
        findings.add(risk_name, what, "give both in one unit, and name the columns so")
    curves = []
    for arm in found:
        own = frame[frame["arm"] == arm]
        _check_coordinates(own, name, whole, tolerance, findings)
        times, counts, column = numbers[arm]
        risk = AtRisk(times, np.round(counts).astype(int), column)
        _check_risk(arm, (times, counts), risk_name, findings)
        if not len(findings):
            curve = replace(_cleaned(arm, own, risk), unit=unit)
            _check_fit(curve, risk_name, tolerance, findings)
            curves.append(curve)
    findings.raise_if_any(CohortError, f"{name} can't be used as survival curves:")
    return tuple(curves)


def _in_percent(survival: pd.Series, stated: bool | None) -> bool:
    return bool(survival.max() > _PERCENT_FROM) if stated is None else stated


def _check_coordinates(
    own: pd.DataFrame, name: str, whole: float, tolerance: float, findings: Findings
) -> None:
    longest = own["time"].max()
    for row in own.to_dict("records"):
        where = f"{name}, row {row['row']}"
        if row["time"] < -_OUTSIDE * longest:
            findings.add(where, f"time is {row['time']:g}", "calibrate the axis again")
        if not -_OUTSIDE <= row["survival"] <= 1 + _OUTSIDE:
            what = f"survival is {whole * row['survival']:g}, outside 0 to {whole:g}"
            findings.add(where, what, "calibrate the axis again, or say whether it is in percent")
    for row, rise in _rises(own, tolerance):
        what = (
            f"the curve of '{row['arm']}' rises by {whole * rise:.3g} at time {row['time']:g}, "
            f"more than digitising noise ({whole * tolerance:g})"
        )
        fix = "click the point again, or leave the row out"
        findings.add(f"{name}, row {row['row']}", what, fix)


def _rises(own: pd.DataFrame, tolerance: float) -> list[tuple[dict, float]]:
    """Clicks that lie above an earlier one by more than noise; a vertical line is one time."""
    jitter = _VERTICAL * own["time"].max()
    time, level = (own[name].to_numpy(dtype=float) for name in ("time", "survival"))
    found = []
    for row in own.to_dict("records"):
        earlier = level[time < row["time"] - jitter]
        rise = row["survival"] - earlier.min(initial=1.0 + _OUTSIDE)
        if rise > tolerance:
            found.append((row, float(rise)))
    return found


def _check_risk(
    arm: str, numbers: tuple[np.ndarray, np.ndarray], name: str, findings: Findings
) -> None:
    time, number = numbers
    if not len(time) or time[0] != 0:
        what = f"the numbers at risk of '{arm}' don't begin at time 0"
        findings.add(name, what, "give the number of patients at time 0")
        return
    for k, (at, count) in enumerate(zip(time, number, strict=True), start=1):
        where = f"{name}, row {k}"
        if count < 0 or count != round(count) or (k == 1 and count < 1):
            findings.add(where, f"{count:g} at risk in '{arm}'", "give a whole number")
        if k > 1 and at <= time[k - 2]:
            findings.add(
                where, f"time {at:g} after {number_text(time[k - 2])}", "give times in order"
            )
        if k > 1 and count > number[k - 2]:
            what = f"the number at risk in '{arm}' rises from {number[k - 2]:g} to {count:g}"
            findings.add(where, what, "correct the numbers")


def _cleaned(arm: str, own: pd.DataFrame, risk: AtRisk) -> Curve:
    clicked = own[["time", "survival"]].to_numpy(dtype=float)
    order = np.lexsort((-clicked[:, 1], clicked[:, 0]))
    time = np.maximum(clicked[order, 0], 0.0)
    raw = _in_order(time, np.clip(clicked[order, 1], 0.0, 1.0))
    level = np.asarray(isotonic_regression(raw, increasing=False).x)
    repaired = float(np.max(np.abs(level - raw)))
    time, level = np.append(0.0, time), np.append(1.0, level)
    last = np.append(time[1:] > time[:-1], True)  # of several at one time the lowest
    if last[0]:
        return Curve(arm, time[last], level[last], risk, clicked, repaired)
    # clicks at time 0 that fall short of 1 are noise of the axis
    return Curve(
        arm,
        np.append(0.0, time[last][1:]),
        np.append(1.0, level[last][1:]),
        risk,
        clicked,
        repaired,
    )


def _in_order(time: np.ndarray, level: np.ndarray) -> np.ndarray:
    """Survival with neighbours exchanged that lie on one vertical line in the wrong order."""
    jitter = _VERTICAL * time.max(initial=0.0)
    level = level.copy()
    for _ in range(len(level)):
        wrong = np.flatnonzero((np.diff(level) > 0) & (np.diff(time) < jitter))
        if not len(wrong):
            break
        for k in wrong:
            if level[k + 1] > level[k]:
                level[k], level[k + 1] = level[k + 1], level[k]
    return level


def _check_fit(curve: Curve, name: str, tolerance: float, findings: Findings) -> None:
    """No more can be at risk than the curve leaves of those at risk before."""
    time, number = curve.at_risk.time, curve.at_risk.number
    level = curve.survival_at(np.nextafter(time, -np.inf))
    for k in range(1, len(time)):
        if time[k] > curve.end and number[k] > 0:
            when = number_text(time[k])
            what = f"{number[k]} are at risk in '{curve.arm}' at {when}, after the curve's end"
            findings.add(f"{name}, row {k + 1}", what, "digitise the curve to its end")
            return
        most = number[k - 1] * (level[k] + tolerance) / max(level[k - 1], tolerance) + 1.0
        if number[k] > most:
            what = (
                f"{number[k]} are at risk in '{curve.arm}' at {number_text(time[k])}, but the "
                f"curve leaves {number[k - 1] * level[k] / max(level[k - 1], 1e-12):.0f} of the "
                f"{number[k - 1]} before"
            )
            fix = "see whether arms or rows were mixed up, and whether the axis is survival"
            findings.add(f"{name}, row {k + 1}", what, fix)
