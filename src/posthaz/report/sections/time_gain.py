"""Gains of time in words."""

import pandas as pd

from posthaz.report.results import Results
from posthaz.report.sections.question import words
from posthaz.report.sections.rows import restriction
from posthaz.report.sections.time_scale import up_to
from posthaz.report.sections.wording import duration, with_unit

_SIGNED = ("value", "mean", "median", "lower", "upper")


def longer(value: float, unit: str, named: bool = True) -> str:
    """A gain of time in words, such as "0.9 months longer"."""
    size = duration(abs(value), unit)
    shown = with_unit(size, unit) if named else size
    return f"{shown} {'shorter' if value < 0 else 'longer'}"


def turned(row: pd.Series) -> pd.Series:
    """The gain of the reference over an arm, from that of the arm over the reference."""
    ends = {"lower": "upper", "upper": "lower"}
    return pd.Series(
        {
            name: -row[ends.get(str(name), str(name))] if name in _SIGNED else value
            for name, value in row.items()
        }
    )


def between(row: pd.Series, unit: str) -> str:
    """Interval of a gain of time in words, such as "2.1 shorter to 3.9 longer"."""
    return f"{longer(row['lower'], unit, False)} to {longer(row['upper'], unit, False)}"


def mean_time(results: Results) -> str:
    """The restricted mean in words, such as "survival time up to 36 months (restricted mean)"."""
    return f"{words(results).time} {up_to(results, restriction(results))} (restricted mean)"
