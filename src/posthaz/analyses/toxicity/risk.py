"""Risks of two arms from counts: difference, ratio and number needed to harm."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from posthaz.adjust import GradeCounts, threshold_remark
from posthaz.answers import median_and_limits

JEFFREYS = (0.5, 0.5)
DRAWS = 40_000
RISK_COLUMNS = (
    "toxicity", "label", "grade", "source", "arm", "reference",
    "events", "patients", "reference_events", "reference_patients",
    "risk", "risk_lower", "risk_upper",
    "reference_risk", "reference_risk_lower", "reference_risk_upper",
    "difference", "difference_lower", "difference_upper",
    "ratio", "ratio_lower", "ratio_upper",
    "probability_more", "probability_acceptable",
    "nnh", "nnh_lower", "nnh_upper", "nnt", "nnt_lower", "nnt_upper", "remark",
)  # fmt: skip


def risk_draws(
    events: int,
    patients: int,
    *,
    prior: tuple[float, float] = JEFFREYS,
    draws: int = DRAWS,
    seed: int | Sequence[int] = 1,
) -> np.ndarray:
    """Independent draws of a probability from its beta posterior.

    Parameters
    ----------
    events, patients : int
        Patients with the toxicity, and all.
    prior : (float, float)
        Beta prior; Jeffreys' by default.
    draws : int
        Number of draws.
    seed : int or sequence of int
        Seed.

    Returns
    -------
    ndarray of float, shape (draws,)

    Examples
    --------
    >>> float(risk_draws(8, 164, draws=100_000).mean().round(2))
    0.05
    """
    random = np.random.default_rng(seed)
    return random.beta(prior[0] + events, prior[1] + patients - events, draws)


def risk_contrast(
    risk: np.ndarray, reference: np.ndarray, *, interval: float = 0.95, acceptable: float = 0.1
) -> dict[str, float]:
    """Difference and ratio of two risks, and the number of patients behind the difference.

    The number needed to harm is one over the difference. Where the interval of the difference
    spans 0, the number runs from a harm through infinity to a benefit (Altman, BMJ
    1998;317:1309-1312): then only its two ends are given, with infinite upper limits, and
    `probability_more` says how likely it is a harm at all.

    Parameters
    ----------
    risk, reference : ndarray of float, shape (draw,)
        Draws of the probabilities.
    interval : float
        Probability of the equal-tailed intervals.
    acceptable : float
        Largest acceptable difference.

    Returns
    -------
    dict of str to float
        Medians and limits of ``risk``, ``reference_risk``, ``difference`` and ``ratio``;
        ``probability_more`` (difference above 0), ``probability_acceptable`` (at most
        `acceptable`); ``nnh`` and ``nnt`` with their limits, NaN where they are not.

    Examples
    --------
    >>> numbers = risk_contrast(risk_draws(64, 359), risk_draws(8, 164, seed=2))
    >>> round(numbers["difference"], 2), round(numbers["nnh"])
    (0.13, 8)
    """
    difference = risk - reference
    numbers: dict[str, float] = {}
    for name, draws in (
        ("risk", risk),
        ("reference_risk", reference),
        ("difference", difference),
        ("ratio", risk / reference),
    ):
        median, lower, upper = (float(q) for q in median_and_limits(draws, interval))
        numbers |= {name: median, f"{name}_lower": lower, f"{name}_upper": upper}
    numbers["probability_more"] = float((difference > 0).mean())
    numbers["probability_acceptable"] = float((difference <= acceptable).mean())
    ends = numbers["difference_lower"], numbers["difference"], numbers["difference_upper"]
    return (
        numbers | _numbers_needed("nnh", *ends) | _numbers_needed("nnt", *(-e for e in ends[::-1]))
    )


def _numbers_needed(name: str, lower: float, median: float, upper: float) -> dict[str, float]:
    """One over a difference: whole where the interval is above 0, open where it spans 0."""
    settled = lower > 0
    return {
        name: 1.0 / median if settled else np.nan,
        f"{name}_lower": 1.0 / upper if upper > 0 else np.nan,
        f"{name}_upper": (1.0 / lower if settled else np.inf) if upper > 0 else np.nan,
    }


def separate_risks(
    toxicities: Sequence[GradeCounts],
    grades: Sequence[int],
    *,
    prior: tuple[float, float] = JEFFREYS,
    interval: float = 0.95,
    acceptable: float = 0.1,
    seed: int = 1,
) -> pd.DataFrame:
    """Each toxicity and grade on its own: beta-binomial risks of every arm and the reference.

    Parameters
    ----------
    toxicities : sequence of GradeCounts
        Counts.
    grades : sequence of int
        Grades from which patients are counted.
    prior : (float, float)
        Beta prior of every arm's risk.
    interval : float
        Probability of the intervals.
    acceptable : float
        Largest acceptable difference.
    seed : int
        Seed.

    Returns
    -------
    DataFrame
        Columns `RISK_COLUMNS`; one row a toxicity, grade and arm but the reference. Where the
        counts give no answer, the row has only its `remark`. A single arm is a row of its own
        without a reference.
    """
    rows = []
    for t, counts in enumerate(toxicities):
        for grade in grades:
            draws = {
                a: risk_draws(n, total, prior=prior, seed=(seed, t, grade, a))
                for a, n, total in _known(counts, grade)
            }
            rows += contrast_rows(counts, grade, draws, "separate", interval, acceptable)
    return pd.DataFrame(rows).reindex(columns=list(RISK_COLUMNS))


def contrast_rows(
    counts: GradeCounts,
    grade: int,
    draws: Mapping[int, np.ndarray],
    source: str,
    interval: float,
    acceptable: float,
) -> list[dict[str, object]]:
    """Rows of one toxicity and grade, from draws of the risk of each arm, by its number."""
    known = {a: (n, total) for a, n, total in _known(counts, grade)}
    others = list(range(1, len(counts.arms))) or [0]
    rows = []
    for a in others:
        events, patients = known.get(a, (np.nan, np.nan))
        row: dict[str, object] = {
            "toxicity": counts.name, "label": counts.label, "grade": grade, "source": source,
            "arm": counts.arms[a], "events": events, "patients": patients,
            "remark": threshold_remark(counts, grade),
        }  # fmt: skip
        if a == 0:
            if a in draws:
                row |= _single(draws[a], interval)
        else:
            row["reference"] = counts.arms[0]
            row["reference_events"], row["reference_patients"] = known.get(0, (np.nan, np.nan))
            if a in draws and 0 in draws:
                row |= risk_contrast(draws[a], draws[0], interval=interval, acceptable=acceptable)
        rows.append(row)
    return rows


def _single(draws: np.ndarray, interval: float) -> dict[str, float]:
    median, lower, upper = (float(q) for q in median_and_limits(draws, interval))
    return {"risk": median, "risk_lower": lower, "risk_upper": upper}


def _known(counts: GradeCounts, grade: int) -> list[tuple[int, int, int]]:
    """Number of each arm with patients, its patients with the grade or worse, and all."""
    events = counts.at_least(grade)
    if events is None:
        return []
    return [(a, int(events[a]), int(n)) for a, n in enumerate(counts.totals) if n]
