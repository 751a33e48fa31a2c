"""How well reconstructed patients give back the curve and the numbers they came from."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.evidence.guyot import Reconstruction

COLUMNS = (
    *("arm", "patients", "events", "median", "curve_median", "largest_deviation"),
    *("rms_deviation", "largest_at_risk_deviation", "repaired"),
)


def product_limit(time: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kaplan-Meier steps: distinct event times and survival just after each.

    Examples
    --------
    >>> times, survival = product_limit(np.array([1.0, 2.0, 3.0]), np.array([1, 0, 1]))
    >>> times.tolist(), survival.round(4).tolist()
    ([1.0, 3.0], [0.6667, 0.0])
    """
    ordered = np.sort(time)
    steps, counts = np.unique(time[event > 0], return_counts=True)
    at_risk = len(ordered) - np.searchsorted(ordered, steps, side="left")
    return steps, np.cumprod(1.0 - counts / at_risk)


def step_survival(times: np.ndarray, steps: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Survival just after `times`."""
    return np.append(1.0, levels)[np.searchsorted(steps, times, side="right")]


def reconstruction_checks(made: Sequence[Reconstruction]) -> pd.DataFrame:
    """Curve, median and numbers at risk given back by the reconstructed patients.

    Parameters
    ----------
    made : sequence of Reconstruction
        One an arm.

    Returns
    -------
    DataFrame
        One row an arm: ``patients``, ``events``, ``median`` (NaN where not reached) and that
        read off the curve, the largest and the root mean square deviation of Kaplan-Meier
        from the cleaned curve at its points, the largest deviation from a printed number at
        risk, and the largest change that cleaning made to a click.
    """
    rows = []
    for one in made:
        time, event = (one.patients[name].to_numpy(dtype=float) for name in ("time", "event"))
        steps, levels = product_limit(time, event)
        apart = step_survival(one.curve.time, steps, levels) - one.curve.survival
        risk = at_risk_table([one])
        rows.append(
            {
                "arm": one.arm,
                "patients": len(time),
                "events": int(event.sum()),
                "median": _median(steps, levels),
                "curve_median": _median(one.curve.time, one.curve.survival),
                "largest_deviation": float(np.max(np.abs(apart))),
                "rms_deviation": float(np.sqrt(np.mean(apart**2))),
                "largest_at_risk_deviation": int(
                    (risk["reconstructed"] - risk["printed"]).abs().max()
                ),
                "repaired": one.curve.repaired,
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def at_risk_table(made: Sequence[Reconstruction]) -> pd.DataFrame:
    """Printed and reconstructed numbers at risk: ``arm, time, printed, reconstructed``."""
    parts = []
    for one in made:
        ordered = np.sort(one.patients["time"].to_numpy(dtype=float))
        risk = one.curve.at_risk
        still = len(ordered) - np.searchsorted(ordered, risk.time, side="left")
        parts.append(
            pd.DataFrame(
                {"arm": one.arm, "time": risk.time, "printed": risk.number, "reconstructed": still}
            )
        )
    return pd.concat(parts, ignore_index=True)


def _median(times: np.ndarray, levels: np.ndarray) -> float:
    below = np.flatnonzero(levels <= 0.5)
    return float(times[below[0]]) if len(below) else float("nan")
